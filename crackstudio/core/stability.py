"""How steady a run was, from what it told: for its record, and for comparing recipes."""

import math
from collections.abc import Iterable
from statistics import pstdev

import msgspec

from crackstudio.core import wire

HEALTHY = "healthy"
"""The state of the guard in which all is well."""
_JUDGES = ("iou", "image_auroc")
"""Scores whose spread is told: the first that a run has."""


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """`healthy`: share of scorings in that state, None where no guard watched. `spread`: deviation of `score` over the
    last third of them, None where there was none.
    """

    healthy: float | None
    spread: float | None
    score: str = ""


def stability(events: Iterable[wire.AnyEvent]) -> Stability:
    """Of the scorings among a run's events; the first, before any training, does not count."""
    scored = [event for event in events if isinstance(event, wire.Scored) and event.step]
    states = [event.state for event in scored if event.state is not None]
    healthy = sum(state == HEALTHY for state in states) / len(states) if states else None
    for name in _JUDGES:
        told = [value for event in scored if (value := event.scores.get(name)) is not None and math.isfinite(value)]
        if told:
            return Stability(healthy=healthy, spread=pstdev(told[-max(1, len(told) // 3) :]), score=name)
    return Stability(healthy=healthy, spread=None)
