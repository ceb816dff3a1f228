"""Smaller versions of a mask that is painted: level k is smaller by 2 ** k and keeps the highest rank of its block.

An averaged crack of one pixel's width would be gone two levels up. No Qt.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from crackstudio.core.classes import UNSURE
from crackstudio.imaging.patch import TILE, Area, Pixels
from crackstudio.imaging.tiled_mask import TiledMask, TileKey
from crackstudio.studio.canvas.pyramid import shrunk, strongest

_RANK = np.array([0, *range(2, 256), 1], np.uint8)
"""A class wins over unsure, and unsure over background."""
_CLASS = np.argsort(_RANK).astype(np.uint8)
FEW = 128
"""Tiles that are made smaller while a frame waits: 2 ms."""
_TOGETHER = 64
"""Tiles that are made smaller in one go: a third of the time of one by one, and 4 MB."""


class Foreseen(NamedTuple):
    """A level of a mask that the one which is followed may become."""

    mask: TiledMask
    level: int
    made: Pixels


class MaskPyramid:
    """Follows a mask: what `forget` names is made anew when it is next asked for."""

    def __init__(self, mask: TiledMask) -> None:
        self._mask = mask
        self._levels: dict[int, Pixels] = {}
        self._stale: dict[int, set[TileKey]] = {}
        self._foreseen: Foreseen | None = None

    def classes(self, level: int, area: Area) -> Pixels:
        """The classes in `area`, counted in pixels of the level (1 to 8)."""
        found: Pixels = cv2.LUT(self.ranks(level, area), _CLASS)
        return found

    def ranks(self, level: int, area: Area) -> Pixels:
        """A view of the ranks in `area`: 0 background, 1 unsure, class + 1."""
        if level not in self._levels:
            self._levels[level], self._stale[level] = _room(self._mask, level), set(self._mask.tiles_in())
        self._refresh(level, area)
        return self._levels[level][area.top : area.top + area.height, area.left : area.left + area.width]

    def foresee(self, mask: TiledMask, level: int) -> None:
        """Make a level of a mask, of which nothing is written any more, that will be shown soon; any thread."""
        made = _room(mask, level)
        for key, ranks in _shrunk(mask, mask.tiles_in(), level):
            made[_place(key, level)] = ranks
        self._foreseen = Foreseen(mask, level, made)

    def forget(self, keys: Iterable[TileKey]) -> None:
        """These tiles have changed."""
        changed = set(keys)
        for stale in self._stale.values():
            stale.update(changed)

    def _refresh(self, level: int, area: Area) -> None:
        edge, made = TILE >> level, self._levels[level]
        top, left, bottom, right = area.top, area.left, area.top + area.height, area.left + area.width
        wanted = [
            (row, col)
            for row, col in self._stale[level]
            if row * edge < bottom and (row + 1) * edge > top and col * edge < right and (col + 1) * edge > left
        ]
        if wanted and self._adopt(level):
            return
        self._stale[level].difference_update(wanted)
        for key, ranks in _shrunk(self._mask, wanted, level):
            made[_place(key, level)] = ranks

    def _adopt(self, level: int) -> bool:
        """Take the level that was foreseen, where the mask has become just that."""
        foreseen = self._foreseen
        if foreseen is None or not self._mask.shares_all(foreseen.mask):
            return False
        self._foreseen = None
        if foreseen.level != level:
            return False
        self._levels[level] = foreseen.made
        self._stale[level].clear()
        return True


def _room(mask: TiledMask, level: int) -> Pixels:
    return np.zeros((shrunk(mask.height, level), shrunk(mask.width, level)), np.uint8)


def _place(key: TileKey, level: int) -> tuple[slice, slice]:
    edge, (row, col) = TILE >> level, key
    return np.s_[row * edge : (row + 1) * edge, col * edge : (col + 1) * edge]


def _shrunk(mask: TiledMask, keys: Iterable[TileKey], level: int) -> Iterator[tuple[TileKey, Pixels | int]]:
    """The ranks of each tile, or the one rank of them all."""
    mixed: list[tuple[TileKey, Pixels]] = []
    for key in keys:
        flat = mask.flat(*key)
        tile = None if flat is not None else mask.tile(*key)
        if tile is None:
            yield key, int(_RANK[flat])
        elif tile.shape == (TILE, TILE):
            mixed.append((key, tile))
        else:  # at the mask's border
            yield key, _ranks(tile, level)
    edge = TILE >> level
    for start in range(0, len(mixed), _TOGETHER):
        some = mixed[start : start + _TOGETHER]
        ranks = _ranks(np.concatenate([tile for _, tile in some]), level)
        yield from ((key, ranks[at * edge : (at + 1) * edge]) for at, (key, _) in enumerate(some))


def _ranks(classes: Pixels, level: int) -> Pixels:
    """Where nothing is unsure the highest class has the highest rank: then little is left to be ranked."""
    if cv2.minMaxLoc(classes)[1] == UNSURE:
        return strongest(cv2.LUT(classes, _RANK), level)
    ranks: Pixels = cv2.LUT(strongest(classes, level), _RANK)
    return ranks
