"""The threshold that a run without masks gives itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from crackstudio.engine.calibration import label_free_threshold


def attention(*, background: float, crack: float, share: float = 0.05, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    maps = np.full((64, 64), background) + random.normal(0, 0.03, (64, 64))
    maps[: round(64 * share)] = crack + random.normal(0, 0.03, (round(64 * share), 64))
    return np.clip(maps, 0, 1)


def test_it_falls_between_glow_and_crack() -> None:
    threshold = label_free_threshold([attention(background=0.15, crack=0.8)], [attention(background=0.02, crack=0.02)])
    assert 0.25 < threshold < 0.7


def test_silent_pixels_do_not_pull_it_down() -> None:
    """A thin crack in a large quiet image splits where it splits in a small one."""
    small = attention(background=0.15, crack=0.8)
    large = np.pad(small, 400)
    assert label_free_threshold([large], []) == pytest.approx(label_free_threshold([small], []), abs=0.01)


def test_intact_images_have_to_be_quiet_at_it() -> None:
    cracked = [attention(background=0.1, crack=0.9)]
    noisy = [attention(background=0.6, crack=0.6)]
    assert label_free_threshold(cracked, noisy) > label_free_threshold(cracked, [])
    assert label_free_threshold(cracked, noisy) > 0.6


def test_loud_intact_images_do_not_silence_every_crack() -> None:
    cracked = [attention(background=0.1, crack=0.8)]
    assert label_free_threshold(cracked, [np.ones((64, 64))]) < 0.9


def test_bytes_and_floats_give_the_same() -> None:
    maps = attention(background=0.1, crack=0.8)
    as_bytes = (maps * 255).round().astype(np.uint8)
    assert label_free_threshold([as_bytes], []) == pytest.approx(label_free_threshold([maps], []), abs=0.02)


def test_without_anything_to_split_it_is_a_half() -> None:
    assert label_free_threshold([], []) == 0.5
    assert label_free_threshold([np.zeros((8, 8), np.uint8)], [np.zeros((8, 8), np.uint8)]) == 0.5


@given(arrays(np.uint8, (6, 7)), arrays(np.uint8, (5, 4)))
def test_it_stays_in_range(cracked: np.ndarray, intact: np.ndarray) -> None:
    assert 0.02 <= label_free_threshold([cracked, cracked[:3]], [intact]) <= 0.98
