"""The list and its verbs on 100 000 images: the longest gap between two beats of the window's event loop in each act.

    python tests/benchmarks/bench_list.py [--images 100000]      (bar: 50 ms on an idle machine)

A beat is a 5 ms timer. The bar is on the gap less the time in which a thread of the studio was ready and no processor
was free (Linux tells it): on a loaded machine the rest is the machine's. The files are one photograph of 640 x 480
under 100 000 names.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from crackstudio.studio.app import build_window, make_app, settle
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

BAR_MS = 50
BEAT_MS = 5
FOLDERS = 100


class Beats:
    """The longest gap between two beats since `begin`, and the longest less the time in which no processor was free."""

    def __init__(self) -> None:
        self._queued: dict[str, float] = {}
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self.begin()

    def begin(self) -> None:
        self.gap = self.own = 0.0
        self._wait_for_processor()
        self._last, self._last_work = time.perf_counter(), time.thread_time()

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        gap = now - self._last
        self.gap = max(self.gap, gap)
        self.own = max(self.own, work - self._last_work, gap - self._wait_for_processor())
        self._last, self._last_work = now, work

    def _wait_for_processor(self) -> float:
        """Since it was asked last: of any thread of the studio, for the window may be waiting for that one."""
        total = 0.0
        for account in Path("/proc/self/task").glob("*/schedstat"):
            with suppress(OSError):  # the thread has just ended
                queued = int(account.read_text().split()[1]) / 1e9
                total += max(0.0, queued - self._queued.get(account.parent.name, 0.0))
                self._queued[account.parent.name] = queued
        return total


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


def wait(until: Callable[[], bool], *, seconds: float = 120) -> None:
    """Run the event loop until `until()` holds."""
    loop, poll = QEventLoop(), QTimer(interval=10)
    poll.timeout.connect(lambda: loop.quit() if until() else None)
    poll.start()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def rest(seconds: float) -> None:
    wait(lambda: False, seconds=seconds)


class Hand:
    """Does what a person does to the list, and tells the worst gap of each act."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.images, self.beats = window, window.image_list, Beats()
        self.missed = False
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
        began = time.perf_counter()
        do()
        if until is not None:
            wait(until)
        rest(0.3)
        taken, gap, own = time.perf_counter() - began - 0.3, 1000 * self.beats.gap, 1000 * self.beats.own
        late = own > BAR_MS
        self.missed |= late
        print(f"{what:34} | {taken:5.2f} s | {gap:5.0f} ms | {own:5.0f} ms{'  MISSED' if late else ''}", flush=True)

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


def walk(window: MainWindow, folder: Path, images: int) -> bool:
    """Every act once; whether one missed the bar."""
    hand, model = Hand(window), window.image_list.model

    def listed(count: int) -> Callable[[], bool]:
        return lambda: model.rowCount() == count

    def idle() -> bool:
        return window.image_list._busy.isHidden()

    hand.act("opening and scanning", lambda: window.session.open_folder(folder), listed(images))
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
    return hand.missed


def main() -> int:
    """0 where the bar holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=100_000)
    images = parser.parse_args().images
    app = make_app()
    with tempfile.TemporaryDirectory() as scratch:
        fill(Path(scratch) / "images", images)
        window = build_window(Settings(Path(scratch) / "studio.ini"))
        window.resize(1600, 1000)
        window.show()
        rest(0.5)
        settle()
        print(f"{'act':34} |    took |      gap |  its own | bar on its own {BAR_MS} ms")
        missed = walk(window, Path(scratch) / "images", images)
        window.close()
    app.closeAllWindows()
    return int(missed)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
