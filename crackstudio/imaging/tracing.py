"""Cracks between clicks: one shortest-path tree from the clicked place, and the width across a path.

A path runs where a ridge filter sees a line (larger eigenvalue of the Hessian, over scales: Lindeberg, IJCV 30, 1998).
The tree is OpenCV's IntelligentScissorsMB with a cost of our own: 52 ms for 512 x 512 px, 100 by MCP_Geometric of
scikit-image, 106 by SciPy's dijkstra. Its paths cost 0.3 % more than the best, and it alone releases the GIL.
Coordinates are (x, y) in pixels of the image; pixel (row i, column j) has its centre at (j + 0.5, i + 0.5).
"""

import math
from copy import copy
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import MaskError
from crackstudio.imaging.patch import Area, Pixels

Plane = NDArray[np.float32]
Line = NDArray[np.float64]

SCALES, SCALE_POWER = (1.0, 1.75, 3.0, 5.25, 9.0), 1.5
"""Sigmas in pixels, for lines of 1 to 30 px, and their weight: of 1.2 to 2, the best on asphalt (CFD) by a little."""
ROUGH, QUIETEST, CHEAPEST = 2.0, 0.5, 0.03
"""A ridge `ROUGH` times the window's median (or `QUIETEST` grey levels) halves a pixel's cost of 1; the least cost."""
STEEP = 0.5
"""How much of the slope is taken off: without it a path follows the edges of a sharp wide crack."""
RING, DIRECTIONS, BRIGHT_WINS = 50, 48, 1.2
"""Cracks are mostly dark: the cheapest way to a ring of `RING` px has to cost this many times as much along dark lines
as along bright ones. At the ends of cracks (CFD) none is then taken for bright, and three of four of its negative are;
by the strongest ridge near the click it was 5 % and two of five."""
LENS = 0.5
"""Suits both drawn cracks (width right to 0.34 px in the median) and masks by hand (CFD), which no larger one does."""
SNAP, FIRST, MARGIN, FURTHEST, LARGEST = 5, 128, 32, 1024, 1 << 20
"""In pixels: a snap; the first window's reach; room around the cursor; the furthest reach; a window that may grow."""


class Polarity(StrEnum):
    """Whether a crack is darker or brighter than what lies beside it."""

    DARK = "dark"
    BRIGHT = "bright"


