"""Round strokes into a tiled mask: each movement paints the capsule between two points, and only what is new of it.

A pixel is under the brush if its centre lies within half the brush's size of the line; pixel (row i, column j) has its
centre at (j + 0.5, i + 0.5). A row cuts a capsule in one interval (it is convex), so a capsule is two numbers per row:
exact at any size, and the work grows with the newly covered area instead of with the brush. A pen's pressure changes
the size on the way: the capsule then is the convex hull of two discs, pointed instead of level.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crackstudio.imaging.patch import TILE, Area
from crackstudio.imaging.taking import Where
from crackstudio.imaging.tiled_mask import TiledMask

SMALLEST, LARGEST = 1, 2000
"""Brush sizes in pixels."""
LEVEL = 1e-6
"""A segment that rises by fewer pixels is level: its slope would overflow."""

Columns = npt.NDArray[np.int64]
Line = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]


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
        self._at: _Disc | None = None
        self._covered: _Spans | None = None

    def to(self, x: float, y: float, *, size: float | None = None) -> tuple[Area, ...]:
        """Paint from the last point (or a dot, at first) to (x, y), where the brush is `size` pixels wide.

        Returns what was painted, one area per tile.
        """
        here = _Disc(x, y, (self._brush.size if size is None else size) / 2)
        spans = _capsule(self._at or here, here).within(self._mask)
        painted = tuple(area for piece in spans.without(self._covered) for area in self._paint(piece))
        self._at = here
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


class _Disc(NamedTuple):
    """The brush at one point."""

    x: float
    y: float
    radius: float

    def edges(self, rows: Line) -> tuple[Line, Line]:
        """Where the rows' centres cross it: from left to right, from inf to -inf where they do not."""
        inside = self.radius * self.radius - (rows - self.y) ** 2
        half = np.sqrt(np.maximum(inside, 0))
        return np.where(inside >= 0, self.x - half, np.inf), np.where(inside >= 0, self.x + half, -np.inf)


def _capsule(start: _Disc, end: _Disc) -> _Spans:
    """The pixels in the convex hull of two discs, and always those under their centres."""
    top = math.floor(min(start.y - start.radius, end.y - end.radius, start.y, end.y))
    bottom = math.ceil(max(start.y + start.radius, end.y + end.radius))
    y = np.arange(top, bottom + 1, dtype=np.float64) + 0.5
    low, high = start.edges(y)
    for left, right in (end.edges(y), _long_edges(start, end, y)):
        low, high = np.minimum(low, left), np.maximum(high, right)
    for disc in (start, end):
        row = math.floor(disc.y) - top
        low[row] = min(low[row], math.floor(disc.x) + 0.5)
        high[row] = max(high[row], math.floor(disc.x) + 0.5)
    covered = low <= high
    return _Spans(
        top=top,
        left=np.ceil(np.where(covered, low, 0) - 0.5).astype(np.int64),
        right=np.floor(np.where(covered, high, -1) - 0.5).astype(np.int64) + 1,
    )


def _long_edges(start: _Disc, end: _Disc, rows: Line) -> tuple[Line, Line]:
    """Where the rows cross the two lines that touch both discs; level ones need none, the discs' tops bound them."""
    low, high = np.full(rows.shape, np.inf), np.full(rows.shape, -np.inf)
    dx, dy, narrows = end.x - start.x, end.y - start.y, start.radius - end.radius
    length = math.hypot(dx, dy)
    if length <= abs(narrows):  # one disc lies in the other
        return low, high
    along, across = narrows / length, math.sqrt(1 - (narrows / length) ** 2)
    for side in (1, -1):
        nx = (along * dx - side * across * dy) / length
        ny = (along * dy + side * across * dx) / length
        x0, y0 = start.x + start.radius * nx, start.y + start.radius * ny
        x1, y1 = end.x + end.radius * nx, end.y + end.radius * ny
        if abs(y1 - y0) < LEVEL:
            continue
        crossed = (rows >= min(y0, y1)) & (rows <= max(y0, y1))
        x = x0 + (rows - y0) * ((x1 - x0) / (y1 - y0))
        low = np.where(crossed, np.minimum(low, x), low)
        high = np.where(crossed, np.maximum(high, x), high)
    return low, high
