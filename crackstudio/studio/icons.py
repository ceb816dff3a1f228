"""Icons drawn from the Phosphor font that qtawesome ships, in the colours of the moment.

qtawesome itself is not imported: that costs 140 ms (it loads ten fonts and another Qt layer), its Phosphor font alone
9 ms. The engine asks the palette at every paint, so icons follow a change of theme by themselves.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap

from crackstudio.studio.colours import colours_now

_FILES = ("phosphor-*.ttf", "phosphor-charmap-*.json")


_copies: list[QIconEngine] = []


class GlyphEngine(QIconEngine):
    """Paints one glyph; `colour` names a field of `theme.Colours`, `filled` asks for the solid variant when checked."""

    def __init__(self, name: str, *, colour: str = "text") -> None:
        super().__init__()
        self._name = name
        self._glyph = _glyphs()[name]
        self._checked_glyph = _glyphs().get(f"{name}-fill", self._glyph)
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        checked = state == QIcon.State.On
        font = QFont(_family())
        font.setPixelSize(max(1, rect.height()))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.setPen(self._pen_colour(mode, checked=checked))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._checked_glyph if checked else self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Kept for good: Qt takes the copy for its own, PySide 6.11.3 frees it with its last name in Python."""
        copy = GlyphEngine(self._name, colour=self._colour)
        _copies.append(copy)
        return copy

    def _pen_colour(self, mode: QIcon.Mode, *, checked: bool) -> QColor:
        palette = colours_now()
        if mode == QIcon.Mode.Disabled:
            return QColor(palette.faint)
        if checked and self._colour == "text":
            return QColor(palette.accent_text)
        return QColor(getattr(palette, self._colour))


@cache
def icon(name: str, *, colour: str = "text") -> QIcon:
    """The icon of a Phosphor name such as `folder-open`.

    Kept for good: PySide 6.11.3 now and then crashes where the last copy of an icon, and with it its engine, goes.
    """
    return QIcon(GlyphEngine(name, colour=colour))


def paint_glyph(painter: QPainter, rect: QRect, name: str, *, colour: str) -> None:
    """Draw one glyph into `rect`, for delegates and other painted widgets."""
    GlyphEngine(name, colour=colour).paint(painter, rect, QIcon.Mode.Normal, QIcon.State.Off)


def glyph_path(name: str, rect: QRectF) -> QPainterPath:
    """The outline of one glyph, in the middle of `rect` and as large as it."""
    font, path = QFont(_family()), QPainterPath()
    font.setPixelSize(max(1, round(rect.height())))
    path.addText(0, 0, font, _glyphs()[name])
    return path.translated(rect.center() - path.boundingRect().center())


def _font_file(pattern: str) -> Path:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None
    assert spec.origin is not None
    return next(iter(sorted((Path(spec.origin).parent / "fonts").glob(pattern))))


@cache
def _glyphs() -> dict[str, str]:
    charmap = json.loads(_font_file(_FILES[1]).read_bytes())
    return {name: chr(int(code, 16)) for name, code in charmap.items()}


@cache
def _family() -> str:
    loaded = QFontDatabase.addApplicationFont(str(_font_file(_FILES[0])))
    return QFontDatabase.applicationFontFamilies(loaded)[0]
