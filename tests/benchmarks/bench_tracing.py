"""How long the tracer takes on 12 MP, and how exact it is: `python tests/benchmarks/bench_tracing.py`.

A preview is path, widths and stroke after one movement of the mouse. While another thread grows the window, the longest
wait of this one is what the person would feel.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from crackstudio.imaging.tracing import LENS, Trace, stroke_of, widths_along

HEIGHT, WIDTH, FINER = 3000, 4000, 4
CLICK = (500.0, 1500.0)
REPEATS = 7


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    measured: float
    bar: float
    unit: str = "ms"

    @property
    def is_missed(self) -> bool:
        return self.measured > self.bar

    def __str__(self) -> str:
        missed = "  MISSED" if self.is_missed else ""
        return f"{self.what:<62} | {self.measured:8.2f} {self.unit} | {self.bar:g} {self.unit}{missed}"


def wave(x: np.ndarray) -> np.ndarray:
    return 1500 + 40 * np.sin((x - CLICK[0]) / 60)


def photograph(width: float) -> np.ndarray:
    """A wave of this width over 12 MP of grain, (3000, 4000, 3) uint8."""
    strip = np.zeros((200 * FINER, WIDTH * FINER), np.uint8)
    x = np.arange(0, WIDTH, 0.5)
    points = np.round(np.stack([x, wave(x) - 1400], axis=1) * FINER).astype(np.int32)
    cv2.polylines(strip, [points.reshape(-1, 1, 2)], False, 255, round(width * FINER))
    grey = np.full((HEIGHT, WIDTH), 140, np.float32)
    grey[1400:1600] -= 80 / 255 * cv2.resize(strip, (WIDTH, 200), interpolation=cv2.INTER_AREA).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.7)
    grey += np.random.default_rng(0).normal(0, 6, grey.shape).astype(np.float32)
    return np.dstack([np.clip(grey, 0, 255).astype(np.uint8)] * 3)


def taken(act: Callable[[], object]) -> float:
    """Milliseconds, the least of some runs after a first one: the machine may be busy."""
    act()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def preview(image: np.ndarray, trace: Trace, x: float) -> Callable[[], object]:
    def act() -> None:
        path = trace.path_to(x, float(wave(np.array(x))))
        stroke_of(path, widths_along(image, path, polarity=trace.polarity), (HEIGHT, WIDTH))

    return act


def longest_wait(act: Callable[[], object]) -> float:
    """Milliseconds that this thread, which sleeps 1 ms at a time, was held up beyond that."""
    other, waits = threading.Thread(target=act), []
    other.start()
    while other.is_alive():
        began = time.perf_counter()
        time.sleep(0.001)
        waits.append(1000 * (time.perf_counter() - began) - 1)
    return max(waits)


def rows() -> list[Row]:
    image = photograph(6)
    trace = Trace(image, at=CLICK)
    found = [Row(what="a click", measured=taken(lambda: Trace(image, at=CLICK)), bar=100)]
    for reach in (100, 300, 600, 1000):
        found += rows_at(image, trace, reach)
    far = (CLICK[0] + 1024, CLICK[1] + 1024)
    found.append(Row(what="growing to the furthest corner", measured=taken(lambda: trace.grown_to(*far)), bar=1500))
    wait = min(longest_wait(lambda: trace.grown_to(*far)) for _ in range(3))
    found.append(Row(what="longest wait of the window while another thread grows it", measured=wait, bar=30))
    return found + [accuracy(width, lens=0.75) for width in (1, 2)] + [accuracy(width) for width in (3, 6, 12, 24)]


def rows_at(image: np.ndarray, trace: Trace, reach: int) -> list[Row]:
    x, y = CLICK[0] + reach, float(wave(np.array(CLICK[0] + reach)))
    grown = trace.grown_to(x, y)
    return [
        Row(what=f"growing to {reach} px, on another thread", measured=taken(lambda: trace.grown_to(x, y)), bar=reach),
        Row(what=f"the walk back from {reach} px", measured=taken(lambda: grown.path_to(x, y)), bar=3),
        Row(what=f"a preview at {reach} px", measured=taken(preview(image, grown, x)), bar=30),
    ]


def accuracy(width: float, *, lens: float = LENS) -> Row:
    image, x = photograph(width), CLICK[0] + 600
    path = Trace(image, at=CLICK).grown_to(x, 1500).path_to(x, float(wave(np.array(x))))
    error = float(np.median(np.abs(widths_along(image, path, lens=lens) - width)))
    known = "" if lens == LENS else ", its lens known"
    return Row(what=f"median error of the width of a crack of {width} px{known}", measured=error, bar=0.5, unit="px")


def main() -> int:
    """0 where the bars hold."""
    found = rows()
    print("\n".join(map(str, found)))
    return int(any(row.is_missed for row in found))


if __name__ == "__main__":
    sys.exit(main())
