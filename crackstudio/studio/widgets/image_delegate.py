"""How one row of the image list is painted: picture, name, state in words, tag, review icon."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag, tag_of_folder
from crackstudio.studio.colours import Colours, colours_now
from crackstudio.studio.icons import paint_glyph
from crackstudio.studio.language import tr
from crackstudio.studio.widgets.image_model import ENTRY_ROLE

ROW = QSize(120, 60)
_PICTURE = QSize(64, 46)
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
        self._paint_words(painter, rect, entry, colours)
        glyph, colour = _REVIEW_GLYPHS[entry.review]
        paint_glyph(painter, QRect(rect.right() - 27, rect.center().y() - 8, 17, 17), glyph, colour=colour)
        painter.restore()

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

    def _paint_words(self, painter: QPainter, rect: QRect, entry: ImageEntry, colours: Colours) -> None:
        left, width = rect.left() + 84, rect.width() - 84 - 34
        folder, _, name = entry.name.rpartition("/")
        font = QFont(painter.font())
        metrics = painter.fontMetrics()
        painter.setPen(QColor(colours.text))
        top = QRect(left, rect.top() + 10, width, 18)
        painter.drawText(
            top, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
        )
        self._paint_tag(painter, QRect(left, rect.top() + 36, 8, 8), entry.tag, colours)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        below = QRect(left + 14, rect.top() + 30, width - 14, 20)
        where = "" if tag_of_folder(entry.path) is not Tag.UNKNOWN else folder
        words = " · ".join(filter(None, (_state_words(entry), where)))
        painter.drawText(
            below,
            Qt.AlignmentFlag.AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, below.width()),
        )

    def _paint_tag(self, painter: QPainter, rect: QRect, tag: Tag, colours: Colours) -> None:
        colour = {Tag.CRACKED: colours.bad, Tag.INTACT: colours.good, Tag.UNKNOWN: colours.faint}[tag]
        painter.setPen(QPen(QColor(colour), 1.5))
        painter.setBrush(QColor(colour) if tag is not Tag.UNKNOWN else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(rect)


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
