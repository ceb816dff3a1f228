import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.imaging.tiling import Blend, tiles

SIDES = st.integers(1, 90)


@st.composite
def cuts(draw):
    size = draw(st.integers(1, 40))
    return draw(SIDES), draw(SIDES), size, draw(st.integers(0, size - 1))


@given(cuts())
def test_tiles_cover_the_image_and_stay_inside(cut):
    height, width, size, overlap = cut
    covered = np.zeros((height, width), int)
    for tile in tiles(height, width, size=size, overlap=overlap):
        assert (tile.height, tile.width) == (min(size, height), min(size, width))
        assert 0 <= tile.top <= height - tile.height
        assert 0 <= tile.left <= width - tile.width
        covered[tile.rows, tile.columns] += 1
    assert covered.min() >= 1


@given(SIDES, st.integers(2, 30), st.data())
def test_neighbours_share_at_least_the_overlap(length, size, data):
    overlap = data.draw(st.integers(0, size - 1))
    starts = [tile.left for tile in tiles(1, length, size=size, overlap=overlap)]
    assert all(right - left <= size - overlap for left, right in itertools.pairwise(starts))


@given(cuts())
def test_blending_the_pieces_of_a_map_gives_the_map(cut):
    height, width, size, overlap = cut
    crack_map = np.random.default_rng(0).random((height, width), np.float32)
    blend = Blend(height, width)
    for tile in tiles(height, width, size=size, overlap=overlap):
        blend.add(tile, crack_map[tile.rows, tile.columns])
    np.testing.assert_allclose(blend.result(), crack_map, atol=1e-5)


def test_tiles_that_disagree_meet_without_a_step():
    left, right = tiles(32, 48, size=32, overlap=16)
    blend = Blend(32, 48)
    blend.add(left, np.zeros((32, 32)))
    blend.add(right, np.ones((32, 32)))
    row = blend.result()[16]
    assert (row[0], row[-1]) == (0, 1)
    assert np.diff(row).max() < 0.08


def test_an_overlap_as_large_as_the_tile_is_refused():
    with pytest.raises(ValueError, match="overlap"):
        tiles(10, 10, size=4, overlap=4)
