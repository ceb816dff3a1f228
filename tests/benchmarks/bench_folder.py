"""A folder of 100 000 images: `python tests/benchmarks/bench_folder.py [--images 100000]`.

First as a person sees it, in the real window: the list and its verbs; then what the project says. The files are one
photograph of 640 x 480 under 100 000 names. The bar on gaps is on what of a gap is the studio's own.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from report import Taken, exit_code, p99, row, taken
from sitting import Beats, opened_window, rest, wait

from crackstudio.core.images import Tag
from crackstudio.project.project import Project
from crackstudio.studio.widgets.main_window import MainWindow

BAR_MS, FOLDERS = 50, 100


def fill(folder: Path, images: int) -> None:
    """`images` names for one photograph, in 100 folders."""
    noise = np.random.default_rng(0).integers(90, 160, (480, 640, 3), np.uint8)
    photograph = cv2.imencode(".jpg", noise)[1].tobytes()
    for number in range(FOLDERS):
        below = folder / f"{number:03}"
        below.mkdir(parents=True)
        (below.parent.parent / f"{number}.jpg").write_bytes(photograph)  # a file has at most 65 000 names
        for image in range(images // FOLDERS):
            os.link(below.parent.parent / f"{number}.jpg", below / f"img_{image:05}.jpg")


class Hand:
    """Does what a person does to the list, and tells the worst gap of each act."""

    def __init__(self, window: MainWindow, *, images: int) -> None:
        self.images, self.beats = window.image_list, Beats()
        self.images_of = f"folder of {images:,}"
        self.resets = 0
        self.images.model.modelReset.connect(self._count_reset)

    def _count_reset(self) -> None:
        self.resets += 1

    def arranged(self) -> Callable[[], bool]:
        """Whether the list was arranged since this was asked for."""
        before = self.resets
        return lambda: self.resets > before

    def act(self, what: str, do: Callable[[], object], until: Callable[[], bool] | None = None) -> None:
        rest(0.3)
        self.beats.begin()
        do()
        if until is not None:
            wait(until)
        rest(0.3)
        row(f"{self.images_of}: {what}, longest gap", self.beats.taken(), BAR_MS, of_work=True)

    def scroll(self, notches: int) -> None:
        view = self.images.view.viewport()
        at = QPointF(60, 200)
        none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        for _ in range(notches):
            down, no_button = QPoint(0, -120), Qt.MouseButton.NoButton
            turn = QWheelEvent(at, view.mapToGlobal(at), QPoint(), down, no_button, none, phase, False)
            QApplication.sendEvent(view, turn)
            rest(0.012)

    def drag_bar(self) -> None:
        bar = self.images.view.verticalScrollBar()
        for part in np.linspace(0, 1, 60):
            bar.setValue(round(part * bar.maximum()))
            rest(0.012)

    def choose(self, name: str, value: str) -> Callable[[], None]:
        box = self.images.findChild(QComboBox, name)
        assert box is not None
        return lambda: box.setCurrentIndex(box.findData(value))

    def search(self, words: str) -> None:
        field = self.images.findChild(QLineEdit)
        assert field is not None
        field.setText(words)


def walk(window: MainWindow, folder: Path, images: int) -> None:
    """Every act once."""
    hand, model = Hand(window, images=images), window.image_list.model

    def listed(count: int) -> Callable[[], bool]:
        return lambda: model.rowCount() == count

    def idle() -> bool:
        return window.image_list._busy.isHidden()

    began = time.perf_counter()
    shown: list[float] = []

    def is_usable() -> bool:
        if not shown and window.session.image is not None and model.rowCount() > 0:
            shown.append(time.perf_counter() - began)
        return bool(shown) and model.rowCount() == images

    hand.act("opening and scanning", lambda: window.session.open_folder(folder), is_usable)
    row(f"{hand.images_of}: first opening, until an image is shown and the list scrolls", shown[0], 2, "s")
    rest(2)
    hand.act("scrolling by the wheel", lambda: hand.scroll(80))
    hand.act("dragging the scroll bar", hand.drag_bar)
    hand.act("ordered by what is most unsure", hand.choose("order", "most unsure first"), hand.arranged())
    hand.act("ordered by name", hand.choose("order", "name"), hand.arranged())
    hand.act("searching", lambda: hand.search("img_00007"), listed(FOLDERS))
    hand.act("searching no more", lambda: hand.search(""), listed(images))
    hand.act("all selected", window.image_list.view.selectAll)
    for name, what in (("tag_cracked", "tagging all"), ("flag", "flagging all"), ("flag", "taking all flags off")):
        hand.act(what, window.actions[name].trigger, idle)
    hand.act("that undone", window.image_list.view.undo_asked.emit, idle)
    hand.act("filtered by state", hand.choose("filter_review", "flagged"), hand.arranged())
    hand.act("filtered by tag", hand.choose("filter_tag", "cracked"), hand.arranged())
    hand.act("the next image", window.actions["next"].trigger)


def of_each(acts: Sequence[Callable[[int], object]], ids: list[int]) -> Taken:
    """A round of every act."""
    return p99([[taken(partial(act, image)) for image in ids] for act in acts])


def bench_project(folder: Path) -> None:
    project = Project.open(folder)
    ids = [entry.id for entry in project.entries()]
    some = ids[:: max(1, len(ids) // 2000)]
    tags = [lambda image, tag=tag: project.set_tag([image], tag) for tag in (Tag.INTACT, Tag.CRACKED, Tag.INTACT)]
    row("project of 100 000: a tag set, on the caller's thread, p99", of_each(tags, some), 1)
    journal, stroke = project.journal(ids[0]), bytes(20_000)
    row("a stroke of 20 kB to the journal, p99", of_each(3 * [lambda _image: journal.append(stroke)], some), 1)
    seconds("a tag set on all", lambda: project.set_tag(ids, Tag.CRACKED))
    seconds("what there is to train on, counted", project.runs.stock)
    seconds("closed", project.close)
    seconds("opened again", lambda: Project.open(folder).close(), 2)
    project = Project.open(folder)
    seconds("scanned again, nothing changed", project.scan, 2)
    project.close()


def seconds(what: str, act: Callable[[], object], bar: float | None = None) -> None:
    row(f"project of 100 000: {what}", taken(act).clock / 1000, bar, "s")


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=100_000)
    images = parser.parse_args().images
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "images"
        fill(folder, images)
        with opened_window() as (window, _):
            walk(window, folder, images)
        bench_project(folder)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
