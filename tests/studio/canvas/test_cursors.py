"""The pointers of the tools: each says which it is, means one place, and is seen on any ground."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QCursor, QImage, QPainter
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.tools import make_tools
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas

MARKED = (ToolKey.TRACE, ToolKey.LINE, ToolKey.POLYGON, ToolKey.FILL, ToolKey.WAND, ToolKey.LASSO)
CROSSED = tuple(key for key in MARKED if key is not ToolKey.LINE)
"""The ring of the line's width is its cross."""
RATIOS = (1.0, 1.25, 1.5, 2.0, 3.0)


def cursor_of(key: ToolKey, *, ratio: float = 1.0) -> QCursor:
    made = make_tools()[key].cursor(pressed=False, ratio=ratio)
    assert isinstance(made, QCursor)
    return made


def on(cursor: QCursor, ground: str) -> QImage:
    """The pointer in pixels of the screen, over a ground."""
    drawn = cursor.pixmap().toImage()
    drawn.setDevicePixelRatio(1)
    picture = QImage(drawn.size(), QImage.Format.Format_RGB32)
    picture.fill(QColor(ground))
    with QPainter(picture) as painter:
        painter.drawImage(0, 0, drawn)
    return picture


def greys(picture: QImage) -> dict[tuple[int, int], int]:
    return {
        (x, y): picture.pixelColor(x, y).lightness() for x in range(picture.width()) for y in range(picture.height())
    }


def test_each_tool_that_sets_points_or_takes_a_place_has_a_pointer_of_its_own(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    shown = {}
    for key in MARKED:
        canvas.set_tool(key)
        assert canvas.cursor().shape() is Qt.CursorShape.BitmapCursor, key
        shown[key] = canvas.cursor().pixmap().toImage()
    assert all(shown[one] != shown[other] for one in MARKED for other in MARKED if one is not other)
    canvas.set_tool(ToolKey.BRUSH)
    assert canvas.cursor().shape() is Qt.CursorShape.BlankCursor
    canvas.set_tool(ToolKey.TRACE)
    canvas._hold_space(True)
    assert canvas.cursor().shape() is Qt.CursorShape.OpenHandCursor


@pytest.mark.parametrize("key", MARKED)
@pytest.mark.parametrize("ground", ["black", "#808080", "white"])
@pytest.mark.parametrize("ratio", RATIOS)
def test_a_pointer_is_seen_on_any_ground(qapp, key: ToolKey, ground: str, ratio: float) -> None:
    seen, plain = greys(on(cursor_of(key, ratio=ratio), ground)), QColor(ground).lightness()
    assert sum(abs(grey - plain) > 90 for grey in seen.values()) > 20 * ratio**2


@pytest.mark.parametrize("key", CROSSED)
@pytest.mark.parametrize("ratio", RATIOS)
def test_the_cross_is_sharp_and_round_the_place_that_is_meant(qapp, key: ToolKey, ratio: float) -> None:
    cursor = cursor_of(key, ratio=ratio)
    assert cursor.pixmap().devicePixelRatio() == ratio
    picture, spot = on(cursor, "black"), cursor.hotSpot()
    x, y = int(spot.x() * ratio), int(spot.y() * ratio)
    out, width = round(6 * ratio), max(1, round(ratio))
    for dx, dy in ((out, 0), (-out, 0), (0, out), (0, -out)):
        assert picture.pixelColor(x + dx, y + dy).lightness() == 255
    across = [picture.pixelColor(x + out, y + step).lightness() for step in range(-1, width + 1)]
    assert across == [0, *([255] * width), 0]
    assert picture.pixelColor(x, y).lightness() == 0, "what lies under the place is seen"


@pytest.mark.parametrize("key", MARKED)
def test_nothing_is_cut_off(qapp, key: ToolKey) -> None:
    drawn = cursor_of(key, ratio=2).pixmap().toImage()
    last = drawn.width() - 1
    assert all(drawn.pixelColor(last, step).alpha() < 8 for step in range(last))
    assert all(drawn.pixelColor(step, last).alpha() < 8 for step in range(last))
