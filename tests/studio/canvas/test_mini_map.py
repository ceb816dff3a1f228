"""The mini map: there when it helps, true to the view, and the mouse on it moves the view and paints nothing."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH = 1500, 2000


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    """800 x 600 on an image of 2000 x 1500: left half red, right half blue."""
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(800, 600)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:, : WIDTH // 2, 0] = image[:, WIDTH // 2 :, 2] = 120
    made.set_image(image)
    made.set_editor(MaskEditor(HEIGHT, WIDTH))
    made.show()
    qtbot.waitExposed(made)
    return made


def middle(canvas: Canvas) -> tuple[float, float]:
    assert canvas.view is not None
    return canvas.view.centre()


def test_it_shows_itself_where_the_image_is_larger_than_the_view(canvas: Canvas) -> None:
    small = canvas.mini_map
    assert not small.isVisible()
    canvas.actual_size()
    assert small.isVisible()
    assert (small.width(), small.height()) == (168, 126)
    assert small.geometry().bottomRight() == QPoint(800 - 12 - 1, 600 - 12 - 1)
    canvas.resize(900, 700)
    assert small.geometry().bottomRight() == QPoint(900 - 12 - 1, 700 - 12 - 1)
    canvas.fit()
    assert not small.isVisible()
    canvas.actual_size()
    canvas.resize(300, 200)
    assert not small.isVisible(), "it would cover the image"


def test_it_can_be_switched_off_and_goes_with_the_image(canvas: Canvas) -> None:
    canvas.actual_size()
    canvas.mini_map.set_wanted(False)
    canvas.pan_by(5, 5)
    assert not canvas.mini_map.isVisible()
    canvas.mini_map.set_wanted(True)
    assert canvas.mini_map.isVisible()
    canvas.set_image(None)
    assert not canvas.mini_map.isVisible()


def test_the_frame_is_the_part_in_view(canvas: Canvas) -> None:
    canvas.actual_size()
    canvas.look_at(WIDTH / 2, HEIGHT / 2)
    frame, shrink = canvas.mini_map.frame, 168 / WIDTH
    assert frame.width() == pytest.approx(800 * shrink)
    assert frame.height() == pytest.approx(600 * shrink)
    assert frame.center().x() == pytest.approx(84)
    picture = canvas.mini_map.grab().toImage()
    assert picture.pixelColor(80, 63) == QColor(120, 0, 0), "as it is inside of the frame"
    assert 0 < picture.pixelColor(10, 10).red() < 100, "shaded outside"
    assert picture.pixelColor(158, 10).blue() > picture.pixelColor(158, 10).red()
    canvas.zoom_by(1000)
    assert canvas.mini_map.frame.width() >= 6
    canvas.set_tones(Tones(brightness=50))
    canvas.actual_size()
    assert canvas.mini_map.grab().toImage().pixelColor(80, 63).red() == 184


def test_a_click_and_a_drag_move_the_view_and_paint_nothing(canvas: Canvas) -> None:
    canvas.actual_size()
    canvas.look_at(WIDTH / 2, HEIGHT / 2)
    small, before = canvas.mini_map, middle(canvas)
    QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=small.rect().center())
    assert middle(canvas) == pytest.approx(before, abs=12), "pressed inside of the frame it is held where it was taken"
    QTest.mousePress(small, Qt.MouseButton.LeftButton, pos=QPoint(120, 63))
    assert middle(canvas) == pytest.approx((120.5 / 168 * WIDTH, before[1]), abs=12)
    QTest.mouseMove(small, QPoint(160, 120))
    assert middle(canvas) == pytest.approx((WIDTH - 400, HEIGHT - 300), abs=1), "up to the image's end and no further"
    QTest.mouseRelease(small, Qt.MouseButton.LeftButton, pos=QPoint(160, 120))
    QTest.mouseMove(small, QPoint(20, 20))
    assert middle(canvas) == pytest.approx((WIDTH - 400, HEIGHT - 300), abs=1)
    QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert middle(canvas) == pytest.approx((400, 300), abs=1)
    assert canvas.editor is not None
    assert not canvas.editor.array().any()
    assert not canvas.editor.undo_stack.count()


def test_a_frame_costs_less_than_a_millisecond(canvas: Canvas) -> None:
    canvas.actual_size()
    canvas.mini_map.grab()
    taken = []
    for _ in range(20):
        begun = time.thread_time()
        canvas.mini_map.repaint()
        taken.append(time.thread_time() - begun)
    assert min(taken) < 1e-3
