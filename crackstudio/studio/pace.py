"""How fast images are being confirmed, and how long the rest will take at that."""

import time
from collections.abc import Callable, Iterable

WINDOW_SECONDS = 15 * 60
_ENOUGH = 3
_ENOUGH_SECONDS = 60.0


class Pace:
    """Counts the images that were confirmed within the last quarter of an hour of this sitting."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._moments: dict[int, float] = {}  # by image, the oldest first
        self._began: float | None = None

    def note(self, *, confirmed: Iterable[int] = (), unconfirmed: Iterable[int] = ()) -> None:
        """Images that have just become confirmed, or are not any more."""
        now = self._now()
        for image in unconfirmed:
            self._moments.pop(image, None)
        for image in confirmed:
            self._began = now if self._began is None else self._began
            self._moments.pop(image, None)
            self._moments[image] = now

    def recent(self) -> int:
        """How many in the last quarter of an hour."""
        since = self._now() - WINDOW_SECONDS
        while self._moments:
            oldest = next(iter(self._moments))
            if self._moments[oldest] >= since:
                break
            del self._moments[oldest]
        return len(self._moments)

    def seconds_left(self, waiting: int) -> float | None:
        """For `waiting` more images at this pace; None while it cannot be told."""
        recent = self.recent()
        if self._began is None or recent < _ENOUGH or not waiting:
            return None
        span = min(self._now() - self._began, WINDOW_SECONDS)
        return waiting * span / recent if span >= _ENOUGH_SECONDS else None

    def clear(self) -> None:
        """Another project."""
        self._moments.clear()
        self._began = None
