"""One studio a project: a lock of the operating system, which a killed process cannot leave behind."""

import contextlib
import os
import socket
import sys
import time
import uuid
from pathlib import Path

import msgspec

from crackstudio.core.errors import ProjectLockedError

BEAT_SECONDS = 60
"""How often the holder shows that it lives, for other machines."""

STALE_SECONDS = 10 * BEAT_SECONDS

_LOCKED_BYTE = 1 << 20
"""Windows refuses to read locked bytes: the one that is locked lies beyond what the file says."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote the lock file."""

    pid: int
    host: str


class Lock:
    """Held from `take` to `release`.

    On one machine the operating system's lock decides, so the lock of a process that was killed is free at once. A
    network drive may not carry such locks between machines: a lock file of another machine also counts for ten
    minutes after its last `beat`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._beaten = time.monotonic()

    def take(self) -> None:
        """Raises `ProjectLockedError`; `OSError` where the file cannot be written."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        holder = self._read()
        if not _lock(self._file) or self._lives_elsewhere(holder):
            os.close(self._file)
            self._file = -1
            who = f" (process {holder.pid} on {holder.host})" if holder else ""
            raise ProjectLockedError(
                f"{self._path.parent} is open in another studio{who}. Nothing was changed; close it there. "
                f"If that machine is gone, delete {self._path}."
            )
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, msgspec.json.encode(Holder(pid=os.getpid(), host=socket.gethostname())))

    def beat(self) -> None:
        """Say that the holder lives; costs nothing when it was said within the minute."""
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = time.monotonic()
            with contextlib.suppress(OSError):
                os.utime(self._path)

    def release(self) -> None:
        """The file stays, empty: removing it would race with whoever opens it just now."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1

    def _read(self) -> Holder | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Holder)
        except (OSError, msgspec.DecodeError):
            return None

    def _lives_elsewhere(self, holder: Holder | None) -> bool:
        if holder is None or holder.host == socket.gethostname():
            return False
        return abs(self._now() - self._path.stat().st_mtime) < STALE_SECONDS

    def _now(self) -> float:
        """By the clock of the disk, as the beats are: that of this machine may have been set back."""
        probe = self._path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            probe.touch(exist_ok=False)
            return probe.stat().st_mtime
        finally:
            probe.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: the holder's beat must do
            return True
        return True
