"""An engine from which something is expected, and that says nothing for long."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

LONGEST_S = 90
"""A large image, or a scoring on many, takes its time."""
LOOK_MS = 5000


class Silence(QObject):
    """`watch` from the engine's start to its end, and `hear` each of its words."""

    fell = Signal()
    """Nothing was heard for long; once for each silence."""
    broke = Signal()
    """A word came after all, or the engine has ended."""

    def __init__(self, *, is_expected: Callable[[], bool], parent: QObject) -> None:
        """While nothing `is_expected` (it waits for us, it was paused) an engine may be silent."""
        super().__init__(parent)
        self._is_expected = is_expected
        self._heard = 0.0
        self._is_told = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def watch(self) -> None:
        """An engine was started."""
        self.hear()
        self._timer.start()

    def end(self) -> None:
        """It has ended."""
        self._timer.stop()
        self.hear()

    def hear(self) -> None:
        """It said something."""
        self._heard = time.monotonic()
        if self._is_told:
            self._is_told = False
            self.broke.emit()

    def look(self) -> None:
        """Ask how long it has been silent; the timer does."""
        if not self._is_expected():
            self.hear()
        elif not self._is_told and time.monotonic() - self._heard > LONGEST_S:
            self._is_told = True
            self.fell.emit()
