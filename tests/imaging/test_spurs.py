"""Spurs vanish, cracks stay whole."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from crackstudio.imaging import blocks
from crackstudio.imaging.spurs import prune_spurs
from crackstudio.imaging.synthesis import draw

EIGHT = np.ones((3, 3))
Pruned = Callable[[np.ndarray, int], np.ndarray]
VALUES = arrays(
    np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=st.sampled_from([0, 0, 1, 1, 2, 255])
)


@pytest.fixture(scope="session")
def pruned(mended: Callable[..., np.ndarray]) -> Pruned:
    def prune(array: np.ndarray, shortest: int) -> np.ndarray:
        after = mended(array, partial(prune_spurs, value=1, shortest=shortest))
        assert set(array[after != array]) <= {1}
        assert not after[after != array].any()
        return after

    return prune


def crack(width: int) -> np.ndarray:
    array = np.zeros((120, 240), np.uint8)
    cv2.line(array, (20, 60), (220, 70), 1, width)
    return array


@pytest.mark.parametrize("width", [1, 3, 8])
@pytest.mark.parametrize("tip", [(100, 45), (115, 50), (100, 80), (85, 78)])
def test_a_spur_vanishes_and_the_crack_stays(pruned: Pruned, width: int, tip: tuple[int, int]) -> None:
    whole = crack(width)
    spurred = whole.copy()
    cv2.line(spurred, (100, 64), tip, 1, max(width - 2, 1))
    found = pruned(spurred, 40)
    assert np.count_nonzero(found != whole) <= 3 * width  # the fork leans towards the spur and keeps its foot
    assert not found[spurred == 0].any()
    assert np.array_equal(pruned(spurred, 8), spurred)


def test_a_long_branch_stays_and_one_that_leaves_the_picture_too(pruned: Pruned) -> None:
    array = crack(3)
    cv2.line(array, (120, 65), (120, 20), 1, 3)
    assert np.array_equal(pruned(array, 40), array)
    assert not np.array_equal(pruned(array, 60), array)
    cv2.line(array, (120, 65), (120, 0), 1, 3)
    cv2.line(array, (110, 65), (110, 119), 1, 3)
    assert np.array_equal(pruned(array, 80), array)


def test_of_a_fork_at_the_end_one_branch_goes_on(pruned: Pruned) -> None:
    array = np.zeros((60, 100), np.uint8)
    array[30, 10:60] = 1
    for step in range(12):
        array[30 - step, 60 + step] = 1
    for step in range(8):
        array[30 + step, 60 + step] = 1
    found = pruned(array, 20)
    assert found[19, 71]
    assert found[30, 10:60].all()
    assert not found[33:].any()


def test_a_tail_on_a_ring_is_a_spur(pruned: Pruned) -> None:
    ring = np.zeros((80, 80), np.uint8)
    cv2.circle(ring, (40, 40), 20, 1, 1)
    array = ring.copy()
    array[40, 60:68] = 1
    assert np.array_equal(pruned(array, 20), ring)


@given(VALUES, st.integers(0, 20))
def test_no_piece_vanishes_or_falls_apart_and_other_classes_stay(
    pruned: Pruned, array: np.ndarray, shortest: int
) -> None:
    after = pruned(array, shortest)
    before, count = ndimage.label(array == 1, EIGHT)
    pieces, still = ndimage.label(after == 1, EIGHT)
    assert count == still
    assert len(set(before[pieces > 0])) == count


@pytest.mark.parametrize("seed", range(3))
def test_blocks_leave_no_trace(pruned: Pruned, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rough = draw(seed, cracked=True, height=400, width=500).mask.copy()
    rng = np.random.default_rng(seed)
    for row, column in rng.permutation(np.argwhere(rough))[:60]:
        way = rng.integers(-9, 10, 2)
        cv2.line(rough, (int(column), int(row)), (int(column + way[0]), int(row + way[1])), 1, 1)
    whole = pruned(rough, 10)
    assert (whole != rough).any()
    monkeypatch.setattr(blocks, "BLOCK", 50)
    assert np.array_equal(pruned(rough, 10), whole)


@pytest.mark.parametrize("array", [np.zeros((1, 1)), np.ones((1, 1)), np.zeros((300, 20)), np.ones((40, 40))])
def test_masks_without_a_spur(pruned: Pruned, array: np.ndarray) -> None:
    assert np.array_equal(pruned(array.astype(np.uint8), 50), array)
