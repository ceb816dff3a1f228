"""Steps per second of each method in the trainer against the same network in a bare loop, bar 0.9.

    python tests/benchmarks/bench_training.py [METHOD ...] [--seconds 40]

The trainer's figure is over everything between its first and its last step: cutting crops, events, scoring, previews,
checkpoints. The bare loop repeats one batch in memory, half of the time before and half after.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch

from crackstudio.core.images import MaskKind, Split, Tag
from crackstudio.core.runs import RunRecord, RunSpec, Snapshot, SnapshotItem
from crackstudio.core.wire import AnyEvent, Failed, Stepped
from crackstudio.engine.batches import Batches
from crackstudio.engine.cards import config_from
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.device import choose_place, put
from crackstudio.engine.methods import methods
from crackstudio.engine.trainer import train_run
from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters
from crackstudio.project.run_folder import RunFolder

BAR = 0.9
IMAGES, SIDE = 32, 320


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


def bare(key: str, items: list[SnapshotItem], *, seconds: float) -> float:
    """Steps per second on one batch."""
    torch.manual_seed(0)
    kind = methods()[key]
    method, place = kind(config_from(kind, {})), choose_place()
    for network in method.networks().values():
        put(network, place)
    dataset = Dataset(items, folder=Path("/"), feed=method.feed())
    with Batches(dataset, method.streams(), seed=0) as batches:
        batch = batches.next(place.device)
    steps, began = -3, 0.0
    while steps < 1 or time.perf_counter() - began < seconds:
        if steps == 0:
            began = time.perf_counter()
        with place.autocast():
            losses = method.train_step(batch, 0.5)
        float(next(iter(losses.values())))
        steps += 1
    return steps / (time.perf_counter() - began)


def trained(key: str, items: list[SnapshotItem], folder: Path, *, seconds: float) -> float:
    """Steps per second in the trainer."""
    run = RunFolder(folder)
    run.write_snapshot(Snapshot(items=tuple(items), digest="bench"))
    spec = RunSpec(method=key, minutes=seconds / 60)
    run.write_record(
        RunRecord(id="bench", spec=spec, created="", snapshot_digest="bench", images=len(items), command="")
    )
    told: list[tuple[float, int]] = []

    def listen(event: AnyEvent) -> None:
        if isinstance(event, Stepped):
            told.append((time.perf_counter(), event.step))

    end = train_run(run, on_event=listen)
    if isinstance(end, Failed):
        raise SystemExit(end.message)
    (first_at, first), (last_at, last) = told[0], told[-1]
    return (last - first) / (last_at - first_at)


def say(line: str) -> None:
    """One line of the table, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", default=list(methods()))
    parser.add_argument("--seconds", type=float, default=40.0)
    asked = parser.parse_args()
    say(f"{'method, default settings':<28} | bare steps/s | trainer steps/s | ratio | bar   ({choose_place().name})")
    for key in asked.methods:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            items = drawn_items(folder)
            before = bare(key, items, seconds=asked.seconds / 4)
            in_trainer = trained(key, items, folder / "run", seconds=asked.seconds)
            after = bare(key, items, seconds=asked.seconds / 4)
        ratio = in_trainer / ((before + after) / 2)
        verdict = f"{BAR}" + ("" if ratio >= BAR else "  MISSED")
        say(f"{key:<28} | {(before + after) / 2:12.2f} | {in_trainer:15.2f} | {ratio:5.3f} | {verdict}")


if __name__ == "__main__":
    main()
