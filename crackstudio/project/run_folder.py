"""The folder of one run: what was asked, what it trained on, what happened. Everything a reopened project replays.

run.json  snapshot.json  events.jsonl  log.txt  masks/  checkpoints/{best,last}.safetensors  previews/
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from crackstudio.core import wire
from crackstudio.core.errors import RunError
from crackstudio.core.runs import RunRecord, RunState, Snapshot
from crackstudio.project.atomic import write_bytes

_Read = TypeVar("_Read", RunRecord, Snapshot)

_ENDS = {
    wire.Finished: RunState.FINISHED,
    wire.Stopped: RunState.STOPPED,
    wire.Failed: RunState.FAILED,
}


class RunFolder:
    """One run on disk. Cheap to make: nothing is read or created until it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._events: BinaryIO | None = None

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def id(self) -> str:
        """The folder's name: `<date>-<time>-<method>`."""
        return self.path.name

    @property
    def masks(self) -> Path:
        """Copies of the masks, so that painting goes on while the run trains."""
        return self.path / "masks"

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints lie."""
        return self.path / "checkpoints"

    @property
    def checkpoint_best(self) -> Path:
        """The checkpoint that serves proposals."""
        return self.checkpoints / "best.safetensors"

    @property
    def checkpoint_last(self) -> Path:
        """The newest checkpoint."""
        return self.checkpoints / "last.safetensors"

    @property
    def previews(self) -> Path:
        """Pictures of the probes."""
        return self.path / "previews"

    @property
    def events_path(self) -> Path:
        """One event a line."""
        return self.path / "events.jsonl"

    @property
    def log(self) -> Path:
        """What the engine said on stderr."""
        return self.path / "log.txt"

    def record(self) -> RunRecord:
        """Raises `RunError` where `run.json` is missing or damaged."""
        return self._read("run.json", RunRecord)

    def snapshot(self) -> Snapshot:
        """Raises `RunError` where `snapshot.json` is missing or damaged."""
        return self._read("snapshot.json", Snapshot)

    def write_record(self, record: RunRecord) -> None:
        """Atomic."""
        self._write("run.json", record)

    def write_snapshot(self, snapshot: Snapshot) -> None:
        """Atomic."""
        self._write("snapshot.json", snapshot)

    def events(self) -> Iterator[wire.AnyEvent]:
        """Every event so far; a line cut off by a kill, or of a newer version, is skipped."""
        try:
            with self.events_path.open("rb") as lines:
                for line in lines:
                    try:
                        yield wire.decode_event(line)
                    except msgspec.DecodeError:
                        continue
        except FileNotFoundError:
            return

    def append(self, event: wire.AnyEvent) -> None:
        """One line, handed to the operating system at once, so that a killed engine leaves every event it told."""
        if self._events is None:
            self.path.mkdir(parents=True, exist_ok=True)
            self._events = self.events_path.open("ab", buffering=0)
            if self._events.tell():
                self._events.write(b"\n")  # an older engine may have been killed within a line
        self._events.write(wire.encode(event))

    def close(self) -> None:
        """Close `events.jsonl` after `append`; a later `append` opens it again."""
        if self._events is not None:
            self._events.close()
            self._events = None

    def state(self, *, alive: bool = False) -> RunState:
        """How the run stands by its last words; without any it is `interrupted` unless its engine is `alive`."""
        state = RunState.RUNNING if alive else RunState.INTERRUPTED
        for event in self.events():
            if type(event) in _ENDS:
                state = _ENDS[type(event)]
            elif isinstance(event, wire.Started):  # resumed after an end
                state = RunState.RUNNING if alive else RunState.INTERRUPTED
        return state

    def _read(self, name: str, kind: type[_Read]) -> _Read:
        path = self.path / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError) as error:
            raise RunError(
                f"{path} is missing or damaged ({error}). The other runs are untouched; start this one anew."
            ) from error

    def _write(self, name: str, what: RunRecord | Snapshot) -> None:
        write_bytes(self.path / name, msgspec.json.format(msgspec.json.encode(what), indent=1))
