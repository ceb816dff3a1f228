"""Maps refined against their image: the border goes where the image has one."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from crackstudio.imaging.refining import Refinement, refined

ROWS = slice(18, 22)


@pytest.fixture
def soft():
    """A dark line of four rows, and a map of it that is two pixels too wide on both sides and blurred."""
    random = np.random.default_rng(0)
    rgb = np.full((40, 60, 3), 150, np.uint8)
    rgb[ROWS] = 40
    rgb = np.clip(rgb + random.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8)
    wide = np.zeros((40, 60), np.float32)
    wide[16:24] = 0.9
    return cv2.GaussianBlur(wide, (9, 9), 2), rgb


def iou(found):
    mask, truth = found >= 0.5, np.zeros(found.shape, bool)
    truth[ROWS] = True
    return (mask & truth).sum() / (mask | truth).sum()


@pytest.mark.parametrize("by", [Refinement.GUIDED_FILTER, Refinement.RANDOM_WALKER])
def test_the_border_comes_nearer_to_that_of_the_image(soft, by):
    found, rgb = soft
    assert iou(refined(found, rgb, by=by)) > iou(found) + 0.05


def test_none_is_the_map_itself(soft):
    found, rgb = soft
    assert refined(found, rgb, by=Refinement.NONE) is found


@pytest.mark.parametrize("by", list(Refinement))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_map_stays_a_map_of_its_size(by, data):
    height, width = data.draw(st.integers(1, 24)), data.draw(st.integers(1, 24))
    found = data.draw(arrays.arrays(np.float32, (height, width), elements=st.floats(0, 1, width=32)))
    rgb = data.draw(arrays.arrays(np.uint8, (height, width, 3)))
    before = found.copy()
    after = refined(found, rgb, by=by)
    assert after.shape == found.shape
    assert after.dtype == np.float32
    assert np.isfinite(after).all()
    assert 0 <= after.min() <= after.max() <= 1
    assert np.array_equal(found, before)
