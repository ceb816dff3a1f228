"""Distance-transform weights: which pixels of a coarse region label count, and how much."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE

Mask = NDArray[np.uint8]


def distance_weights(
    mask: Mask, *, power: float = 2, positive_weight: float = 1, floor: float = 0
) -> NDArray[np.float32]:
    """The loss weight of each pixel of a region label.

    mask: (H, W) uint8, 0 background, 1..254 a defect, 255 unsure -> (H, W) float32: 1 on background, 0 on unsure,
    `positive_weight * max((D / D_max) ** power, floor)` on a defect, where D is the Euclidean distance to the
    nearest background pixel and D_max its maximum within the 8-connected region ("Mixed supervision for
    surface-defect detection", 2021, section 3.3). Unsure pixels are no background for D. Without any
    background there is no border to soften: every defect pixel then weighs `positive_weight`.
    """
    weights = np.ones(mask.shape, np.float32)
    unsure = mask == UNSURE
    weights[unsure] = 0
    defect = (mask != BACKGROUND) & ~unsure
    if defect.any():
        weights[defect] = positive_weight * np.maximum(_relative_depth(mask, defect) ** power, floor)
    return weights


def _relative_depth(mask: Mask, defect: NDArray[np.bool_]) -> NDArray[np.float32]:
    """D / D_max of each defect pixel, in row order: one transform of the whole mask, one maximum per region."""
    if mask.all():  # OpenCV returns 1.8e19 where there is no background at all
        return np.ones(int(np.count_nonzero(defect)), np.float32)
    distances: Any = cv2.distanceTransform(
        (mask != BACKGROUND).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE, dstType=cv2.CV_32F
    )
    count, regions = cv2.connectedComponents(defect.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    depth: NDArray[np.float32] = distances[defect]
    region = regions[defect]
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, region, depth)
    relative: NDArray[np.float32] = depth / deepest[region]
    return relative
