"""The brush strokes with which a patient person turns a proposal into the truth: what the demo's hand does."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.imaging.mending import remove_specks
from crackstudio.imaging.tiled_mask import TiledMask

Bits = NDArray[np.bool_]

SPECK = 6
"""Wrong areas of fewer pixels are not worth a stroke."""
PIECE = 14
"""Points of a stroke: along a crack the width changes, and a stroke has one size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One stroke: (x, y) in pixels of the image, the brush's diameter, and whether it erases."""

    points: tuple[tuple[float, float], ...]
    size: int
    erases: bool


def touches(proposal: Bits, truth: Bits) -> list[Touch]:
    """First erase what is wrong, then follow the centre line of what is missing. Both (H, W) bool."""
    wrong = _without_specks(proposal & ~_grown(truth, 3))
    erasing = list(_along(wrong, erases=True))
    kept = proposal & ~_grown(wrong, 5)
    missing = _without_specks(truth & ~kept)
    return erasing + list(_along(truth, erases=False, near=_grown(missing, 3)))


def _along(area: Bits, *, erases: bool, near: Bits | None = None) -> Iterator[Touch]:
    """Strokes along the skeleton of `area` (where it is `near`), as wide as the area is there."""
    if not area.any():
        return
    from skimage.morphology import skeletonize

    radius = cv2.distanceTransform(np.pad(area, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    skeleton = skeletonize(area)
    for path in _paths(skeleton if near is None else skeleton & near):
        for start in range(0, len(path), PIECE):
            piece = path[start : start + PIECE + 1]  # one point of overlap keeps the line whole
            rows, columns = zip(*piece, strict=True)
            size = max(round(2 * float(np.median(radius[rows, columns])) - 1), 1) + (2 if erases else 0)
            points = tuple((column + 0.5, row + 0.5) for row, column in piece)
            yield Touch(points=points, size=size, erases=erases)


def _paths(skeleton: Bits) -> Iterator[list[tuple[int, int]]]:
    """Walk every line of the skeleton, from an end where there is one."""
    left = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    while left:
        at = next((pixel for pixel in sorted(left) if len(_neighbours(pixel, left)) <= 1), min(left))
        path = [at]
        left.remove(at)
        while onward := _neighbours(at, left):
            at = min(onward, key=lambda pixel: abs(pixel[0] - path[-1][0]) + abs(pixel[1] - path[-1][1]))
            path.append(at)
            left.remove(at)
        yield path


def _neighbours(pixel: tuple[int, int], among: set[tuple[int, int]]) -> list[tuple[int, int]]:
    row, column = pixel
    around = ((row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1))
    return [other for other in around if other != pixel and other in among]


def _without_specks(area: Bits) -> Bits:
    mask = TiledMask.from_array(area.view(np.uint8))
    mask.apply(remove_specks(mask, value=1, smallest=SPECK))
    return mask.to_array().view(np.bool_)


def _grown(area: Bits, size: int) -> Bits:
    return np.asarray(cv2.dilate(area.astype(np.uint8), np.ones((size, size), np.uint8)), bool)
