"""Every score of crack maps against masks, for training, evaluation and reports alike; counts.py says what is right."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import ScoreError
from crackstudio.imaging.counts import (
    LEVELS,
    Counts,
    CrackMap,
    TolerantCounts,
    Truth,
    count,
    count_parts,
    count_parts_tolerant,
    count_tolerant,
    parts,
    same_size,
)

__all__ = ["Counts", "TolerantCounts", "best_threshold", "count", "count_tolerant", "crack_scores"]

Pairs = Iterable[tuple[CrackMap, Truth]]


def crack_scores(pairs: Pairs, *, threshold: float, tolerance: int = 2) -> dict[str, float | None]:
    """Every score over `pairs` of crack map and truth, read once; None where one is undefined.

    Pooled over all pixels and strict: `iou` `f1` `dice` `precision` `recall` `miou_two_class` (mean of crack and
    background IoU). Means over images, strict: `iou_mean` `f1_mean` `dice_mean`. Pooled, boundary-tolerant:
    `iou_tol2` `f1_tol2` `precision_tol2` `recall_tol2` (the number is the tolerance). Free of the threshold:
    `pixel_ap` `pixel_auroc` over all pixels, `image_ap` `image_auroc` with the mean of an image's top 1 % as its score.
    """
    tally = _Tally()
    for crack_map, truth in pairs:
        tally.add(crack_map, truth, threshold=threshold, tolerance=tolerance)
    return tally.scores(tolerance)


def best_threshold(pairs: Pairs, *, by: str = "iou") -> tuple[float, float]:
    """The threshold that maximises `by` (iou, f1, iou_mean or f1_mean), and its score: for validation masks only.

    Where a range of thresholds is equally good, its middle: the furthest from both mistakes.
    """
    pooled, score_of = by.removesuffix("_mean") == by, _SCORES_BY_LEVEL[by.removesuffix("_mean")]
    histograms = [_histograms(crack_map, truth) for crack_map, truth in pairs]
    if not histograms:
        raise ScoreError("A threshold needs at least one crack map with its mask; none was given.")
    if pooled:
        histograms = [np.sum(histograms, axis=0)]
    scores = np.mean([score_of(histogram) for histogram in histograms], axis=0)[1:]  # level 0 would be everything
    first = int(np.argmax(scores >= scores.max() - 1e-12))
    worse = np.flatnonzero(scores[first:] < scores.max() - 1e-12)
    last = first + int(worse[0]) - 1 if worse.size else scores.size - 1
    return ((first + last) // 2 + 1) / (LEVELS - 1), float(scores.max())


class _Tally:
    """What `crack_scores` keeps of the pairs it has read."""

    def __init__(self) -> None:
        self.pooled = Counts()
        self.tolerant = TolerantCounts()
        self.singles: list[Counts] = []
        self.histogram = np.zeros((2, LEVELS), np.int64)
        self.images: list[tuple[float, bool]] = []

    def add(self, crack_map: CrackMap, truth: Truth, *, threshold: float, tolerance: int) -> None:
        found, true, scored = parts(crack_map, truth, threshold=threshold, unsure=UNSURE)
        counts = count_parts(found, true, scored)
        self.pooled += counts
        self.singles.append(counts)
        self.tolerant += count_parts_tolerant(found, true, tolerance=tolerance)
        histogram = _histograms(crack_map, truth)
        self.histogram += histogram
        self.images.append((_top_share_mean(histogram.sum(axis=0)), counts.tp + counts.fn > 0))

    def scores(self, tolerance: int) -> dict[str, float | None]:
        levels, pooled, tolerant, near = np.arange(LEVELS), self.pooled, self.tolerant, f"_tol{tolerance}"
        image_scores, cracked = np.array([s for s, _ in self.images]), np.array([c for _, c in self.images], bool)
        image_ap, image_auroc = _ranking(image_scores, (~cracked).astype(np.int64), cracked.astype(np.int64))
        pixel_ap, pixel_auroc = _ranking(levels, self.histogram[0], self.histogram[1])
        return {
            "iou": pooled.iou,
            "f1": pooled.f1,
            "dice": pooled.f1,
            "precision": pooled.precision,
            "recall": pooled.recall,
            "miou_two_class": (pooled.iou + pooled.background_iou) / 2,
            "iou_mean": self._mean(lambda counts: counts.iou),
            "f1_mean": self._mean(lambda counts: counts.f1),
            "dice_mean": self._mean(lambda counts: counts.f1),
            f"iou{near}": tolerant.iou,
            f"f1{near}": tolerant.f1,
            f"precision{near}": tolerant.precision,
            f"recall{near}": tolerant.recall,
            "pixel_ap": pixel_ap,
            "pixel_auroc": pixel_auroc,
            "image_ap": image_ap,
            "image_auroc": image_auroc,
        }

    def _mean(self, score: Callable[[Counts], float]) -> float | None:
        return math.fsum(map(score, self.singles)) / len(self.singles) if self.singles else None


def _histograms(crack_map: CrackMap, truth: Truth) -> NDArray[np.int64]:
    """(2, 256) counts of the map's values over scored background and scored defect: exact for 8-bit maps."""
    same_size(crack_map, truth)
    values = crack_map.view(np.uint8) * np.uint8(LEVELS - 1) if crack_map.dtype == np.bool_ else crack_map
    defect = (truth != BACKGROUND) & (truth != UNSURE)
    return np.stack(
        [np.bincount(values[chosen].ravel(), minlength=LEVELS) for chosen in (truth == BACKGROUND, defect)]
    ).astype(np.int64)


def _found_by_level(histogram: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """For each level taken as threshold: false finds, true finds; and how many true pixels there are."""
    false, true = np.cumsum(histogram[:, ::-1], axis=1)[:, ::-1]
    return false, true, int(histogram[1].sum())


def _iou_by_level(histogram: NDArray[np.int64]) -> NDArray[np.float64]:
    false, true, all_true = _found_by_level(histogram)
    union = false + all_true
    return np.where(union > 0, true / np.maximum(union, 1), 1.0)


def _f1_by_level(histogram: NDArray[np.int64]) -> NDArray[np.float64]:
    iou = _iou_by_level(histogram)
    return 2 * iou / (1 + iou)


_SCORES_BY_LEVEL = {"iou": _iou_by_level, "f1": _f1_by_level}


def _top_share_mean(histogram: NDArray[np.int64]) -> float:
    """The mean of the brightest 1 % (at least one) of an image's scored pixels, in 0..1; 0 where none is scored."""
    wanted = math.ceil(int(histogram.sum()) / 100)
    above = np.minimum(np.cumsum(histogram[::-1]), wanted)
    taken = np.diff(above, prepend=0)
    return float(taken @ np.arange(LEVELS)[::-1]) / (max(wanted, 1) * (LEVELS - 1))


def _ranking(
    scores: NDArray[Any], negatives: NDArray[np.int64], positives: NDArray[np.int64]
) -> tuple[float | None, float | None]:
    """AP and AUROC of samples given as counts of negatives and positives at each score."""
    if not positives.sum():
        return None, None
    from sklearn.metrics import average_precision_score, roc_auc_score

    weights = np.concatenate([negatives, positives])
    kept = weights > 0
    true = np.repeat([0, 1], len(scores))[kept]
    ranks, weights = np.tile(scores, 2)[kept], weights[kept]
    ap = float(average_precision_score(true, ranks, sample_weight=weights))
    return ap, float(roc_auc_score(true, ranks, sample_weight=weights)) if negatives.sum() else None
