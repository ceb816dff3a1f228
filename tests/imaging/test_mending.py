"""Mending one class: against brute force, and never at the cost of another class."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from crackstudio.imaging import blocks, components, mending
from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask

EIGHT = np.ones((3, 3))
MASKS = arrays(
    np.uint8, st.tuples(st.integers(1, 14), st.integers(1, 14)), elements=st.sampled_from([0, 0, 1, 1, 2, 255])
)
CRACKS = st.builds(
    lambda seed, share: np.where(np.random.default_rng(seed).random((40, 50)) < share, 1, 0).astype(np.uint8),
    st.integers(0, 10**6),
    st.floats(0.01, 0.9),
)
Mend = Callable[[TiledMask], Patch]
Mended = Callable[[np.ndarray, Mend], np.ndarray]
ALL: list[Mend] = [
    partial(mending.fill_holes, value=1, largest=9),
    partial(mending.remove_specks, value=1, smallest=4),
    partial(mending.grow, value=1, by=2),
    partial(mending.shrink, value=1, by=1),
]


@pytest.fixture(params=[3, 1024])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Small blocks, so that small masks have seams; and the real ones."""
    monkeypatch.setattr(blocks, "BLOCK", request.param)
    monkeypatch.setattr(components, "BLOCK", request.param)
    return int(request.param)


@pytest.mark.parametrize("mend", ALL)
@given(array=MASKS)
def test_other_classes_and_unsure_stay(mended: Mended, mend: Mend, array: np.ndarray) -> None:
    after = mended(array, mend)
    assert np.array_equal(after[array > 1], array[array > 1])
    assert set(np.unique(after)) <= {0, 1} | set(np.unique(array))


@pytest.mark.parametrize("mend", ALL)
@pytest.mark.parametrize("shape", [(1, 1), (1, 600), (300, 300)])
def test_an_empty_mask_stays_empty(mended: Mended, mend: Mend, shape: tuple[int, int]) -> None:
    assert not mended(np.zeros(shape, np.uint8), mend).any()


@pytest.mark.usefixtures("block")
@settings(suppress_health_check=["function_scoped_fixture"])
@given(st.one_of(MASKS, CRACKS), st.integers(0, 40))
def test_holes_up_to_a_size_are_filled(mended: Mended, array: np.ndarray, largest: int) -> None:
    labels, count = ndimage.label(array != 1)
    outer = set(np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1])))
    holes = [label for label in range(1, count + 1) if label not in outer and (labels == label).sum() <= largest]
    after = mended(array, partial(mending.fill_holes, value=1, largest=largest))
    assert np.array_equal(after, np.where(np.isin(labels, holes) & (array == 0), 1, array))


@given(MASKS, st.integers(0, 40))
def test_filling_holes_twice_changes_nothing_more(mended: Mended, array: np.ndarray, largest: int) -> None:
    fill = partial(mending.fill_holes, value=1, largest=largest)
    assert np.array_equal(mended(mended(array, fill), fill), mended(array, fill))


@pytest.mark.usefixtures("block")
@settings(suppress_health_check=["function_scoped_fixture"])
@given(st.one_of(MASKS, CRACKS), st.integers(0, 40))
def test_specks_under_a_size_vanish(mended: Mended, array: np.ndarray, smallest: int) -> None:
    labels, count = ndimage.label(array == 1, EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    after = mended(array, partial(mending.remove_specks, value=1, smallest=smallest))
    assert np.array_equal(after, np.where((array == 1) & (sizes[labels] < smallest), 0, array))


def by_brute_force(bits: np.ndarray, reach: float) -> np.ndarray:
    """The pixels within `reach` of a set one, one offset at a time."""
    height, width = bits.shape
    out = np.zeros_like(bits)
    far = int(reach)
    padded = np.pad(bits, far)
    for y in range(-far, far + 1):
        for x in range(-far, far + 1):
            if y * y + x * x <= reach * reach + 1e-6:
                out |= padded[far + y : far + y + height, far + x : far + x + width]
    return out


REACHES = st.one_of(st.integers(0, 9), st.integers(0, 60).map(np.sqrt))


@pytest.mark.usefixtures("block")
@settings(suppress_health_check=["function_scoped_fixture"], max_examples=50)
@given(st.one_of(MASKS, CRACKS), REACHES)
def test_growing_is_the_euclidean_dilation_over_background(mended: Mended, array: np.ndarray, by: float) -> None:
    expected = np.where(by_brute_force(array == 1, by) & (array == 0), 1, array)
    assert np.array_equal(mended(array, partial(mending.grow, value=1, by=by)), expected)


@pytest.mark.usefixtures("block")
@settings(suppress_health_check=["function_scoped_fixture"], max_examples=50)
@given(st.one_of(MASKS, CRACKS), REACHES)
def test_shrinking_is_the_euclidean_erosion(mended: Mended, array: np.ndarray, by: float) -> None:
    expected = np.where(by_brute_force(array != 1, by) & (array == 1), 0, array)
    assert np.array_equal(mended(array, partial(mending.shrink, value=1, by=by)), expected)


def test_a_full_mask_has_no_border_to_shrink_from(mended: Mended) -> None:
    assert mended(np.ones((5, 7), np.uint8), partial(mending.shrink, value=1, by=3)).all()


def test_a_hole_a_speck_and_a_stroke_that_lie_across_blocks(mended: Mended) -> None:
    array = np.zeros((2100, 2100), np.uint8)
    array[1000:1050, 1000:1050] = 1
    array[1020:1030, 1020:1030] = 0
    array[1023:1026, 5:8] = 1
    after = mended(array, partial(mending.fill_holes, value=1, largest=100))
    assert after[1000:1050, 1000:1050].all()
    assert np.array_equal(mended(array, partial(mending.fill_holes, value=1, largest=99)), array)
    after = mended(array, partial(mending.remove_specks, value=1, smallest=10))
    assert not after[:, :10].any()
    assert np.array_equal(mended(array, partial(mending.remove_specks, value=1, smallest=9)), array)
