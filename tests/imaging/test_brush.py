"""Brushes against exact discs and capsules."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.taking import Where
from crackstudio.imaging.tiled_mask import TiledMask

HEIGHT, WIDTH = 300, 340
COORDINATES = st.floats(-60, 400, allow_nan=False)
POINTS = st.tuples(COORDINATES, COORDINATES)
SIZES = st.one_of(st.integers(2, 40), st.floats(2, 500))


def distance_to_segment(a: tuple[float, float], b: tuple[float, float]) -> np.ndarray:
    """Distance of every pixel's centre to the line from a to b."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    (ax, ay), (bx, by) = a, b
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1) if length else np.zeros_like(x)
    return np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))


def painted(points: list[tuple[float, float]], size: float) -> np.ndarray:
    mask = TiledMask(HEIGHT, WIDTH)
    stroke = Stroke(mask, Brush(size=size, value=1))
    for x, y in points:
        stroke.to(x, y)
    return mask.to_array().astype(bool)


def assert_matches(found: np.ndarray, distance: np.ndarray, size: float) -> None:
    """Equal wherever rounding cannot decide."""
    clear = np.abs(distance - size / 2) > 1e-6
    assert np.array_equal(found[clear], (distance < size / 2)[clear])


@given(POINTS, SIZES)
def test_a_dot_is_the_exact_disc(point: tuple[float, float], size: float) -> None:
    assert_matches(painted([point], size), distance_to_segment(point, point), size)


@given(POINTS, POINTS, SIZES)
def test_a_movement_is_the_exact_capsule(a: tuple[float, float], b: tuple[float, float], size: float) -> None:
    assume(a == b or np.hypot(b[0] - a[0], b[1] - a[1]) > 1e-3)
    assert_matches(painted([a, b], size), distance_to_segment(a, b), size)


@given(POINTS, POINTS, SIZES, st.integers(2, 40))
def test_many_small_segments_equal_the_one_capsule(
    a: tuple[float, float], b: tuple[float, float], size: float, parts: int
) -> None:
    assume(np.hypot(b[0] - a[0], b[1] - a[1]) > 1)
    points = [(a[0] + (b[0] - a[0]) * i / parts, a[1] + (b[1] - a[1]) * i / parts) for i in range(parts + 1)]
    assert_matches(painted(points, size), distance_to_segment(a, b), size)


@given(st.lists(POINTS, min_size=2, max_size=6), SIZES)
def test_a_path_is_the_union_of_its_capsules(points: list[tuple[float, float]], size: float) -> None:
    distance = np.min([distance_to_segment(a, b) for a, b in pairwise(points)], axis=0)
    assert_matches(painted(points, size), distance, size)


@given(st.lists(st.tuples(COORDINATES, COORDINATES, SIZES), min_size=2, max_size=4))
def test_a_brush_that_changes_its_size_fills_the_hull_of_its_discs(discs: list[tuple[float, float, float]]) -> None:
    mask = TiledMask(HEIGHT, WIDTH)
    stroke = Stroke(mask, Brush(size=1, value=1))
    for x, y, size in discs:
        stroke.to(x, y, size=size)
    depth = np.max([depth_in_hull(a, b) for a, b in pairwise(discs)], axis=0)
    found, clear = mask.to_array()[::4, ::4].astype(bool), np.abs(depth) > 1e-4
    assert np.array_equal(found[clear], (depth > 0)[clear])


def depth_in_hull(a: tuple[float, float, float], b: tuple[float, float, float]) -> np.ndarray:
    """How deep every fourth pixel's centre lies in the deepest disc on the way from a to b: their union is the hull."""
    (ax, ay, asize), (bx, by, bsize) = a, b
    y, x = np.mgrid[0:HEIGHT:4, 0:WIDTH:4] + 0.5
    low, high = np.zeros_like(x), np.ones_like(x)

    def depth(t: np.ndarray) -> np.ndarray:
        return (asize + (bsize - asize) * t) / 2 - np.hypot(x - ax - (bx - ax) * t, y - ay - (by - ay) * t)

    for _ in range(40):  # depth is concave in t
        left, right = low + (high - low) / 3, high - (high - low) / 3
        rises = depth(left) < depth(right)
        low, high = np.where(rises, left, low), np.where(rises, high, right)
    return depth((low + high) / 2)


@given(st.floats(0, 299), st.floats(0, 299))
def test_the_smallest_brush_always_paints_the_pixel_under_it(x: float, y: float) -> None:
    found = painted([(x, y)], 1)
    assert found[int(y), int(x)]
    assert found.sum() <= 2


@given(st.lists(st.tuples(st.floats(0, 299), st.floats(0, 299)), min_size=2, max_size=3))
def test_the_smallest_brush_leaves_no_gap(points: list[tuple[float, float]]) -> None:
    import cv2

    count, _ = cv2.connectedComponents(painted(points, 1).astype(np.uint8), connectivity=8)
    assert count == 2


@given(st.lists(POINTS, min_size=1, max_size=4), SIZES)
def test_areas_tell_of_every_changed_pixel(points: list[tuple[float, float]], size: float) -> None:
    mask = TiledMask(HEIGHT, WIDTH)
    stroke = Stroke(mask, Brush(size=size, value=1))
    told = np.zeros((HEIGHT, WIDTH), bool)
    for point in points:
        for top, left, height, width in stroke.to(*point):
            assert height > 0
            assert width > 0
            told[top : top + height, left : left + width] = True
    assert not (mask.to_array().astype(bool) & ~told).any()


def test_only_the_newly_covered_area_is_touched() -> None:
    mask = TiledMask(3000, 3000)
    stroke = Stroke(mask, Brush(size=1000, value=1))
    stroke.to(1500, 1500)
    assert sum(area.height * area.width for area in stroke.to(1504, 1500)) < 200_000
    assert stroke.to(1504, 1500) == ()


def test_erasing_an_empty_mask_costs_nothing() -> None:
    mask = TiledMask(3000, 3000)
    assert Stroke(mask, Brush(size=1000, value=0)).to(1500, 1500) == ()
    assert all(mask.is_blank(row, col) for row, col in mask.tiles_in())


def test_the_proposal_brush_paints_only_where_the_map_reaches_the_threshold() -> None:
    crack_map = np.zeros((HEIGHT, WIDTH), np.uint8)
    crack_map[100:110] = 200
    crack_map[150:160] = 100
    mask = TiledMask(HEIGHT, WIDTH)
    Stroke(mask, Brush(size=120, value=1, where=Where(crack_map=crack_map, threshold=0.5))).to(170, 130)
    disc = distance_to_segment((170, 130), (170, 130)) <= 60
    assert np.array_equal(mask.to_array().astype(bool), disc & (crack_map == 200))


@pytest.mark.parametrize("point", [(-1e6, 5), (5, 1e5), (-800, -800)])
def test_far_outside_nothing_is_painted(point: tuple[float, float]) -> None:
    assert not painted([point], 2).any()
