"""The collapse guard: numbers in, verdict out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.engine.collapse import Guard, GuardState, Reading, Verdict


def attention(*, background: float, crack: float, share: float = 0.03) -> np.ndarray:
    maps = np.full((2, 100, 100), background, dtype=np.float32)
    maps[:, : round(100 * share)] = crack
    return maps


LOUD, SILENT = attention(background=0.02, crack=0.9), attention(background=0.01, crack=0.05)


def look(guard: Guard, step: int, cracked: np.ndarray = LOUD, intact: np.ndarray = SILENT, **losses: float) -> Verdict:
    return guard.observe(step, cracked_maps=cracked, intact_maps=intact, losses={"discriminator": 0.2, **losses})


def test_attention_that_tells_cracked_from_intact_is_healthy() -> None:
    verdict = look(Guard(), 100)
    assert verdict.state is GuardState.HEALTHY
    assert not verdict.roll_back
    assert "90.0 % on cracked" in verdict.words


def test_undecided_attention_of_the_first_steps_is_not_judged() -> None:
    assert look(Guard(warm_up=60), 10, attention(background=0, crack=0)).state is GuardState.HEALTHY


@pytest.mark.parametrize(
    ("cracked", "intact", "state"),
    [
        (attention(background=0, crack=0.01), SILENT, GuardState.COLLAPSED),
        (attention(background=0.95, crack=1), SILENT, GuardState.SATURATED),
        (LOUD, attention(background=0.9, crack=0.9), GuardState.SATURATED),
        (attention(background=np.nan, crack=1), SILENT, GuardState.BROKEN),
    ],
)
def test_a_collapse_asks_for_a_roll_back(cracked: np.ndarray, intact: np.ndarray, state: GuardState) -> None:
    verdict = look(Guard(), 100, cracked, intact)
    assert verdict.state is state
    assert verdict.roll_back
    assert not verdict.stop


def test_a_loss_that_is_no_number_is_a_fault_even_while_warming_up() -> None:
    assert look(Guard(), 0, cycle=float("nan")).state is GuardState.BROKEN


def test_fading_attention_is_drifting_and_says_so() -> None:
    guard = Guard()
    verdicts = [look(guard, 100 + i, attention(background=0, crack=c)) for i, c in enumerate((0.9, 0.6, 0.3))]
    assert [verdict.state for verdict in verdicts] == [GuardState.HEALTHY, GuardState.HEALTHY, GuardState.DRIFTING]
    assert verdicts[-1].words == "attention is fading: 30.0 % and falling"
    assert not verdicts[-1].roll_back


def test_attention_as_loud_on_intact_images_is_drifting() -> None:
    assert look(Guard(), 100, LOUD, attention(background=0, crack=0.95)).state is GuardState.DRIFTING


def test_a_run_that_stays_blind_is_softened_three_times_without_losing_a_step_and_then_stops() -> None:
    guard = Guard()
    verdicts = [look(guard, 100 + i, LOUD, attention(background=0, crack=0.85)) for i in range(13)]
    assert all(verdict.state is GuardState.DRIFTING for verdict in verdicts)
    assert not any(verdict.roll_back for verdict in verdicts)
    assert [number for number, verdict in enumerate(verdicts, start=1) if verdict.stop] == [13]
    assert [number for number, verdict in enumerate(verdicts, start=1) if verdict.soften] == [3, 6, 9]
    assert "stronger tag term" in verdicts[2].words
    assert "Check the tags" in verdicts[-1].words


def test_a_run_that_sees_again_is_given_as_long_as_before() -> None:
    guard = Guard()
    blind = attention(background=0, crack=0.85)
    verdicts = [look(guard, 100 + i, LOUD, intact) for i, intact in enumerate((blind, blind, SILENT, blind, blind))]
    assert not any(verdict.soften for verdict in verdicts)
    assert verdicts[2].state is GuardState.HEALTHY


def test_readings_that_say_something_else_do_not_count_as_attempts() -> None:
    guard, flat = Guard(), attention(background=0.5, crack=0.5)
    assert not any(look(guard, 100 + i, flat, flat).stop for i in range(20))
    verdicts = [look(guard, 200 + i, LOUD, attention(background=0, crack=0.85)) for i in range(3)]
    assert [verdict.soften for verdict in verdicts] == [False, False, True]
    assert not any(verdict.stop for verdict in verdicts)


def test_attention_undecided_everywhere_is_drifting() -> None:
    flat = attention(background=0.5, crack=0.5)
    assert look(Guard(), 100, flat, flat).state is GuardState.DRIFTING


def test_a_discriminator_that_wins_is_a_fault_only_where_attention_fades() -> None:
    guard = Guard()
    assert all(look(guard, 100 + i, discriminator=0.001).state is GuardState.HEALTHY for i in range(5))
    verdicts = [
        look(guard, 200 + i, attention(background=0, crack=c), discriminator=0.001) for i, c in enumerate((0.6, 0.3))
    ]
    assert verdicts[-1].state is GuardState.DISCRIMINATOR_WON
    assert verdicts[-1].roll_back


def test_the_fourth_collapse_stops_the_run_with_advice() -> None:
    guard = Guard()
    dead = attention(background=0, crack=0)
    verdicts = [look(guard, 100 + i, dead) for i in range(4)]
    assert [verdict.roll_back for verdict in verdicts] == [True, True, True, False]
    assert verdicts[-1].stop
    assert "last healthy checkpoint was kept" in verdicts[-1].words
    assert "Check the tags" in verdicts[-1].words


def test_a_roll_back_forgets_what_led_to_it() -> None:
    guard = Guard()
    look(guard, 100, attention(background=0, crack=0.9))
    look(guard, 110, attention(background=0, crack=0))
    verdicts = [look(guard, 120 + i, attention(background=0, crack=c)) for i, c in enumerate((0.3, 0.25, 0.2))]
    assert all(verdict.state is GuardState.HEALTHY for verdict in verdicts)


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_readings_stay_in_range(background: float, crack: float) -> None:
    reading = Reading.of(attention(background=background, crack=crack))
    assert all(0 <= value <= 1 + 1e-9 for value in (reading.mean, reading.top, reading.entropy))
    assert reading.top >= reading.mean - 1e-9
