"""The rows of the classes panel: their model, and how one is painted and clicked: swatch, name, key, eye."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QIcon, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from crackstudio.core.classes import LONGEST_NAME, UNSURE
from crackstudio.studio.colours import Colours, colours_now
from crackstudio.studio.icons import paint_glyph
from crackstudio.studio.language import tr

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 28
_SWATCH, _EYE = 14, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """What one row shows; `key` is empty where there is none."""

    id: int
    name: str
    colour: str
    key: str = ""
    shown: bool = True
    in_use: bool = False


class ClassModel(QAbstractListModel):
    """Rows by their places; `renamed` carries what a person typed."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[ClassRow, ...] = ()

    def set_rows(self, rows: Sequence[ClassRow]) -> None:
        """Show these; an editor that is open stays open while the same classes are there."""
        if [row.id for row in rows] != [row.id for row in self.rows]:
            self.beginResetModel()
            self.rows = tuple(rows)
            self.endResetModel()
        elif tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1), [ROW_ROLE])

    def index_of(self, identity: int) -> QModelIndex:
        """Invalid for a class that is not there."""
        return next((self.index(place) for place, row in enumerate(self.rows) if row.id == identity), QModelIndex())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role == Qt.ItemDataRole.EditRole:
            self.renamed.emit(self.rows[index.row()].id, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled
        return flags if self.rows[index.row()].id == UNSURE else flags | Qt.ItemFlag.ItemIsEditable


class ClassDelegate(QStyledItemDelegate):
    """Paints rows; swatch and eye are buttons."""

    pressed = Signal(int)
    eye_pressed = Signal(int)
    swatch_pressed = Signal(int)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ClassRow = index.data(ROW_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colours = colours_now()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.in_use:
            painter.fillRect(rect, QColor(colours.accent_soft))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.raised))
        paint_swatch(painter, _swatch_of(rect), row.colour, hatched=row.id == UNSURE)
        key_width = self._paint_key(painter, rect, row.key, colours)
        painter.setPen(QColor(colours.text if row.shown else colours.muted))
        name = _name_of(rect).adjusted(0, 0, -key_width, 0)
        elided = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, elided)
        glyph, colour = ("eye", "muted") if row.shown else ("eye-slash", "faint")
        paint_glyph(painter, _eye_of(rect), glyph, colour=colour)
        painter.restore()

    def editorEvent(
        self, event: QEvent, _model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() != QEvent.Type.MouseButtonPress or not isinstance(event, QMouseEvent):
            return False
        row: ClassRow = index.data(ROW_ROLE)
        at, rect = event.position().toPoint(), option.rect
        if _eye_of(rect).adjusted(-6, -6, 6, 6).contains(at):
            self.eye_pressed.emit(row.id)
        elif _swatch_of(rect).adjusted(-4, -6, 4, 6).contains(at) and row.id != UNSURE:
            self.swatch_pressed.emit(row.id)
        else:
            self.pressed.emit(row.id)
            return False  # a double click goes on to rename it
        return True

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        if isinstance(editor, QLineEdit):
            editor.setMaxLength(LONGEST_NAME)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(_name_of(option.rect).adjusted(-6, 2, 0, -2))

    def _paint_key(self, painter: QPainter, rect: QRect, key: str, colours: Colours) -> int:
        if not key:
            return 0
        width = painter.fontMetrics().horizontalAdvance(key) + 12
        cap = QRectF(_eye_of(rect).left() - 10 - width, rect.top() + 5.5, width, rect.height() - 11)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(QColor(colours.muted))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        return width + 8


def paint_swatch(painter: QPainter, rect: QRect, colour: str, *, hatched: bool) -> None:
    """A rounded square of the colour; what is unsure is hatched, as on the canvas."""
    colours = colours_now()
    style = Qt.BrushStyle.BDiagPattern if hatched else Qt.BrushStyle.SolidPattern
    painter.setPen(QPen(QColor(colours.faint), 1) if hatched else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(colours.muted if hatched else colour), style))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def swatch_icon(colour: str, *, hatched: bool = False, size: int = 16) -> QIcon:
    """The swatch for menus and buttons."""
    pixmap = QPixmap(2 * size, 2 * size)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_swatch(painter, QRect(1, 1, size - 2, size - 2), colour, hatched=hatched)
    return QIcon(pixmap)


def _swatch_of(rect: QRect) -> QRect:
    return QRect(rect.left() + 16, rect.center().y() - _SWATCH // 2 + 1, _SWATCH, _SWATCH)


def _eye_of(rect: QRect) -> QRect:
    return QRect(rect.right() - 16 - _EYE, rect.center().y() - _EYE // 2 + 1, _EYE, _EYE)


def _name_of(rect: QRect) -> QRect:
    left = _swatch_of(rect).right() + 10
    return QRect(left, rect.top(), _eye_of(rect).left() - 8 - left, rect.height())


def _tip(row: ClassRow) -> str:
    if row.id == UNSURE:
        return tr("What nobody can tell: it counts for nothing in training and scores. In masks it is 255.")
    return tr(
        "{name}: {number} in the masks\nClick to paint it; a double click renames it, a click on the colour changes it",
        name=row.name,
        number=row.id,
    )
