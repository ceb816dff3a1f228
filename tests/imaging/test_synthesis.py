"""Drawn cracks: exact truth, repeatable, every family."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackstudio.imaging.surfaces import DEMO_SURFACE, STARTER_SURFACES, Surface
from crackstudio.imaging.synthesis import MAX_WIDTH, draw


def test_a_seed_repeats_the_picture() -> None:
    first, again, other = draw(5, cracked=True), draw(5, cracked=True), draw(6, cracked=True)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("surface", list(Surface))
def test_every_family_draws_a_visible_crack(surface: Surface) -> None:
    darker = []
    for seed in range(12):
        drawn = draw((1, seed), cracked=True, surfaces=(surface,))
        assert drawn.surface is surface
        assert drawn.mask.any()
        ring = cv2.dilate(drawn.mask, np.ones((9, 9), np.uint8)) - cv2.dilate(drawn.mask, np.ones((3, 3), np.uint8))
        grey = drawn.image.mean(axis=2)
        darker.append(grey[drawn.mask > 0].mean() < grey[ring > 0].mean())
    assert np.mean(darker) >= 0.9


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), height=st.integers(64, 300), width=st.integers(64, 300), cracked=st.booleans())
def test_truth_fits_the_picture(seed: int, height: int, width: int, cracked: bool) -> None:
    drawn = draw(seed, cracked=cracked, height=height, width=width)
    assert drawn.image.shape == (height, width, 3)
    assert drawn.image.dtype == np.uint8
    assert drawn.mask.shape == (height, width)
    assert drawn.mask.any() == cracked
    assert set(np.unique(drawn.mask)) <= {0, 1}


def test_widths_span_hair_cracks_to_gaping_ones() -> None:
    widest = []
    for seed in range(60):
        inside = cv2.distanceTransform(draw((2, seed), cracked=True).mask, cv2.DIST_L2, 5)
        widest.append(2 * inside.max())
    assert min(widest) <= 3
    assert max(widest) >= 9
    assert np.median(widest) <= MAX_WIDTH


def test_the_demo_family_is_kept_from_the_starter() -> None:
    assert DEMO_SURFACE not in STARTER_SURFACES
    assert all(draw((3, seed), cracked=False).surface is not DEMO_SURFACE for seed in range(20))
