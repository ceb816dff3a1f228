"""Bridges gaps: joins the ends of thin cracks that face each other."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.classes import BACKGROUND
from crackstudio.imaging.blocks import Bits, blocks, grown, is_blank, paint
from crackstudio.imaging.patch import Area, Patch, Pixels
from crackstudio.imaging.shapes import line
from crackstudio.imaging.skeletons import Numbers, Places, Skeleton, depth_of
from crackstudio.imaging.tiled_mask import TiledMask

ARM = 48
"""A skeleton is followed so many px back from its end, so that cracks of up to half of it count as thin."""
SLENDER = 2
"""A thin crack is at least so many times as long as wide."""
FEWEST = 4
"""Steps that tell a direction; a shorter crack has none."""
STRAIGHT = 8
"""Steps over which the direction is taken, more where the crack is wide."""
FACING = math.cos(math.radians(40))
"""An end may turn so far away from the bridge."""

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """`at` (N, 2) row and column, `onward` (N, 2) unit vectors out of the crack, `width` (N,) px."""

    at: Places
    onward: Reals
    width: Reals


def bridge_gaps(mask: TiledMask, *, value: int, longest: float) -> Patch:
    """Join two ends of thin cracks of class `value` that face each other, at most `longest` px apart.

    The distance is that of the nearest pixels' centres, along the bridge. A crack is thin where it is at least twice as
    long as wide and at most 24 px wide; two ends face each other where the straight bridge between them goes on in the
    direction of both, to 40 degrees. A bridge is as wide as its cracks are on average. Each end gets one, the shortest
    first; none is built where anything but background or the class lies on its way, or where it would touch a piece
    that is further than `longest` from its ends.
    """
    after, ends = mask.snapshot(), _all_ends(mask, value)
    free = np.ones(len(ends.at), np.bool_)
    for one, other in _facing(ends, longest):
        if free[one] and free[other]:
            width = float(ends.width[one] + ends.width[other]) / 2
            built = _built(mask, after, ends.at[[one, other]], width=width, value=value, longest=longest)
            free[[one, other]] = not built
    return after.changes_since(mask)


def _all_ends(mask: TiledMask, value: int) -> _Ends:
    found = [_ends_in(mask, area, value) for area in blocks(mask) if not is_blank(mask, area)]
    return _Ends(
        at=np.concatenate([np.zeros((0, 2), np.intp), *(ends.at for ends in found)]),
        onward=np.concatenate([np.zeros((0, 2)), *(ends.onward for ends in found)]),
        width=np.concatenate([np.zeros(0), *(ends.width for ends in found)]),
    )


def _ends_in(mask: TiledMask, area: Area, value: int) -> _Ends:
    """The ends of thin cracks in `area`."""
    around = grown(area, 2 * ARM, mask)
    bits = mask.region(*around) == value
    skeleton, depth = Skeleton(bits), depth_of(bits)
    corner = np.array((area.top - around.top, area.left - around.left))
    inner = (skeleton.places >= corner) & (skeleton.places < corner + np.array((area.height, area.width)))
    path, steps = _followed(skeleton.around, np.flatnonzero(skeleton.ends & inner.all(axis=1)))
    walked = np.arange(ARM + 1) <= steps[:, None]
    along = np.where(walked, depth[tuple(skeleton.places.T)][path], np.nan)
    width = np.asarray(2 * np.nanmedian(along, axis=1) - 1, np.float64)
    thin = steps >= np.maximum(SLENDER * width, FEWEST)
    path, steps, width = path[thin], steps[thin], width[thin]
    clear = np.minimum((width / 2).round().astype(np.intp), steps // 4)  # skeletons turn into corners at their end
    back = np.minimum(clear + np.maximum(2 * width, STRAIGHT).round().astype(np.intp), steps)
    rows = np.arange(len(path))
    start = skeleton.places[path[rows, clear]]
    onward = start - skeleton.places[path[rows, back]]
    onward = onward / np.hypot(*onward.T)[:, None]
    at = _tips(bits, start, onward, width)
    return _Ends(at=at - corner + np.array((area.top, area.left)), onward=onward, width=width)


def _followed(around: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """From each of the N ends back along the skeleton: (N, ARM + 1) pixels, and how many steps it went."""
    straight_first = np.concatenate((around[:, ::2], around[:, 1::2]), axis=1)  # so that corners are walked too
    path = np.zeros((len(ends), ARM + 1), np.intp)
    path[:, 0] = ends
    steps = np.zeros(len(ends), np.intp)
    for step in range(ARM):
        here = np.flatnonzero(steps == step)
        beside = straight_first[path[here, step]]
        free = (beside >= 0) & ~(beside[:, :, None] == path[here, None, : step + 1]).any(axis=2)
        goes_on = free.any(axis=1)
        path[here[goes_on], step + 1] = beside[goes_on, free[goes_on].argmax(axis=1)]
        steps[here[goes_on]] += 1
    return path, steps


def _tips(bits: Bits, start: Places, onward: Reals, width: Reals) -> Places:
    """Half a width before the border that lies onward of each start: skeletons stop short of it."""
    ways = np.rint(start[:, None] + onward[:, None] * np.arange(ARM)[:, None]).astype(np.intp)
    ways = np.clip(ways, 0, np.array(bits.shape) - 1)
    inside = np.logical_and.accumulate(bits[ways[..., 0], ways[..., 1]], axis=1).sum(axis=1) - 1
    tips: Places = ways[np.arange(len(ways)), np.maximum(inside - width / 2, 0).astype(np.intp)]
    return tips


def _facing(ends: _Ends, longest: float) -> Iterator[tuple[int, int]]:
    """Pairs of ends that face each other and may be near enough, the nearest first."""
    if len(ends.at) == 0:
        return
    from scipy.spatial import KDTree

    # ends lie up to half the width inside of the cracks
    pairs = KDTree(ends.at).query_pairs(longest + float(ends.width.max()) + 3, output_type="ndarray")
    one, other = pairs.T
    way = ends.at[other] - ends.at[one]
    length = np.hypot(*way.T)
    facing = (ends.onward[one] * way).sum(axis=1) >= FACING * length
    facing &= (ends.onward[other] * -way).sum(axis=1) >= FACING * length
    gap = length - (ends.width[one] + ends.width[other]) / 2
    order = np.lexsort((other, one, gap))
    yield from ((int(first), int(second)) for first, second in pairs[order[facing[order]]])


def _built(mask: TiledMask, after: TiledMask, ends: Places, *, width: float, value: int, longest: float) -> bool:
    """Paint the bridge between two `ends`, (2, 2), into `after`; False where it may not be."""
    (top, left), (bottom, right) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    window = grown(Area(top, left, bottom - top + 1, right - left + 1), math.ceil(width / 2) + 2, mask)
    before = mask.region(*window)
    piers = _piers(before, ends - (window.top, window.left), value=value)
    if piers is None or np.hypot(*(piers[1] - piers[0])) > longest:
        return False
    bar = TiledMask(window.height, window.width)
    (y0, x0), (y1, x1) = (ends - (window.top, window.left) + 0.5).tolist()
    bar.apply(line(bar, (x0, y0), (x1, y1), width=width, value=1))
    new = (bar.to_array() == 1) & (before == BACKGROUND)
    near = cv2.dilate(new.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
    if (near & (after.region(*window) != before)).any() or not _joins_neighbours(before == value, near, piers, longest):
        return False
    paint(after, window, new, value=value)
    return True


def _piers(values: Pixels, ends: Places, *, value: int) -> Places | None:
    """The last pixels of the class, (2, 2), before and after the gap between the ends; None where the way is shut."""
    count = int(np.abs(ends[1] - ends[0]).max()) + 1
    way = np.rint(np.linspace(ends[0], ends[1], count)).astype(np.intp)
    passed = values[tuple(way.T)]
    gap = np.flatnonzero(passed != value)
    if len(gap) == 0 or (passed[gap] != BACKGROUND).any():
        return None
    return way[[gap[0] - 1, gap[-1] + 1]]


def _joins_neighbours(bits: Bits, near: Bits, piers: Places, longest: float) -> bool:
    """Whether the piers are in two pieces, and any other piece that the bridge is near is within reach of a pier."""
    _, pieces = cv2.connectedComponents(bits.view(np.uint8), connectivity=8)
    own = pieces[tuple(piers.T)]
    others = np.setdiff1d(pieces[near & bits], own)
    for piece in others:
        places = np.argwhere(pieces == piece)
        if np.hypot(*(places[:, None] - piers).transpose(2, 0, 1)).min() > longest:
            return False
    return bool(own[0] != own[1])
