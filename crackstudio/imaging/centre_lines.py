"""Centre lines of the pieces of a mask: thinned, as a graph, freed of spurs."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.imaging.planes import blank_plane
from crackstudio.imaging.thinning import steps_in

Mask = NDArray[np.uint8]
Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SMOOTHINGS = 8
"""Passes of (1, 2, 1) / 4 along a line, a Gaussian of 2 steps: a staircase does not survive it, a bend does."""

SPUR = 1.5
"""How far a spur reaches, in half widths of its crack: to the corner of a flat end it is 1.41."""

PINHOLE = 2
"""Holes that are no larger, in px either way, are noise."""


def without_pinholes(box: Bits) -> Mask:
    """`box` as 0 and 1 in a frame of 0, the smallest holes filled: the centre line would go around them."""
    part = np.zeros((box.shape[0] + 2, box.shape[1] + 2), np.uint8)
    part[1:-1, 1:-1] = box
    outlines, tree = cv2.findContours(part, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for outline, (*_, parent) in zip(outlines, tree[0], strict=True):
        if parent >= 0 and max(cv2.boundingRect(outline)[2:]) <= PINHOLE + 2:  # the outline runs around the hole
            cv2.drawContours(part, [outline], 0, 1, cv2.FILLED)
    return part


class Shape:
    """The pieces of `part`, counted from 1 (0 is the background), and how far each pixel is from the background."""

    def __init__(self, part: Mask) -> None:
        self.part = part
        self.pieces: NDArray[np.int32] = blank_plane(part.shape, np.int32)
        self.count, _, figures, _ = cv2.connectedComponentsWithStats(part, self.pieces, connectivity=8)
        self.areas = figures[:, cv2.CC_STAT_AREA].astype(np.intp)
        self.depth: NDArray[np.float32] = blank_plane(part.shape, np.float32)
        cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE, self.depth)

    def long_sides(self, chosen: Bits) -> Floats:
        """Of the smallest rectangle around each of the `chosen` pieces, in their order; `chosen`: (pieces + 1,)."""
        inside = np.flatnonzero(self.part.view(np.bool_))
        piece = self.pieces.ravel()[inside]
        pixels, piece = inside[chosen[piece]], piece[chosen[piece]]
        order = np.argsort(piece, kind="stable")
        places = np.stack(np.divmod(pixels[order], self.part.shape[1]), axis=1).astype(np.int32)
        ends = np.cumsum(self.areas[chosen])
        return np.array([max(cv2.minAreaRect(some)[1]) + 1 for some in np.split(places, ends[:-1])])


class Line:
    """Centre lines as a graph. Nodes count from 1, 0 is nobody.

    `places`: (N + 1, 2), row and column. `around`: (N + 1, 4), linked nodes first, then 0; a diagonal is a link only
    where no way around the corner is. `half`: from a pixel's centre to the border.
    """

    def __init__(self, pixels: Ints, shape: Shape) -> None:
        self.pixels = np.concatenate(([0], pixels))
        self.places = np.stack(np.divmod(self.pixels, shape.part.shape[1]), axis=1).astype(np.float64)
        ids = blank_plane((shape.part.size,), np.int32)
        ids[pixels] = np.arange(1, pixels.size + 1)
        around = ids[pixels[:, None] + steps_in(shape.part)]
        for corner in range(1, 8, 2):
            around[(around[:, corner - 1] > 0) | (around[:, (corner + 1) % 8] > 0), corner] = 0
        self.around = np.zeros((self.pixels.size, 4), np.intp)
        self.around[1:] = -np.sort(-around, axis=1)[:, :4]
        self.degree = np.count_nonzero(self.around, axis=1)
        depth = shape.depth.ravel()[self.pixels].astype(np.float64)
        # OpenCV's last digit changes with the alignment of memory: two calls cut tips and spurs differently
        self.half: Floats = np.sqrt(np.rint(depth**2)) - 0.5
        self.piece: Ints = shape.pieces.ravel()[self.pixels].astype(np.intp)

    def smoothed(self, values: Floats) -> Floats:
        """`values` of the nodes, (N + 1, ...), after `SMOOTHINGS` passes; forks and tips keep theirs."""
        inner = np.flatnonzero(self.degree == 2)
        left, right = self.around[inner, 0], self.around[inner, 1]
        smooth = values.copy()
        for _ in range(SMOOTHINGS):
            smooth[inner] = smooth[inner] / 2 + (smooth[left] + smooth[right]) / 4
        return smooth

    def links(self) -> tuple[Ints, Ints]:
        """Both nodes of every link."""
        one, column = np.nonzero(self.around)
        other = self.around[one, column]
        return one[one < other], other[one < other]

    def shares(self, course: Floats) -> Floats:
        """The length of line that belongs to each node: half of each of its links."""
        one, other = self.links()
        half = far(course[one] - course[other]) / 2
        size = self.degree.size
        return np.asarray(np.bincount(one, half, size) + np.bincount(other, half, size), np.float64)

    def walk(self, go_on: Callable[[Ints, Floats], Bits]) -> "Walks":
        """From every tip inwards until a fork, another tip, or a node and a way to it that `go_on` refuses."""
        tips = np.flatnonzero(self.degree == 1)
        walks = Walks(tips)
        walker, here, before, way = np.arange(tips.size), tips, np.zeros_like(tips), np.zeros(tips.size)
        while walker.size:
            walks.passed.append(here)
            walks.walkers.append(walker)
            links = self.around[here, :2]
            following = np.where(links[:, 0] == before, links[:, 1], links[:, 0])
            way = way + far(self.places[following] - self.places[here])
            before, here = here, following
            walks.ends[walker], walks.last[walker] = here, before
            on = (self.degree[here] == 2) & go_on(here, way)
            walker, here, before, way = walker[on], here[on], before[on], way[on]
        return walks


class Walks:
    """One from each of `tips`: where it ended, the node before that, and the nodes that were passed on the way."""

    def __init__(self, tips: Ints) -> None:
        self.tips = tips
        self.ends = tips.copy()
        self.last = np.zeros_like(tips)
        self.passed: list[Ints] = [np.zeros(0, np.intp)]
        self.walkers: list[Ints] = [np.zeros(0, np.intp)]


def without_spurs(line: Line, shape: Shape) -> Line:
    """Take away branches that hardly leave the crack that they sit on, and what is then a spur, until there is none."""
    while (spurs := _spurs(line)).size:
        line = Line(np.delete(line.pixels, np.append(spurs, 0)), shape)
    return line


def tips_of(line: Line) -> Walks:
    """The last bits of each line, as long as the crack is wide: there it runs into corners, or stops short."""
    return line.walk(lambda here, way: way < 2 * line.half[here] + 1)


def _spurs(line: Line) -> Ints:
    forks = line.degree > 2
    if not forks.any():
        return np.zeros(0, np.intp)
    farthest = 2 * SPUR * line.half[forks].max() + 1
    walks = line.walk(lambda _, way: way <= farthest)
    reach = far(line.places[walks.tips] - line.places[walks.ends])
    spur = forks[walks.ends] & (reach <= SPUR * line.half[walks.ends] + 1)
    spurs: Ints = np.concatenate(walks.passed)[spur[np.concatenate(walks.walkers)]]
    return spurs


def far(steps: Floats) -> Floats:
    """The length of each step; steps: (N, 2)."""
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]), np.float64)


def unit(steps: Floats) -> Floats:
    """Each step at length 1."""
    return np.asarray(steps / np.maximum(far(steps), 1e-9)[:, None], np.float64)
