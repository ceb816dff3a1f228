"""Bridges join what faces each other and nothing else."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from crackstudio.imaging.bridging import bridge_gaps

EIGHT = np.ones((3, 3))
Bridged = Callable[[np.ndarray, float], np.ndarray]
Line = tuple[tuple[int, int], tuple[int, int], int]
PLACES = st.tuples(st.integers(0, 79), st.integers(0, 79))
LINES = st.lists(st.tuples(PLACES, PLACES, st.integers(1, 5)), max_size=9)
VALUES = arrays(
    np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30)), elements=st.sampled_from([0, 0, 0, 1, 2, 255])
)


def drawn(lines: list[Line], shape: tuple[int, int] = (80, 80)) -> np.ndarray:
    array = np.zeros(shape, np.uint8)
    for start, end, width in lines:
        cv2.line(array, start, end, 1, width)
    return array


@pytest.fixture(scope="session")
def bridged(mended: Callable[..., np.ndarray]) -> Bridged:
    def bridge(array: np.ndarray, longest: float) -> np.ndarray:
        after = mended(array, partial(bridge_gaps, value=1, longest=longest))
        assert set(after[after != array]) <= {1}
        assert not array[after != array].any()
        return after

    return bridge


def pieces(array: np.ndarray) -> int:
    return int(ndimage.label(array == 1, EIGHT)[1])


def assert_nothing_far_was_joined(before: np.ndarray, after: np.ndarray, longest: float) -> None:
    """Pieces that are one now were linked by steps of at most `longest` px."""
    old, count = ndimage.label(before == 1, EIGHT)
    new, _ = ndimage.label(after == 1, EIGHT)
    places = [np.argwhere(old == piece) for piece in range(1, count + 1)]
    linked = np.zeros((count, count), bool)
    for one, other in np.ndindex(count, count):
        linked[one, other] = cdist(places[one], places[other]).min() <= longest
    _, groups = connected_components(linked, directed=False)
    for now in range(1, new.max() + 1):
        assert len({groups[piece - 1] for piece in np.unique(old[(new == now) & (old > 0)])}) == 1


@given(LINES, st.integers(0, 30))
def test_nothing_further_apart_is_joined(bridged: Bridged, lines: list[Line], longest: int) -> None:
    before = drawn(lines)
    assert_nothing_far_was_joined(before, bridged(before, longest), longest)


@given(VALUES, st.integers(0, 12))
def test_other_classes_and_unsure_stay_and_pieces_far_apart_too(
    bridged: Bridged, array: np.ndarray, longest: int
) -> None:
    assert_nothing_far_was_joined(array, bridged(array, longest), longest)


@given(st.floats(0, 2 * np.pi), st.integers(2, 20), st.integers(1, 7))
def test_two_halves_of_a_crack_are_joined_at_any_angle(bridged: Bridged, angle: float, gap: int, width: int) -> None:
    way = np.array((np.cos(angle), np.sin(angle)))
    near, far = (np.rint(100 + way * (gap / 2 + width / 2 + further)).astype(int).tolist() for further in (0, 40))
    back, end = (np.rint(100 - way * (gap / 2 + width / 2 + further)).astype(int).tolist() for further in (0, 40))
    before = drawn([(tuple(near), tuple(far), width), (tuple(back), tuple(end), width)], (200, 200))
    assert pieces(bridged(before, gap + 4)) == 1
    assert np.array_equal(bridged(before, 0), before)


@pytest.mark.parametrize("gap", [2, 3, 9, 20])
def test_the_gap_is_measured_between_the_nearest_pixels(bridged: Bridged, gap: int) -> None:
    before = np.zeros((9, 100), np.uint8)
    before[4, 10:40] = before[4, 39 + gap : 90] = 1
    after = bridged(before, gap)
    assert after[4, 10:90].all()
    assert after.sum() == 80
    assert np.array_equal(bridged(before, gap - 0.1), before)


def test_a_bridge_is_as_wide_as_its_cracks(bridged: Bridged) -> None:
    before = np.zeros((60, 160), np.uint8)
    before[28:33, 10:60] = before[29:34, 75:140] = 1
    across = bridged(before, 20).sum(axis=0)[10:140]
    assert across.min() >= 4
    assert across.max() <= 6


def test_a_bridge_across_blocks_and_one_over_a_crumb(bridged: Bridged) -> None:
    before = drawn([((900, 1020), (1010, 1020), 3), ((1040, 1024), (1200, 1030), 3)], (1300, 1300))
    before[1022, 1025] = 1
    assert pieces(bridged(before, 30)) == 1
    assert np.array_equal(bridged(before, 20), before)


SIDE_BY_SIDE: dict[str, list[Line]] = {
    "parallel cracks": [((10, 20), (70, 20), 3), ((10, 28), (70, 28), 3)],
    "shifted parallel cracks": [((5, 20), (40, 20), 3), ((38, 27), (75, 27), 3)],
    "discs": [((20, 40), (20, 40), 15), ((40, 40), (40, 40), 15)],
    "specks": [((20, 40), (22, 40), 1), ((26, 40), (28, 40), 1)],
    "a right angle": [((10, 20), (40, 20), 1), ((45, 25), (45, 60), 1)],
    "an end and a flank": [((10, 40), (40, 40), 1), ((48, 10), (48, 70), 1)],
}


@pytest.mark.parametrize("lines", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE.keys())
def test_what_merely_lies_side_by_side_is_left_alone(bridged: Bridged, lines: list[Line]) -> None:
    assert np.array_equal(bridged(drawn(lines), 20), drawn(lines))


def test_another_class_on_the_way_shuts_it(bridged: Bridged) -> None:
    for value in (2, 255):
        before = drawn([((5, 40), (30, 40), 1), ((45, 40), (75, 40), 1)])
        before[30:50, 38] = value
        assert np.array_equal(bridged(before, 30), before)


@pytest.mark.parametrize("array", [np.zeros((1, 1)), np.ones((1, 1)), np.zeros((300, 20)), np.ones((40, 40))])
def test_masks_without_a_gap(bridged: Bridged, array: np.ndarray) -> None:
    assert np.array_equal(bridged(array.astype(np.uint8), 50), array)
