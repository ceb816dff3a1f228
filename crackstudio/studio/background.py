"""Work off the main thread: a pool, results delivered on the main thread, stale results dropped.

A *lane* is a name for work of which only the newest counts (opening an image, say): whatever was submitted to it
before is skipped if it has not begun, and its result is dropped if it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QThreadPool, Signal

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What came of one piece of work; `deliver` is called on the main thread."""

    lane: str | None
    generation: int
    pool: QThreadPool
    deliver: Callable[[], None]


class Background(QObject):
    """A pool of `threads`; with one thread it is also a queue that keeps order (saving)."""

    work_failed = Signal(object)
    """An exception that the submitter did not ask to see."""
    finish_asked = Signal()
    """Somebody is about to wait: work that need not be done may give up."""

    _answered = Signal(object)

    def __init__(self, *, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._pool = self._new_pool()
        self._newest: dict[str, int] = {}
        self._closed = False
        self._answered.connect(self._deliver)

    @property
    def is_closed(self) -> bool:
        """Whether what is submitted is dropped."""
        return self._closed

    def submit(
        self,
        work: Callable[[], Result],
        *,
        done: Callable[[Result], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        lane: str | None = None,
        urgent: bool = False,
    ) -> None:
        """Run `work()` in the pool; then `done(result)` or `failed(exception)` on the main thread."""
        if self._closed:
            return
        generation, pool = self._next_generation(lane), self._pool

        def run() -> None:
            if not self._is_newest(lane, generation):
                return
            deliver = self._attempt(work, done=done, failed=failed)
            if pool is self._pool:
                self._answered.emit(_Answer(lane=lane, generation=generation, pool=pool, deliver=deliver))

        pool.start(run, 1 if urgent else 0)

    def forget(self, lane: str) -> None:
        """Make everything submitted to `lane` so far stale."""
        self._next_generation(lane)

    def start_anew(self) -> None:
        """What was submitted may never end: it goes on in its order, but nobody waits for it or hears of it."""
        self._pool = self._new_pool()

    def finish(self) -> None:
        """Wait until all that was submitted is done and delivered: for the moments before the window goes."""
        self.finish_asked.emit()
        self._pool.waitForDone()
        QCoreApplication.sendPostedEvents(self)

    def close(self) -> None:
        """Drop what has not begun, wait for what has, deliver nothing more."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone()

    def _new_pool(self) -> QThreadPool:
        pool = QThreadPool(self)
        pool.setMaxThreadCount(self._threads)
        return pool

    def _attempt(
        self,
        work: Callable[[], Result],
        *,
        done: Callable[[Result], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> Callable[[], None]:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  every failure belongs to whoever asked for the work
            kept: Any = error
            tell = failed or self.work_failed.emit
            return lambda: tell(kept)
        return lambda: done(result) if done else None

    def _next_generation(self, lane: str | None) -> int:
        if lane is None:
            return 0
        self._newest[lane] = self._newest.get(lane, 0) + 1
        return self._newest[lane]

    def _is_newest(self, lane: str | None, generation: int) -> bool:
        return lane is None or self._newest[lane] == generation

    def _deliver(self, answer: _Answer) -> None:
        if self._closed or answer.pool is not self._pool:
            return
        if self._is_newest(answer.lane, answer.generation):
            answer.deliver()
