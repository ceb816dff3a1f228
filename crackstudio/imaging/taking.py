"""A crack map becomes a mask: what of it reaches the threshold is taken in.

On large images that takes longer than a brush may wait, so it can be worked out ahead, tiles and patch, off the thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.classes import BACKGROUND
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.patch import Area, Patch, Pixels, TileChange
from crackstudio.imaging.tiled_mask import TiledMask, TileKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Lets paint go only where a crack map, (H, W) uint8, reaches the threshold in [0, 1]."""

    crack_map: Pixels
    threshold: float

    def allows(self, area: Area) -> npt.NDArray[np.bool_]:
        """(height, width) bool."""
        return self._of(area) >= level_of(self.threshold)

    def allows_any(self, area: Area) -> bool:
        """Whether it allows one pixel of the area at least."""
        return bool(cv2.minMaxLoc(self._of(area))[1] >= level_of(self.threshold))

    def is_like(self, other: "Where") -> bool:
        """Whether it is the same crack map at the same threshold."""
        return self.crack_map is other.crack_map and level_of(self.threshold) == level_of(other.threshold)

    def _of(self, area: Area) -> Pixels:
        top, left, height, width = area
        return self.crack_map[top : top + height, left : left + width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an empty mask becomes: to be shared, never to be written to. `changes` are what that changed, by tile."""

    where: Where
    mask: TiledMask
    changes: Mapping[TileKey, TileChange]


def take_ahead(where: Where, *, value: int) -> Taken:
    """Work out what `take_in` makes of an empty mask of the crack map's size. Any thread."""
    mask = TiledMask(*where.crack_map.shape)
    blank = mask.snapshot()
    take_in(mask, where, value=value)
    changes = {(change.row, change.col): change for change in mask.changes_since(blank).changes}
    return Taken(where=where, mask=mask.snapshot(), changes=changes)


def take_in(mask: TiledMask, where: Where, *, value: int) -> None:
    """Paint `value` everywhere that `where` allows."""
    for row, col in mask.tiles_in():
        area = mask.area_of(row, col)
        if where.allows_any(area):
            np.copyto(mask.writable(row, col), np.uint8(value), where=where.allows(area))


def renewed(mask: TiledMask, where: Where, *, value: int) -> Patch:
    """Class `value` is where `where` allows it and nowhere else; pixels of other classes stay, and so does `mask`."""
    changed = mask.snapshot()
    for row, col in mask.tiles_in():
        area = mask.area_of(row, col)
        if mask.is_blank(row, col) and not where.allows_any(area):
            continue
        before = mask.tile(row, col)
        after = np.where((before == BACKGROUND) | (before == value), where.allows(area) * np.uint8(value), before)
        if not np.array_equal(after, before):
            changed.writable(row, col)[:] = after
    return changed.changes_since(mask)
