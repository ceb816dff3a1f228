"""What is right and wrong of one crack map, pixel by pixel, strict and with the border forgiven.

A crack map is (H, W) uint8, 0..255 (or bool); a pixel is crack where map / 255 >= threshold. Truth is (H, W) uint8:
0 background, 1..254 a defect, 255 unsure and not scored. Empty truth and empty prediction score 1.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import ScoreError

CrackMap = NDArray[np.uint8] | NDArray[np.bool_]
Truth = NDArray[np.uint8]

LEVELS = 256
_SHARES = np.arange(LEVELS) / (LEVELS - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Scored pixels, of one image or, added up, of many."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(tp=self.tp + other.tp, fp=self.fp + other.fp, fn=self.fn + other.fn, tn=self.tn + other.tn)

    @property
    def iou(self) -> float:
        """Of the crack class."""
        return _share(self.tp, self.tp + self.fp + self.fn)

    @property
    def background_iou(self) -> float:
        """Of the background class."""
        return _share(self.tn, self.tn + self.fp + self.fn)

    @property
    def f1(self) -> float:
        """The same number as Dice."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def precision(self) -> float:
        """0 where cracks were missed and nothing was found."""
        return _share(self.tp, self.tp + self.fp) if self.tp + self.fp or not self.fn else 0.0

    @property
    def recall(self) -> float:
        """0 where there is no crack and something was found."""
        return _share(self.tp, self.tp + self.fn) if self.tp + self.fn or not self.fp else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TolerantCounts:
    """Boundary-tolerant counts: found pixels that are near truth, and true pixels that are near a find."""

    right: int = 0
    found: int = 0
    met: int = 0
    true: int = 0

    def __add__(self, other: "TolerantCounts") -> "TolerantCounts":
        return TolerantCounts(
            right=self.right + other.right,
            found=self.found + other.found,
            met=self.met + other.met,
            true=self.true + other.true,
        )

    @property
    def precision(self) -> float:
        """Found pixels near truth, of all found."""
        return _share(self.right, self.found) if self.found or not self.true else 0.0

    @property
    def recall(self) -> float:
        """True pixels near a find, of all true."""
        return _share(self.met, self.true) if self.true or not self.found else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def iou(self) -> float:
        """The IoU that belongs to this F1: F1 / (2 - F1), which without tolerance is the strict one."""
        return self.f1 / (2 - self.f1)


def count(crack_map: CrackMap, truth: Truth, *, threshold: float, unsure: int = UNSURE) -> Counts:
    """Strict counts of one image; raises `ScoreError` where the two differ in size."""
    return count_parts(*parts(crack_map, truth, threshold=threshold, unsure=unsure))


def count_tolerant(
    crack_map: CrackMap, truth: Truth, *, threshold: float, tolerance: int = 2, unsure: int = UNSURE
) -> TolerantCounts:
    """Counts of one image where `tolerance` px (Euclidean) of displacement are forgiven."""
    found, true, _ = parts(crack_map, truth, threshold=threshold, unsure=unsure)
    return count_parts_tolerant(found, true, tolerance=tolerance)


def parts(
    crack_map: CrackMap, truth: Truth, *, threshold: float, unsure: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """(H, W) bool: found, true and scored pixels, the first two within the third."""
    same_size(crack_map, truth)
    scored = truth != unsure
    found = crack_map if crack_map.dtype == np.bool_ else crack_map >= level_of(threshold)
    return found & scored, (truth != BACKGROUND) & scored, scored


def count_parts(found: NDArray[np.bool_], true: NDArray[np.bool_], scored: NDArray[np.bool_]) -> Counts:
    """`count`, on parts."""
    tp, all_found, all_true = (int(np.count_nonzero(part)) for part in (found & true, found, true))
    return Counts(
        tp=tp, fp=all_found - tp, fn=all_true - tp, tn=int(np.count_nonzero(scored)) - all_found - all_true + tp
    )


def count_parts_tolerant(found: NDArray[np.bool_], true: NDArray[np.bool_], *, tolerance: int) -> TolerantCounts:
    """`count_tolerant`, on parts."""
    return TolerantCounts(
        right=int(np.count_nonzero(found & _dilated(true, tolerance))),
        found=int(np.count_nonzero(found)),
        met=int(np.count_nonzero(true & _dilated(found, tolerance))),
        true=int(np.count_nonzero(true)),
    )


def same_size(crack_map: CrackMap, truth: Truth) -> None:
    """Raises `ScoreError` where map and truth differ in size."""
    if crack_map.shape != truth.shape:
        raise ScoreError(
            f"A crack map of {crack_map.shape[1]} x {crack_map.shape[0]} px cannot be scored on a mask of "
            f"{truth.shape[1]} x {truth.shape[0]} px: make the two of the same image at the same size."
        )


def level_of(threshold: float) -> int:
    """The lowest 8-bit value that is crack: `level / 255 >= threshold`; 256 where none is."""
    return int(np.searchsorted(_SHARES, threshold))


def _dilated(part: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    offsets = np.arange(-radius, radius + 1)
    disk = (offsets[:, None] ** 2 + offsets**2 <= radius**2).astype(np.uint8)
    grown: Any = cv2.dilate(part.view(np.uint8), disk)
    return np.asarray(grown, np.uint8).view(np.bool_)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
