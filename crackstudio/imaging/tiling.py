"""Cut an image into tiles that overlap, and blend maps of the tiles back without seams."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A rectangle of pixels; `rows` and `columns` cut it from an image: `image[tile.rows, tile.columns]`."""

    top: int
    left: int
    height: int
    width: int

    @property
    def rows(self) -> slice:
        """The rows of the image under the tile."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """The columns of the image under the tile."""
        return slice(self.left, self.left + self.width)


def tiles(height: int, width: int, *, size: int, overlap: int) -> list[Tile]:
    """Tiles that cover (height, width), row by row, neighbours sharing at least `overlap` pixels.

    All tiles are `size` square, or as high or wide as the image where that is smaller; they are spread evenly.
    """
    rows, columns = _starts(height, size, overlap), _starts(width, size, overlap)
    return [
        Tile(top=top, left=left, height=min(size, height), width=min(size, width)) for top in rows for left in columns
    ]


class Blend:
    """Maps of tiles, averaged where they overlap by their distance to the tile's border, so that no seam shows.

    Add tiles of any size in any order. One float32 sum and one of weights: 8 bytes a pixel.
    """

    def __init__(self, height: int, width: int) -> None:
        self._sum = np.zeros((height, width), np.float32)
        self._weight = np.zeros((height, width), np.float32)

    def add(self, tile: Tile, crack_map: NDArray[np.floating] | NDArray[np.uint8]) -> None:
        """`crack_map`: (tile.height, tile.width)."""
        weight = _weight(tile.height, tile.width)
        self._sum[tile.rows, tile.columns] += crack_map * weight
        self._weight[tile.rows, tile.columns] += weight

    def result(self) -> NDArray[np.float32]:
        """(height, width) float32; 0 where no tile was added. The blend is spent afterwards: its sum is the answer."""
        return np.divide(self._sum, self._weight, out=self._sum, where=self._weight > 0)


def _starts(length: int, size: int, overlap: int) -> list[int]:
    if not 0 <= overlap < size:
        raise ValueError(f"tiles of {size} px cannot overlap by {overlap} px")
    if length <= size:
        return [0]
    count = math.ceil((length - size) / (size - overlap)) + 1
    return [round(index * (length - size) / (count - 1)) for index in range(count)]


@lru_cache(maxsize=8)
def _weight(height: int, width: int) -> NDArray[np.float32]:
    """(height, width), the same for every tile of a size, so not to be written to."""
    found = np.outer(_ramp(height), _ramp(width))
    found.flags.writeable = False
    return found


def _ramp(length: int) -> NDArray[np.float32]:
    """1 at the border, growing by 1 a pixel towards the middle."""
    steps = np.arange(1, length + 1, dtype=np.float32)
    return np.minimum(steps, steps[::-1])
