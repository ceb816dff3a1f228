"""When a run ends and when it is scored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.runs import RunSpec
from crackstudio.engine.methods.unet import UNetConfig
from crackstudio.engine.pace import SHARE, Limit, Pace, limit_of


@pytest.mark.parametrize(
    ("spec", "config", "limit"),
    [
        ({"steps": 7, "minutes": 1}, {}, Limit(steps=7)),
        ({"minutes": 2}, {"epochs": 3}, Limit(seconds=120)),
        ({}, {"epochs": 3}, Limit(steps=33)),
        ({}, {"minutes": 4}, Limit(seconds=240)),
    ],
)
def test_the_request_counts_before_the_method(spec: dict, config: dict, limit: Limit) -> None:
    assert limit_of(RunSpec(method="unet", **spec), UNetConfig(**config), epoch_steps=11) == limit


@given(steps=st.integers(0, 500))
def test_a_run_by_steps_is_scored_at_the_same_steps_whatever_the_clock_says(steps: int) -> None:
    pace = Pace(Limit(steps=steps))
    due = [step for step in range(1, steps + 1) if pace.should_score(step, seconds=step * 0.37)]
    assert len(due) <= 20
    assert pace.is_over(steps, 0)
    assert not any(pace.is_over(step, 1e6) for step in range(steps))


@given(cost=st.floats(0.01, 10), minutes=st.floats(1, 30))
def test_scoring_takes_its_share_of_a_run_by_minutes_and_no_more(cost: float, minutes: float) -> None:
    pace, seconds, spent = Pace(Limit(seconds=60 * minutes)), 0.0, 0.0
    pace.scored(0, 0.0, took=cost)
    while not pace.is_over(1, seconds):
        seconds += 0.2
        if pace.should_score(1, seconds):
            seconds, spent = seconds + cost, spent + cost
            pace.scored(1, seconds, took=cost)
    assert spent <= SHARE * seconds + 2 * cost


def test_the_first_scorings_come_early() -> None:
    pace = Pace(Limit(seconds=600))
    pace.scored(0, 0.0, took=0.1)
    assert pace.should_score(10, 4.0)


def test_time_left_by_steps_needs_a_speed() -> None:
    pace = Pace(Limit(steps=100))
    assert pace.seconds_left(50, 5, steps_per_second=None) is None
    assert pace.seconds_left(50, 5, steps_per_second=10) == 5
    assert Pace(Limit(seconds=60)).seconds_left(1, 20, steps_per_second=None) == 40
