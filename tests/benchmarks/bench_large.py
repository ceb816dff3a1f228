"""Large images in the real window, each in a process of its own: opened and shown, and the most memory.

    python tests/benchmarks/bench_large.py [--all]      (--all: 20 000 x 20 000 of 8 and 16 bit too, up to 5 GB)

Time runs from opening the folder to the end of the painting; the window stands, and the file was read before.
Memory is the most of the whole process (Linux: VmHWM).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from PySide6.QtWidgets import QApplication
from report import exit_code, row
from sitting import opened_window, photograph, rest, settle, stroke, timed, wait, write_jpeg

MIB, ROUNDS = 2**20, 3


def open_it(picture: Path) -> None:
    """Print milliseconds until it is painted, the most memory by then, and after a stroke, in MiB."""
    with opened_window() as (window, folder):
        (folder / picture.name).symlink_to(picture)
        picture.read_bytes()
        shown = timed(lambda: (window.session.open_folder(folder), wait(lambda: window.session.image is not None)))
        at_once = peak()
        settle(window)
        rest(1)
        window.canvas.brush_size = 300
        stroke(window.canvas, events=50)
        window.canvas.actual_size()
        QApplication.processEvents()
        print(shown.clock, at_once, peak())


def peak() -> float:
    """MiB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return float(status.read_text().split("VmHWM:")[1].split()[0]) / 1024


def bench(what: str, picture: Path, *, raw: int, opened: float | None = None, most: float | None = None) -> None:
    """The rows of one image of `raw` bytes."""
    again = [sys.executable, __file__, "--open", str(picture)]
    as_studio = os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0"}  # numpy comes before the studio in here
    rounds = [
        subprocess.run(again, stdout=subprocess.PIPE, text=True, check=True, env=as_studio).stdout
        for _ in range(ROUNDS)
    ]
    shown, at_once, later = (min(each) for each in zip(*(map(float, one.split()) for one in rounds), strict=True))
    row(f"{what}, opened and shown", shown, opened)
    row(f"{what}, most memory until it is shown, all of the studio", at_once, most, "MiB")
    row(f"{what}, most memory with a stroke, against the raw image", later * MIB / raw, 2.5, "x")


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.open:
        open_it(asked.open)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch) / "large.jpg"
        write_jpeg(picture, photograph(12_000, 12_000))
        bench("12 000 x 12 000 JPEG", picture, raw=3 * 12_000**2, opened=1000, most=1000)
        for bits, kind in (("8", np.uint8), ("16", np.uint16)) if asked.all else ():
            for colour, channels in (("grey", slice(0, 1)), ("colour", slice(0, 3))):
                pixels = photograph(20_000, 20_000)[..., channels].squeeze().astype(kind)
                tifffile.imwrite(picture.with_suffix(".tif"), pixels * kind(1 if bits == "8" else 200))
                bench(f"20 000 x 20 000 {colour} of {bits} bit", picture.with_suffix(".tif"), raw=pixels.nbytes)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
