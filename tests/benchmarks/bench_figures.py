"""Ordering a folder by the length of its cracks while a person paints: cost per image, gaps of the event loop, strokes.

The bar is on what of a gap is the studio's own: measuring could only hold Python's lock.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench_measuring import cracks
from PySide6.QtCore import QTimer
from report import Taken, exit_code, p99, row, taken
from sitting import Beats, opened_window, timed, wait

from crackstudio.core.images import MaskKind
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.studio.figures import CrackFigures
from crackstudio.studio.finding import Finder
from crackstudio.studio.survey import Survey
from crackstudio.studio.widgets.image_model import Order
from crackstudio.studio.widgets.main_window import MainWindow

BAR_MS = 50
SIZES = {"12 MP": (3000, 4000, 6), "100 MP": (10_000, 10_000, 1)}
"""Height, width, how many images."""
MANY = 2_000


def make_folder(folder: Path) -> None:
    """Images with masks, and a first one to paint on."""
    rasters.write_png(folder / "0.png", np.full((1000, 1600, 3), 120, np.uint8))
    for size, (height, width, count) in SIZES.items():
        for number in range(count):
            rasters.write_png(folder / f"{size} {number}.png", np.full((height, width), 120, np.uint8))
    project = Project.open(folder)
    project.scan()
    for entry in project.entries()[1:]:
        height, width, _ = SIZES[entry.path[: entry.path.index("P") + 1]]
        project.save_mask(entry.id, cracks(height, width, seed=entry.id), MaskKind.EXACT)
    project.close()


def tell_costs(folder: Path) -> None:
    """What an image costs: measured anew, then found again."""
    project = Project.open(folder)
    for how in ("measured", "found again"):
        finder = Finder(CrackFigures(), project)
        for size in SIZES:
            entry = next(entry for entry in project.entries() if entry.path.startswith(size))
            row(f"figures of a {size} mask, {how}", taken(lambda entry=entry: finder.one(entry)))  # noqa: B023
    project.close()
    for kept in (project.home / "kept").iterdir():
        kept.unlink()


def tell_reopening(folder: Path) -> None:
    """Seconds to look through many images that were measured before."""
    mask = cracks(48, 64, seed=0)
    folder.mkdir()
    for number in range(MANY):
        (folder / f"{number:05}.png").write_bytes(b"")
    project = Project.open(folder)
    project.scan()
    for entry in project.entries():
        rasters.write_png(project.home / "masks" / f"{entry.name}.png", mask)
    project._catalogue.update([entry.id for entry in project.entries()], mask_kind=MaskKind.EXACT)
    for how in ("measured", "found again"):
        finder, began = Finder(CrackFigures(), project), time.perf_counter()
        for entry in project.entries():
            finder.one(entry)
        row(f"figures of {MANY:,} masks of 48 x 64 px, {how}", time.perf_counter() - began, None, "s")
    project.close()


def stroke(window: MainWindow, moves: list[Taken]) -> None:
    """One move of the brush and its painting."""
    editor, step = window.session.image.editor, len(moves) % 1400
    if not editor.is_stroking:
        editor.begin_stroke(100, 500, size=50, value=1)
    moves.append(timed(lambda: editor.extend_stroke(100 + step, 500 + 200 * np.sin(step / 40))))


def painted(window: MainWindow, until: Callable[[], bool]) -> list[Taken]:
    """A hand that draws until `until()` holds."""
    moves: list[Taken] = []
    hand = QTimer(interval=8)
    hand.timeout.connect(lambda: stroke(window, moves))
    hand.start()
    wait(until)
    hand.stop()
    window.session.image.editor.finish_stroke()
    return moves


def tell_sitting(window: MainWindow, folder: Path) -> None:
    """Gaps and strokes while everything is measured, and while nothing is."""
    window.session.open_folder(folder)
    images = 1 + sum(count for *_, count in SIZES.values())
    wait(lambda: window.session.image is not None and window.image_list.model.total == images)
    window.images_dock.hide()  # rows on screen are measured unasked
    for phase in ("a folder", "nothing"):
        beats, ends = Beats(), time.monotonic() + 5
        if phase == "nothing":
            moves = painted(window, lambda ends=ends: time.monotonic() > ends)
        else:
            box = window.image_list._order
            box.setCurrentIndex(box.findData(Order.LONGEST_FIRST.value))
            survey = next(one for one in window.session.findChildren(Survey) if one.is_measuring)
            moves = painted(window, lambda survey=survey: not survey.is_measuring)
        row(f"painting while {phase} is measured: longest gap", beats.taken(), BAR_MS, of_work=True)
        row(f"painting while {phase} is measured: a move to painted pixels, p99", p99([moves]))


def main() -> int:
    """0 where the bar holds."""
    with opened_window() as (window, folder):
        make_folder(folder)
        tell_costs(folder)
        tell_sitting(window, folder)
        tell_reopening(folder.parent / "many")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
