"""A mask of any size a megapixel at a time, so that work on all of it needs little memory."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from crackstudio.imaging.patch import TILE, Area
from crackstudio.imaging.tiled_mask import TiledMask

Bits = npt.NDArray[np.bool_]

BLOCK = 4 * TILE
"""Edge of a block in pixels."""


def blocks(mask: TiledMask, *, within: Area | None = None) -> Iterator[Area]:
    """The blocks that cover `mask`, or the part of it that lies `within`, row by row; they do not overlap."""
    top, left, height, width = grown(within or Area(0, 0, mask.height, mask.width), 0, mask)
    for y in range(top, top + height, BLOCK):
        for x in range(left, left + width, BLOCK):
            yield Area(y, x, min(BLOCK, top + height - y), min(BLOCK, left + width - x))


def grown(area: Area, reach: int, mask: TiledMask) -> Area:
    """`area` with `reach` px more on every side, as far as the mask goes; empty where they do not meet."""
    top, left = max(area.top - reach, 0), max(area.left - reach, 0)
    bottom = min(area.top + area.height + reach, mask.height)
    right = min(area.left + area.width + reach, mask.width)
    return Area(top, left, max(bottom - top, 0), max(right - left, 0))


def is_blank(mask: TiledMask, area: Area) -> bool:
    """Whether `area` is known to hold background only."""
    return all(mask.is_blank(row, col) for row, col in mask.tiles_in(area))


def part(area: Area, around: Area) -> tuple[slice, slice]:
    """Where `area` lies in an array of the pixels of `around`."""
    top, left = area.top - around.top, area.left - around.left
    return slice(top, top + area.height), slice(left, left + area.width)


def paint(mask: TiledMask, area: Area, pixels: Bits, *, value: int) -> None:
    """Write `value` into the mask where `pixels`, (height, width) bool of `area`, is set; no other tile is touched."""
    for row, col in mask.tiles_in(area):
        height, width = mask.tile(row, col).shape
        top, left = max(row * TILE, area.top), max(col * TILE, area.left)
        bottom, right = (
            min(row * TILE + height, area.top + area.height),
            min(col * TILE + width, area.left + area.width),
        )
        piece = Area(top, left, bottom - top, right - left)
        here = pixels[part(piece, area)]
        if here.any():
            tile = mask.writable(row, col)[part(piece, Area(row * TILE, col * TILE, height, width))]
            np.copyto(tile, np.uint8(value), where=here)
