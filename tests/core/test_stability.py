"""How steady a run was, from its events."""

import pytest

from crackstudio.core import wire
from crackstudio.core.stability import Stability, stability


def scored(step: int, *, state: str | None = "healthy", **scores: float | None) -> wire.Scored:
    return wire.Scored(step=step, scores=scores, threshold=0.5, state=state)


def test_it_is_the_healthy_share_and_the_spread_of_the_last_third() -> None:
    states = ["healthy", "healthy", "healthy", "drifting", "healthy", "collapsed"]
    values = [0.0, 0.0, 0.0, 0.0, 0.4, 0.6]
    events = [
        scored(10 + i, state=state, iou=value) for i, (state, value) in enumerate(zip(states, values, strict=True))
    ]
    found = stability([wire.Stepped(step=1, losses={}, seconds=1), *events])
    assert found.healthy == pytest.approx(4 / 6)
    assert (found.spread, found.score) == (pytest.approx(0.1), "iou")


def test_what_was_there_before_training_does_not_count() -> None:
    assert stability([scored(0, state="drifting", iou=0.9), scored(5, iou=0.5)]) == (
        Stability(healthy=1.0, spread=0.0, score="iou")
    )


def test_without_masks_the_tags_are_told_by_and_a_gap_is_no_value() -> None:
    events = [scored(1, iou=None, image_auroc=0.5), scored(2, iou=float("nan"), image_auroc=0.7)]
    assert stability(events).score == "image_auroc"


def test_a_run_that_nobody_watched_or_scored_says_nothing() -> None:
    assert stability([]) == Stability(healthy=None, spread=None)
    assert stability([scored(3, state=None)]) == Stability(healthy=None, spread=None)
