"""Ctrl+Shift+P: every action by name."""

import re
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crackstudio.studio.icons import icon
from crackstudio.studio.language import say

_FALLBACK_ICON = "caret-right"
_ENGLISH = Qt.ItemDataRole.UserRole + 1
"""The action's name: to be found by, whatever the language."""


class CommandPalette(QDialog):
    """Typing narrows the list; Enter runs the chosen action and closes."""

    def __init__(self, actions: Iterable[QAction], *, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._line = QLineEdit()
        say(self._line, placeholderText="Type a command")
        self._list = QListWidget()
        for action in actions:
            self._add(action)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._line)
        column.addWidget(self._list)
        self.resize(480, 380)
        self._line.textChanged.connect(self._narrow)
        self._line.returnPressed.connect(self._run)
        self._list.itemClicked.connect(lambda _item: self._run())
        self._line.installEventFilter(self)
        self._narrow("")

    def open_over(self, window: QWidget) -> None:
        """Show it at the top of `window`."""
        centre = window.mapToGlobal(window.rect().center())
        self.move(centre.x() - self.width() // 2, window.mapToGlobal(window.rect().topLeft()).y() + 90)
        self.show()
        self._line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _add(self, action: QAction) -> None:
        keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
        words = re.sub("&(.)", r"\1", action.text())  # a mark of the menus; doubled it is an ampersand
        item = QListWidgetItem(icon(_FALLBACK_ICON, colour="faint"), f"{words}    {keys}" if keys else words)
        if not action.icon().isNull():
            item.setIcon(action.icon())
        item.setData(Qt.ItemDataRole.UserRole, action)
        item.setData(_ENGLISH, action.objectName().replace("_", " "))
        self._list.addItem(item)

    def _narrow(self, words: str) -> None:
        wanted = words.lower().split()
        first = None
        for row in range(self._list.count()):
            item = self._list.item(row)
            said = f"{item.text()} {item.data(_ENGLISH)}".lower()
            item.setHidden(not all(word in said for word in wanted))
            first = row if first is None and not item.isHidden() else first
        self._list.setCurrentRow(-1 if first is None else first)

    def _move(self, step: int) -> None:
        row = self._list.currentRow() + step
        while 0 <= row < self._list.count():
            if not self._list.item(row).isHidden():
                self._list.setCurrentRow(row)
                return
            row += step

    def _run(self) -> None:
        item = self._list.currentItem()
        self.close()
        if item is not None and item.data(Qt.ItemDataRole.UserRole).isEnabled():
            item.data(Qt.ItemDataRole.UserRole).trigger()
