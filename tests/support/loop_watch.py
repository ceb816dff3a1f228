"""The 50 ms rule, watched: nothing that a person does may hold the window's event loop up for longer.

What counts is not the clock on the wall. On a loaded machine with two cores every thread is held up, the innocent ones
too, and a test that fails with the machine is soon switched off. So three things are told apart:

- *work*: the main thread's own processor time within one turn of the event loop, or within one key, click or action
  that a test sends. A busy machine moves it by 1.7 at most (two threads that share a core), so what is over the bar is
  set against a yardstick of work taken in the same breath. Measured by the main thread itself: a call that keeps the
  interpreter lock cannot hide. The garbage collector is left out, it walks the tests' own objects.
- *waiting*: asleep in one and the same line (a lock, a pipe, a pool) for ten looks of the watching thread, 5 ms apart.
  Looks are counted, not milliseconds: a machine that starves the main thread starves the watcher as well. A thread that
  is ready and gets no core does not sleep, so it is not meant; nor is one that reads from disk, cold as it may be.
- *fsync*: may take 1 ms or 2 s, as the disk likes. Any is told, however short.

The watching thread looks at the main thread's stack while a turn lasts, so that the failure names the slot. The frames
are read in one go, by what faulthandler is made of: walked one by one they change underway, and Python 3.11 ends in a
crash. The main thread's alone: Python 3.11 lists the state of a thread that Qt starts before it has filled it in, and
faulthandler, asked for every thread, ends in a crash as well.
"""

import ctypes
import faulthandler
import gc
import mmap
import os
import re
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEventLoop
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu

BAR_S = 0.05
LOOK_S = 0.005
DUMP_BYTES = 2**22
"""Room for looks; one takes some 10 kB."""
YARDSTICK_S = 0.004
"""What `_yardstick` takes on the machine that the bar is meant for: two cores of a server of 2023, idle."""
ROOT = Path(__file__).parents[2]

LOOPS = ((QEventLoop, "exec"), (QDialog, "exec"), (QMenu, "exec"), (QCoreApplication, "processEvents"))
"""What turns the event loop, at whatever depth."""
HANDS = (
    (QAction, "trigger"),
    (QAbstractButton, "click"),
    (QApplication, "sendEvent"),
    *((QTest, f"key{what}") for what in ("Click", "Clicks", "Press", "Release")),
    *((QTest, f"mouse{what}") for what in ("Click", "DClick", "Press", "Move", "Release")),
)
"""What a test does in a person's place, past the event loop: each call is a turn of its own."""


class Place(NamedTuple):
    """A line of a function."""

    file: str
    line: int
    function: str

    @property
    def short_file(self) -> str:
        """Within this checkout."""
        return Path(self.file).as_posix().removeprefix(f"{ROOT.as_posix()}/")


Stack = tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class Block:
    """The event loop was held up. `stack` is from the slot to the innermost line, the likeliest one that was seen."""

    what: str
    stack: Stack = ()

    def __str__(self) -> str:
        lines = [f"  {place.short_file}:{place.line} {place.function}" for place in self.stack]
        return "\n".join((f"The event loop was held up: {self.what}", *(lines or ["  in Qt itself"])))


