"""Shapes that a person draws into a mask: line, polygon, what a lasso or a click takes in.

They paint over whatever is there, as the brush does; only the fill and the wand stop at other classes. A mask stays as
it is: each function returns the patch that draws. Points are (x, y) in pixels, with fractions; pixel (row i, column j)
has its centre at (j + 0.5, i + 0.5).
"""

import math
from collections.abc import Iterator, Sequence
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.classes import BACKGROUND
from crackstudio.core.errors import MaskError
from crackstudio.imaging.blocks import Bits, blocks, grown, paint
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.patch import TILE, Area, Patch, Pixels
from crackstudio.imaging.tiled_mask import TiledMask, TileKey

Point = tuple[float, float]
Ring = Sequence[Point]
"""The corners of a closed outline; the last is joined to the first. Fewer than three enclose nothing."""
FARTHEST = 2.0**31
"""Corners beyond this, which no mask reaches, are brought back to it: their slopes would overflow."""
Corners = npt.NDArray[np.float64]
_FOUND, _BARRED = 1, 2
Seeds = dict[TileKey, list[tuple[int, int]]]


class Side(Enum):
    """Which side of a threshold."""

    OVER = "over"
    UNDER = "under"


def line(mask: TiledMask, start: Point, end: Point, *, width: float, value: int) -> Patch:
    """A line with round ends: what a brush of size `width` px paints from start to end."""
    after = mask.snapshot()
    stroke = Stroke(after, Brush(size=width, value=value))
    stroke.to(*start)
    stroke.to(*end)
    return after.changes_since(mask)


def polygon(mask: TiledMask, outline: Ring, *, value: int) -> Patch:
    """The pixels whose centre lies inside `outline`; where it crosses itself the even-odd rule holds.

    Polygons that share an edge share no pixel and leave none out. Raises `MaskError` for a corner that is not finite.
    """
    corners = _corners(outline)
    after = mask.snapshot()
    for area in blocks(mask, within=_bounds(corners)):
        paint(after, area, _inside(corners, area), value=value)
    return after.changes_since(mask)


def lasso(mask: TiledMask, outline: Ring, *, picture: Pixels, threshold: float, side: Side, value: int) -> Patch:
    """What of `picture` is over (at or above), or under, `threshold` in [0, 1] of its range, inside `outline`.

    picture: a crack map or grey image (H, W) uint8, or (H, W, 3) uint8 RGB of which the luma counts (ITU-R BT.601).
    Raises `MaskError` for a picture of another size and for a corner that is not finite.
    """
    _check_size(mask, picture)
    corners, level = _corners(outline), level_of(threshold)
    after = mask.snapshot()
    for area in blocks(mask, within=_bounds(corners)):
        over = _grey(_cut(picture, area)) >= level
        paint(after, area, _inside(corners, area) & (over if side is Side.OVER else ~over), value=value)
    return after.changes_since(mask)


