"""Round strokes into a tiled mask: each movement paints the capsule between two points, and only what is new of it.

A pixel is under the brush if its centre lies within half the brush's size of the line; pixel (row i, column j) has its
centre at (j + 0.5, i + 0.5). A row cuts a capsule in one interval (it is convex), so a capsule is two numbers per row:
exact at any size, and the work grows with the newly covered area instead of with the brush.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crackstudio.imaging.patch import TILE, Area, Pixels
from crackstudio.imaging.tiled_mask import TiledMask

SMALLEST, LARGEST = 1, 2000
"""Brush sizes in pixels."""

Columns = npt.NDArray[np.int64]
Line = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Lets the brush paint only where a crack map, (H, W) uint8, reaches the threshold in [0, 1]."""

    crack_map: Pixels
    threshold: float

    def allows(self, area: Area) -> Bits:
        """(height, width) bool."""
        top, left, height, width = area
        return self.crack_map[top : top + height, left : left + width] >= lowest_taken(self.threshold)


def lowest_taken(threshold: float) -> int:
    """The lowest value of an 8-bit crack map that is crack: `value / 255 >= threshold`. 256 where none is."""
    value = min(max(math.ceil(threshold * 255), 0), 256)
    return value - 1 if value > 0 and (value - 1) / 255 >= threshold else value