class Trace:
    """The cheapest paths from one click to every place of a window around it.

    It never changes: threads may share it, and one may make the next by `grown_to` while this one serves the preview.
    It keeps the image, not a copy.
    """

    def __init__(
        self, image: Pixels, *, at: tuple[float, float], polarity: Polarity | None = None, snap: int = SNAP
    ) -> None:
        """Look around the click `at`, which moves to the strongest ridge within `snap` px (0: it stays).

        image: (H, W, 3) RGB or (H, W) grey, uint8. Without a polarity the clicked place decides. Raises `MaskError` for
        a click outside the image.
        """
        height, width = image.shape[:2]
        if not (0 <= at[0] <= width and 0 <= at[1] <= height):
            raise MaskError(f"The click at {at} is outside the image of {width} x {height} pixels; nothing was traced.")
        self._image = image
        clicked = _pixel(at, Area(0, 0, height, width))
        self._bounds = _overlap(_around(clicked, FURTHEST), Area(0, 0, height, width))
        self._stand(clicked, polarity or Polarity.DARK, snap=snap)
        if polarity is None:
            bright = copy(self)
            bright._stand(clicked, Polarity.BRIGHT, snap=snap)  # noqa: SLF001  one of our own
            if self._toll() > BRIGHT_WINS * bright._toll():  # noqa: SLF001
                vars(self).update(vars(bright))

    @property
    def at(self) -> tuple[float, float]:
        """Where the paths start: the centre of the pixel that the click moved to."""
        return self._node[0] + 0.5, self._node[1] + 0.5

    def covers(self, x: float, y: float) -> bool:
        """Whether the window has room around (x, y), or cannot grow there; elsewhere paths end in a straight line."""
        return self._area_for(x, y) == self._area

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """(x, y) itself where the window holds it, else the centre of the window's pixel that is nearest to it."""
        column, row = _pixel((x, y), self._area)
        return (x, y) if (column, row) == (math.floor(x), math.floor(y)) else (column + 0.5, row + 0.5)

    def grown_to(self, x: float, y: float) -> "Trace":
        """A trace from the same place that covers (x, y), as far as `FURTHEST` allows: this one where it does."""
        area = self._area_for(x, y)
        if area == self._area:
            return self
        grown = copy(self)
        grown._plant(area, _ridge(self._image, area, self.polarity))  # noqa: SLF001  one of our own
        return grown

    def path_to(self, x: float, y: float, *, snap: int = SNAP) -> Line:
        """The centre line from `at` to the strongest ridge within `snap` px of (x, y): (N, 2), about a pixel apart.

        Go on from there with `Trace(image, at=path[-1], polarity=trace.polarity, snap=0)`: that leaves no gap.
        """
        end = _pixel((x, y), self._area)
        inside = end == (math.floor(x), math.floor(y))
        if inside:
            end = _snapped(self._ridge, end, self._area, reach=snap)
        left, top = self._area.left, self._area.top
        walked = self._tree.getContour((end[0] - left, end[1] - top)).reshape(-1, 2)
        path: Line = _on_ridge(self._ridge, walked + 0.5) + np.array((left, top))
        if inside:
            return path
        count = math.ceil(math.dist(path[-1], (x, y)))
        return np.concatenate([path, np.linspace(path[-1], (x, y), count + 1)[1:]])

    def _stand(self, clicked: tuple[int, int], polarity: Polarity, *, snap: int) -> None:
        area = _overlap(_around(clicked, FIRST), self._bounds)
        ridge = _ridge(self._image, area, polarity)
        self.polarity, self._node = polarity, _snapped(ridge, clicked, area, reach=snap)
        self._plant(area, ridge)

    def _toll(self) -> float:
        """The cost of the cheapest way to any place `RING` px away."""
        cost, (left, top) = _cost(self._ridge), (self._node[0] - self._area.left, self._node[1] - self._area.top)
        turns = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
        ends = np.round(np.stack([left + RING * np.cos(turns), top + RING * np.sin(turns)], axis=1)).astype(int)
        ways = (self._tree.getContour(end).reshape(-1, 2) for end in ends[_inside(ends, cost.shape)].tolist())
        return min((float(cost[way[:, 1], way[:, 0]].sum()) for way in ways), default=1.0)

    def _plant(self, area: Area, ridge: Plane) -> None:
        self._area, self._ridge = area, ridge
        cost = _cost(ridge)
        self._tree = cv2.segmentation.IntelligentScissorsMB()
        self._tree.setWeights(0, 0, 1)  # of edges and their direction, none
        self._tree.applyImageFeatures(np.zeros(cost.shape, np.uint8), np.zeros((*cost.shape, 2), np.float32), cost)
        self._tree.buildMap((self._node[0] - area.left, self._node[1] - area.top))

    def _area_for(self, x: float, y: float) -> Area:
        """Half as far again as needed, so that a cursor that moves on seldom asks; what is there stays while small."""
        end = _pixel((x, y), self._bounds)
        if _hull(self._area, _overlap(_around(end, MARGIN), self._bounds)) == self._area:
            return self._area
        ahead = (end[0] + (end[0] - self._node[0]) // 2, end[1] + (end[1] - self._node[1]) // 2)
        needed = _hull(_around(self._node, FIRST), _hull(_around(end, MARGIN), _around(ahead, MARGIN)))
        needed = _overlap(needed, self._bounds)
        both = _hull(needed, self._area)
        return both if both.height * both.width <= LARGEST else needed


def widths_along(
    image: Pixels, path: Line, *, most: float = 30, polarity: Polarity = Polarity.DARK, lens: float = LENS
) -> Line:
    """The crack's width at each point of a path, (N,) in pixels, from 1 to `most`.

    image as for `Trace`, path: (N, 2) of x, y. Measured across the path, between the places on either side where the
    profile has climbed half way from the crack's floor to the surface beyond; less what a lens adds to a thin line that
    blurs by a Gaussian of sigma `lens` px.
    """
    left, right = _sides(image, path, reach=most + 4, polarity=polarity)
    floor = np.minimum(left[:, :3], right[:, :3]).min(axis=1)
    width, depth = np.zeros(len(path)), np.full(len(path), 1e-3)
    for side in (left, right):
        half = _half_width(side, floor, np.quantile(side, 0.7, axis=1))
        surface = _level_beyond(side, half)
        width += _half_width(side, floor, surface)
        depth += np.maximum(surface - floor, 0)
    width, lens = _running_median(width, 9), max(lens, 1e-3)
    width -= lens * np.interp(width / lens, _SEEN, _ADDED)
    return np.clip(_smooth(width * depth, 3) / _smooth(depth, 3), 1, most)


def _ridge(image: Pixels, area: Area, polarity: Polarity) -> Plane:
    """How much of a line each pixel of `area` is part of: (h, w) float32, >= 0, in grey levels."""
    margin = math.ceil(3 * SCALES[-1])
    wide = _overlap(_grown(area, margin), Area(0, 0, *image.shape[:2]))
    grey = _grey(image, wide) * (1 if polarity is Polarity.DARK else -1)
    best = np.zeros(grey.shape, np.float32)
    for sigma in SCALES:
        soft = cv2.GaussianBlur(grey, (0, 0), sigma)
        xx, yy, xy = (
            cv2.sepFilter2D(soft, -1, *kernels) for kernels in ((_TWICE, _KEEP), (_KEEP, _TWICE), (_ONCE, _ONCE))
        )
        larger = (xx + yy) / 2 + cv2.magnitude((xx - yy) / 2, xy)
        slope = cv2.magnitude(cv2.sepFilter2D(soft, -1, _ONCE, _KEEP), cv2.sepFilter2D(soft, -1, _KEEP, _ONCE))
        np.maximum(best, sigma**SCALE_POWER * (larger - STEEP / sigma * slope), out=best)
    top, left = area.top - wide.top, area.left - wide.left
    return np.ascontiguousarray(best[top : top + area.height, left : left + area.width])


_TWICE, _KEEP, _ONCE = (np.array(kernel, np.float32) for kernel in ((1, -2, 1), (0, 1, 0), (-0.5, 0, 0.5)))


def _grey(image: Pixels, area: Area) -> Plane:
    part = image[area.top : area.top + area.height, area.left : area.left + area.width]
    return (cv2.cvtColor(part, cv2.COLOR_RGB2GRAY) if part.ndim == 3 else part).astype(np.float32)


def _cost(ridge: Plane) -> Plane:
    rough = ROUGH * max(float(np.median(ridge[::4, ::4])), QUIETEST)  # of all pixels, it would hold the GIL 20 ms
    cost: Plane = np.maximum(rough / (rough + ridge), np.float32(CHEAPEST))
    return cost


def _inside(places: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which of the columns and rows, (N, 2), lie in an array of this shape."""
    return np.asarray(((places >= 0) & (places < (shape[1], shape[0]))).all(axis=1))


def _snapped(ridge: Plane, node: tuple[int, int], area: Area, *, reach: int) -> tuple[int, int]:
    left, top, near = _near(ridge, node, area, reach=reach)
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    return left + int(column), top + int(row)


def _near(ridge: Plane, node: tuple[int, int], area: Area, *, reach: int) -> tuple[int, int, Plane]:
    """The ridge within `reach` of a pixel, less with distance; with the column and row of its first pixel."""
    box = _overlap(_around(node, reach), area)
    y, x = np.ogrid[box.top : box.top + box.height, box.left : box.left + box.width]
    away = ((x - node[0]) ** 2 + (y - node[1]) ** 2) / max(reach, 1) ** 2
    top, left = box.top - area.top, box.left - area.left
    part = ridge[top : top + box.height, left : left + box.width]
    return box.left, box.top, np.where(away <= 1, part * np.exp(-away / 2), -1).astype(np.float32)


def _on_ridge(ridge: Plane, path: Line) -> Line:
    """The path without its steps, between its ends moved to the ridge's top by parabolas (Steger, PAMI 20, 1998)."""
    if len(path) < 3:
        return path
    ends, path = path[[0, -1]], _smooth_path(path, 1.5)
    across = _normals(path)
    before, here, after = _sampled(ridge, path, across, np.array([-1.0, 0, 1])).T
    bend = before - 2 * here + after
    shift = np.where(bend < 0, (before - after) / (2 * np.minimum(bend, -1e-6)), 0).clip(-1, 1)
    shift[[0, -1]] = 0
    path = _smooth_path(path + shift[:, None] * across, 1.5)
    path[[0, -1]] = ends
    return path


_SEEN, _ADDED = (
    (2.35, 2.38, 2.45, 2.58, 2.77, 3.02, 3.33, 4.11, 5.03, 6.01),
    (2.34, 1.88, 1.45, 1.08, 0.77, 0.52, 0.33, 0.11, 0.03, 0.01),
)
"""The width at half depth of a line blurred by a Gaussian, and how much of it the blur has added; both in its sigma."""
STEP = 0.5
"""Pixels between the samples of a profile."""


def _sides(image: Pixels, path: Line, *, reach: float, polarity: Polarity) -> tuple[Line, Line]:
    """The grey levels from the path outwards, (N, K) on either side, in steps of `STEP`; the crack is the low part."""
    whole = Area(0, 0, *image.shape[:2])
    corners = (_pixel(corner, whole) for corner in (path.min(axis=0), path.max(axis=0)))
    box = _overlap(_hull(*(_around(corner, math.ceil(reach) + 2) for corner in corners)), whole)
    grey = _grey(image, box) * (1 if polarity is Polarity.DARK else -1)
    count = math.ceil(reach / STEP)
    away = np.linspace(-count * STEP, count * STEP, 2 * count + 1)
    across = _normals(_smooth_path(path, 2))
    profiles = _smooth(_sampled(grey, path - (box.left, box.top), across, away), 2)
    return profiles[:, count::-1], profiles[:, count:]


def _half_width(side: Line, floor: Line, surface: Line) -> Line:
    """Where each profile first reaches half way from floor to surface, between samples; its end where it never does."""
    half = ((floor + surface) / 2)[:, None]
    above = side >= half
    above[:, -1] = True
    first = above.argmax(axis=1)
    rows = np.arange(len(side))
    low, high = side[rows, np.maximum(first - 1, 0)], side[rows, first]
    share = (half[:, 0] - low) / np.maximum(high - low, 1e-6)
    return STEP * np.where(first > 0, first - 1 + share.clip(0, 1), 0)


def _level_beyond(side: Line, half: Line) -> Line:
    """The mean of each profile from past the crack's foot to twice as far."""
    away = STEP * np.arange(side.shape[1])
    start = np.minimum(1.3 * half + 1.5, away[-1] - 2)[:, None]
    beyond = (away >= start) & (away <= start + np.maximum(half, 3)[:, None])
    return np.asarray((side * beyond).sum(axis=1) / beyond.sum(axis=1), np.float64)


def _normals(path: Line) -> Line:
    if len(path) < 2:
        return np.tile((0.0, 1.0), (len(path), 1))
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], axis=1)


