"""Pace: what counts, for how long, and when nothing can be told of the time left."""

import pytest

from crackstudio.studio.pace import Pace


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def pace(clock):
    return Pace(now=lambda: clock[0])


def test_a_quarter_of_an_hour_counts(pace, clock):
    for minute in range(30):
        clock[0] = minute * 60.0
        pace.note(confirmed=[minute])
    assert pace.recent() == 16
    assert pace.seconds_left(32) == pytest.approx(32 * 900 / 16)


def test_little_tells_nothing(pace, clock):
    pace.note(confirmed=[1, 2])
    clock[0] = 300
    assert pace.seconds_left(10) is None
    pace.note(confirmed=[3])
    assert pace.seconds_left(10) == 1000
    assert pace.seconds_left(0) is None


def test_what_is_taken_back_does_not_count(pace):
    pace.note(confirmed=[1, 2, 3])
    pace.note(confirmed=[2], unconfirmed=[1, 3, 99])
    assert pace.recent() == 1
    pace.clear()
    assert pace.recent() == 0
