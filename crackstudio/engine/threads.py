"""As many threads as pay right now.

Work shared by two threads waits for the slower one at every layer. On a busy machine that is most of the time: a U-Net
step on two busy cores took 1.1 to 4.9 s with two threads and 0.24 s with one; on two idle cores two are the faster. So
fewer are tried where the threads in use did not get to run all the time, more where they did, and kept where faster.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from statistics import median

import torch

UNITS = 3
"""Of work, over which a speed is taken."""
CROWDED = 0.8
"""Of the time that the threads should have run: below it, others want the cores too."""
FASTER, SLOWER = 1.05, 1.5
"""A trial that is so much faster is kept; one that is so much slower ends at once."""
SOON, LATE = 5.0, 120.0
"""Seconds between two trials: twice as many after each that was in vain."""


class Threads:
    """Told of every unit of work; with a single count there is nothing to try, and a run can be repeated exactly."""

    def __init__(
        self,
        counts: Sequence[int],
        *,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
        use: Callable[[int], None] = torch.set_num_threads,
    ) -> None:
        self._counts, self._clock, self._cpu, self._use = sorted(counts), clock, cpu, use
        self._settled = len(self._counts) - 1
        self._trial: int | None = None
        self._speeds: deque[float] = deque(maxlen=UNITS)
        self._running: deque[float] = deque(maxlen=UNITS)
        self._speed = 0.0
        self._is_first = True
        self._pause = SOON
        self._next_at = 0.0
        use(self.count)

    @property
    def count(self) -> int:
        """Threads in use."""
        return self._counts[self._settled if self._trial is None else self._trial]

    @contextmanager
    def work(self, amount: float = 1.0) -> Iterator[None]:
        """Round one unit of work; `amount` makes units of different size comparable."""
        began, cpu = self._clock(), self._cpu()
        yield
        took = max(1e-9, self._clock() - began)
        self._running.append((self._cpu() - cpu) / took / self.count)
        if len(self._counts) > 1:
            self._note(amount / took)

    def _note(self, speed: float) -> None:
        first, self._is_first = self._is_first, False
        if first and speed > self._speed / 4:
            return  # the first after a change pays for the change
        self._speeds.append(speed)
        if self._trial is not None:
            self._judge(speed)
        elif len(self._speeds) == UNITS:
            self._consider()

    def _consider(self) -> None:
        other = self._settled + (-1 if median(self._running) < CROWDED else 1)
        if self._clock() >= self._next_at and 0 <= other < len(self._counts):
            self._speed, self._trial = median(self._speeds), other
            self._change()

    def _judge(self, speed: float) -> None:
        slow = speed < self._speed / SLOWER
        if len(self._speeds) < UNITS and not slow:
            return
        if not slow and median(self._speeds) > FASTER * self._speed:
            assert self._trial is not None
            self._settled, self._speed, self._pause = self._trial, median(self._speeds), SOON
        else:
            self._pause = min(LATE, 2 * self._pause)
        self._trial = None
        self._next_at = self._clock() + self._pause
        self._change()

    def _change(self) -> None:
        self._speeds.clear()
        self._running.clear()
        self._is_first = True
        self._use(self.count)


@cache
def counts() -> tuple[int, ...]:
    """All threads this process began with, half of them, one."""
    most = torch.get_num_threads()
    return tuple(sorted({1, max(1, most // 2), most}))
