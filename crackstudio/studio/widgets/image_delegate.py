"""How one row of the image list is painted: picture, name, state in words, figures, tag, review icon."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag, tag_of_folder
from crackstudio.studio.colours import Colours, colours_now
from crackstudio.studio.icons import paint_glyph
from crackstudio.studio.language import tr
from crackstudio.studio.widgets.figure_words import Told
from crackstudio.studio.widgets.image_model import ENTRY_ROLE

ROW = QSize(120, 66)
_PICTURE = QSize(64, 46)
_LINE = 18
_NOTHING = Told()
_REVIEW_GLYPHS = {
    Review.UNSEEN: ("circle-dashed", "faint"),
    Review.PROPOSED: ("sparkle", "accent_text"),
    Review.CORRECTED: ("paint-brush", "warning"),
    Review.CONFIRMED: ("check-circle-fill", "good"),
    Review.FLAGGED: ("flag-fill", "bad"),
}


class ImageDelegate(QStyledItemDelegate):
    """Paints entries; pictures come from a callback that gives None until they are there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.picture_of: Callable[[ImageEntry], QPixmap | None] = lambda _entry: None
        self.told_of: Callable[[ImageEntry], Told] = lambda _entry: _NOTHING
        """What there is to tell beside the entry."""
        self.open_image: int | None = None
        """It has a bar beside it; what is selected has another ground."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return ROW

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.data(ENTRY_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colours = colours_now()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, rect, state, colours)
        if entry.id == self.open_image:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent))
        picture = QRect(rect.left() + 10, rect.top() + (rect.height() - _PICTURE.height()) // 2, 64, 46)
        self._paint_picture(painter, picture, entry, colours)
        self._paint_words(painter, rect, entry, self.told_of(entry), colours)
        glyph, colour = _REVIEW_GLYPHS[entry.review]
        paint_glyph(painter, QRect(rect.right() - 27, rect.center().y() - 8, 17, 17), glyph, colour=colour)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        entry = index.data(ENTRY_ROLE)
        told = self.told_of(entry) if entry is not None else _NOTHING
        if not told.tip:
            return super().helpEvent(event, view, option, index)
        tip = "\n".join((index.data(Qt.ItemDataRole.ToolTipRole), told.tip))
        QToolTip.showText(event.globalPos(), tip, view)
        return True

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, colours: Colours) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.accent_soft))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.raised))

    def _paint_picture(self, painter: QPainter, rect: QRect, entry: ImageEntry, colours: Colours) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(rect), 4, 4)
        painter.fillPath(outline, QColor(colours.ground))
        if entry.problem:
            paint_glyph(painter, QRect(rect.center().x() - 9, rect.center().y() - 9, 18, 18), "warning", colour="bad")
            return
        pixmap = self.picture_of(entry)
        if pixmap is None:
            return
        painter.save()
        painter.setClipPath(outline)
        size = pixmap.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(rect.center())
        painter.drawPixmap(place, pixmap)
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, entry: ImageEntry, told: Told, colours: Colours) -> None:
        lines = 3 if told.figures else 2
        line = QRect(rect.left() + 84, rect.center().y() - lines * _LINE // 2, rect.width() - 84 - 34, _LINE)
        folder, _, name = entry.name.rpartition("/")
        _write(painter, line, name, colour=colours.text, elided=Qt.TextElideMode.ElideMiddle)
        font = QFont(painter.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        line.translate(0, _LINE)
        self._paint_tag(painter, QRect(line.left(), line.center().y() - 3, 8, 8), entry.tag, colours)
        where = "" if tag_of_folder(entry.path) is not Tag.UNKNOWN else folder
        words = " · ".join(filter(None, (told.state or _state_words(entry), where)))
        _write(painter, line.adjusted(14, 0, 0, 0), words, colour=colours.muted)
        if told.figures:
            line.translate(0, _LINE)
            glyph, ink = ("sparkle", "accent_text") if told.of_proposal else ("ruler", "muted")
            paint_glyph(painter, QRect(line.left() - 2, line.center().y() - 5, 12, 12), glyph, colour=ink)
            below_glyph = line.adjusted(14, 0, 24, 0)
            _write(painter, below_glyph, told.figures, colour=getattr(colours, ink))

    def _paint_tag(self, painter: QPainter, rect: QRect, tag: Tag, colours: Colours) -> None:
        colour = {Tag.CRACKED: colours.bad, Tag.INTACT: colours.good, Tag.UNKNOWN: colours.faint}[tag]
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(QColor(colour) if tag is not Tag.UNKNOWN else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(rect)


def _write(
    painter: QPainter,
    place: QRect,
    words: str,
    *,
    colour: str,
    elided: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(words, elided, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


def _state_words(entry: ImageEntry) -> str:
    if entry.problem:
        return tr("cannot be read")
    if entry.review is Review.PROPOSED and entry.score is not None:
        return tr("{share:.0%} unsure", share=entry.score)
    if entry.review is Review.CONFIRMED and entry.tag is Tag.INTACT:
        return tr("confirmed, intact")
    if entry.mask_kind is MaskKind.REGION:
        return tr("{review}, region", review=tr(entry.review))
    return tr(entry.review)
