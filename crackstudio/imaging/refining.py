"""A crack map against its image: what attention leaves soft is given to the side that the image puts it on."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]


class Refinement(StrEnum):
    """How a map is refined. The walker takes about a second for each unsure tenth of a megapixel."""

    NONE = "none"
    GUIDED_FILTER = "guided filter"
    RANDOM_WALKER = "random walker"


SURE = 0.25
"""A pixel further than this from 0.5 is a seed of the walker."""
STIFFNESS = 500.0
"""How hard it is for the walker to cross an edge."""


def refined(crack_map: Map, rgb: NDArray[np.uint8], *, by: Refinement, radius: int = 3, softness: float = 1e-3) -> Map:
    """crack_map: (H, W) float32 in [0, 1], rgb: (H, W, 3) uint8 -> a new map of that shape and range."""
    if by is Refinement.NONE:
        return crack_map
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    if by is Refinement.GUIDED_FILTER:
        return _guided(crack_map, grey, radius=radius, softness=softness)
    return _walked(crack_map, grey)


def _guided(crack_map: Map, guide: Map, *, radius: int, softness: float) -> Map:
    """He, Sun, Tang: Guided Image Filtering, IEEE TPAMI 35 (2013), algorithm 1."""

    def mean(x: Map) -> Map:
        return np.asarray(cv2.blur(x, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT), np.float32)

    of_guide, of_map = mean(guide), mean(crack_map)
    slope = (mean(guide * crack_map) - of_guide * of_map) / (mean(guide * guide) - of_guide**2 + softness)
    offset = of_map - slope * of_guide
    found: Map = np.clip(mean(slope) * guide + mean(offset), 0, 1).astype(np.float32)
    return found


def _walked(crack_map: Map, grey: Map) -> Map:
    """Grady: Random Walks for Image Segmentation, IEEE TPAMI 28 (2006), from what the map is sure of."""
    from skimage.segmentation import random_walker

    seeds = np.zeros(crack_map.shape, np.int32)
    seeds[crack_map >= 0.5 + SURE] = 1
    seeds[crack_map <= 0.5 - SURE] = 2
    if not (seeds == 1).any() or not (seeds == 2).any() or (seeds > 0).all() or grey.min() == grey.max():
        return crack_map  # nowhere to begin, nowhere to go, or nothing to go by
    # solved to a thousandth: shares a little outside of [0, 1] are no reason to warn
    shares = random_walker(grey, seeds, beta=STIFFNESS, mode="cg_j", tol=1e-3, prob_tol=1.0, return_full_prob=True)
    found: Map = np.clip(np.where(seeds == 0, np.nan_to_num(shares[0]), crack_map), 0, 1).astype(np.float32)
    return found
