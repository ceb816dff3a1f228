"""The folder of one run: what was asked, what it trained on, what happened. Everything a reopened project replays.

run.json  snapshot.json  events.jsonl  log.txt  masks/  checkpoints/{best,last}.safetensors  previews/
"""

import getpass
import os
import platform
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from crackstudio.core import wire
from crackstudio.core.errors import CheckpointError, RunError
from crackstudio.core.runs import RunRecord, RunSpec, RunState, Snapshot, SnapshotItem
from crackstudio.project.atomic import write_bytes

_Read = TypeVar("_Read", RunRecord, Snapshot)

_PACKAGES = ("crackstudio", "torch", "numpy", "opencv-python")

BEST = "checkpoints/best.safetensors"
LAST = "checkpoints/last.safetensors"
STATE = "checkpoints/last.state.safetensors"
"""Relative to the run's folder: what serves proposals, the newest, and all that the run needs to continue."""

_ENDS = {
    wire.Finished: RunState.FINISHED,
    wire.Stopped: RunState.STOPPED,
    wire.Failed: RunState.FAILED,
}


def new_run(runs: Path, method: str) -> "RunFolder":
    """A new folder below `runs`, named `<date>-<time>-<method>`."""
    stem, number = f"{_now():%Y%m%d-%H%M%S}-{method}", 1
    while True:
        path = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return RunFolder(path)


def checkpoint_at(path: Path) -> Path:
    """The checkpoint that `path` names: the file itself, or the best of a run's folder. Raises `CheckpointError`."""
    best = RunFolder(path).checkpoint_best
    found = best if path.is_dir() else path
    if not found.is_file():
        what = "holds no run with a checkpoint" if path.is_dir() else "is not there"
        raise CheckpointError(f"{path} {what}. Name a .safetensors file or the folder of a run that trained.")
    return found.absolute()


def command_line(
    spec: RunSpec, *, folder: Path, masks: Path | None = None, tiles: Path | None = None, project: Path | None = None
) -> str:
    """The line that repeats a run headless, from wherever it is typed."""
    words = ["crackstudio", "train", str(folder.absolute()), "--method", spec.method]
    words += ["--masks", str(masks.absolute())] if masks else []
    words += ["--tiles", str(tiles.absolute())] if tiles else []
    words += ["--project", str(project.absolute())] if project else []
    words += ["--preset", spec.preset] if spec.preset else []
    for name, value in spec.settings.items():
        words += ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    words += ["--from", spec.start_from] if spec.start_from else []
    words += ["--seed", str(spec.seed)]
    words += ["--minutes", f"{spec.minutes:g}"] if spec.minutes is not None else []
    words += ["--steps", str(spec.steps)] if spec.steps is not None else []
    words += ["--device", spec.device] if spec.device != "auto" else []
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


class RunFolder:
    """One run on disk. Cheap to make: nothing is read or created until it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._events: BinaryIO | None = None
        self._untold = bytearray()

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
    def checkpoint_best(self) -> Path:
        """The checkpoint that serves proposals."""
        return self.path / BEST

    @property
    def checkpoint_last(self) -> Path:
        """The newest checkpoint."""
        return self.path / LAST

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

    def write_request(
        self,
        spec: RunSpec,
        snapshot: Snapshot,
        *,
        folder: Path,
        masks: Path | None = None,
        tiles: Path | None = None,
        project: Path | None = None,
    ) -> RunRecord:
        """Write `run.json` for a run on the images in `folder`, with `masks` instead of the project's.

        `tiles` is the table of tile tags. `project`: where that is kept, if not below `folder`.
        """
        record = RunRecord(
            id=self.id,
            spec=spec,
            created=_now().isoformat(timespec="seconds"),
            snapshot_digest=snapshot.digest,
            images=len(snapshot.items),
            command=command_line(spec, folder=folder, masks=masks, tiles=tiles, project=project),
            versions={"python": platform.python_version(), **dict(filter(None, map(_version, _PACKAGES)))},
            who=_who(),
            commit=_commit(),
        )
        self.write_record(record)
        return record

    def write_snapshot(self, snapshot: Snapshot) -> None:
        """Atomic."""
        self._write("snapshot.json", snapshot)

    def follow(self, folder: Path) -> None:
        """The images may lie below `folder` now, where the run finds them when it goes on. Raises `RunError`."""
        snapshot = self.snapshot()
        items = tuple(_moved(item, folder) for item in snapshot.items)
        if items != snapshot.items:
            self.write_snapshot(msgspec.structs.replace(snapshot, items=items))

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
        """One line, handed to the operating system at once, so that a killed engine leaves every event it told.

        What the disk does not take, be it half a line, stays in memory and goes before the next one.
        """
        self._untold += wire.encode(event)
        self._hand_over()

    def close(self) -> None:
        """Close `events.jsonl` after `append`; a later `append` opens it again."""
        self._hand_over()
        if self._events is not None:
            self._events.close()
            self._events = None

    def _hand_over(self) -> None:
        with suppress(OSError):
            while self._untold:
                events = self._events or self._open_events()
                del self._untold[: events.write(self._untold)]

    def _open_events(self) -> BinaryIO:
        self.path.mkdir(parents=True, exist_ok=True)
        self._events = self.events_path.open("ab", buffering=0)
        if self._events.tell():
            self._untold[:0] = b"\n"  # an older engine may have been killed within a line
        return self._events

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


def _now() -> datetime:
    return datetime.now().astimezone()


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        return ""


def _commit() -> str:
    """Of the checkout that this code runs from; empty where it was installed."""
    here = Path(__file__).parent
    if not (here.parent.parent / ".git").exists():
        return ""
    asked = ["git", "-C", str(here), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _version(package: str) -> tuple[str, str] | None:
    from importlib import metadata

    try:
        return package, metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _moved(item: SnapshotItem, folder: Path) -> SnapshotItem:
    here = folder / (item.name.removesuffix(f"#{item.page}") if item.page else item.name)
    if Path(item.image).exists() or not here.exists():
        return item
    return msgspec.structs.replace(item, image=str(here.absolute()))
