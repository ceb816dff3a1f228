"""Steps per second of each method in the trainer against the same network in a bare loop.

    python tests/benchmarks/bench_training.py [METHOD ...] [--seconds 40]

The trainer's figure is over everything between its first and its last step: cutting crops, events, scoring, previews,
checkpoints. The bare loop repeats one batch in memory; the two take turns, as a machine's speed changes by the minute.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch
from report import exit_code, row

from crackstudio.core.images import MaskKind, Split, Tag
from crackstudio.core.runs import RunRecord, RunSpec, Snapshot, SnapshotItem
from crackstudio.core.wire import AnyEvent, Failed, Stepped
from crackstudio.engine.batches import Batches
from crackstudio.engine.cards import config_from
from crackstudio.engine.control import Control
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.device import choose_place, put
from crackstudio.engine.methods import methods
from crackstudio.engine.trainer import train_run
from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters
from crackstudio.project.run_folder import RunFolder

BAR = 0.9
IMAGES, SIDE = 32, 320
EVERY, TURN = 6.0, 3.0
"""Seconds of the trainer between two turns of the bare loop, and seconds of a turn."""
THREADS = torch.get_num_threads()


def drawn_items(folder: Path) -> list[SnapshotItem]:
    """Half cracked, half intact, a quarter of each for validation."""
    items = []
    for number in range(IMAGES):
        picture = draw(number, cracked=number % 2 == 0, height=SIDE, width=SIDE)
        rasters.write_png(folder / f"{number}.png", picture.image)
        rasters.write_png(folder / f"masks/{number}.png", picture.mask)
        items.append(
            SnapshotItem(
                name=f"{number}.png",
                image=str(folder / f"{number}.png"),
                tag=Tag.CRACKED if picture.cracked else Tag.INTACT,
                mask=str(folder / f"masks/{number}.png"),
                mask_kind=MaskKind.EXACT,
                split=Split.VALIDATION if number % 8 >= 6 else Split.TRAIN,
            )
        )
    return items


class Bare:
    """The same network in a bare loop over one batch in memory."""

    def __init__(self, key: str, items: list[SnapshotItem]) -> None:
        torch.manual_seed(0)
        kind = methods()[key]
        self._place = choose_place()
        self._method = kind(config_from(kind, {}))
        for network in self._method.networks().values():
            put(network, self._place)
        dataset = Dataset(items, folder=Path("/"), feed=self._method.feed())
        with Batches(dataset, self._method.streams(), seed=0) as batches:
            self._batch = batches.next(self._place.device)
        self.steps, self.seconds = 0, 0.0

    def run(self, seconds: float) -> None:
        """Step for so long, after one step that warms up, with all threads."""
        threads = torch.get_num_threads()
        torch.set_num_threads(THREADS)
        self._step()
        began, steps = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            self._step()
            steps += 1
        self.steps, self.seconds = self.steps + steps, self.seconds + time.perf_counter() - began
        torch.set_num_threads(threads)

    def _step(self) -> None:
        with self._place.autocast():
            losses = self._method.train_step(self._batch, 0.5)
        float(next(iter(losses.values())))


def measured(key: str, items: list[SnapshotItem], folder: Path, *, seconds: float) -> tuple[float, float]:
    """Steps per second of the bare loop and of the trainer, which is held now and then for a turn of the bare loop."""
    run = RunFolder(folder)
    run.write_snapshot(Snapshot(items=tuple(items), digest="bench"))
    spec = RunSpec(method=key, minutes=seconds / 60)
    run.write_record(
        RunRecord(id="bench", spec=spec, created="", snapshot_digest="bench", images=len(items), command="")
    )
    bare, control = Bare(key, items), Control()
    told: list[tuple[float, int]] = []
    turns = 0

    def listen(event: AnyEvent) -> None:
        nonlocal turns
        if not isinstance(event, Stepped):
            return
        told.append((event.seconds, event.step))
        if event.seconds >= turns * EVERY:
            turns += 1
            began = time.monotonic()
            bare.run(TURN)
            control.paused_seconds += time.monotonic() - began

    end = train_run(run, on_event=listen, control=control)
    if isinstance(end, Failed):
        raise SystemExit(end.message)
    (first_at, first), (last_at, last) = told[0], told[-1]
    return bare.steps / bare.seconds, (last - first) / (last_at - first_at)


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=list(methods()))
    parser.add_argument("--seconds", type=float, default=40.0)
    asked = parser.parse_args()
    for key in asked.methods:
        with tempfile.TemporaryDirectory() as name:
            items = drawn_items(Path(name))
            bare, trainer = measured(key, items, Path(name) / "run", seconds=asked.seconds)
        what = f"training {key}, {choose_place().name}: steps a second against a bare loop"
        row(what, trainer / bare, BAR, "x", at_least=True)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
