"""A folder of 100 000 images: `python tests/benchmarks/bench_project.py [--images 100000]`.

The files are real, 1 x 1 px. "Usable": open, until the first images can be listed and one of them is decoded.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from crackstudio.core.images import Tag
from crackstudio.project import rasters
from crackstudio.project.project import Project

FOLDERS = 100


class Table:
    """measured | bar, and whether one was missed."""

    def __init__(self) -> None:
        self.missed = False

    def row(self, what: str, value: float, unit: str, bar: float | None = None) -> None:
        """Print one line."""
        late = bar is not None and value > bar
        self.missed |= late
        told = "" if bar is None else f"| {bar:g} {unit}{'  MISSED' if late else ''}"
        print(f"{what:<58} | {value:9.3f} {unit:<2} {told}", flush=True)

    @contextmanager
    def timed(self, what: str, bar: float | None = None) -> Iterator[None]:
        """A row of seconds."""
        began = time.perf_counter()
        yield
        self.row(what, time.perf_counter() - began, "s", bar)


def fill(folder: Path, images: int) -> None:
    """`images` files in 100 folders."""
    data = rasters.png_bytes(np.zeros((1, 1), np.uint8))
    for number in range(FOLDERS):
        below = folder / f"{number:03}"
        below.mkdir(parents=True)
        for image in range(images // FOLDERS):
            (below / f"img_{image:05}.png").write_bytes(data)


def first_opening(folder: Path, table: Table) -> Project:
    """Open and scan as the studio does: the scan in the background, the first image as soon as there is one."""
    began = time.perf_counter()
    project = Project.open(folder)
    listed = threading.Event()
    scan = threading.Thread(target=lambda: project.scan(on_progress=lambda _count: listed.set()))
    scan.start()
    listed.wait()
    project.read_rgb8(project.entries()[0].id)
    table.row("first opening until usable", time.perf_counter() - began, "s", 2)
    scan.join()
    table.row("first opening until all are listed", time.perf_counter() - began, "s")
    return project


def milliseconds(act: Callable[[int], object], ids: list[int]) -> float:
    """The 99th percentile."""
    taken = []
    for image in ids:
        began = time.perf_counter()
        act(image)
        taken.append(time.perf_counter() - began)
    return float(1000 * np.percentile(taken, 99))


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=100_000)
    table = Table()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "images"
        fill(folder, parser.parse_args().images)
        project = first_opening(folder, table)
        ids = [entry.id for entry in project.entries()]
        some = ids[:: max(1, len(ids) // 2000)]
        table.row(
            "set_tag on the caller's thread, p99",
            milliseconds(lambda i: project.set_tag([i], Tag.INTACT), some),
            "ms",
            1,
        )
        journal = project.journal(ids[0])
        stroke = bytes(20_000)
        table.row("journal.append of 20 kB, p99", milliseconds(lambda _: journal.append(stroke), some), "ms", 1)
        with table.timed("set_tag of all"):
            project.set_tag(ids, Tag.CRACKED)
        with table.timed("entries() after a change"):
            project.entries()
        with table.timed("stock()"):
            project.stock()
        with table.timed("close"):
            project.close()
        with table.timed("open again", 2):
            project = Project.open(folder)
        with table.timed("scan again, nothing changed", 2):
            project.scan()
        project.close()
    return int(table.missed)


if __name__ == "__main__":
    sys.exit(main())
