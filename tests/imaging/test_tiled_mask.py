"""Tiled masks and patches: what is written comes back, and costs little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crackstudio.core.errors import MaskError
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.patch import TILE, Patch
from crackstudio.imaging.tiled_mask import TiledMask

SIDES = st.sampled_from([1, 7, TILE - 1, TILE, TILE + 1, 2 * TILE + 40])


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """Mostly background with some blocks of any class, at sizes around the tile's."""
    height, width = draw(SIDES), draw(SIDES)
    array = np.zeros((height, width), np.uint8)
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        array[top : top + draw(st.integers(1, 300)), left : left + draw(st.integers(1, 300))] = draw(
            st.sampled_from([0, 1, 2, 254, 255])
        )
    return array


@st.composite
def before_and_after(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    before = draw(masks())
    after = before.copy()
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(0, before.shape[0] - 1)), draw(st.integers(0, before.shape[1] - 1))
        piece = draw(arrays(np.uint8, (3, 4)))
        height, width = min(3, before.shape[0] - top), min(4, before.shape[1] - left)
        after[top : top + height, left : left + width] = piece[:height, :width]
    return before, after


def patch_between(before: np.ndarray, after: np.ndarray) -> tuple[TiledMask, Patch]:
    mask = TiledMask.from_array(before)
    start = mask.snapshot()
    for row, col in mask.tiles_in():
        mask.writable(row, col)[:] = after[row * TILE : (row + 1) * TILE, col * TILE : (col + 1) * TILE]
    return mask, mask.changes_since(start)


@given(masks())
def test_an_array_comes_back(array: np.ndarray) -> None:
    assert np.array_equal(TiledMask.from_array(array).to_array(), array)


@given(masks(), st.integers(-300, 700), st.integers(-300, 700), st.integers(1, 600), st.integers(1, 600))
def test_a_region_is_the_slice_and_zero_outside(
    array: np.ndarray, top: int, left: int, height: int, width: int
) -> None:
    padded = np.pad(array, 1400)
    expected = padded[1400 + top : 1400 + top + height, 1400 + left : 1400 + left + width]
    assert np.array_equal(TiledMask.from_array(array).region(top, left, height, width), expected)


@given(before_and_after())
def test_a_patch_leads_back_and_forth(pair: tuple[np.ndarray, np.ndarray]) -> None:
    before, after = pair
    mask, patch = patch_between(before, after)
    assert patch.is_empty == np.array_equal(before, after)
    mask.apply(patch, backward=True)
    assert np.array_equal(mask.to_array(), before)
    mask.apply(patch)
    assert np.array_equal(mask.to_array(), after)
    mask.apply(patch)
    assert np.array_equal(mask.to_array(), after), "a patch may be replayed"
    mask.apply(patch.reversed())
    assert np.array_equal(mask.to_array(), before)


@given(before_and_after())
def test_a_patch_is_cropped_to_what_changed(pair: tuple[np.ndarray, np.ndarray]) -> None:
    before, after = pair
    _, patch = patch_between(before, after)
    rows, cols = np.nonzero(before != after)
    if patch.is_empty:
        assert len(rows) == 0
    else:
        top, left, height, width = patch.bounds
        assert (top, left) == (rows.min(), cols.min())
        assert (top + height, left + width) == (rows.max() + 1, cols.max() + 1)


@given(before_and_after())
def test_a_patch_survives_the_journal(pair: tuple[np.ndarray, np.ndarray]) -> None:
    _, patch = patch_between(*pair)
    assert Patch.decode(patch.encode()) == patch


