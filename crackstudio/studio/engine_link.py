"""The studio's side of an engine process: one thread owns one engine, from its start to its end.

    window --send()--> queue --> writer --> stdin  |
                                                   | engine process
    window <--signals-- this thread <----- stdout  |
                        run's log   <----- stderr  |

Nothing here blocks the window: commands are queued, events are read and previews decoded in the thread. The end of
stdin asks the engine to stop; an engine that does not listen is terminated, then killed.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

import msgspec
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from crackstudio.core import wire
from crackstudio.project.run_folder import RunFolder
from crackstudio.studio.language import heard, tr

ENGINE = (sys.executable, "-m", "crackstudio", "engine")
GRACE_MS = 4000
"""How long a closing window waits for an engine to end by itself (it stops after the step it is in)."""
TAIL_LINES = 40

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_LAST_WORDS = (wire.Finished, wire.Stopped, wire.Failed)
LastWord = wire.Finished | wire.Stopped | wire.Failed


class Ending(StrEnum):
    """How an engine ended. Closed: it was asked to, and had no run to report on."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an engine. `signal` names what killed it, where the system says so; `tail` is its last stderr."""

    ending: Ending
    last_word: LastWord | None = None
    exit_code: int | None = None
    signal: str | None = None
    tail: str = ""

    def words(self) -> str:
        """One sentence for a person."""
        if isinstance(self.last_word, wire.Failed):
            return heard(self.last_word.message)
        if self.ending is not Ending.CRASHED:
            return tr("The engine has ended.")
        if self.signal in {"SIGKILL", "SIGABRT"}:
            return tr("The engine was killed ({signal}); most often the machine ran out of memory.", signal=self.signal)
        if self.signal:
            return tr("The engine crashed ({signal}).", signal=self.signal)
        if self.exit_code is None:
            return tr("The engine could not be started.")
        return tr("The engine ended without a word (exit code {code}).", code=self.exit_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The decoded pictures of one `PreviewSaved`, by layer."""

    step: int
    probe: str
    layers: dict[str, QImage]


class RetrainingThread(QThread):
    """Owns an engine process: the long-lived proposer (no `run`), or the trainer of one run folder."""

    event_arrived = Signal(object)
    """Every `wire` event, in order."""
    pictures_arrived = Signal(object)
    """`Pictures`, after the `PreviewSaved` they belong to."""
    log_arrived = Signal(str)
    """Lines of the engine's stderr, and lines of its stdout that are no event."""
    engine_ended = Signal(object)
    """`Outcome`; the last signal there is."""

    def __init__(
        self, *, run: Path | None = None, command: Sequence[str] = ENGINE, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.run_folder = run
        self._command = tuple(command)
        self._commands: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._stopping = False
        self._last_word: LastWord | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._log = _Log(RunFolder(run).log) if run is not None else None
        if run is not None:
            self.send(wire.Train(run=str(run)))

    def send(self, command: wire.Command) -> None:
        """Queue one command; returns at once, before the engine is up too."""
        self._stopping = self._stopping or isinstance(command, wire.Stop)
        self._commands.put(wire.encode(command))

    def end_input(self) -> None:
        """End the engine's stdin: it stops after the step it is in."""
        self._closing.set()
        self._commands.put(None)

    def close(self, *, grace_ms: int = GRACE_MS) -> None:
        """End the engine and this thread, by force after `grace_ms`; for closing the window."""
        self.end_input()
        if self.wait(grace_ms):
            return
        self.force()
        if not self.wait(1000) and self._process is not None:
            self._process.kill()
        self.wait()

    def force(self) -> None:
        """Terminate an engine that does not listen; how it ended is told as usual."""
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """End an engine at once, whatever it is at; how it ended is told as usual."""
        self.end_input()
        if self._process is not None:
            self._process.kill()

    def run(self) -> None:
        """The thread: read until the engine is gone, then say how it ended."""
        try:
            process = self._start_process()
        except OSError as error:
            self._note(f"{self._command[0]}: {error}")
            self.engine_ended.emit(self._outcome(None))
            return
        self._process = process
        try:
            self._attend(process)
        finally:  # whatever happened: the window takes a run that never ended for one that trains
            self.engine_ended.emit(self._outcome(process.returncode))

    def _attend(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        drains = (
            threading.Thread(target=self._write, args=(process.stdin,), name="engine-stdin"),
            threading.Thread(target=self._drain, args=(process.stderr,), name="engine-stderr"),
        )
        for drain in drains:
            drain.start()
        try:
            with process.stdout:
                for line in process.stdout:
                    self._take(line)
        finally:
            self._commands.put(None)
            process.wait()
            for drain in drains:
                drain.join()

    def _start_process(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
            creationflags=_NO_WINDOW,
        )

    def _write(self, stdin: IO[bytes]) -> None:
        try:
            with stdin:
                while (line := self._commands.get()) is not None:
                    stdin.write(line)
                    stdin.flush()
        except OSError:
            self._note("The engine no longer takes commands.")

    def _drain(self, stderr: IO[bytes]) -> None:
        with stderr:
            for line in stderr:
                self._note(line.decode("utf-8", "replace").rstrip())

    def _note(self, line: str) -> None:
        self._tail.append(line)
        self.log_arrived.emit(line)
        trouble = self._log.add(line) if self._log is not None else ""
        if trouble:
            self.log_arrived.emit(trouble)

    def _take(self, line: bytes) -> None:
        try:
            event = wire.decode_event(line)
        except msgspec.DecodeError:
            self._note(line.decode("utf-8", "replace").rstrip())
            return
        self.event_arrived.emit(event)
        if isinstance(event, wire.PreviewSaved) and self.run_folder is not None:
            self.pictures_arrived.emit(read_pictures(self.run_folder, event))
        if isinstance(event, _LAST_WORDS):
            self._last_word = event
            self.end_input()

    def _outcome(self, code: int | None) -> Outcome:
        return Outcome(
            ending=self._ending(code),
            last_word=self._last_word,
            exit_code=code,
            signal=_signal_name(code),
            tail="\n".join(self._tail),
        )

    def _ending(self, code: int | None) -> Ending:
        if isinstance(self._last_word, wire.Finished):
            return Ending.FINISHED
        if isinstance(self._last_word, wire.Stopped):
            return Ending.STOPPED
        if isinstance(self._last_word, wire.Failed):
            return Ending.FAILED
        if code == 0 and self._closing.is_set():
            return Ending.STOPPED if self._stopping else Ending.CLOSED
        return Ending.CRASHED


class _Log:
    """A run's log on disk. What the disk does not take is told once and costs the run nothing. Any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._is_told = False

    def add(self, line: str) -> str:
        """Words for a person where the line could not be written, the first time."""
        with self._lock:
            try:
                if self._path.parent.is_dir():
                    with self._path.open("a", encoding="utf-8") as log:
                        log.write(line + "\n")
            except OSError as error:
                is_news, self._is_told = not self._is_told, True
                return _log_lost(error) if is_news else ""
        return ""


def _log_lost(error: OSError) -> str:
    return tr(
        "The log cannot be written ({why}): what the engine says is shown here alone, and the run goes on.",
        why=heard(error.strerror or str(error)),
    )


def read_pictures(run_folder: Path, event: wire.PreviewSaved) -> Pictures:
    """Decode the pictures that `event` names; one that is missing or damaged is left out."""
    layers = {layer: QImage(str(run_folder / path)) for layer, path in event.pictures.items()}
    return Pictures(
        step=event.step,
        probe=event.probe,
        layers={layer: picture for layer, picture in layers.items() if not picture.isNull()},
    )


def _signal_name(code: int | None) -> str | None:
    if code is None or code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
