"""What the tracer works out on 12 MP, and how exact it is. What a hand feels of it: `bench_hand.py`."""

import sys
import threading
import time
from collections.abc import Callable

import cv2
import numpy as np
from report import exit_code, least, row

from crackstudio.imaging.tracing import LENS, Trace, widths_along

HEIGHT, WIDTH, FINER = 3000, 4000, 4
CLICK = (500.0, 1500.0)


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


def longest_wait(act: Callable[[], object]) -> float:
    """Milliseconds that this thread, which sleeps 1 ms at a time, was held up beyond that."""
    other, waits = threading.Thread(target=act), []
    other.start()
    while other.is_alive():
        began = time.perf_counter()
        time.sleep(0.001)
        waits.append(1000 * (time.perf_counter() - began) - 1)
    return max(waits)


def bench_reach(image: np.ndarray) -> None:
    trace = Trace(image, at=CLICK)
    row("tracer: a click, off the thread", least(lambda: Trace(image, at=CLICK)), 100)
    for reach in (100, 300, 600, 1000):
        x, y = CLICK[0] + reach, float(wave(np.array(CLICK[0] + reach)))
        row(f"tracer: growing to {reach} px, off the thread", least(lambda: trace.grown_to(x, y)), reach)  # noqa: B023
        grown = trace.grown_to(x, y)
        row(f"tracer: the way back from {reach} px", least(lambda: grown.path_to(x, y)), 3)  # noqa: B023
    far = (CLICK[0] + 1024, CLICK[1] + 1024)
    row("tracer: growing to the furthest corner, off the thread", least(lambda: trace.grown_to(*far)), 1500)
    wait = min(longest_wait(lambda: trace.grown_to(*far)) for _ in range(3))
    row("tracer: longest wait of the window while another thread grows it", wait, 30)


def bench_widths() -> None:
    for width, lens in ((1, 0.75), (2, 0.75), (3, LENS), (6, LENS), (12, LENS), (24, LENS)):
        image, x = photograph(width), CLICK[0] + 600
        path = Trace(image, at=CLICK).grown_to(x, 1500).path_to(x, float(wave(np.array(x))))
        error = float(np.median(np.abs(widths_along(image, path, lens=lens) - width)))
        known = "" if lens == LENS else ", its lens known"
        row(f"tracer: median error of the width of a crack of {width} px{known}", error, 0.5, "px")


def main() -> int:
    """0 where the bars hold."""
    bench_reach(photograph(6))
    bench_widths()
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
