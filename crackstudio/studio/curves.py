"""Numbers against steps: what curves are drawn from, smoothed and written as CSV. No Qt."""

import csv
import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Line = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Steps and values, of the same length."""


class Curves:
    """Terms by name, each with its own steps: a value that is missing or not finite leaves a gap."""

    def __init__(self) -> None:
        self._steps: dict[str, list[float]] = {}
        self._values: dict[str, list[float]] = {}

    def add(self, step: int, values: Mapping[str, float | None]) -> None:
        """One more point of each term that has one."""
        for term, value in values.items():
            self._steps.setdefault(term, [])
            self._values.setdefault(term, [])
            if value is not None and np.isfinite(value):
                self._steps[term].append(step)
                self._values[term].append(value)

    @property
    def terms(self) -> tuple[str, ...]:
        """The names, in the order in which they came."""
        return tuple(self._steps)

    def last(self, term: str) -> float | None:
        """The newest value."""
        return self._values[term][-1] if self._values[term] else None

    def line(self, term: str, *, smoothing: int = 1) -> Line:
        """The curve, each value the mean of the last `smoothing` ones."""
        steps = np.asarray(self._steps[term], float)
        values = np.asarray(self._values[term], float)
        if smoothing > 1 and values.size > 1:
            values = _trailing_mean(values, smoothing)
        return steps, values

    def to_csv(self) -> str:
        """One row a step, one column a term; empty where a term has no value."""
        table: dict[float, dict[str, float]] = {}
        for term in self.terms:
            for step, value in zip(self._steps[term], self._values[term], strict=True):
                table.setdefault(step, {})[term] = value
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=["step", *self.terms], lineterminator="\n")
        writer.writeheader()
        for step in sorted(table):
            writer.writerow({"step": int(step), **table[step]})
        return text.getvalue()


def _trailing_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(0, ends - window)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))
