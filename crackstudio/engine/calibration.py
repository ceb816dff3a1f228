"""A run's own threshold where no mask can tell: from the crack maps of tagged images alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CrackMap = NDArray[np.uint8] | NDArray[np.floating]

SPEAKS = 0.05
"""Below this a pixel says nothing; the many silent ones would pull the split towards 0."""
QUIET_SHARE = 0.99
"""This share of the pixels of intact images has to lie below the threshold."""
LOWEST, HIGHEST = 0.02, 0.98


def label_free_threshold(maps_cracked: Sequence[CrackMap], maps_intact: Sequence[CrackMap]) -> float:
    """The threshold in [0.02, 0.98]: where the speaking pixels of cracked images fall into two groups (Otsu, 1979).

    It is raised where intact images would not be quiet at it, but not over the mean of the louder group. Maps are
    (H, W), uint8 0..255 or floats in [0, 1]; without one that speaks the answer is 0.5.
    """
    loud = _pooled(maps_cracked)
    loud = loud[loud > SPEAKS]
    if not loud.size:
        return 0.5
    split = _otsu(loud)
    intact = _pooled(maps_intact)
    if intact.size:
        crack = float(loud[loud >= min(split, loud.max())].mean())
        split = max(split, min(float(np.quantile(intact, QUIET_SHARE)), crack))
    return float(np.clip(split, LOWEST, HIGHEST))


def _pooled(maps: Sequence[CrackMap]) -> NDArray[np.float64]:
    if not len(maps):
        return np.empty(0)
    parts = [np.asarray(found).ravel() / (255 if np.asarray(found).dtype == np.uint8 else 1) for found in maps]
    pooled = np.concatenate(parts).astype(np.float64)
    return pooled[np.isfinite(pooled)]


def _otsu(values: NDArray[np.float64]) -> float:
    """The split of values in [0, 1] that leaves the least variance within the two groups."""
    counts, edges = np.histogram(values, bins=256, range=(0, 1))
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    apart = np.nan_to_num(apart)
    best = np.flatnonzero(apart >= apart.max() * (1 - 1e-9))
    return float(edges[1 + best].mean())  # a gap between the groups: its middle