def take_in(mask: TiledMask, where: Where, *, value: int) -> tuple[Area, ...]:
    """Paint `value` everywhere that `where` allows. Returns the tiles that were painted."""
    painted = []
    for row, col in mask.tiles_in():
        height, width = mask.tile(row, col).shape
        area = Area(row * TILE, col * TILE, height, width)
        allowed = where.allows(area)
        if allowed.any():
            np.copyto(mask.writable(row, col), np.uint8(value), where=allowed)
            painted.append(area)
    return tuple(painted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """`size` is the diameter in pixels of the mask, `value` the class id to paint (0 erases)."""

    size: float
    value: int
    where: Where | None = None


class Stroke:
    """One pull of a brush over `mask`, painted as it goes. Coordinates are pixels, with fractions."""

    def __init__(self, mask: TiledMask, brush: Brush) -> None:
        self._mask = mask
        self._brush = brush
        self._at: tuple[float, float] | None = None
        self._covered: _Spans | None = None

    def to(self, x: float, y: float) -> tuple[Area, ...]:
        """Paint from the last point (or a dot, at first) to (x, y). Returns what was painted, one area per tile."""
        start = self._at or (x, y)
        spans = _capsule(start, (x, y), radius=self._brush.size / 2).within(self._mask)
        painted = tuple(self._paint(spans))
        self._at = (x, y)
        self._covered = spans
        return painted

    def _paint(self, spans: "_Spans") -> list[Area]:
        fresh = [self._paint_tile(row, col, spans) for row, col in self._mask.tiles_in(spans.bounds())]
        return [area for area in fresh if area is not None]

    def _paint_tile(self, row: int, col: int, spans: "_Spans") -> Area | None:
        value, where = self._brush.value, self._brush.where
        if value == 0 and self._mask.is_blank(row, col):
            return None
        area = _new_area(spans, self._covered, Area(row * TILE, col * TILE, TILE, TILE))
        if area is None:
            return None
        pixels = _new_pixels(spans, self._covered, area)
        if where is not None:
            pixels &= where.allows(area)
            if not pixels.any():
                return None
        y, x = area.top - row * TILE, area.left - col * TILE
        tile = self._mask.writable(row, col)[y : y + area.height, x : x + area.width]
        np.copyto(tile, np.uint8(value), where=pixels)
        return area


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spans:
    """Columns `left[i]` to `right[i]` (not included) of row `top + i`; empty where right <= left."""

    top: int
    left: Columns
    right: Columns

    def within(self, mask: TiledMask) -> "_Spans":
        first = min(max(-self.top, 0), len(self.left))
        rows = slice(first, max(first, mask.height - self.top))
        return _Spans(
            top=self.top + first,
            left=np.clip(self.left[rows], 0, mask.width),
            right=np.clip(self.right[rows], 0, mask.width),
        )

    def bounds(self) -> Area:
        rows = np.flatnonzero(self.right > self.left)
        if len(rows) == 0:
            return Area(0, 0, 0, 0)
        top, left = int(rows[0]), int(self.left[rows].min())
        return Area(self.top + top, left, int(rows[-1]) + 1 - top, int(self.right[rows].max()) - left)

    def rows(self, top: int, height: int) -> tuple[Columns, Columns]:
        """Left and right of `height` rows from `top`; rows beyond the spans are empty."""
        left, right = np.zeros(height, np.int64), np.zeros(height, np.int64)
        first, last = max(top, self.top), min(top + height, self.top + len(self.left))
        if first < last:
            here, there = slice(first - top, last - top), slice(first - self.top, last - self.top)
            left[here], right[here] = self.left[there], self.right[there]
        return left, right


def _capsule(start: tuple[float, float], end: tuple[float, float], *, radius: float) -> _Spans:
    """The pixels within `radius` of the line from start to end, and always those under the two points."""
    (ax, ay), (bx, by) = start, end
    top, bottom = math.floor(min(ay, by) - radius), math.ceil(max(ay, by) + radius)
    y = np.arange(top, bottom + 1, dtype=np.float64) + 0.5
    low, high = _disc(ax, ay, radius, y)
    for left, right in (_disc(bx, by, radius, y), _long_edges(start, end, radius, y)):
        low, high = np.minimum(low, left), np.maximum(high, right)
    for px, py in (start, end):
        row = math.floor(py) - top
        low[row] = min(low[row], math.floor(px) + 0.5)
        high[row] = max(high[row], math.floor(px) + 0.5)
    covered = low <= high
    return _Spans(
        top=top,
        left=np.ceil(np.where(covered, low, 0) - 0.5).astype(np.int64),
        right=np.floor(np.where(covered, high, -1) - 0.5).astype(np.int64) + 1,
    )


def _disc(x: float, y: float, radius: float, rows: Line) -> tuple[Line, Line]:
    inside = radius * radius - (rows - y) ** 2
    half = np.sqrt(np.maximum(inside, 0))
    return np.where(inside >= 0, x - half, np.inf), np.where(inside >= 0, x + half, -np.inf)


def _long_edges(start: tuple[float, float], end: tuple[float, float], radius: float, rows: Line) -> tuple[Line, Line]:
    """Where the rows cross the capsule's two straight edges; level edges need none, the discs' tops bound them."""
    (ax, ay), (bx, by) = start, end
    low, high = np.full(rows.shape, np.inf), np.full(rows.shape, -np.inf)
    length = math.hypot(bx - ax, by - ay)
    if length == 0 or by == ay:
        return low, high
    nx, ny = (ay - by) / length * radius, (bx - ax) / length * radius
    for side in (1, -1):
        x0, y0, y1 = ax + side * nx, ay + side * ny, by + side * ny
        crossed = (rows >= min(y0, y1)) & (rows <= max(y0, y1))
        x = x0 + (rows - y0) * ((bx - ax) / (by - ay))
        low = np.where(crossed, np.minimum(low, x), low)
        high = np.where(crossed, np.maximum(high, x), high)
    return low, high


def _new_area(spans: _Spans, covered: _Spans | None, tile: Area) -> Area | None:
    """The rectangle inside the tile that holds every pixel of `spans` not already covered."""
    lefts, rights = _new_rows(spans, covered, tile)
    new = rights > lefts
    rows = np.flatnonzero(new)
    if len(rows) == 0:
        return None
    top, left = int(rows[0]), int(lefts[new].min())
    return Area(tile.top + top, tile.left + left, int(rows[-1]) + 1 - top, int(rights[new].max()) - left)


def _new_rows(spans: _Spans, covered: _Spans | None, tile: Area) -> tuple[Columns, Columns]:
    """For each row of the tile, from the first to the last new column, counted from the tile's left."""
    left, right = (np.clip(side - tile.left, 0, tile.width) for side in spans.rows(tile.top, tile.height))
    if covered is None:
        return left, right
    old_left, old_right = (np.clip(side - tile.left, 0, tile.width) for side in covered.rows(tile.top, tile.height))
    was = old_right > old_left
    return (
        np.where(was & (old_left <= left), np.maximum(left, old_right), left),
        np.where(was & (old_right >= right), np.minimum(right, old_left), right),
    )


def _new_pixels(spans: _Spans, covered: _Spans | None, area: Area) -> Bits:
    columns = np.arange(area.width, dtype=np.int16)
    pixels = _inside(spans, area, columns)
    if covered is not None:
        pixels &= ~_inside(covered, area, columns)
    return pixels


def _inside(spans: _Spans, area: Area, columns: npt.NDArray[np.int16]) -> Bits:
    left, right = (np.clip(side - area.left, 0, area.width) for side in spans.rows(area.top, area.height))
    return (columns >= left.astype(np.int16)[:, None]) & (columns < right.astype(np.int16)[:, None])
