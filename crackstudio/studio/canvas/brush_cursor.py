"""The brush at the pointer: a ring of its true size in the class' colour, and what was changed of it, for a moment."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPainter, QPen, QRegion

from crackstudio.studio.canvas.overlays import PLATE, write
from crackstudio.studio.canvas.viewport import Box, Viewport

_TOLD_MS = 900
_FIGURES = 13
_PIECES = 8
_LARGEST_SPRITE = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the ring is, in device pixels."""

    at: QPointF
    radius: float | None
    ratio: float
    colour: str
    plate: QRect | None
    text: str


class BrushCursor(QObject):
    """Draws the brush over the canvas; `move` says which pixels that changes."""

    words_gone = Signal()
    """What was told has been seen for long enough."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._place: _Place | None = None
        self._ring = Ring()
        self._words = ""
        self._timer = QTimer(self, singleShot=True, interval=_TOLD_MS)
        self._timer.timeout.connect(self.words_gone)

    def tell(self, words: str) -> None:
        """Show words at the ring for a while."""
        self._words = words
        self._timer.start()

    def move(
        self, view: Viewport | None, at: QPointF | None, *, size: int | None, ratio: float, colour: str = ""
    ) -> QRegion:
        """Go to a device position; `size` is None where there is no ring, `colour` empty where nothing is painted.

        While something is told and the pointer is elsewhere the ring is in the middle of the window. Returns the pixels
        to repaint: where the ring was and where it is.
        """
        left = self._region()
        if at is None and view is not None and self._timer.isActive():
            at = QPointF(view.width / 2, view.height / 2)
        self._place = None
        if view is not None and at is not None and (size is not None or self._timer.isActive()):
            self._place = self._placed(view, at, size=size, ratio=ratio, colour=colour)
        return left + self._region()

    def draw(self, painter: QPainter, boxes: Iterable[Box], *, font: QFont) -> None:
        """In device pixels, inside of the boxes."""
        place = self._place
        if place is None:
            return
        if place.radius is not None:
            self._ring.draw(painter, boxes, place.at, place.radius, ratio=place.ratio, colour=place.colour)
        if place.plate is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(PLATE)
            painter.drawRoundedRect(place.plate, 5 * place.ratio, 5 * place.ratio)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            write(painter, font, QRectF(place.plate), place.text, pixels=round(_FIGURES * place.ratio))

    def _placed(self, view: Viewport, at: QPointF, *, size: int | None, ratio: float, colour: str) -> _Place:
        radius = None if size is None else size / 2 * view.scale
        plate = _plate(view, at, radius or 0, ratio=ratio, words=self._words) if self._timer.isActive() else None
        return _Place(at=at, radius=radius, ratio=ratio, colour=colour, plate=plate, text=self._words)

    def _region(self) -> QRegion:
        place = self._place
        if place is None:
            return QRegion()
        ring = QRegion() if place.radius is None else ring_region(place.at, place.radius, ratio=place.ratio)
        return ring if place.plate is None else ring + place.plate


class Ring:
    """The brush at its true size: light on dark, so that it is seen on any ground.

    It is drawn once per size and then copied: an antialiased ellipse of 1000 px costs 2.3 ms, its copy 0.1 ms.
    """

    def __init__(self) -> None:
        self._drawn_for = (0.0, 0.0, "")
        self._sprite = QImage()

    def draw(
        self, painter: QPainter, boxes: Iterable[Box], at: QPointF, radius: float, *, ratio: float, colour: str = ""
    ) -> None:
        """All in device pixels; only inside of the boxes."""
        if radius > _LARGEST_SPRITE:
            _draw_ring(painter, at, radius, ratio=ratio, colour=colour)
            return
        if self._drawn_for != (radius, ratio, colour):
            self._drawn_for = (radius, ratio, colour)
            self._sprite = _ring_sprite(radius, ratio=ratio, colour=colour)
        edge = self._sprite.width()
        place = Box(round(at.x()) - edge // 2, round(at.y()) - edge // 2, edge, edge)
        for box in boxes:
            part = box.meet(place)
            if not part.is_empty:
                source = (part.x - place.x, part.y - place.y, part.width, part.height)
                painter.drawImage(part.x, part.y, self._sprite, *source)


def _ring_sprite(radius: float, *, ratio: float, colour: str) -> QImage:
    edge = 2 * math.ceil(max(radius, 10 * ratio) + 3 * ratio) + 1
    sprite = QImage(edge, edge, QImage.Format.Format_ARGB32_Premultiplied)
    sprite.fill(Qt.GlobalColor.transparent)
    with QPainter(sprite) as painter:
        _draw_ring(painter, QPointF(edge / 2, edge / 2), radius, ratio=ratio, colour=colour)
    return sprite


def _draw_ring(painter: QPainter, at: QPointF, radius: float, *, ratio: float, colour: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wider = 1.4 if colour else 0.0
    lines = [(QColor(0, 0, 0, 170), 3.0 + wider), (QColor(255, 255, 255, 235), 1.2 + wider)]
    for ink, width in [*lines, (QColor(colour), wider)] if colour else lines:
        painter.setPen(QPen(ink, width * ratio))
        if radius >= 2.5 * ratio:
            painter.drawEllipse(at, radius, radius)
        if radius < 6 * ratio or radius > 40 * ratio:
            _draw_cross(painter, at, inner=0 if radius > 40 * ratio else max(radius, 1) + 3 * ratio, length=4 * ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _draw_cross(painter: QPainter, at: QPointF, *, inner: float, length: float) -> None:
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        start = QPointF(at.x() + dx * inner, at.y() + dy * inner)
        painter.drawLine(start, QPointF(start.x() + dx * length, start.y() + dy * length))


def ring_region(at: QPointF, radius: float, *, ratio: float) -> QRegion:
    """The pixels that a `Ring` touches: boxes along the circle, since its inside may be as large as the window."""
    x, y = at.x(), at.y()
    margin = math.ceil(12 * ratio)
    region = QRegion(_around(x, x, y, y, margin))
    if radius <= 2 * margin:
        return QRegion(_around(x - radius, x + radius, y - radius, y + radius, margin))
    margin = math.ceil(3 * ratio)
    for piece in range(_PIECES):
        low, high = (2 * math.pi * (piece + end) / _PIECES for end in (0, 1))
        xs = (x + radius * math.cos(low), x + radius * math.cos(high))
        ys = (y + radius * math.sin(low), y + radius * math.sin(high))
        bulge = math.ceil(radius * (1 - math.cos(math.pi / _PIECES)))
        region += _around(min(xs), max(xs), min(ys), max(ys), margin + bulge)
    return region


def _around(left: float, right: float, top: float, bottom: float, margin: int) -> QRect:
    x, y = math.floor(left) - margin, math.floor(top) - margin
    return QRect(x, y, math.ceil(right) + margin - x, math.ceil(bottom) + margin - y)


def _plate(view: Viewport, at: QPointF, radius: float, *, ratio: float, words: str) -> QRect:
    """Below the ring, or inside of it where it is large; always in the window."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(round(_FIGURES * ratio))
    width, height = max(72 * ratio, QFontMetricsF(font).horizontalAdvance(words) + 20 * ratio), 26 * ratio
    below = at.y() + radius + 10 * ratio if radius < 60 * ratio else at.y() + 16 * ratio
    left = min(max(at.x() - width / 2, 4), view.width - width - 4)
    return QRectF(left, min(max(below, 4), view.height - height - 4), width, height).toAlignedRect()