@given(before_and_after(), st.data())
def test_a_damaged_patch_is_refused_and_nothing_else_happens(
    pair: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    _, patch = patch_between(*pair)
    whole = patch.encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(MaskError):
        Patch.decode(whole[:cut])


@given(st.binary(max_size=80))
def test_foreign_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(MaskError):
        Patch.decode(payload)


def test_a_patch_of_a_larger_mask_is_refused_and_the_mask_kept() -> None:
    large, patch = patch_between(np.zeros((600, 600), np.uint8), np.ones((600, 600), np.uint8))
    small = TiledMask(100, 100)
    with pytest.raises(MaskError, match="kept"):
        small.apply(patch)
    assert not small.to_array().any()
    assert large.to_array().all()


def test_a_snapshot_keeps_its_pixels_while_the_mask_is_painted() -> None:
    mask = TiledMask.from_array(np.full((300, 300), 3, np.uint8))
    earlier = mask.snapshot()
    mask.writable(0, 0)[:] = 9
    again = mask.snapshot()
    mask.writable(0, 0)[:] = 1
    assert (earlier.to_array() == 3).all()
    assert again.to_array()[0, 0] == 9
    assert mask.to_array()[0, 0] == 1


def test_a_whole_tile_that_is_taken_back_costs_nothing_again() -> None:
    mask = TiledMask(TILE, 2 * TILE)
    blank = mask.snapshot()
    mask.writable(0, 0)[:] = 1
    mask.writable(0, 1)[: TILE // 2] = 1
    patch = mask.changes_since(blank)
    mask.apply(patch, backward=True)
    assert mask.is_blank(0, 0)
    assert mask.is_blank(0, 1)
    mask.apply(patch)
    mask.writable(0, 0)[0, 0] = 2
    mask.apply(patch)
    assert mask.tile(0, 0)[0, 0] == 1, "the patch keeps its own pixels"


def test_a_snapshot_may_be_written_without_changing_the_mask() -> None:
    mask = TiledMask(10, 10)
    mask.writable(0, 0)[:] = 5
    mask.snapshot().writable(0, 0)[:] = 6
    assert (mask.to_array() == 5).all()


def test_tiles_are_read_only_and_empty_ones_cost_nothing() -> None:
    mask = TiledMask(100_000, 100_000)
    assert mask.is_blank(300, 300)
    with pytest.raises(ValueError, match="read-only"):
        mask.tile(300, 300)[0, 0] = 1
    assert mask.tile(390, 390).shape == (160, 160)


@pytest.mark.parametrize(
    "array", [np.zeros((3, 3, 3), np.uint8), np.zeros((3, 3), np.int32), np.zeros((0, 3), np.uint8)]
)
def test_what_is_no_mask_is_refused(array: np.ndarray) -> None:
    with pytest.raises(MaskError):
        TiledMask.from_array(array)


def test_a_thousand_strokes_on_12_mp_stay_under_50_mb() -> None:
    rng = np.random.default_rng(0)
    mask = TiledMask(3000, 4000)
    total = 0
    for _ in range(1000):
        before = mask.snapshot()
        x, y, angle = rng.uniform(0, 4000), rng.uniform(0, 3000), rng.uniform(0, 2 * np.pi)
        stroke = Stroke(mask, Brush(size=20, value=1))
        for step in range(0, 301, 60):
            stroke.to(x + step * np.cos(angle), y + step * np.sin(angle))
        patch = mask.changes_since(before)
        total += patch.nbytes + 300 * len(patch.changes)
    assert total < 50e6


def test_a_tile_of_one_value_that_a_patch_leaves_costs_nothing_and_may_be_painted_on() -> None:
    mask = TiledMask(600, 600)
    before = mask.snapshot()
    for row, col in mask.tiles_in():
        mask.writable(row, col)[:] = 3
    patch = mask.changes_since(before)
    mask.apply(patch, backward=True)
    assert mask.flat(1, 1) == 0
    mask.apply(patch)
    assert mask.flat(0, 0) == 3
    assert np.shares_memory(mask.tile(0, 0), mask.tile(1, 1))
    mask.writable(0, 0)[7, 7] = 4
    assert mask.flat(0, 0) is None
    expected = np.full((600, 600), 3, np.uint8)
    expected[7, 7] = 4
    assert np.array_equal(mask.to_array(), expected)


def test_values_are_counted_tile_by_tile() -> None:
    pixels = np.random.default_rng(0).choice([0, 1, 7, 255], size=(300, 700)).astype(np.uint8)
    pixels[:256, 256:512] = 0
    assert np.array_equal(TiledMask.from_array(pixels).counts(), np.bincount(pixels.ravel(), minlength=256))


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_blocks_cover_the_changed_tiles_and_no_other(keys: set[tuple[int, int]]) -> None:
    mask = TiledMask(5 * TILE + 40, 5 * TILE + 9)
    before = mask.snapshot()
    for row, col in keys:
        mask.writable(row, col)[:] = 1
    covered = np.zeros((mask.height, mask.width), int)
    blocks = mask.changes_since(before).blocks
    for top, left, height, width in blocks:
        covered[top : top + height, left : left + width] += 1
    assert np.array_equal(covered, mask.to_array()), "each once"


def test_a_whole_mask_is_one_block() -> None:
    mask = TiledMask.from_array(np.ones((700, 900), np.uint8))
    assert mask.changes_since(TiledMask(700, 900)).blocks == [(0, 0, 700, 900)]
