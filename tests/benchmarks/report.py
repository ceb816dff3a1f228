"""Rows of the table: each bench tells its own, `table.py` runs all of them and puts them together.

How the figures are taken on a machine that others use too: a time is the least of some repeats, a percentile the least
of some rounds, a ratio comes from turns taken one after the other: what else is on the machine can only add. The bar is
on the clock, as a person feels it; `own work` is the processor time of the thread alone, for machines that are busy.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np

ROWS = "CRACKSTUDIO_BENCH_ROWS"
"""Environment: the file to which rows are added, one JSON object a line."""
WIDTH = 84
_missed: list[str] = []


class Taken(NamedTuple):
    """Milliseconds on the clock, and of the thread's own work."""

    clock: float
    work: float


class Row(TypedDict):
    """`at_least`: the bar is to be reached, not to be kept under. Without a bar nothing is judged."""

    what: str
    measured: float
    work: float | None
    bar: float | None
    unit: str
    at_least: bool
    of_work: bool


def row(
    what: str,
    measured: float | Taken,
    bar: float | None = None,
    unit: str = "ms",
    *,
    at_least: bool = False,
    of_work: bool = False,
) -> None:
    """Tell one figure; `of_work`: the bar is on the own work."""
    clock, work = measured if isinstance(measured, Taken) else (measured, None)
    told = Row(what=what, measured=float(clock), work=work, bar=bar, unit=unit, at_least=at_least, of_work=of_work)
    if is_missed(told):
        _missed.append(what)
    print(line(told), flush=True)
    if ROWS in os.environ:
        with Path(os.environ[ROWS]).open("a", encoding="utf-8") as rows:
            rows.write(json.dumps(told) + "\n")


def exit_code() -> int:
    """1 where a bar was missed."""
    return int(bool(_missed))


def is_missed(row: Row) -> bool:
    """Whether it does not hold its bar; a figure that is no number does not."""
    if row["bar"] is None:
        return False
    judged = row["work"] if row["of_work"] and row["work"] is not None else row["measured"]
    return not (judged >= row["bar"] if row["at_least"] else judged <= row["bar"])


HEAD = f"{'what':<{WIDTH}} | {'measured':>12} | {'own work':>8} | bar"


def line(row: Row) -> str:
    """What | measured | own work | bar."""
    sign = "≥" if row["at_least"] else "≤"
    of = " own" if row["of_work"] else ""
    bar = "" if row["bar"] is None else f"{sign} {row['bar']:g} {row['unit']}{of}{'  MISSED' if is_missed(row) else ''}"
    work = "" if row["work"] is None else _figure(row["work"])
    return f"{row['what']:<{WIDTH}} | {_figure(row['measured']):>8} {row['unit']:<3} | {work:>8} | {bar}"


def taken(act: Callable[[], object]) -> Taken:
    """What one call takes."""
    began, work = time.perf_counter(), time.thread_time()
    act()
    return Taken(1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - work))


def least(act: Callable[[], object], *, repeats: int = 7) -> Taken:
    """The quickest call; one before it warms up."""
    act()
    return quickest(taken(act) for _ in range(repeats))


def quickest(calls: Iterable[Taken]) -> Taken:
    """The least of each."""
    return Taken(*np.array(list(calls)).min(axis=0).tolist())


def p99(rounds: Sequence[Sequence[Taken]]) -> Taken:
    """The 99th percentile of the quickest round."""
    return quickest(Taken(*np.percentile(np.array(calls), 99, axis=0).tolist()) for calls in rounds)


def _figure(number: float) -> str:
    return f"{number:.1e}" if 0 < abs(number) < 0.001 else f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