class LoopWatch:
    """Watches from `start` to `stop`, on the main thread; what it saw is in `blocks`.

    `excuses`: functions that may take their time, by file and name, and why.
    """

    def __init__(self, *, excuses: Mapping[tuple[str, str], str] | None = None) -> None:
        self.blocks: list[Block] = []
        self._excuses = frozenset(excuses or ())
        self._patches = pytest.MonkeyPatch()
        self._main = threading.get_ident()
        self._write_stack = _stack_writer()
        self._depth = 0
        self._turn, self._began = 0, time.monotonic()
        self._since = 0.0
        self._is_excused = False
        self._looks: deque[Stack] = deque()
        self._ends = threading.Event()
        self._dump = tempfile.TemporaryFile()  # noqa: SIM115  as long as the watch
        self._dump.truncate(DUMP_BYTES)
        self._seen, self._told = mmap.mmap(self._dump.fileno(), DUMP_BYTES), 0
        self._watcher = threading.Thread(target=self._watch, name="loop watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        gc.callbacks.append(self._leave_out)
        for owner, name in LOOPS:
            self._patch(owner, name, is_loop=True)
        for owner, name in HANDS:
            self._patch(owner, name, is_loop=False)
        self._patches.setattr(os, "fsync", self._told_fsync(os.fsync))
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._beat)
        dispatcher.aboutToBlock.connect(self._beat)
        self._watcher.start()

    def stop(self) -> None:
        """End; `verdict` says what came of it."""
        self._ends.set()
        self._watcher.join()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.disconnect(self._beat)
        dispatcher.aboutToBlock.disconnect(self._beat)
        self._patches.undo()
        gc.callbacks.remove(self._leave_out)
        self._seen.close()
        self._dump.close()

    def verdict(self) -> None:
        """Fail the test if the event loop was held up."""
        if self.blocks:
            pytest.fail("\n".join(map(str, self.blocks)), pytrace=False)

    @contextmanager
    def excused(self, why: str) -> Iterator[None]:
        """What happens in here may take its time; `why` is for whoever reads the test."""
        assert why
        self._beat()
        before, self._is_excused = self._is_excused, True
        try:
            yield
        finally:
            self._beat()
            self._is_excused = before

    def _patch(self, owner: type, name: str, *, is_loop: bool) -> None:
        function = getattr(owner, name)
        is_static = type(function).__name__ == "builtin_function_or_method"
        watched = self._entry(function, is_loop=is_loop)
        self._patches.setattr(owner, name, staticmethod(watched) if is_static else watched)

    def _entry(self, function: Callable[..., Any], *, is_loop: bool) -> Callable[..., Any]:
        def entered(*arguments: Any, **named: Any) -> Any:
            if threading.get_ident() != self._main or (self._depth and not is_loop):
                return function(*arguments, **named)
            self._beat()
            self._depth += 1
            try:
                return function(*arguments, **named)
            finally:
                self._beat()
                self._depth -= 1

        return entered

    def _told_fsync(self, fsync: Callable[[int], None]) -> Callable[[int], None]:
        def told(descriptor: int) -> None:
            if threading.get_ident() == self._main and self._depth:
                self._tell("os.fsync", _stack(sys._getframe(1)))
            fsync(descriptor)

        return told

    def _beat(self) -> None:
        """One turn ends, the next begins; on the main thread."""
        work, looks = time.thread_time() - self._since, list(self._looks)
        if self._depth and work > BAR_S and work > BAR_S * _yardstick() / YARDSTICK_S:
            self._tell(f"{1000 * work:.0f} ms of work", _likeliest(looks))
        self._looks.clear()
        self._turn, self._began = self._turn + 1, time.monotonic()
        self._since = time.thread_time()

    def _tell(self, what: str, stack: Stack) -> None:
        if not self._is_excused and self._excuses.isdisjoint((place.short_file, place.function) for place in stack):
            self.blocks.append(Block(what=what, stack=stack))

    def _leave_out(self, phase: str, _told: dict[str, int]) -> None:
        """The collector begins or ends; it may run on any thread."""
        if threading.get_ident() == self._main:
            self._since += time.thread_time() * (1 if phase == "stop" else -1)

    def _watch(self) -> None:
        """Look at the main thread's stack time and again; on the watching thread."""
        turn, waits, last = 0, 0, ()
        while not self._ends.wait(LOOK_S):
            now, lasts = self._turn, time.monotonic() - self._began
            stack = self._look() if self._depth and lasts > LOOK_S else ()
            is_same = bool(stack) and (now, stack) == (turn, last)
            waits = waits + 1 if is_same and _is_asleep() else 0
            turn, last = now, stack
            if stack:
                self._looks.append(stack)
                self._make_room()
            if waits == round(BAR_S / LOOK_S):
                self._tell(f"asleep for {waits} looks", stack)

    def _look(self) -> Stack:
        """What the main thread is in. Written and read without a call that gives the interpreter's lock away."""
        self._write_stack(self._dump.fileno())
        begins, self._told = self._told, self._seen.find(b"\0", self._told)
        return _from_the_slot(_places_of(self._main, self._seen[begins : self._told].decode("ascii", "replace")))

    def _make_room(self) -> None:
        """Begin the dump anew before it is full."""
        if self._told > DUMP_BYTES // 2:
            os.lseek(self._dump.fileno(), 0, os.SEEK_SET)
            self._seen[: self._told] = bytes(self._told)
            self._told = 0


def _stack_writer() -> Callable[[int], None]:
    """Writes to a file what the calling thread is in, from whatever thread it is called later.

    From Python 3.13 on the function is no longer to be had; every thread's stack can be asked for there.
    """
    if (dump := getattr(ctypes.pythonapi, "_Py_DumpTraceback", None)) is None:
        return lambda file: faulthandler.dump_traceback(file, all_threads=True)
    own_state = ctypes.pythonapi.PyThreadState_Get
    own_state.restype = ctypes.c_void_p
    state = ctypes.c_void_p(own_state())
    dump.restype = None
    return lambda file: dump(file, state)


def _yardstick() -> float:
    """Seconds of processor time for the same work every time: the middle one of three."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        sum(number % 7 for number in range(100_000))
        taken.append(time.thread_time() - began)
    return sorted(taken)[1]


def _places_of(thread: int, dump: str) -> Iterator[Place]:
    """From the innermost line outwards, out of what faulthandler wrote: of this thread alone, or of every one."""
    _, _, after = dump.partition("Stack" if dump.startswith("Stack") else f"hread 0x{thread:016x}")
    for file, line, function in re.findall(r'  File "(.*)", line (\d+) in (.*)', after.partition("\n\n")[0]):
        yield Place(file, int(line), function)


def _from_the_slot(inwards: Iterable[Place]) -> Stack:
    """From the slot to the innermost line; empty where no slot runs."""
    places = list(takewhile(lambda place: (place.file, place.function) != (__file__, "entered"), inwards))
    return tuple(reversed(places))


def _stack(frame: FrameType | None) -> Stack:
    """From the slot to this frame of the calling thread."""
    frames = [Place(one.f_code.co_filename, line, one.f_code.co_name) for one, line in traceback.walk_stack(frame)]
    return _from_the_slot(frames)


def _likeliest(looks: list[Stack]) -> Stack:
    """A stack in whose innermost line of this checkout the thread was seen most often."""
    ours = {stack: [place._replace(line=0) for place in stack if _is_ours(place)] for stack in looks}
    seen = Counter(ours[stack][-1] for stack in looks if ours[stack])
    if not seen:
        return looks[-1] if looks else ()
    innermost = seen.most_common(1)[0][0]
    return next(stack for stack in looks if ours[stack] and ours[stack][-1] == innermost)


def _is_ours(place: Place) -> bool:
    path = Path(place.file)
    return path.is_relative_to(ROOT) and not path.is_relative_to(Path(sys.prefix))


def _is_asleep() -> bool:
    """Whether the main thread waits for something other than a core or the disk; Linux alone tells."""
    with suppress(OSError):
        return Path("/proc/self/stat").read_text().rpartition(")")[2].split()[0] == "S"
    return False
