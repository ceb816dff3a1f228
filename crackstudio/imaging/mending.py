"""What mends one class of a mask: holes, specks, and a width that is off.

Other classes and unsure pixels are never painted over, and count as not of the class. A mask stays as it is: each
function returns the patch that mends it. Distances are between pixel centres, in pixels.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.classes import BACKGROUND
from crackstudio.imaging.blocks import Bits, blocks, grown, is_blank, paint, part
from crackstudio.imaging.components import components
from crackstudio.imaging.patch import Area, Patch
from crackstudio.imaging.tiled_mask import TiledMask

_NEARLY = 1e-6
"""By so little the square of a reach may fall short of a whole number, which squared distances are."""


def fill_holes(mask: TiledMask, *, value: int, largest: int) -> Patch:
    """Fill the holes of class `value` of up to `largest` px.

    A hole is a 4-connected area of other pixels that does not touch the mask's border; what is not background in it
    counts and stays.
    """
    after = mask.snapshot()
    for area, hole in components(
        mask,
        belongs=lambda pixels: pixels != value,
        connectivity=4,
        wanted=lambda sizes, outer: (sizes <= largest) & ~outer,
    ):
        paint(after, area, hole & (mask.region(*area) == BACKGROUND), value=value)
    return after.changes_since(mask)


def remove_specks(mask: TiledMask, *, value: int, smallest: int) -> Patch:
    """Make pieces (8-connected) of class `value` of fewer than `smallest` px background."""
    after = mask.snapshot()
    for area, speck in components(
        mask,
        belongs=lambda pixels: pixels == value,
        connectivity=8,
        wanted=lambda sizes, _: sizes < smallest,
    ):
        paint(after, area, speck, value=BACKGROUND)
    return after.changes_since(mask)


def grow(mask: TiledMask, *, value: int, by: float) -> Patch:
    """Class `value` takes the background within `by` px (Euclidean) of it."""
    after = mask.snapshot()
    for area in blocks(mask):
        near = _class_around(mask, area, value, by)
        if near is not None:
            around, inside = near
            reached = _within(inside, by)[part(area, around)] & (mask.region(*area) == BACKGROUND)
            paint(after, area, reached, value=value)
    return after.changes_since(mask)


def shrink(mask: TiledMask, *, value: int, by: float) -> Patch:
    """Class `value` gives up to the background what lies within `by` px (Euclidean) of any pixel not of the class.

    A crack that leaves the picture does not shrink from its border.
    """
    after = mask.snapshot()
    for area in blocks(mask):
        near = _class_around(mask, area, value, by)
        if near is not None:
            around, inside = near
            paint(after, area, (_within(~inside, by) & inside)[part(area, around)], value=BACKGROUND)
    return after.changes_since(mask)


def _class_around(mask: TiledMask, area: Area, value: int, reach: float) -> tuple[Area, Bits] | None:
    """The pixels of the class in `area` and within `reach` of it; None where there are none."""
    around = grown(area, math.ceil(reach), mask)
    if is_blank(mask, around):
        return None
    inside = mask.region(*around) == value
    return (around, inside) if inside.any() else None


def _within(bits: Bits, reach: float) -> Bits:
    """The pixels within `reach` px of a set one."""
    if not bits.any():
        return bits
    distance: npt.NDArray[np.float32] = cv2.distanceTransform(
        (~bits).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    # halfway to the next distance that there can be, since OpenCV's are off by a bit
    return distance < np.float32(math.sqrt(math.floor(reach * reach + _NEARLY) + 0.5))