def flood_fill(mask: TiledMask, x: float, y: float, *, value: int) -> Patch:
    """The pixels of one value that are 4-connected to the one under (x, y); nothing outside of the mask."""
    row, column = math.floor(y), math.floor(x)
    old = int(mask.region(row, column, 1, 1)[0, 0])
    after = mask.snapshot()
    if not (0 <= row < mask.height and 0 <= column < mask.width) or old == value:
        return after.changes_since(mask)
    waiting: Seeds = {(row // TILE, column // TILE): [(row % TILE, column % TILE)]}
    while waiting:
        key, seeds = waiting.popitem()
        tile = after.writable(*key)
        before = tile.copy()
        for seed_row, seed_column in seeds:
            if tile[seed_row, seed_column] == old:
                cv2.floodFill(tile, None, (seed_column, seed_row), value, flags=4)
        for neighbour, found in _crossings(after, key, (before == old) & (tile == value)):
            waiting.setdefault(neighbour, []).extend(found)
    return after.changes_since(mask)


def wand(mask: TiledMask, x: float, y: float, *, picture: Pixels, tolerance: int, reach: int, value: int) -> Patch:
    """The pixels 4-connected to the one under (x, y) that differ from it by at most `tolerance` in every channel.

    It paints background and stops at other classes and at unsure pixels; value 0 erases whatever is there.
    picture: (H, W) or (H, W, 3) uint8. Only the window of `reach` px around the click is looked at. A click outside
    takes nothing. Raises `MaskError` for a picture of another size.
    """
    _check_size(mask, picture)
    row, column = math.floor(y), math.floor(x)
    after = mask.snapshot()
    area = grown(Area(row, column, 1, 1), reach, mask)
    if 0 <= row < mask.height and 0 <= column < mask.width:
        found = np.zeros((area.height + 2, area.width + 2), np.uint8)
        inner = found[1:-1, 1:-1]
        if value != BACKGROUND:
            held = mask.region(*area)
            inner[(held != BACKGROUND) & (held != value)] = _BARRED
            if inner[row - area.top, column - area.left]:
                return after.changes_since(mask)
        how = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | _FOUND << 8
        span = (tolerance,) * 3
        cv2.floodFill(_cut(picture, area), found, (column - area.left, row - area.top), 0, span, span, how)
        paint(after, area, inner == _FOUND, value=value)
    return after.changes_since(mask)


def _crossings(mask: TiledMask, key: TileKey, filled: Bits) -> Iterator[tuple[TileKey, list[tuple[int, int]]]]:
    """The neighbouring tiles that `filled`, the new pixels of the tile, reaches, and where in them it goes on."""
    (row, col), (height, width) = key, filled.shape
    columns = [int(column) for column in np.flatnonzero(filled[0])]
    if columns and row > 0:
        yield (row - 1, col), [(TILE - 1, column) for column in columns]
    columns = [int(column) for column in np.flatnonzero(filled[-1])]
    if columns and row * TILE + height < mask.height:
        yield (row + 1, col), [(0, column) for column in columns]
    rows = [int(place) for place in np.flatnonzero(filled[:, 0])]
    if rows and col > 0:
        yield (row, col - 1), [(place, TILE - 1) for place in rows]
    rows = [int(place) for place in np.flatnonzero(filled[:, -1])]
    if rows and col * TILE + width < mask.width:
        yield (row, col + 1), [(place, 0) for place in rows]


def _corners(ring: Ring) -> Corners:
    """(N, 2) x and y."""
    corners = np.asarray(ring, np.float64).reshape(-1, 2)
    if not np.isfinite(corners).all():
        raise MaskError("A corner of the outline lies nowhere; the mask was kept. Draw the outline again.")
    return np.clip(corners, -FARTHEST, FARTHEST)


def _bounds(corners: Corners) -> Area:
    if len(corners) == 0:
        return Area(0, 0, 0, 0)
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    return Area(int(top), int(left), int(bottom - top), int(right - left))


def _inside(corners: Corners, area: Area) -> Bits:
    """(height, width) bool: the pixels of `area` whose centre lies inside the ring.

    Along each row the inside changes wherever an edge crosses the line through the pixels' centres.
    """
    changes = np.zeros((area.height, area.width + 1), np.uint8)
    rows, x = _crossed(corners, area)
    columns = np.ceil(np.clip(x - area.left, 0, area.width) - 0.5).astype(np.int64)
    np.add.at(changes, (rows, columns), 1)
    return np.bitwise_xor.accumulate(changes[:, :-1] & 1, axis=1).view(np.bool_)


def _crossed(corners: Corners, area: Area) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The rows of `area` that each edge of the ring crosses, and the x of each crossing."""
    one, other = corners, np.roll(corners, -1, axis=0)
    rises = (one[:, 1] < other[:, 1])[:, None]  # an edge is cut at the same x from either side
    low, high = np.where(rises, one, other), np.where(rises, other, one)
    ends = np.clip(np.ceil(np.stack((low[:, 1], high[:, 1])) - 0.5) - area.top, 0, area.height).astype(np.int64)
    counts = ends[1] - ends[0]
    edge = np.repeat(np.arange(len(corners)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - ends[0], counts)
    (x0, y0), (x1, y1) = low[edge].T, high[edge].T
    return rows, x0 + (rows + area.top + 0.5 - y0) / (y1 - y0) * (x1 - x0)


def _check_size(mask: TiledMask, picture: Pixels) -> None:
    if picture.shape[:2] != (mask.height, mask.width):
        raise MaskError("The picture is not of the mask's size; the mask was kept. Open the image again.")


def _cut(picture: Pixels, area: Area) -> Pixels:
    # a copy, even of all: OpenCV fills no read-only array
    return np.array(picture[area.top : area.top + area.height, area.left : area.left + area.width], order="C")


def _grey(picture: Pixels) -> Pixels:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
