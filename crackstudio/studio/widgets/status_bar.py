"""The bottom line: path, size, cursor, review, saved, device, message."""

from datetime import datetime
from html import escape

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

from crackstudio.core.images import ImageEntry
from crackstudio.studio.language import say, show, tr

MESSAGE_MS = 8000


class Passing(QLabel):
    """A line as wide as there is room: it never makes the window wider, and its end goes first."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        with QPainter(self) as painter:
            self.style().drawItemText(
                painter,
                self.rect(),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                self.palette(),
                self.isEnabled(),
                shown,
                self.foregroundRole(),
            )


class StatusBar(QStatusBar):
    """Setters only; messages go by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._path = QLabel()
        self._size = QLabel()
        self._class = QLabel()
        self._class.setObjectName("class")
        self._cursor = QLabel()
        self._zoom = QLabel()
        self._review = QLabel()
        self._saved = QLabel()
        self._message = Passing()
        self._hint = Passing()
        self._hint.hide()
        self._passing = QTimer(self, singleShot=True, interval=MESSAGE_MS)
        self._passing.timeout.connect(self._message.clear)
        self._cursor.setMinimumWidth(170)
        for left in (self._path, self._size, self._zoom, self._class, self._cursor):
            self.addWidget(left)
        self.addWidget(self._message, 1)
        self.addWidget(self._hint, 1)
        for right in (self._review, self._saved):
            self.addPermanentWidget(right)

    def set_hint(self, words: str) -> None:
        """What the thing under the pointer does, in place of the message; empty: the message is in sight again."""
        self._hint.setText(words)
        self._hint.setVisible(bool(words))
        self._message.setVisible(not words)

    def say(self, words: str) -> None:
        """A line that passes by; the rest stays in sight."""
        self.set_hint("")
        show(self._message, text=words)
        self._passing.start()

    def set_entry(self, entry: ImageEntry | None) -> None:
        """Show the open image."""
        self._path.setText(entry.name if entry else "")
        self._size.setText(f"{entry.width} × {entry.height}" if entry and entry.width else "")
        show(self._review, text=tr(entry.review) if entry else "")

    def set_cursor(self, x: int, y: int, value: str) -> None:
        """Show what is under the cursor; x < 0 when it is off the image."""
        self._cursor.setText(f"{x}, {y}   {value}" if x >= 0 else "")

    def set_class(self, name: str, *, colour: str) -> None:
        """Show the class in use."""
        self._class.setText(f'<span style="color: {colour}">■</span> {escape(name)}')

    def set_zoom(self, factor: float) -> None:
        """Show the zoom."""
        self._zoom.setText(f"{factor:.0%}")

    def set_unsaved(self) -> None:
        """Say that a mask waits to be saved."""
        say(self._saved, text="editing")

    def set_saved(self, when: datetime) -> None:
        """Say when masks were saved last."""
        say(self._saved, text=tr("saved {when:%H:%M}", when=when))
