"""Tile tags: what a person says of the tiles of a large image, where one tag for all of it would say too little.

In the studio tiles are those of a grid; a table from elsewhere may say its own areas, which lie on none.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from crackstudio.core.images import Tag

DEFAULT_TILE = 96
"""Side in pixels of the crops that the method which learns from tags alone trains on: a crop is then a whole tile, and
what is said of the tile is true of the crop."""
SMALLEST_TILE, LARGEST_TILE = 32, 1024

_CELLS = {Tag.UNKNOWN: 0, Tag.CRACKED: 1, Tag.INTACT: 2}
_TAGS = (Tag.UNKNOWN, Tag.CRACKED, Tag.INTACT)
_SAMPLES = 4
"""Looks per tile along a sweep: one that merely cuts a corner of a tile does not tag it."""


class TileArea(NamedTuple):
    """Rows and columns of an image, in pixels."""

    top: int
    left: int
    height: int
    width: int


class Block(NamedTuple):
    """Rows and columns of tiles; the last ones are past the end."""

    top: int
    left: int
    bottom: int
    right: int


class TileTags(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Tags of the tiles of one image of `width` x `height` px, in a grid of side `size` px from its top left corner.

    The last row and column take in what is left over if it is less than half a tile, so every tile has between half
    and one and a half times the side. `cells` holds one byte a tile, row by row: 0 no tag, 1 cracked, 2 intact.
    A tile goes by its place in it. `digest` is the SHA-256 of the image's file, where it was known.
    """

    size: int
    width: int
    height: int
    cells: bytes
    digest: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for cells that are not of the grid."""
        if min(self.size, self.width, self.height) < 1 or len(self.cells) != self.rows * self.columns:
            raise ValueError("tile tags do not fit their grid")

    @classmethod
    def none(cls, *, size: int, width: int, height: int) -> "TileTags":
        """A grid without one tag."""
        return cls(size=size, width=width, height=height, cells=bytes(_count(width, size) * _count(height, size)))

    @property
    def rows(self) -> int:
        """Of tiles."""
        return _count(self.height, self.size)

    @property
    def columns(self) -> int:
        """Of tiles."""
        return _count(self.width, self.size)

    @property
    def is_empty(self) -> bool:
        """Whether no tile has a tag."""
        return not any(self.cells)

    def count(self, tag: Tag) -> int:
        """How many tiles have this tag."""
        return self.cells.count(_CELLS[tag])

    def places(self, tag: Tag) -> list[int]:
        """The tiles with this tag."""
        cell = _CELLS[tag]
        return [place for place, found in enumerate(self.cells) if found == cell]

    def areas(self, tag: Tag) -> list[TileArea]:
        """The pixels of the tiles with this tag."""
        return [self.area(place) for place in self.places(tag)]

    def tag_at(self, place: int) -> Tag:
        """Of one tile."""
        return _TAGS[self.cells[place]]

    def area(self, place: int) -> TileArea:
        """The pixels of a tile."""
        row, column = divmod(place, self.columns)
        top, bottom = self._edge(row, self.rows, self.height), self._edge(row + 1, self.rows, self.height)
        left, right = self._edge(column, self.columns, self.width), self._edge(column + 1, self.columns, self.width)
        return TileArea(top, left, bottom - top, right - left)

    def place_at(self, x: float, y: float) -> int | None:
        """The tile under image coordinates; None outside of the image."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        row, column = min(int(y // self.size), self.rows - 1), min(int(x // self.size), self.columns - 1)
        return row * self.columns + column

    def along(self, start: tuple[float, float], end: tuple[float, float]) -> set[int]:
        """The tiles under a straight way from (x, y) to (x, y)."""
        (x, y), (to_x, to_y) = start, end
        steps = max(1, math.ceil(max(abs(to_x - x), abs(to_y - y)) * _SAMPLES / self.size))
        found = {self.place_at(_between(x, to_x, i / steps), _between(y, to_y, i / steps)) for i in range(steps + 1)}
        return {place for place in found if place is not None}

    def block(self, *points: tuple[float, float]) -> "Block":
        """The tiles of the smallest rectangle round points (x, y); those outside are brought to the border."""
        rows = [min(int(min(max(y, 0), self.height - 1) // self.size), self.rows - 1) for _, y in points]
        columns = [min(int(min(max(x, 0), self.width - 1) // self.size), self.columns - 1) for x, _ in points]
        return Block(min(rows), min(columns), max(rows) + 1, max(columns) + 1)

    def area_of(self, block: "Block") -> TileArea:
        """The pixels of a block."""
        top, left, *_ = self.area(block.top * self.columns + block.left)
        low = self.area((block.bottom - 1) * self.columns + block.right - 1)
        return TileArea(top, left, low.top + low.height - top, low.left + low.width - left)

    def tagged(self, places: Iterable[int], tag: Tag) -> "TileTags":
        """With this tag on these tiles."""
        cells = bytearray(self.cells)
        for place in places:
            cells[place] = _CELLS[tag]
        return msgspec.structs.replace(self, cells=bytes(cells))

    def tagged_block(self, block: "Block", tag: Tag) -> "TileTags":
        """With this tag on all tiles of a block."""
        cells, line = bytearray(self.cells), bytes([_CELLS[tag]]) * (block.right - block.left)
        for row in range(block.top, block.bottom):
            cells[row * self.columns + block.left : row * self.columns + block.right] = line
        return msgspec.structs.replace(self, cells=bytes(cells))

    def rest_tagged(self, tag: Tag) -> "TileTags":
        """With this tag on every tile that had none."""
        return msgspec.structs.replace(self, cells=self.cells.replace(b"\0", bytes([_CELLS[tag]])))

    def is_of(self, *, width: int, height: int) -> bool:
        """Whether they are of an image of this size."""
        return (self.width, self.height) == (width, height)

    def _edge(self, number: int, count: int, length: int) -> int:
        return length if number == count else number * self.size


class AreaTags(NamedTuple):
    """Tags of areas of one image of `width` x `height` px that lie wherever somebody cut them; they may overlap.

    A tuple, not a struct: on disk that tells them from `TileTags`.
    """

    width: int
    height: int
    cracked: tuple[TileArea, ...] = ()
    intact: tuple[TileArea, ...] = ()

    @property
    def size(self) -> int:
        """The longest side of any area, px."""
        return max((max(area.height, area.width) for area in (*self.cracked, *self.intact)), default=0)

    def count(self, tag: Tag) -> int:
        """How many areas have this tag."""
        return len(self.areas(tag))

    def areas(self, tag: Tag) -> list[TileArea]:
        """The areas with this tag."""
        return list({Tag.CRACKED: self.cracked, Tag.INTACT: self.intact}.get(tag, ()))

    def is_of(self, *, width: int, height: int) -> bool:
        """Whether they are of an image of this size."""
        return (self.width, self.height) == (width, height)


def _count(length: int, size: int) -> int:
    return max(1, (length + size // 2) // size)


def _between(start: float, end: float, share: float) -> float:
    """Rounding leads past neither."""
    return min(max(start + (end - start) * share, min(start, end)), max(start, end))
