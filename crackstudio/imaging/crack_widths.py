"""How wide a crack is at each node of its centre lines, and which of them tell."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.imaging.centre_lines import Line, Shape, Walks, unit

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def clear_of(line: Line, tips: Walks, shape: Shape) -> Bits:
    """Whether a node is clear of forks and tips, which look wider or narrower than the crack is."""
    near = np.zeros(shape.part.shape, np.uint8)
    forks = line.degree > 2
    reaches = (2 * line.half[forks] + 1).astype(int).tolist()
    for (row, column), reach in zip(line.places[forks].astype(int).tolist(), reaches, strict=True):
        cv2.circle(near, (column, row), reach, 1, cv2.FILLED)
    clear: Bits = near.ravel()[line.pixels] == 0
    clear[np.concatenate(tips.passed)] = False
    clear[0] = False
    return clear


def across(line: Line, shape: Shape) -> tuple[Floats, Floats]:
    """The width at each node, (N + 1,), and the middle of it, (N + 1, 2).

    The integral of the mask, linear between pixels, across the line until 2 px behind the nearest border. Twice the
    distance to that border is up to 0.6 px short on slanting cracks, where the nearest of many border pixels is taken,
    and one px on even widths. This is right to 0.1 px on average, from 1 to 15 px.
    """
    course = line.smoothed(line.places)
    second = np.where(line.degree > 1, line.around[:, 1], np.arange(line.degree.size))
    along = unit(course[line.around[:, 0]] - course[second])
    along[line.degree == 0] = (0, 1)
    normal = along[:, ::-1] * (1, -1)
    # of a step: at 45 degrees the rows of pixels beat with samples taken at the pixels themselves, by 0.24 px
    quarter = along / (4 * np.maximum(abs(along).max(axis=1, keepdims=True), 1e-9))
    start = np.maximum(line.half - 1.5, 0)
    sides = []
    for side in (-1, 1):
        reach, lowest = start.copy(), np.ones(line.degree.size)
        for step in np.arange(0.25, 4, 0.5):
            away = start + step
            value = between(shape.part, line.places + side * (away[:, None] * normal + quarter))
            lowest = np.minimum(lowest, value)  # a crack beside this one does not count
            reach += lowest * np.clip(line.half + 2.25 - away, 0, 0.5)
        sides.append(reach)
    return sides[0] + sides[1], line.places + normal * ((sides[1] - sides[0]) / 2)[:, None]


def widths_of(line: Line, ways: Floats, clear: Bits, tips: Walks) -> tuple[Floats, Bits]:
    """The width at each node, and whether it counts: `ways` across where it is `clear`, around that the nearest such.

    A tip with room for a circle wider than that by a px counts too: an end may be the widest part. A branch that is
    nowhere clear is as wide as its circles, and counts from fork to fork.
    """
    widths, known, forks = ways.copy(), clear.copy(), line.degree > 2
    _spread(widths, known, np.where(forks[line.around], 0, line.around))
    circles, ends = 2 * line.half, np.zeros_like(known)
    ends[np.concatenate(tips.passed)] = True
    wide = ends & known & (circles > widths + 1)
    widths[wide] = circles[wide]
    widths[~known] = circles[~known] + 0.25
    counted = clear | wide | ~(known | ends)
    counted[forks] = counted[0] = False
    return line.smoothed(widths), counted


def between(plane: NDArray[Any], places: Floats) -> Floats:
    """`plane`, linear between its pixels, at `places`: (N, 2) row, column, moved inside where they are not."""
    places = np.clip(places, 0, np.array(plane.shape) - 1)
    corner = np.minimum(places.astype(np.intp), np.array(plane.shape) - 2)
    down, right = (places - corner).T
    stride, flat = plane.shape[1], plane.ravel()
    first = corner[:, 0] * stride + corner[:, 1]
    upper = flat[first] * (1 - right) + flat[first + 1] * right
    lower = flat[first + stride] * (1 - right) + flat[first + stride + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float64)


def _spread(values: Floats, known: Bits, around: Ints) -> None:
    """Give the nodes that are not `known` the mean of their known neighbours, from near to far."""
    missing = np.flatnonzero(~known)
    while missing.size:
        beside = around[missing]
        told = known[beside]
        reached = told.any(axis=1)
        if not reached.any():
            return
        means = (values[beside] * told).sum(axis=1)[reached] / told.sum(axis=1)[reached]
        values[missing[reached]] = means
        known[missing[reached]] = True
        missing = missing[~reached]
