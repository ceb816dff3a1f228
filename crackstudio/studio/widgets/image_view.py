"""The rows of the image list: a plain click or an arrow key opens an image, Shift, Ctrl and dragging only select.

The list is a table of one column with fixed row heights: a QListView asks a Python model for its row count once per row
whenever it lays out (measured: 330 ms at 100 000 rows, after every change), a table does not.
"""

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

_SELECTING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_FLAG = QItemSelectionModel.SelectionFlag


class ImageView(QTableView):
    """Tells which row a person opens; what is selected is asked for by `selected_rows`."""

    row_opened = Signal(QModelIndex)
    undo_asked = Signal()

    def __init__(self, *, row_height: int) -> None:
        super().__init__()
        self.undo_keys: Callable[[], Iterable[QKeySequence]] = tuple
        """Keys that are the list's own while `can_undo`; empty-handed they are the window's."""
        self.can_undo: Callable[[], bool] = lambda: False
        self._only_selects = False
        self.setObjectName("images")
        self.setMouseTracking(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row_height)

    def selected_rows(self) -> list[range]:
        """Runs of rows, the upper ones first: 100 000 rows are one run, not 100 000 indexes."""
        selection = self.selectionModel().selection()
        runs = [range(one.top(), one.bottom() + 1) for one in map(selection.at, range(selection.count()))]
        return sorted(runs, key=lambda run: run.start)

    def select_rows(self, rows: Iterable[int]) -> None:
        """Select these and nothing else; which row is current stays."""
        chosen = QItemSelection()
        for run in _runs(sorted(rows)):
            chosen.select(self.model().index(run.start, 0), self.model().index(run.stop - 1, 0))
        self.selectionModel().select(chosen, _FLAG.ClearAndSelect)

    def show_row(self, row: int, *, keep_selection: bool, scrolls: bool = True) -> None:
        """Make a row current and scroll to it; the others are not selected any more, unless they are to be kept."""
        how = _FLAG.NoUpdate if keep_selection else _FLAG.ClearAndSelect
        self.executeDelayedItemsLayout()  # until then a list that has grown scrolls no further than the one before
        self._only_selects = True
        self.setAutoScroll(scrolls)
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), how)
        self.setAutoScroll(True)
        self._only_selects = False

    def is_in_sight(self, row: int, *, height: int) -> bool:
        """Whether the whole of a row is seen through a viewport of this height."""
        top = self.rowViewportPosition(row)
        return 0 <= top <= height - self.rowHeight(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        current = self.currentIndex()
        stays = current.isValid() and self.is_in_sight(current.row(), height=event.oldSize().height())
        super().resizeEvent(event)
        if stays:
            self.scrollTo(current)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._only_selects:
            self.row_opened.emit(self.model().index(current.row(), 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        selects = event.button() != Qt.MouseButton.LeftButton or bool(event.modifiers() & _SELECTING)
        self._selecting(True, lambda: super(ImageView, self).mousePressEvent(event))
        index = self.indexAt(event.position().toPoint())
        if not selects and index.isValid():
            self.row_opened.emit(index)  # also the one that was current, but not open

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._selecting(True, lambda: super(ImageView, self).mouseMoveEvent(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._selecting(True, lambda: super(ImageView, self).mouseReleaseEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_undo(event):
            self.undo_asked.emit()
        else:
            selects = bool(event.modifiers() & _SELECTING)
            self._selecting(selects, lambda: super(ImageView, self).keyPressEvent(event))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_undo(event):
            event.accept()
            return True
        return super().event(event)

    def _is_undo(self, event: QKeyEvent) -> bool:
        return self.can_undo() and QKeySequence(event.keyCombination()) in self.undo_keys()

    def _selecting(self, selects: bool, act: Callable[[], None]) -> None:
        before, self._only_selects = self._only_selects, selects
        try:
            act()
        finally:
            self._only_selects = before


def _runs(rows: list[int]) -> list[range]:
    """Ascending rows as runs; of 100 000 in a row there is one, found in milliseconds."""
    if not rows:
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    firsts, lasts = [0, *(breaks + 1).tolist()], [*breaks.tolist(), len(rows) - 1]
    return [range(rows[first], rows[last] + 1) for first, last in zip(firsts, lasts, strict=True)]
