"""Waiting for the disk while the window goes on: what comes after the writing waits for it, or a person goes without.

One wait at a time; what is asked for meanwhile takes its place.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.studio.background import Background

PATIENCE_MS = 1500
_LANE = "leaving"

Act = Callable[[], None]


class Leaving(QObject):
    """Waits on `writing`, behind everything that was submitted to it before."""

    ended = Signal()
    """Nothing is waited for any more."""

    def __init__(self, *, writing: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writing = writing
        self._tell: Act | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._lose_patience)

    def wait(self, work: Act, *, done: Act, failed: Callable[[Exception], None], tell: Act) -> None:
        """Do `work` there, then `done` or `failed` here; `tell` that it takes long, at once where one waits already."""
        is_second, self._tell = self._tell is not None, tell
        self._writing.submit(
            work,
            done=lambda _none: self._end(done),
            failed=lambda error: self._end(lambda: failed(error)),
            lane=_LANE,
        )
        if is_second:
            tell()
        else:
            self._patience.start()

    def cancel(self) -> None:
        """Wait no more."""
        self._writing.forget(_LANE)
        self._end(lambda: None)

    def _end(self, act: Act) -> None:
        self._patience.stop()
        self._tell = None
        self.ended.emit()
        act()

    def _lose_patience(self) -> None:
        if self._tell is not None:
            self._tell()
