"""A button that takes the next key that is pressed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPushButton

from crackstudio.studio.language import say, tr
from crackstudio.studio.own_keys import pressed_key

_KEY_EVENTS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)


class KeyRecorder(QPushButton):
    """While it is down every key is its own; Escape, or looking elsewhere, lets it up again."""

    recorded = Signal(str)
    """A key as portable text; it may be one that no action may have."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(170)
        self.toggled.connect(self._show)
        self._show(False)

    def event(self, event: QEvent) -> bool:
        if self.isChecked() and isinstance(event, QKeyEvent) and event.type() in _KEY_EVENTS:
            event.accept()  # here and not in keyPressEvent: Tab would never come there
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.setChecked(False)
        super().focusOutEvent(event)

    def _take(self, event: QKeyEvent) -> None:
        key = pressed_key(event)
        if key:
            self.setChecked(False)
        if key and key != "Esc":
            self.recorded.emit(key)

    def _show(self, listens: bool) -> None:
        say(self, text=tr("Press a key… Esc ends") if listens else tr("Add a key"))
        if listens:
            self.setFocus()
