"""The mask as 256-px tiles, copied when written to.

An empty tile costs nothing, and a snapshot shares every tile until one of the two writes to it: so that undo, saving
and weighting never copy a whole mask while a person paints.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from crackstudio.core.errors import MaskError
from crackstudio.imaging.depth import value_counts
from crackstudio.imaging.patch import TILE, Area, Patch, Pixels, TileChange, change_of_tile

TileKey = tuple[int, int]


@cache
def _flat_tile(value: int, height: int, width: int) -> Pixels:
    """Shared by every tile of one value that a patch has left, and read-only: it costs neither memory nor time."""
    tile = np.full((height, width), value, np.uint8)
    tile.flags.writeable = False
    return tile


class TiledMask:
    """A (height, width) uint8 mask of class ids. Only the thread that owns it writes; a snapshot may go anywhere."""

    def __init__(self, height: int, width: int) -> None:
        if min(height, width) < 1:
            raise MaskError(f"A mask of {width} x {height} pixels cannot be; nothing was changed.")
        self.height = height
        self.width = width
        self._tiles: dict[TileKey, Pixels] = {}
        self._own: set[TileKey] = set()

    @classmethod
    def from_array(cls, array: Pixels) -> "TiledMask":
        """A mask that holds a copy of `array`: (H, W) uint8."""
        if array.ndim != 2 or array.dtype != np.uint8:
            raise MaskError(f"A mask is (H, W) uint8, not {array.shape} {array.dtype}; it was not taken.")
        mask = cls(*array.shape)
        for row, col in mask.tiles_in():
            piece = array[row * TILE : (row + 1) * TILE, col * TILE : (col + 1) * TILE]
            if piece.any():
                mask._put(row, col, np.array(piece, order="C"))
        return mask

    def to_array(self) -> Pixels:
        """The whole mask as one new (H, W) uint8 array."""
        return self.region(0, 0, self.height, self.width)

    def region(self, top: int, left: int, height: int, width: int) -> Pixels:
        """A new (height, width) uint8 array of the pixels from (top, left); outside of the mask it is 0."""
        out = np.zeros((height, width), np.uint8)
        area = Area(top, left, height, width)
        for row, col in self.tiles_in(area):
            tile = self._tiles.get((row, col))
            if tile is not None:
                y, x = row * TILE, col * TILE
                y0, x0 = max(y, top), max(x, left)
                y1, x1 = min(y + tile.shape[0], top + height), min(x + tile.shape[1], left + width)
                out[y0 - top : y1 - top, x0 - left : x1 - left] = tile[y0 - y : y1 - y, x0 - x : x1 - x]
        return out

    def counts(self) -> npt.NDArray[np.int64]:
        """(256,): how many pixels there are of each value."""
        counts = np.zeros(256, np.int64)
        for row, col in self.tiles_in():
            height, width = self._shape(row, col)
            value = self.flat(row, col)
            if value is None:
                counts += value_counts(self._tiles[row, col])
            else:
                counts[value] += height * width
        return counts

    def tiles_in(self, area: Area | None = None) -> list[TileKey]:
        """Every tile that `area` touches (all tiles without one), empty tiles included."""
        top, left, height, width = area or Area(0, 0, self.height, self.width)
        rows = _touched(top, top + height, self.height)
        return [(row, col) for row in rows for col in _touched(left, left + width, self.width)]

    def area_of(self, row: int, col: int) -> Area:
        """The pixels that a tile covers."""
        return Area(row * TILE, col * TILE, *self._shape(row, col))

    def tile(self, row: int, col: int) -> Pixels:
        """The tile's pixels, at most (256, 256), read-only; it stays as it is until the next write to the mask."""
        tile = self._tiles.get((row, col))
        view = np.zeros(self._shape(row, col), np.uint8) if tile is None else tile.view()
        view.flags.writeable = False
        return view

    @property
    def is_empty(self) -> bool:
        """Whether every tile is blank."""
        return not self._tiles

    @property
    def tile_count(self) -> int:
        """How many tiles may hold more than background."""
        return len(self._tiles)

    def is_blank(self, row: int, col: int) -> bool:
        """Whether the tile is known to hold background only (it costs nothing)."""
        return (row, col) not in self._tiles

    def flat(self, row: int, col: int) -> int | None:
        """The one value of the whole tile, where that is known without looking at its pixels."""
        tile = self._tiles.get((row, col))
        if tile is None:
            return 0
        return None if tile.flags.writeable else int(tile[0, 0])

    def writable(self, row: int, col: int) -> Pixels:
        """The tile's pixels to write into: a copy of its own where a snapshot shares it."""
        tile = self._tiles.get((row, col))
        if tile is None:
            tile = self._put(row, col, np.zeros(self._shape(row, col), np.uint8))
        elif (row, col) not in self._own:
            tile = self._put(row, col, tile.copy())
        return tile

    def snapshot(self) -> "TiledMask":
        """The mask as it is now; it shares every tile until one of the two writes to it."""
        other = TiledMask(self.height, self.width)
        other._tiles = dict(self._tiles)
        self._own.clear()
        return other

    def share(self, other: "TiledMask") -> None:
        """Become what `other`, of the same size, is now; a tile is copied when one of the two writes to it."""
        self._tiles = other.snapshot()._tiles  # noqa: SLF001  another of its own kind
        self._own.clear()

    def shares(self, row: int, col: int, other: "TiledMask") -> bool:
        """Whether a tile is one and the same in both, written by neither since they shared it."""
        return self._tiles.get((row, col)) is other._tiles.get((row, col))  # noqa: SLF001

    def shares_all(self, other: "TiledMask") -> bool:
        """Whether neither has written to any tile since they shared it."""
        mine, its = self._tiles, other._tiles  # noqa: SLF001
        return mine.keys() == its.keys() and all(tile is its[key] for key, tile in mine.items())

    def changes_since(self, before: "TiledMask", *, known: Mapping[TileKey, TileChange] | None = None) -> Patch:
        """The patch from `before`, an earlier snapshot of this mask, to now. Looks at written tiles only.

        `known` are changes that need not be worked out again.
        """
        now, then = self._tiles, before._tiles  # noqa: SLF001
        written = sorted(key for key in now.keys() | then.keys() if now.get(key) is not then.get(key))
        known = known or {}
        found = (
            known.get((row, col)) or change_of_tile(row, col, then.get((row, col)), self.tile(row, col))
            for row, col in written
        )
        return Patch(changes=tuple(change for change in found if change is not None))

    def apply(self, patch: Patch, *, backward: bool = False) -> None:
        """Bring the mask to the state after (or, backward, before) the patch. Raises `MaskError` if it does not fit."""
        for change in patch.changes:
            self._check_fits(change)
        pieces = [self._piece(change, backward=backward) for change in patch.changes]
        for change, piece in zip(patch.changes, pieces, strict=True):
            if piece is None:
                self._drop(change.row, change.col)
            elif not piece.flags.writeable:
                self._share(change.row, change.col, piece)
            elif self._is_whole(change):
                self._put(change.row, change.col, piece)
            else:
                self._paste(change, piece)

    def clear(self) -> None:
        """Make every pixel background."""
        self._tiles.clear()
        self._own.clear()

    def _piece(self, change: TileChange, *, backward: bool) -> Pixels | None:
        """What comes in place of the change's rectangle: a shared tile, new pixels, or None for an empty tile."""
        value = change.value(backward=backward) if self._is_whole(change) else None
        if value is None:
            return change.pixels(backward=backward)
        return _flat_tile(value, change.height, change.width) if value else None

    def _paste(self, change: TileChange, piece: Pixels) -> None:
        row, col = change.row, change.col
        tile = self.writable(row, col)
        tile[change.top : change.top + change.height, change.left : change.left + change.width] = piece
        if not tile.any():
            self._drop(row, col)

    def _is_whole(self, change: TileChange) -> bool:
        return (change.height, change.width) == self._shape(change.row, change.col)

    def _check_fits(self, change: TileChange) -> None:
        rows, cols = self._shape(change.row, change.col)
        if change.top + change.height > rows or change.left + change.width > cols:
            raise MaskError(
                f"A stroke lies outside of this mask of {self.width} x {self.height} pixels; the mask was kept."
            )

    def _shape(self, row: int, col: int) -> tuple[int, int]:
        return min(TILE, self.height - row * TILE), min(TILE, self.width - col * TILE)

    def _put(self, row: int, col: int, tile: Pixels) -> Pixels:
        self._tiles[row, col] = tile
        self._own.add((row, col))
        return tile

    def _share(self, row: int, col: int, tile: Pixels) -> None:
        self._tiles[row, col] = tile
        self._own.discard((row, col))

    def _drop(self, row: int, col: int) -> None:
        self._tiles.pop((row, col), None)
        self._own.discard((row, col))


def _touched(start: int, stop: int, length: int) -> range:
    """The tiles along one side of `length` pixels that the pixels from start to stop lie in."""
    start, stop = max(start, 0), min(stop, length)
    return range(start // TILE, -(-stop // TILE)) if start < stop else range(0)
