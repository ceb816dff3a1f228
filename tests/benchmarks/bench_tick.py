"""The longest gap between two beats of the window's event loop while training starts, runs and ends.

    python tests/benchmarks/bench_tick.py      (bar: 50 ms on an idle machine)

A beat is a 5 ms timer. The bar is on what the window's thread worked between two beats (its processor time): on a
loaded machine the gap itself is the machine's, and a thread that only sleeps sees it too.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from crackstudio.core.runs import RunSpec
from crackstudio.project import rasters
from crackstudio.studio.app import build_window, make_app
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

BAR_S = 0.05
BEAT_S = 0.005
IMAGES = 24


class Gaps:
    """The longest gap per phase, of the window and of a thread that only sleeps, and the most work in one gap."""

    def __init__(self) -> None:
        self.phase = ""
        self.window: dict[str, float] = {}
        self.worked: dict[str, float] = {}
        self.idle: dict[str, float] = {}
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._ends = threading.Event()
        self._sleeper = threading.Thread(target=self._sleep, name="sleeper")
        self._sleeper.start()

    def beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.window[self.phase] = max(self.window.get(self.phase, 0), now - self._last)
        self.worked[self.phase] = max(self.worked.get(self.phase, 0), work - self._last_work)
        self._last, self._last_work = now, work

    def end(self) -> None:
        self._ends.set()
        self._sleeper.join()

    def _sleep(self) -> None:
        last = time.perf_counter()
        while not self._ends.wait(BEAT_S):
            now = time.perf_counter()
            self.idle[self.phase] = max(self.idle.get(self.phase, 0), now - last)
            last = now


def draw_images(folder: Path) -> Path:
    """24 images, tagged by their folders."""
    random = np.random.default_rng(0)
    for number in range(IMAGES):
        image = random.integers(100, 160, (240, 320, 3), np.uint8)
        cracked = number % 2 == 0
        if cracked:
            image[100:104] = 20
        path = folder / ("cracked" if cracked else "intact") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        rasters.write_png(path, image)
    return folder


def wait(until: Callable[[], bool]) -> None:
    """Run the event loop until `until()` holds."""
    loop, poll = QEventLoop(), QTimer(interval=10)
    poll.timeout.connect(lambda: loop.quit() if until() else None)
    poll.start()
    loop.exec()


def walk(window: MainWindow, folder: Path, gaps: Gaps) -> None:
    """Open, train, end; each a phase."""
    retraining = window.retraining

    def phase(name: str, until: Callable[[], bool]) -> None:
        gaps.phase = name
        wait(until)

    window.proposing.start()
    window.session.open_folder(folder)
    phase("opening", lambda: window.session.image is not None and bool(window.proposing.methods))
    phase("idle", lambda: window.image_list.model.total == IMAGES)
    retraining.retrain(RunSpec(method="attention-cyclegan", steps=8))
    phase("starting", lambda: retraining.history is not None and retraining.history.stepped is not None)
    phase("training", lambda: not retraining.is_running)
    phase("ending", lambda: bool(window.notices.cards()))


def main() -> int:
    """0 where the bar holds."""
    app = make_app()
    with tempfile.TemporaryDirectory() as scratch:
        window = build_window(Settings(Path(scratch) / "studio.ini"))
        window.resize(1600, 1000)
        window.show()
        wait(lambda: True)
        gaps = Gaps()
        timer = QTimer(window, interval=round(1000 * BEAT_S))
        timer.timeout.connect(gaps.beat)
        timer.start()
        walk(window, draw_images(Path(scratch) / "images"), gaps)
        timer.stop()
        gaps.end()
        window.close()
    print(f"{'phase':12} | gap | worked | a sleeping thread | bar on work {round(1000 * BAR_S)} ms")
    for phase, gap in gaps.window.items():
        figures = (round(1000 * seconds) for seconds in (gap, gaps.worked[phase], gaps.idle.get(phase, 0)))
        print(f"{phase:12} | " + " | ".join(f"{figure} ms" for figure in figures))
    app.closeAllWindows()
    return int(max(gaps.worked.values()) > BAR_S)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
