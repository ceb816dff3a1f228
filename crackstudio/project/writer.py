"""The one thread that writes the database and the journals, so that no stroke or key press waits for a disk.

What could not be written (disk full, permission lost) stays in memory, is told once, and is tried again.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crackstudio.core.errors import FolderError
from crackstudio.project.database import Database, Stored
from crackstudio.project.locking import BEAT_SECONDS

RETRY_SECONDS = 2.0

MOST_ROWS = 4000
"""In one transaction (about 40 ms), so that the journal never waits long behind the first scan of a large folder."""

ReadImages = Callable[[Iterable[int]], tuple[list[Stored], list[int]]]
"""Ids -> the images as they now are, and the ids of those that were removed."""


Acts = deque[tuple[str, Callable[[], None]]]
"""What to do, each with its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """What no disk has yet: steps of painting, and (if not `is_whole`) tags, reviews or small things."""

    steps: int
    is_whole: bool


class Writer:
    """Takes ids whose rows changed, state by key, and acts on files; each is done in the order given for its key.

    `check` is asked before anything is written; an `OSError` from it puts everything off.
    """

    def __init__(
        self,
        database: Database,
        *,
        read_images: ReadImages,
        report: Callable[[str, bool], None],
        check: Callable[[], None],
    ) -> None:
        self._database = database
        self._read_images = read_images
        self._report = report
        self._check = check
        self._wake = threading.Condition()
        self._images: dict[int, None] = {}
        self._state: dict[str, bytes] = {}
        self._acts: Acts = deque()
        self._last: Acts = deque()
        self._begun = self._ended = 0  # attempts
        self._trouble = ""
        self._idle = True
        self._hurry = self._closing = False
        self._thread = threading.Thread(target=self._run, name="project writer", daemon=True)
        self._thread.start()

    def touch(self, ids: Iterable[int]) -> None:
        """Write these images as they will be when their turn comes."""
        with self._wake:
            self._images.update(dict.fromkeys(ids))
            self._start()

    def put(self, key: str, value: bytes) -> None:
        """Write a value of the project's state."""
        with self._wake:
            self._state[key] = value
            self._start()

    def do(self, key: str, act: Callable[[], None], *, last: bool = False) -> None:
        """Run `act` on the writer's thread; if it fails, it and those of the same `key` behind it are tried again.

        With `last` it waits until the rows that were touched before are on disk.
        """
        with self._wake:
            (self._last if last else self._acts).append((key, act))
            self._start()

    @property
    def is_idle(self) -> bool:
        """Whether all that was given is on disk."""
        return self._idle

    def settle(self) -> None:
        """Wait until all that was given is on disk; raises `FolderError` where it cannot be written just now."""
        with self._wake:
            begun = self._begun
            self._hurry = not self._idle
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._idle or (self._trouble and self._ended > begun))
            if not self._idle:
                raise FolderError(self._trouble)

    def close(self) -> None:
        """Write what there is, once; raises `FolderError` with what could not be written. The thread has then ended."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join()
        if not self._idle:
            raise FolderError(self._trouble)

    def _start(self) -> None:
        self._idle = False
        self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(self._has_turn, RETRY_SECONDS if self._trouble else BEAT_SECONDS)
                closing, self._hurry = self._closing, False
                self._begun += 1
            self._attempt()
            if closing and (self._idle or self._trouble):
                return

    def _has_turn(self) -> bool:
        return self._hurry or self._closing or not (self._idle or self._trouble)

    def _attempt(self) -> None:
        try:
            self._check()
        except OSError as error:
            self._conclude(deque(), str(error), last=deque())
            return
        with self._wake:
            acts, self._acts = self._acts, deque()
            ids = list(self._images)[:MOST_ROWS]
            for image in ids:
                del self._images[image]
            state, self._state = self._state, {}
            last: Acts = deque()
            if not self._images:
                last, self._last = self._last, last
        kept, trouble = _done(acts)
        try:
            if ids or state:
                self._database.save(*self._read_images(ids), state)
            last, trouble_at_last = _done(last)
            trouble = trouble or trouble_at_last
        except Exception as error:  # noqa: BLE001 SQLite, disk, whatever: the rows are kept and tried again
            trouble = str(error)
            with self._wake:
                self._images.update(dict.fromkeys(ids))
                self._state = state | self._state
        self._conclude(kept, trouble, last=last)

    def _conclude(
        self,
        kept: Acts,
        trouble: str,
        *,
        last: Acts,
    ) -> None:
        with self._wake:
            had = self._trouble
            self._acts.extendleft(reversed(kept))
            self._last.extendleft(reversed(last))
            self._trouble = trouble and (
                f"The project cannot be written just now: {trouble}. Your strokes are kept in memory and it is tried "
                "again; free some space or give the permission back, and do not close the studio before."
            )
            self._idle = not (self._acts or self._last or self._images or self._state)
            self._ended += 1
            self._wake.notify_all()
        if self._trouble and not had:
            self._report(self._trouble, False)
        elif had and not self._trouble:
            self._report("The project can be written again; everything is on disk.", True)


def _done(acts: Acts) -> tuple[Acts, str]:
    """Run acts; those that failed, and those behind them with the same key, and why."""
    kept: Acts = deque()
    failed: set[str] = set()
    trouble = ""
    for key, act in acts:
        if key not in failed:
            try:
                act()
                continue
            except Exception as error:  # noqa: BLE001 whatever it is: every later stroke depends on this thread
                trouble = str(error) or type(error).__name__
                failed.add(key)
        kept.append((key, act))
    return kept, trouble
