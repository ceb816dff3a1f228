"""What lies around and over the layers: ground, frame, pixel grid, scale bar, legend."""

import math
from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QRegion

from crackstudio.imaging.patch import Area
from crackstudio.studio.canvas.palettes import width_table
from crackstudio.studio.canvas.regions import boxes_of
from crackstudio.studio.canvas.viewport import Box, Viewport
from crackstudio.studio.canvas.widths import Widths
from crackstudio.studio.language import tr

PLATE, INK = QColor(12, 14, 18, 165), QColor("#f4f4f4")
"""Figures over the image: light on dark, on any picture."""
_ROOM, _BAR_HEIGHT, _LEGEND = 6, 27, (126, 36)
"""Between plates and in them, the scale bar's plate, and the least width of a legend's bar with its plate's height."""
GRID_FROM = 20.0
"""The scale, in logical pixels per image pixel, from which the grid shows."""


def draw_surroundings(painter: QPainter, exposed: QRegion, view: Viewport, colour: QColor) -> None:
    """The ground around the image, and a thin frame that marks its edge."""
    box = view.image_box
    for around in boxes_of(exposed - QRect(*box)):
        painter.fillRect(*around, colour)
    whole = view.box_of(Area(0, 0, view.image_height, view.image_width))
    painter.setPen(QPen(QColor(0, 0, 0, 90), 0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(whole.x - 1, whole.y - 1, whole.width + 1, whole.height + 1)


def checkers(edge: int) -> QBrush:
    """Squares of two greys, to be seen through a faint or hidden image."""
    tile = QPixmap(2 * edge, 2 * edge)
    tile.fill(QColor("#8a8a8a"))
    painter = QPainter(tile)
    painter.fillRect(0, 0, edge, edge, QColor("#767676"))
    painter.fillRect(edge, edge, edge, edge, QColor("#767676"))
    painter.end()
    return QBrush(tile)


def draw_grid(painter: QPainter, exposed: Box, view: Viewport, *, ratio: float) -> None:
    """A hair line between pixels, once they are large; it grows in slowly."""
    shown = exposed.meet(view.image_box)
    strength = min(view.scale / ratio / GRID_FROM - 1, 1) if view.scale >= GRID_FROM * ratio else 0
    if shown.is_empty or strength <= 0:
        return
    colour = QColor(128, 128, 128, round(20 + 50 * strength))
    for x in _lines(shown.x, shown.width, view.x, view.scale):
        painter.fillRect(x, shown.y, 1, shown.height, colour)
    for y in _lines(shown.y, shown.height, view.y, view.scale):
        painter.fillRect(shown.x, y, shown.width, 1, colour)


def _lines(first: int, count: int, start: float, scale: float) -> list[int]:
    low, high = math.ceil((first - start) / scale), math.floor((first + count - start) / scale)
    edges = (math.ceil(index * scale + start - 0.5) for index in range(low, high + 1))
    return [edge for edge in edges if first <= edge < first + count]


def draw_scale_bar(painter: QPainter, boxes: Iterable[Box], view: Viewport, *, font: QFont, ratio: float) -> None:
    """A bar of a round number of pixels in the lower left corner, at most 150 logical pixels long."""
    room, height = _ROOM * ratio, _BAR_HEIGHT * ratio
    length = round_length(150 * ratio / view.scale)
    width = length * view.scale
    plate = QRectF(2 * room, view.height - 2 * room - height, max(width, 44 * ratio) + 2 * room, height)
    if not _draw_plate(painter, plate, boxes, ratio=ratio):
        return
    bar = QRectF(plate.left() + (plate.width() - width) / 2, plate.bottom() - room * 1.2, width, 2 * ratio)
    painter.fillRect(bar, INK)
    for x in (bar.left(), bar.right() - ratio):
        painter.fillRect(QRectF(x, bar.top() - 2 * ratio, ratio, 6 * ratio), INK)
    text = f"{length:,} px".replace(",", "\u202f")
    write(painter, font, plate.adjusted(0, room * 0.4, 0, -room * 1.8), text, pixels=round(11 * ratio))


def draw_width_legend(
    painter: QPainter, boxes: Iterable[Box], view: Viewport, widths: Widths, *, font: QFont, ratio: float
) -> None:
    """What the colours of the widths stand for, above the scale bar."""
    room, height = _ROOM * ratio, _LEGEND[1] * ratio
    sized = _sized(font, pixels=round(11 * ratio))
    words = (widths.ends[0], tr("Width"), widths.ends[1])
    first, title, last = map(QFontMetricsF(sized).horizontalAdvance, words)
    width = max(_LEGEND[0] * ratio, title + 2 * (max(first, last) + 2 * room))
    plate = QRectF(2 * room, view.height - 3 * room - _BAR_HEIGHT * ratio - height, width + 2 * room, height)
    if not _draw_plate(painter, plate, boxes, ratio=ratio):
        return
    bar = QRectF(plate.left() + room, plate.bottom() - 2.4 * room, width, 1.4 * room)
    painter.fillRect(bar.adjusted(-ratio, -ratio, ratio, ratio), INK)
    painter.drawImage(bar, _width_colours(), QRectF(1, 0, 255, 1))
    painter.setFont(sized)
    painter.setPen(INK)
    line = QRectF(bar.left(), plate.top() + room / 2, width, bar.top() - ratio - plate.top() - room / 2)
    sides = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
    for text, side in zip(words, sides, strict=True):
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | side, text)


def draw_width_refusal(painter: QPainter, boxes: Iterable[Box], view: Viewport, *, font: QFont, ratio: float) -> None:
    """Why there are no widths, above the scale bar."""
    text, pixels, room = tr("Too large to measure widths while painting"), round(11 * ratio), _ROOM * ratio
    width = QFontMetricsF(_sized(font, pixels=pixels)).horizontalAdvance(text) + 4 * room
    height = _BAR_HEIGHT * ratio
    plate = QRectF(2 * room, view.height - 3 * room - 2 * height, width, height)
    if _draw_plate(painter, plate, boxes, ratio=ratio):
        write(painter, font, plate, text, pixels=pixels)


@cache
def _width_colours() -> QImage:
    """256 x 1."""
    indices = bytes(range(256))  # Qt does not copy them, nor keep them alive
    image = QImage(indices, 256, 1, 256, QImage.Format.Format_Indexed8)
    image.setColorTable(width_table(opacity=1.0))
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _draw_plate(painter: QPainter, plate: QRectF, boxes: Iterable[Box], *, ratio: float) -> bool:
    """The dark ground of figures, where any of the boxes reaches it; whether it did."""
    if not any(plate.intersects(QRectF(*box)) for box in boxes):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 4 * ratio, 4 * ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    return True


def round_length(most: float) -> int:
    """The greatest of 1, 2, 5, 10, 20, 50 ... that is not above `most`; at least 1."""
    if most < 1:
        return 1
    power = 10 ** math.floor(math.log10(most))
    return int(power * max(step for step in (1, 2, 5) if step * power <= most))


def write(painter: QPainter, font: QFont, place: QRectF, text: str, *, pixels: int) -> None:
    """Light figures of some height in the middle of a place."""
    painter.setFont(_sized(font, pixels=pixels))
    painter.setPen(INK)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _sized(font: QFont, *, pixels: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(pixels)
    return sized
