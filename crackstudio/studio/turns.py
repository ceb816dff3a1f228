"""Acts on one mask, one after another: what is too large for the window's thread is worked out off it.

Whoever draws, undoes or confirms meanwhile finds the order kept: an act begins when those before it are done.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from crackstudio.core.errors import CrackStudioError
from crackstudio.studio.background import Background
from crackstudio.studio.mask_editor import MaskEditor

Work = Callable[[], Any]
"""Runs on another thread; what comes of it lands on the window's."""


class Turn(ABC):
    """One act. Where it raises a `CrackStudioError`, what waits behind it is not done either."""

    @abstractmethod
    def begin(self) -> Work | None:
        """Its turn has come: do what is small at once, or say what is to be worked out."""

    def land(self, result: Any) -> Work | None:  # noqa: ARG002  not every act has work
        """Make what was worked out a step; more work where the mask has gone on meanwhile."""
        return None


class Turns(QObject):
    """The acts that wait for one mask. Nothing lands in the middle of a stroke."""

    ended = Signal()
    """Nothing waits any more."""
    failed = Signal(object)
    """The `Exception` for which an act, and those behind it, were not done."""

    def __init__(self, editor: MaskEditor, *, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self.editor = editor
        self._background, self._lane = background, f"turns {id(editor)}"
        self._waiting: deque[Turn] = deque()
        self._turn: Turn | None = None
        self._landing: list[Any] = []
        editor.stroke_ended.connect(self._land, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether an act waits, or is being worked out."""
        return self._turn is not None or bool(self._waiting)

    def add(self, turn: Turn) -> None:
        """Do it once its turn comes: at once, where nothing waits."""
        self._waiting.append(turn)
        self._go_on()

    def finish(self) -> None:
        """Wait until all is done."""
        while self.is_busy:
            self.editor.finish_stroke()
            self._background.finish()
            self._land()

    def drop(self) -> None:
        """Do no more of it, and nothing of what is being worked out."""
        self._background.forget(self._lane)
        self._turn = None
        self._waiting.clear()
        self._landing.clear()

    def _go_on(self) -> None:
        if self._turn is not None:
            return
        while self._turn is None and self._waiting:
            self._turn = self._waiting.popleft()
            self._follow(self._turn.begin)
        if not self.is_busy:
            self.ended.emit()

    def _follow(self, act: Callable[[], Work | None]) -> None:
        work = None
        try:
            work = act()
        except CrackStudioError as error:
            self._give_up(error)
        finally:
            self.editor.is_awaiting_step = work is not None
            if work is None:
                self._turn = None
        if work is not None:
            self._background.submit(work, done=self._take, failed=self._fail, lane=self._lane)

    def _take(self, result: Any) -> None:
        self._landing.append(result)
        self._land()

    def _land(self) -> None:
        turn = self._turn
        if turn is not None and self._landing and not self.editor.is_stroking:
            result = self._landing.pop()
            self._follow(lambda: turn.land(result))
            self._go_on()

    def _fail(self, error: Exception) -> None:
        self._turn, self.editor.is_awaiting_step = None, False
        self._give_up(error)
        self._go_on()

    def _give_up(self, error: Exception) -> None:
        self._waiting.clear()
        self.failed.emit(error)