def _sampled(plane: Plane, path: Line, across: Line, away: Line) -> Line:
    """The plane's values `away` (M,) px from each point of a path along `across`, both (N, 2): (N, M)."""
    starts, steps, lengths = (each.astype(np.float32) for each in (path - 0.5, across, away))
    x, y = (starts[:, axis, None] + steps[:, axis, None] * lengths for axis in (0, 1))
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float64)


def _smooth(values: Line, sigma: float) -> Line:
    """Along the first axis, by a Gaussian."""
    flat = np.ascontiguousarray(values.reshape(len(values), -1))
    size = 2 * math.ceil(3 * sigma) + 1
    soft = cv2.GaussianBlur(flat, (1, size), sigmaX=1, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, np.float64).reshape(values.shape)


def _smooth_path(path: Line, sigma: float) -> Line:
    """`_smooth`, with the path turned over at its ends, so that it does not shrink."""
    room = min(math.ceil(3 * sigma), len(path) - 1)
    before, after = 2 * path[:1] - path[1 : room + 1][::-1], 2 * path[-1:] - path[::-1][1 : room + 1]
    return _smooth(np.concatenate([before, path, after]), sigma)[room : room + len(path)]


def _running_median(values: Line, size: int) -> Line:
    padded = np.pad(values, size // 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, size), axis=1), np.float64)


def _pixel(place: tuple[float, float] | Line, area: Area) -> tuple[int, int]:
    """Column and row of the pixel in `area` at (x, y), or nearest to it."""
    column = min(max(math.floor(place[0]), area.left), area.left + area.width - 1)
    return column, min(max(math.floor(place[1]), area.top), area.top + area.height - 1)


def _around(pixel: tuple[int, int], reach: int) -> Area:
    return Area(pixel[1] - reach, pixel[0] - reach, 2 * reach + 1, 2 * reach + 1)


def _grown(area: Area, margin: int) -> Area:
    return Area(area.top - margin, area.left - margin, area.height + 2 * margin, area.width + 2 * margin)


def _overlap(one: Area, other: Area) -> Area:
    top, left = max(one.top, other.top), max(one.left, other.left)
    bottom = min(one.top + one.height, other.top + other.height)
    right = min(one.left + one.width, other.left + other.width)
    return Area(top, left, max(bottom - top, 0), max(right - left, 0))


def _hull(one: Area, other: Area) -> Area:
    top, left = min(one.top, other.top), min(one.left, other.left)
    bottom = max(one.top + one.height, other.top + other.height)
    right = max(one.left + one.width, other.left + other.width)
    return Area(top, left, bottom - top, right - left)
