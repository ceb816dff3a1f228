"""The tools that look at the picture, on pictures that are no 8-bit RGB."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH = 200, 300
NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
DEPTHS = [np.uint8, np.uint16, np.float32]


def cracked(dtype: type) -> np.ndarray:
    """Grey, with a dark line of 5 px from left to right."""
    grey = np.full((HEIGHT, WIDTH), 180, np.uint8)
    cv2.line(grey, (0, 100), (WIDTH, 100), 40, 5)
    return grey if dtype is np.uint8 else grey.astype(dtype) * dtype(200)


@pytest.fixture(params=DEPTHS)
def canvas(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Canvas]:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(WIDTH, HEIGHT)
    canvas.set_image(cracked(request.param))
    canvas.set_editor(MaskEditor(HEIGHT, WIDTH))
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.actual_size()
    yield canvas
    canvas.background.close()


def painted(canvas: Canvas) -> np.ndarray:
    assert canvas.editor is not None
    return canvas.editor.array().astype(bool)


def click(canvas: Canvas, x: int, y: int) -> None:
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(x, y))


def test_the_wand_takes_the_dark_line(canvas: Canvas) -> None:
    canvas.set_tool(ToolKey.WAND)
    click(canvas, 150, 100)
    assert painted(canvas)[98:103].all()
    assert painted(canvas).sum() <= 7 * WIDTH


def test_the_lasso_takes_what_is_dark(canvas: Canvas) -> None:
    canvas.set_tool(ToolKey.LASSO)
    QTest.mousePress(canvas, LEFT, NONE, QPoint(50, 50))
    for x, y in ((250, 50), (250, 150), (50, 150)):
        QTest.mouseMove(canvas, QPoint(x, y))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(50, 60))
    assert painted(canvas)[99:102, 60:240].all()
    assert not painted(canvas)[:90].any()


def test_the_tracer_follows_the_line(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_tool(ToolKey.TRACE)
    click(canvas, 40, 100)
    qtbot.waitUntil(lambda: canvas._tool._trace is not None)
    click(canvas, 240, 100)
    qtbot.waitUntil(lambda: painted(canvas).any())  # it is held until the trace gets there
    assert painted(canvas)[100, 50:230].all()
