"""The classes: which there are, which is painted, what they are called and how they look."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QColorDialog, QFrame, QHBoxLayout, QListView, QMenu

from crackstudio.core.classes import UNSURE
from crackstudio.studio.language import show, tr
from crackstudio.studio.widgets.bricks import Section, glyph_button, push, text
from crackstudio.studio.widgets.class_rows import ROW_HEIGHT, ClassDelegate, ClassModel, ClassRow

_MOST_SHOWN = 9
_EDITS = QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed


class ClassesPanel(Section):
    """Shows what it is told, and tells what a person wants; ids are those of the masks."""

    class_pressed = Signal(int)
    shown_changed = Signal(int, bool)
    renamed = Signal(int, str)
    recoloured = Signal(int, str)
    add_pressed = Signal()
    remove_pressed = Signal(int)

    def __init__(self) -> None:
        super().__init__(tr("Classes"))
        self.model = ClassModel(self)
        self.view = _Rows()
        delegate = ClassDelegate(self.view)
        self.view.setModel(self.model)
        self.view.setItemDelegate(delegate)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self._add = push(tr("Add class"), icon_name="plus", flat=True, tip=tr("One more kind of defect"))
        self._add.setObjectName("add_class")
        self._rename = glyph_button("pencil-simple", tip=tr("Rename the class in use"))
        self._remove = glyph_button("trash", tip=tr("Remove the class in use, if no mask holds it"))
        self._note = text("", kind="muted", wrap=True)
        self._note.setContentsMargins(16, 4, 12, 0)
        self._lay_out()
        self.set_note("")
        self.model.renamed.connect(self.renamed)
        delegate.pressed.connect(self.class_pressed)
        delegate.eye_pressed.connect(lambda identity: self.shown_changed.emit(identity, not self._row(identity).shown))
        delegate.swatch_pressed.connect(self._ask_colour)
        self._add.clicked.connect(self.add_pressed)
        self._rename.clicked.connect(lambda: self.edit_name(self._in_use()))
        self._remove.clicked.connect(lambda: self.remove_pressed.emit(self._in_use()))

    def set_rows(self, rows: Sequence[ClassRow]) -> None:
        """Show these classes; the last one is unsure."""
        self.model.set_rows(rows)
        self.view.setFixedHeight(ROW_HEIGHT * min(len(rows), _MOST_SHOWN))
        self.view.viewport().update()
        for button in (self._rename, self._remove):
            button.setEnabled(self._in_use() != UNSURE)
        self.view.scrollTo(self.model.index_of(self._in_use()))

    def set_note(self, words: str) -> None:
        """Said below the list; empty where there is nothing to say."""
        show(self._note, text=words)
        self._note.setVisible(bool(words))

    def edit_name(self, identity: int) -> None:
        """Let a person type another name."""
        index = self.model.index_of(identity)
        self.view.scrollTo(index)
        self.view.setCurrentIndex(index)
        self.view.edit(index)

    def _row(self, identity: int) -> ClassRow:
        return self.model.rows[self.model.index_of(identity).row()]

    def _in_use(self) -> int:
        return next((row.id for row in self.model.rows if row.in_use), UNSURE)

    def _ask_colour(self, identity: int) -> None:
        dialog = QColorDialog(QColor(self._row(identity).colour), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self.recoloured.emit(identity, colour.name()))
        dialog.open()

    def _open_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if not index.isValid():
            return
        row, menu = self.model.rows[index.row()], QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = tr("Hide on the canvas") if row.shown else tr("Show on the canvas")
        menu.addAction(shown).triggered.connect(lambda: self.shown_changed.emit(row.id, not row.shown))
        if row.id != UNSURE:
            menu.addAction(tr("Rename…")).triggered.connect(lambda: self.edit_name(row.id))
            menu.addAction(tr("Colour…")).triggered.connect(lambda: self._ask_colour(row.id))
            menu.addSeparator()
            menu.addAction(tr("Remove")).triggered.connect(lambda: self.remove_pressed.emit(row.id))
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(10, 4, 12, 0)
        buttons.addWidget(self._add)
        buttons.addStretch(1)
        buttons.addWidget(self._rename)
        buttons.addWidget(self._remove)
        self.body.setContentsMargins(0, 2, 0, 10)
        self.body.setSpacing(0)
        self.body.addWidget(self.view)
        self.body.addWidget(self._note)
        self.body.addLayout(buttons)


class _Rows(QListView):
    """A list that leaves letters and numbers to the window's keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("classes")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(_EDITS)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().strip() and self.state() != QAbstractItemView.State.EditingState:
            event.ignore()
        else:
            super().keyPressEvent(event)
