"""Round strokes into a tiled mask: each movement paints the capsule between two points, and only what is new of it.

A pixel is under the brush if its centre lies within half the brush's size of the line; pixel (row i, column j) has its
centre at (j + 0.5, i + 0.5). A row cuts a capsule in one interval (it is convex), so a capsule is two numbers per row:
exact at any size, and the work grows with the newly covered area instead of with the brush.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crackstudio.imaging.counts import level_of
from crackstudio.imaging.patch import TILE, Area, Pixels
from crackstudio.imaging.tiled_mask import TiledMask

SMALLEST, LARGEST = 1, 2000
"""Brush sizes in pixels."""
LEVEL = 1e-6
"""A segment that rises by fewer pixels is level: its slope would overflow."""

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
        return self.crack_map[top : top + height, left : left + width] >= level_of(self.threshold)


def take_in(mask: TiledMask, where: Where, *, value: int) -> None:
    """Paint `value` everywhere that `where` allows."""
    for row, col in mask.tiles_in():
        height, width = mask.tile(row, col).shape
        allowed = where.allows(Area(row * TILE, col * TILE, height, width))
        if allowed.any():
            np.copyto(mask.writable(row, col), np.uint8(value), where=allowed)


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
        painted = tuple(area for piece in spans.without(self._covered) for area in self._paint(piece))
        self._at = (x, y)
        self._covered = spans
        return painted

    def _paint(self, spans: "_Spans") -> Iterator[Area]:
        for area, pixels in spans.by_tile():
            row, col = area.top // TILE, area.left // TILE
            if self._brush.value == 0 and self._mask.is_blank(row, col):
                continue
            if self._brush.where is not None:
                pixels &= self._brush.where.allows(area)  # noqa: PLW2901  it is ours to change
                if not pixels.any():
                    continue
            y, x = area.top % TILE, area.left % TILE
            tile = self._mask.writable(row, col)[y : y + area.height, x : x + area.width]
            np.copyto(tile, np.uint8(self._brush.value), where=pixels)
            yield area


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

    def without(self, other: "_Spans | None") -> tuple["_Spans", ...]:
        """What is left of each row beside the other's: at most one piece on either side of it."""
        if other is None:
            return (self,)
        left, right = other.rows(self.top, len(self.left))
        left, right = np.where(right > left, (left, right), self.right)
        return (
            _Spans(top=self.top, left=self.left, right=np.minimum(self.right, left)),
            _Spans(top=self.top, left=np.maximum(self.left, right), right=self.right),
        )

    def by_tile(self) -> Iterator[tuple[Area, Bits]]:
        """The pixels in each tile: the smallest rectangle around them, and which of it they are."""
        bottom = self.top + len(self.left)
        for row in range(self.top // TILE, -(-bottom // TILE)):
            first = max(self.top, row * TILE)
            rows = slice(first - self.top, min(bottom, (row + 1) * TILE) - self.top)
            left, right = self.left[rows], self.right[rows]
            filled = right > left
            if filled.any():
                for col in range(left[filled].min() // TILE, -(-right[filled].max() // TILE)):
                    found = _piece(first, np.maximum(left, col * TILE), np.minimum(right, (col + 1) * TILE))
                    if found is not None:
                        yield found

    def rows(self, top: int, height: int) -> tuple[Columns, Columns]:
        """Left and right of `height` rows from `top`; rows beyond the spans are empty."""
        left, right = np.zeros(height, np.int64), np.zeros(height, np.int64)
        first, last = max(top, self.top), min(top + height, self.top + len(self.left))
        if first < last:
            here, there = slice(first - top, last - top), slice(first - self.top, last - self.top)
            left[here], right[here] = self.left[there], self.right[there]
        return left, right


def _piece(top: int, left: Columns, right: Columns) -> tuple[Area, Bits] | None:
    rows = np.flatnonzero(right > left)
    if len(rows) == 0:
        return None
    within = slice(int(rows[0]), int(rows[-1]) + 1)
    first, last = int(left[rows].min()), int(right[rows].max())
    columns = np.arange(last - first, dtype=np.int16)
    starts, ends = ((side[within] - first).astype(np.int16)[:, None] for side in (left, right))
    area = Area(top + within.start, first, within.stop - within.start, last - first)
    return area, (columns >= starts) & (columns < ends)


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
    if abs(by - ay) < LEVEL:
        return low, high
    nx, ny = (ay - by) / length * radius, (bx - ax) / length * radius
    for side in (1, -1):
        x0, y0, y1 = ax + side * nx, ay + side * ny, by + side * ny
        crossed = (rows >= min(y0, y1)) & (rows <= max(y0, y1))
        x = x0 + (rows - y0) * ((bx - ax) / (by - ay))
        low = np.where(crossed, np.minimum(low, x), low)
        high = np.where(crossed, np.maximum(high, x), high)
    return low, high
