"""The strokes of one image since its last save, so that a kill loses none.

A record is absolute (pixels after the stroke), so replaying one that the saved mask already contains changes nothing.
"""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from crackstudio.project import atomic, frames
from crackstudio.project.writer import Writer


class Journal:
    """Append from any thread, at once; the project's writer brings it to disk in order."""

    def __init__(self, path: Path, *, writer: Writer, aside: Callable[[], Path]) -> None:
        self._path = path
        self._key = str(path)  # stays, whatever the image is called later, so that what waits keeps its order
        self._writer = writer
        self._aside = aside
        self._disk = threading.Lock()  # never taken by `append` and `mark`
        self._unwritten: deque[bytes] = deque()
        self._appended = 0
        self._passed = 0  # of those appended: written, or dropped because a saved mask contains them
        self._prepared = self._read = False
        self._unread = False  # there are records of an earlier session, and nobody has read them

    def append(self, payload: bytes) -> None:
        """Returns at once; survives a kill as soon as the writer has had its turn."""
        self._unwritten.append(payload)
        self._appended += 1
        self._writer.do(self._key, self._write)

    def read(self) -> list[bytes]:
        """Every payload, the oldest first, those still in memory too; a damaged tail is dropped. Reads the disk."""
        with self._disk:
            self._read, self._unread = True, False
            return frames.read(self._path)[0] + list(self._unwritten)

    def mark(self) -> int:
        """The position after the last append: take it together with the mask that is about to be saved."""
        return self._appended

    @property
    def waiting(self) -> int:
        """How many payloads are still to be written."""
        return len(self._unwritten)

    def clear(self, upto: int) -> None:
        """Forget what lies before the mark `upto`, once the rows that were touched before are on disk.

        What an earlier session left and nobody has read is kept aside.
        """
        self._writer.do(self._key, partial(self._clear, upto), last=True)

    def set_aside(self, told: Callable[[Path], None]) -> None:
        """Keep what was appended so far in a place of its own, where nothing reads it, and tell which."""
        self._writer.do(self._key, partial(self._set_aside, self._appended, told))

    def move(self, path: Path) -> None:
        """The image has another name now. What another image left at `path` is kept aside."""
        with self._disk:
            if path.exists():
                self._keep_aside(path)
            if self._path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                atomic.replace(self._path, path)
            self._path = path

    def _write(self) -> None:
        with self._disk:
            self._write_first(len(self._unwritten))

    def _write_first(self, count: int) -> None:
        self._prepare()
        batch = list(self._unwritten)[:count]
        if batch:
            frames.append(self._path, batch)
            self._pass(len(batch))

    def _set_aside(self, upto: int, told: Callable[[Path], None]) -> None:
        with self._disk:
            self._write_first(max(0, upto - self._passed))
            if not self._path.exists():
                return
            kept = self._aside()
            kept.parent.mkdir(parents=True, exist_ok=True)
            atomic.replace(self._path, kept)
            self._unread = False
        told(kept)

    def _clear(self, upto: int) -> None:
        with self._disk:
            self._prepare()
            self._pass(min(max(0, upto - self._passed), len(self._unwritten)))
            rest = max(0, self._passed - upto)
            if self._unread:
                self._keep_aside(self._path)
                self._unread = False
            if rest:
                records, _ = frames.read(self._path)
                atomic.write_bytes(self._path, b"".join(map(frames.framed, records[-rest:])))
            else:
                self._path.unlink(missing_ok=True)

    def _prepare(self) -> None:
        """Once a session: cut a damaged tail off, or nothing written behind it could ever be read."""
        if self._prepared:
            return
        records, sound = frames.read(self._path)
        if self._path.exists() and self._path.stat().st_size > sound:
            with self._path.open("r+b") as file:
                file.truncate(sound)
        self._unread = bool(records) and not self._read
        self._prepared = True

    def _keep_aside(self, path: Path) -> None:
        atomic.write_bytes(self._aside(), path.read_bytes())

    def _pass(self, count: int) -> None:
        for _ in range(count):
            self._unwritten.popleft()
        self._passed += count
