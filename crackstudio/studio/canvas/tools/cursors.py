"""The pointers of the tools: a cross at the place, and beside it the tool's icon, light on dark for any ground."""

from functools import cache

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QGuiApplication, QPainter, QPainterPath, QPen, QPixmap

from crackstudio.studio.icons import glyph_path

_EDGE, _AT = 32, 10
"""The whole pointer, and the place that is meant in it, from the left and from the top."""
_GAP, _ARM = 3.0, 9.0
_MARK = QRectF(15.5, 15.5, 14, 14)
_HALO = 1.25
"""How far the dark reaches round the light."""
_DARK, _LIGHT = QColor(0, 0, 0, 200), QColor(255, 255, 255)


@cache
def marked_cursor(icon: str, *, cross: bool, ratio: float) -> QCursor:
    """The pointer with the icon of that name; `ratio` is that of the screen. Without the cross a ring stands for it."""
    pixmap = QPixmap(round(_EDGE * ratio), round(_EDGE * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    mark = QRectF(_MARK.topLeft() * ratio, _MARK.size() * ratio)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_mark(painter, glyph_path(icon, mark), ratio=ratio)
        if cross:
            _draw_cross(painter, ratio=ratio)
    pixmap.setDevicePixelRatio(ratio)
    # X11 takes the place in pixels of the screen (Qt 6.11), the others in those of the window
    at = int(_AT * ratio) if QGuiApplication.platformName() == "xcb" else _AT
    return QCursor(pixmap, at, at)


def _draw_mark(painter: QPainter, glyph: QPainterPath, *, ratio: float) -> None:
    halo = QPen(_DARK, 2 * _HALO * ratio)
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(glyph, halo)
    painter.fillPath(glyph, _LIGHT)


def _draw_cross(painter: QPainter, *, ratio: float) -> None:
    """Of whole pixels, so that it is sharp at every ratio."""
    width = max(1, round(ratio))
    at, gap, arm = int(_AT * ratio) + width / 2, round(_GAP * ratio), round(_ARM * ratio)
    arms = [
        QLineF(at + gap * dx, at + gap * dy, at + arm * dx, at + arm * dy)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    for colour, wide in ((_DARK, width + 2 * _HALO * ratio), (_LIGHT, width)):
        painter.setPen(QPen(colour, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines(arms)
