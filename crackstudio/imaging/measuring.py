"""How many cracks, how long, how wide: the figures of a mask, and its centre lines for the canvas.

The centre lines are thinned out of the mask, freed of spurs, and smoothed, so that a length is that of a line and not
of a staircase. The exact distance transform says how far the borders are; the width is then taken across the line.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.figures import Figures, MaskFigures
from crackstudio.imaging.centre_lines import Line, Shape, Walks, far, tips_of, unit, without_pinholes, without_spurs
from crackstudio.imaging.crack_widths import across, between, clear_of, widths_of
from crackstudio.imaging.thinning import thinned
from crackstudio.imaging.turning import turn_of

Mask = NDArray[np.uint8]
Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]

PERCENTILE = 0.95

EDITION = 1
"""Counted up when the same mask gets other figures: those that were kept before do not hold any more."""

STRIDES = 8
"""Towards the border beyond a tip, each as long as the nearest border is far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one class, in px.

    `cracks`: pieces that touch nowhere, not even by a corner. `length`: of all centre lines, from tip to tip. Mean,
    maximum and 95th percentile of the width are over the length, without the surroundings of forks and of tips (but
    where a crack ends wider than it was). `area`: pixels. `skeleton`: (N, 2) int32, row and column of the pixels of the
    centre lines; `width_at`: (N,) float32, at each.
    """

    cracks: int
    length: float
    mean_width: float
    max_width: float
    p95_width: float
    area: int
    skeleton: NDArray[np.int32]
    width_at: NDArray[np.float32]

    @property
    def figures(self) -> Figures:
        """The numbers alone."""
        return Figures(
            cracks=self.cracks,
            length=self.length,
            mean_width=self.mean_width,
            max_width=self.max_width,
            p95_width=self.p95_width,
            area=self.area,
        )


def figures_of(mask: Mask) -> MaskFigures:
    """The numbers of each class that occurs; `mask` as for `measure`."""
    classes = {number: measured.figures for number, measured in measure(mask).items()}
    return MaskFigures(classes=classes, scored=mask.size - int(np.count_nonzero(mask == UNSURE)))


def measure(mask: Mask) -> dict[int, Measured]:
    """Measure each class that occurs, by its id.

    mask: (H, W) uint8, 0 background, 1..254 a class, 255 unsure: not measured. A crack ends where another class, unsure
    pixels or the border of the image begin.
    """
    histogram = cv2.calcHist([np.ascontiguousarray(mask)], [0], None, [UNSURE + 1], [0, UNSURE + 1])
    return {int(i): measure_area(mask == i) for i in np.flatnonzero(histogram) if i not in (BACKGROUND, UNSURE)}


def measure_area(area: Bits) -> Measured:
    """Measure the True part of `area`, (H, W) bool; all 0 where there is none.

    Turned or mirrored it measures the same. A piece that is hardly longer than wide has no centre line to speak of: its
    length is that of the rectangle around it, its width area / length.
    """
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not rows.size:
        return _measured(np.zeros((0, 2)), widths=np.zeros(0), shares=np.zeros(0), lengths=np.zeros(0), area=0)
    box = area[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    turn = turn_of(box)
    shape = Shape(without_pinholes(turn.of(box)))
    line = without_spurs(Line(thinned(shape.part), shape), shape)
    tips = tips_of(line)
    clear = clear_of(line, tips, shape)
    ways, middles = across(line, shape)
    course = line.smoothed(np.where(clear[:, None], middles, line.places))
    lengths, short = _lengths(line, course, tips, shape)
    widths, counted = widths_of(line, ways, clear, tips)
    shares = line.shares(course) * counted
    by_area = (short | (np.bincount(line.piece, shares, shape.count) == 0))[line.piece]
    piece = line.piece[by_area]
    widths[by_area] = (shape.areas / np.maximum(lengths, 1))[piece]
    shares[by_area] = (lengths / np.maximum(np.bincount(line.piece, minlength=shape.count), 1))[piece]
    places = turn.back(line.places[1:] - 1, height=len(box), width=len(box[0])) + np.array((rows[0], columns[0]))
    return _measured(places, widths=widths[1:], shares=shares[1:], lengths=lengths[1:], area=int(np.count_nonzero(box)))


def _measured(places: Floats, *, widths: Floats, shares: Floats, lengths: Floats, area: int) -> Measured:
    """`widths` at `places`, and the `shares` of length that they count for; `lengths` of the pieces."""
    counted = shares > 0
    order = np.argsort(widths[counted])
    values, weights = widths[counted][order], shares[counted][order]
    there, whole = bool(values.size), max(float(weights.sum()), 1e-9)
    return Measured(
        cracks=lengths.size,
        length=float(lengths.sum()),
        mean_width=float(values @ weights) / whole,
        max_width=float(values[-1]) if there else 0.0,
        p95_width=float(np.interp(PERCENTILE, (np.cumsum(weights) - weights / 2) / whole, values)) if there else 0.0,
        area=area,
        skeleton=places.astype(np.int32),
        width_at=widths.astype(np.float32),
    )


def _lengths(line: Line, course: Floats, tips: Walks, shape: Shape) -> tuple[Floats, Bits]:
    """The length of each piece, and whether it is too short for a line; both (pieces + 1,).

    In place of the tips the line goes straight on, to the border of the crack.
    """
    passed = np.concatenate(tips.passed)
    times = np.bincount(passed, minlength=line.degree.size)
    one, other = line.links()
    steps = far(course[one] - course[other]) * (times[one] == 0) * (times[other] == 0)
    lengths = np.bincount(line.piece[one], steps, shape.count).astype(np.float64)
    deepest = np.zeros(shape.count)
    np.maximum.at(deepest, line.piece[1:], line.half[1:])
    short = lengths < deepest
    short[line.piece[passed[times[passed] > 1]]] = True
    lengths += np.bincount(line.piece[tips.tips], _beyond(line, course, tips, shape), shape.count)
    short[0] = False
    if short.any():
        lengths[short] = shape.long_sides(short)
    return lengths, short


def _beyond(line: Line, course: Floats, tips: Walks, shape: Shape) -> Floats:
    """From where each walk ended outwards: to where the skeleton's tip lies along the line, and on to the border."""
    links = line.around[tips.ends, :2]
    inner = np.where(links[:, 0] == tips.last, links[:, 1], links[:, 0])
    to_tip = line.places[tips.tips] - course[tips.ends]
    along = unit(np.where((line.degree[tips.ends] == 2)[:, None], course[tips.last] - course[inner], to_tip))
    way = np.maximum((to_tip * along).sum(axis=1), 0)
    nearest = way + line.half[tips.tips]
    for _ in range(STRIDES):
        way += np.maximum(between(shape.depth, course[tips.ends] + way[:, None] * along) - 0.5, 0)
    return np.asarray(np.maximum(way, nearest), np.float64)
