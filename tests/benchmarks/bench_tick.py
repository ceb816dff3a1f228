"""The longest gap between two beats of the window's event loop while training starts, runs and ends.

    .venv/bin/pytest tests/benchmarks/bench_tick.py --benchmark-only -s      (bar: 50 ms on an idle machine)

A beat is a 5 ms timer. The bar is on what the window's thread worked between two beats (its processor time): on a
loaded machine the gap itself is the machine's, and a thread that only sleeps sees it too.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from crackstudio.core.runs import RunSpec
from crackstudio.project import rasters
from crackstudio.studio.app import build_window
from crackstudio.studio.settings import Settings

BAR_S = 0.05
BEAT_S = 0.005


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(24):
        image = random.integers(100, 160, (240, 320, 3), np.uint8)
        cracked = number % 2 == 0
        if cracked:
            image[100:104] = 20
        path = tmp_path / "images" / ("cracked" if cracked else "intact") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        rasters.write_png(path, image)
    return tmp_path / "images"


@pytest.mark.benchmark(group="tick")
def test_no_gap_while_training(benchmark, qtbot, tmp_path, folder):
    from PySide6.QtCore import QTimer

    window = build_window(Settings(tmp_path / "studio.ini"))
    qtbot.addWidget(window)
    window.resize(1600, 1000)
    window.show()
    gaps = Gaps()
    timer = QTimer(window, interval=round(1000 * BEAT_S))
    timer.timeout.connect(gaps.beat)

    def wait(phase: str, until: Callable[[], bool]) -> None:
        gaps.phase = phase
        qtbot.waitUntil(until, timeout=120_000)

    def walk() -> None:
        wait("warming up", lambda: True)
        timer.start()
        window.proposing.start()
        window.session.open_folder(folder)
        wait("opening", lambda: window.session.image is not None and bool(window.proposing.methods))
        wait("idle", lambda: window.image_list.model.total == 24)
        window.retraining.retrain(RunSpec(method="attention-cyclegan", steps=8))
        history = window.retraining
        wait("starting", lambda: history.history is not None and history.history.stepped is not None)
        wait("training", lambda: not history.is_running)
        wait("ending", lambda: bool(window.notices.cards()))

    benchmark.pedantic(walk, rounds=1)
    timer.stop()
    gaps.end()
    window.close()
    for phase, gap in gaps.window.items():
        gap_ms, work_ms, idle_ms = (
            round(1000 * figure) for figure in (gap, gaps.worked[phase], gaps.idle.get(phase, 0))
        )
        print(f"\n{phase:12} gap {gap_ms} ms, worked {work_ms} ms, sleeping thread {idle_ms} ms")  # noqa: T201
    assert max(work for phase, work in gaps.worked.items() if phase != "warming up") <= BAR_S
