"""Crack maps become masks, at once or worked out ahead."""

import numpy as np

from crackstudio.imaging.taking import Where, renewed, take_ahead, take_in
from crackstudio.imaging.tiled_mask import TiledMask

HEIGHT, WIDTH = 300, 520


def noise(*, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH), np.uint8)


def test_taking_in_paints_what_is_allowed_and_keeps_the_rest() -> None:
    crack_map = noise()
    mask = TiledMask.from_array(np.full((HEIGHT, WIDTH), 7, np.uint8))
    take_in(mask, Where(crack_map=crack_map, threshold=0.25), value=1)
    assert np.array_equal(mask.to_array(), np.where(crack_map / 255 >= 0.25, 1, 7))


def test_renewing_a_class_leaves_the_others_and_the_mask_itself() -> None:
    crack_map = noise()
    before = np.random.default_rng(2).choice(np.array([0, 1, 2, 255], np.uint8), (HEIGHT, WIDTH))
    before[:150] = 0
    mask = TiledMask.from_array(before)
    patch = renewed(mask, Where(crack_map=crack_map, threshold=0.25), value=1)
    assert np.array_equal(mask.to_array(), before)
    mask.apply(patch)
    others = (before == 2) | (before == 255)
    assert np.array_equal(mask.to_array(), np.where(others, before, crack_map / 255 >= 0.25))
    mask.apply(patch, backward=True)
    assert np.array_equal(mask.to_array(), before)


def test_what_was_worked_out_ahead_is_what_taking_in_does() -> None:
    crack_map = noise()
    crack_map[:, 256:512] = 0
    where = Where(crack_map=crack_map, threshold=0.25)
    plain, blank = TiledMask(HEIGHT, WIDTH), TiledMask(HEIGHT, WIDTH)
    take_in(plain, where, value=1)
    taken = take_ahead(where, value=1)
    assert np.array_equal(taken.mask.to_array(), plain.to_array())
    assert {key for key in plain.tiles_in() if not plain.is_blank(*key)} == taken.changes.keys()
    assert tuple(taken.changes.values()) == plain.changes_since(blank).changes


def test_a_shared_mask_is_never_written_through() -> None:
    taken = take_ahead(Where(crack_map=noise(), threshold=0.25), value=1)
    before = taken.mask.to_array()
    mask = TiledMask(HEIGHT, WIDTH)
    mask.share(taken.mask)
    mask.writable(0, 0)[:] = 9
    assert np.array_equal(taken.mask.to_array(), before)
    assert (mask.tile(0, 0) == 9).all()
    assert [mask.shares(*key, taken.mask) for key in ((0, 0), (0, 1))] == [False, True]


def test_a_map_is_like_itself_at_thresholds_that_take_the_same() -> None:
    crack_map = noise()
    where = Where(crack_map=crack_map, threshold=0.5)
    assert where.is_like(Where(crack_map=crack_map, threshold=0.5001))
    assert not where.is_like(Where(crack_map=crack_map, threshold=0.6))
    assert not where.is_like(Where(crack_map=crack_map.copy(), threshold=0.5))
