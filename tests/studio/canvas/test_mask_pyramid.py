"""The levels of a mask against their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackstudio.core.classes import UNSURE
from crackstudio.imaging.patch import TILE, Area
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.canvas import mask_pyramid
from crackstudio.studio.canvas.mask_pyramid import MaskPyramid
from crackstudio.studio.canvas.pyramid import DEEPEST

SIDES = st.integers(1, 2 * TILE + 30)
BY_RANK = [0, UNSURE, *range(1, UNSURE)]


def strongest_of(pixels: np.ndarray, level: int) -> np.ndarray:
    """The class of the highest rank in each block."""
    edge = 2**level
    ranks = np.argsort(BY_RANK)[pixels]
    padded = np.pad(ranks, ((0, -pixels.shape[0] % edge), (0, -pixels.shape[1] % edge)))
    blocks = padded.reshape(padded.shape[0] // edge, edge, -1, edge).max(axis=(1, 3))
    return np.array(BY_RANK)[blocks]


def drawn(height: int, width: int, seed: int) -> np.ndarray:
    """Single pixels, whole tiles of one class, unsure ones among them in some."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((height, width), np.uint8)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            tile = pixels[top : top + TILE, left : left + TILE]
            values = rng.choice([0, 1, 2, 254, UNSURE], size=rng.integers(1, 5))
            tile[:] = values[0]
            spots = rng.random(tile.shape) < 0.001
            tile[spots] = rng.choice(values, size=int(spots.sum()))
    return pixels


@settings(deadline=None)
@given(SIDES, SIDES, st.integers(0, 2**32), st.integers(1, DEEPEST))
def test_a_class_wins_over_unsure_and_unsure_over_background(height: int, width: int, seed: int, level: int) -> None:
    pixels = drawn(height, width, seed)
    expected = strongest_of(pixels, level)
    found = MaskPyramid(TiledMask.from_array(pixels)).classes(level, Area(0, 0, *expected.shape))
    assert np.array_equal(found, expected)


def test_what_was_undone_and_redone_is_seen() -> None:
    mask = TiledMask(700, 900)
    pyramid, whole = MaskPyramid(mask), Area(0, 0, 175, 225)
    before = mask.snapshot()
    for row, col in mask.tiles_in():
        mask.writable(row, col)[:] = 2
    mask.writable(0, 0)[5, 5] = UNSURE
    patch, after = mask.changes_since(before), mask.to_array()
    for state, backward in ((np.zeros_like(after), True), (after, False), (np.zeros_like(after), True)):
        mask.apply(patch, backward=backward)
        pyramid.forget(mask.tiles_in())
        assert np.array_equal(pyramid.classes(2, whole), strongest_of(state, 2))


def test_only_forgotten_tiles_are_made_anew() -> None:
    mask = TiledMask(600, 600)
    pyramid, whole = MaskPyramid(mask), Area(0, 0, 150, 150)
    pyramid.classes(2, whole)
    mask.writable(1, 1)[44, 44] = 9
    mask.writable(0, 0)[0, 0] = 9
    assert not pyramid.classes(2, whole).any()
    pyramid.forget([(1, 1)])
    found = pyramid.classes(2, whole)
    assert found[75, 75] == 9
    assert not found[:64, :64].any()


def test_what_was_foreseen_is_taken_and_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = TiledMask(700, 900)
    pyramid, whole = MaskPyramid(mask), Area(0, 0, 175, 225)
    assert not pyramid.classes(2, whole).any()
    pixels = drawn(700, 900, 0)
    to_come = TiledMask.from_array(pixels)
    pyramid.foresee(to_come, 2)
    assert not pyramid.classes(2, whole).any(), "not yet"
    mask.share(to_come)
    pyramid.forget(mask.tiles_in())
    with monkeypatch.context() as nothing_is_made:
        nothing_is_made.setattr(mask_pyramid, "_shrunk", lambda *_: pytest.fail("made again"))
        assert np.array_equal(pyramid.classes(2, whole), strongest_of(pixels, 2))
    mask.writable(1, 1)[:] = 7
    pyramid.forget([(1, 1)])
    assert np.array_equal(pyramid.classes(2, whole), strongest_of(mask.to_array(), 2))


@pytest.mark.parametrize("level", [1, 2, 3])
def test_what_was_foreseen_is_not_shown_where_it_came_otherwise(level: int) -> None:
    mask = TiledMask(700, 900)
    pyramid, whole = MaskPyramid(mask), Area(0, 0, 175, 225)
    pyramid.classes(2, whole)
    to_come = TiledMask.from_array(drawn(700, 900, 0))
    pyramid.foresee(to_come, level)
    mask.share(to_come)
    if level == 2:
        mask.writable(0, 0)[:] = 9  # painted before the window came to show it
    pyramid.forget(mask.tiles_in())
    for shown in (2, level, 2):
        found = pyramid.classes(shown, Area(0, 0, *(-(-side // 2**shown) for side in (700, 900))))
        assert np.array_equal(found, strongest_of(mask.to_array(), shown))
