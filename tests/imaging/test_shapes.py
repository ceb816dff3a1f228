"""Shapes against what defines them, pixel by pixel."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from crackstudio.core.errors import MaskError
from crackstudio.imaging import shapes
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.patch import Patch
from crackstudio.imaging.shapes import Side
from crackstudio.imaging.tiled_mask import TiledMask

HEIGHT, WIDTH = 270, 290
COORDINATES = st.one_of(st.floats(-40, 330, allow_nan=False), st.integers(-10, 300).map(float))
POINTS = st.tuples(COORDINATES, COORDINATES)
RINGS = st.lists(POINTS, max_size=9)
SMALL = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.sampled_from([0, 1, 2, 255]))

few = settings(max_examples=40)


def drawn(mask: TiledMask, patch: Patch) -> np.ndarray:
    """The mask with the patch, which changes no pixel outside of its areas and holds none that it does not change."""
    before, after = mask.to_array(), mask.snapshot()
    after.apply(patch)
    told = np.zeros(before.shape, bool)
    for change in patch.changes:
        top, left, height, width = change.area
        piece = np.s_[top : top + height, left : left + width]
        told[piece] = True
        rows, columns = np.nonzero(before[piece] != after.to_array()[piece])
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, height - 1, 0, width - 1)
    assert np.array_equal(before[~told], after.to_array()[~told])
    assert np.array_equal(before, mask.to_array())
    return after.to_array()


def in_ring(ring: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each pixel's centre is inside by the number of edges to its left; and whether rounding can decide it."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    inside, clear = np.zeros(y.shape, bool), np.ones(y.shape, bool)
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        crossing = (ay <= y) != (by <= y)
        if crossing.any():
            at = ax + (y - ay) / (by - ay) * (bx - ax)
            inside ^= crossing & (at <= x)
            clear &= ~crossing | (np.abs(at - x) > 1e-6)
    return inside, clear


@few
@given(POINTS, POINTS, st.floats(1, 90), st.sampled_from([0, 1, 255]))
def test_a_line_is_the_brushs_own_stroke(
    start: tuple[float, float], end: tuple[float, float], width: float, value: int
) -> None:
    mask = TiledMask.from_array(np.tile(np.arange(WIDTH, dtype=np.uint8) % 3, (HEIGHT, 1)))
    brushed = mask.snapshot()
    stroke = Stroke(brushed, Brush(size=width, value=value))
    stroke.to(*start)
    stroke.to(*end)
    found = drawn(mask, shapes.line(mask, start, end, width=width, value=value))
    assert np.array_equal(found, brushed.to_array())


@few
@given(RINGS)
def test_a_polygon_is_the_pixels_whose_centre_is_inside(ring: list[tuple[float, float]]) -> None:
    mask = TiledMask(HEIGHT, WIDTH)
    inside, clear = in_ring(ring)
    found = drawn(mask, shapes.polygon(mask, ring, value=3))
    assert np.array_equal(found[clear], 3 * inside[clear])


@few
@given(RINGS)
def test_a_polygon_holds_the_pixels_whose_centre_is_inside(outline: list[tuple[float, float]]) -> None:
    mask = TiledMask(HEIGHT, WIDTH)
    inside, clear = in_ring(outline)
    found = drawn(mask, shapes.polygon(mask, outline, value=1))
    assert np.array_equal(found[clear].astype(bool), inside[clear])


@few
@given(POINTS, POINTS, POINTS, POINTS)
def test_polygons_that_share_an_edge_share_no_pixel_and_leave_none_out(
    a: tuple[float, float], b: tuple[float, float], left: tuple[float, float], right: tuple[float, float]
) -> None:
    mask = TiledMask(HEIGHT, WIDTH)
    one, other = (drawn(mask, shapes.polygon(mask, ring, value=1)) for ring in ((a, b, left), (b, a, right)))
    both = drawn(mask, shapes.polygon(mask, (a, left, b, right), value=1))
    assert np.array_equal(one ^ other, both)


def test_a_large_polygon_is_whole_across_blocks_and_far_corners_do_no_harm() -> None:
    mask = TiledMask(2300, 2100)
    far = [(-1e300, -1e300), (1e300, -1e300), (1e300, 1e300), (-1e300, 1e300)]
    assert drawn(mask, shapes.polygon(mask, far, value=1)).all()
    found = drawn(mask, shapes.polygon(mask, [(10, 20), (2090, 20), (2090, 2290), (10, 2290)], value=1))
    assert found.sum() == 2080 * 2270
    assert found[20:2290, 10:2090].all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_corner_that_lies_nowhere_is_refused(bad: float) -> None:
    mask = TiledMask(4, 4)
    with pytest.raises(MaskError):
        shapes.polygon(mask, [(0, 0), (bad, 4), (4, 4)], value=1)


@few
@given(RINGS, st.floats(0, 1), st.sampled_from(Side))
def test_a_lasso_takes_what_is_over_or_under_inside_it(
    outline: list[tuple[float, float]], threshold: float, side: Side
) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    mask = TiledMask.from_array(np.full((HEIGHT, WIDTH), 7, np.uint8))
    inside, clear = in_ring(outline)
    expected = np.where(inside & ((picture / 255 >= threshold) == (side is Side.OVER)), 1, 7)
    found = drawn(mask, shapes.lasso(mask, outline, picture=picture, threshold=threshold, side=side, value=1))
    assert np.array_equal(found[clear], expected[clear])


def test_a_lasso_on_a_colour_picture_goes_by_its_luma() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[:, 0], picture[:, 1], picture[:, 2] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    mask = TiledMask(2, 3)
    everything = [(0, 0), (3, 0), (3, 2), (0, 2)]
    patch = shapes.lasso(mask, everything, picture=picture, threshold=0.25, side=Side.UNDER, value=1)
    assert drawn(mask, patch).tolist() == [[0, 0, 1], [0, 0, 1]]


@given(SMALL, st.data())
def test_a_flood_fills_the_connected_pixels_of_one_value(array: np.ndarray, data: st.DataObject) -> None:
    row, column = (data.draw(st.integers(0, length - 1)) for length in array.shape)
    mask = TiledMask.from_array(array)
    found = drawn(mask, shapes.flood_fill(mask, column + 0.5, row + 0.5, value=2))
    labels, _ = ndimage.label(array == array[row, column])
    assert np.array_equal(found, np.where(labels == labels[row, column], 2, array))


@pytest.mark.parametrize("point", [(5, 5), (600, 300), (699, 579)])
def test_a_flood_winds_through_many_tiles(point: tuple[int, int]) -> None:
    array = np.zeros((580, 700), np.uint8)
    array[20::40, :-10] = 1
    array[40::40, 10:] = 255
    array[300:, 350] = 2
    mask = TiledMask.from_array(array)
    labels, _ = ndimage.label(array == array[point[1], point[0]])
    expected = np.where(labels == labels[point[1], point[0]], 9, array)
    assert np.array_equal(drawn(mask, shapes.flood_fill(mask, *point, value=9)), expected)


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)), elements=st.integers(0, 6)),
    st.booleans(),
    st.integers(0, 4),
    st.integers(0, 9),
    st.data(),
)
def test_a_wand_takes_the_connected_pixels_of_similar_colour(
    colours: np.ndarray, grey: bool, tolerance: int, reach: int, data: st.DataObject
) -> None:
    picture = colours[:, :, 0] if grey else colours
    row, column = (data.draw(st.integers(0, length - 1)) for length in picture.shape[:2])
    difference = np.abs(picture.reshape(*picture.shape[:2], -1).astype(int) - picture[row, column])
    similar = difference.max(axis=2) <= tolerance
    y, x = np.indices(similar.shape)
    similar &= (np.abs(y - row) <= reach) & (np.abs(x - column) <= reach)
    labels, _ = ndimage.label(similar)
    mask = TiledMask(*similar.shape)
    patch = shapes.wand(mask, column + 0.2, row + 0.7, picture=picture, tolerance=tolerance, reach=reach, value=1)
    assert np.array_equal(drawn(mask, patch).astype(bool), labels == labels[row, column])


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)),
    st.integers(0, 3),
    st.data(),
)
def test_a_wand_stops_at_other_classes(colours: np.ndarray, value: int, data: st.DataObject) -> None:
    held = data.draw(arrays(np.uint8, colours.shape, elements=st.sampled_from([0, 0, 0, 1, 2, 3, 255])))
    row, column = (data.draw(st.integers(0, length - 1)) for length in colours.shape)
    open_to_it = (colours == colours[row, column]) & ((held == 0) | (held == value) | (value == 0))
    labels, _ = ndimage.label(open_to_it)
    expected = np.where(labels == labels[row, column], value, held) if open_to_it[row, column] else held
    mask = TiledMask.from_array(held)
    patch = shapes.wand(mask, column + 0.2, row + 0.7, picture=colours, tolerance=0, reach=9, value=value)
    assert np.array_equal(drawn(mask, patch), expected)


@pytest.mark.parametrize("point", [(-0.1, 0), (0, -3), (1, 0), (0, 1e6)])
def test_a_click_outside_takes_nothing(point: tuple[float, float]) -> None:
    mask, picture = TiledMask(1, 1), np.zeros((1, 1), np.uint8)
    assert shapes.flood_fill(mask, *point, value=1).is_empty
    assert shapes.wand(mask, *point, picture=picture, tolerance=255, reach=9, value=1).is_empty


@pytest.mark.parametrize(
    "draw",
    [
        lambda mask: shapes.line(mask, (0, 0), (1, 1), width=3, value=1),
        lambda mask: shapes.polygon(mask, [(0, 0), (2, 0), (0, 2)], value=1),
        lambda mask: shapes.flood_fill(mask, 0.5, 0.5, value=1),
    ],
)
def test_a_mask_of_one_pixel(draw: Callable[[TiledMask], Patch]) -> None:
    mask = TiledMask(1, 1)
    assert drawn(mask, draw(mask)).tolist() == [[1]]


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_picture_may_be_read_only(channels: tuple[int, ...]) -> None:
    mask, picture = TiledMask(4, 4), np.zeros((4, 4, *channels), np.uint8)
    picture.flags.writeable = False
    everything = [(0, 0), (4, 0), (4, 4), (0, 4)]
    lassoed = shapes.lasso(mask, everything, picture=picture, threshold=0.5, side=Side.UNDER, value=1)
    assert drawn(mask, lassoed).all()
    assert drawn(mask, shapes.wand(mask, 1, 1, picture=picture, tolerance=1, reach=9, value=1)).all()


def test_a_picture_of_another_size_is_refused() -> None:
    mask, picture = TiledMask(4, 4), np.zeros((4, 5), np.uint8)
    with pytest.raises(MaskError):
        shapes.lasso(mask, [], picture=picture, threshold=0.5, side=Side.OVER, value=1)
    with pytest.raises(MaskError):
        shapes.wand(mask, 1, 1, picture=picture, tolerance=1, reach=1, value=1)
