"""Skeletons: centre lines one pixel wide, as a list of pixels that know their neighbours."""

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.imaging.blocks import Bits
from crackstudio.imaging.thinning import thinned

Places = npt.NDArray[np.intp]
"""(N, 2): row and column."""
Numbers = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]

RING = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Row and column of the eight neighbours of a pixel, in a circle from the upper one; every other one is straight."""
_SQUARE = [2, 3, 4]
"""The neighbours with which a pixel makes a square of four."""
_FORK, _TIP = 3, 2


class Skeleton:
    """The centre lines of `bits`, (H, W) bool, as N pixels, row by row.

    `places`: (N, 2) row and column. `around`: (N, 8) the numbers of the neighbours in the order of `RING`, -1 where
    there is none. `ends`: (N,) bool, one neighbour or two beside one another. `forks`: (N,) bool, three or more runs
    of neighbours, or one of four pixels in a square.
    """

    def __init__(self, bits: Bits) -> None:
        self._shape = (bits.shape[0] + 2, bits.shape[1] + 2)
        nodes = thinned(np.pad(bits, 1).view(np.uint8))
        self.places: Places = np.stack(np.divmod(nodes, self._shape[1]), axis=1) - 1
        numbers = np.full(self._shape[0] * self._shape[1], -1, np.int32)
        numbers[nodes] = np.arange(len(nodes))
        self.around: Numbers = numbers[nodes[:, None] + [row * self._shape[1] + column for row, column in RING]]
        beside = self.around >= 0
        runs = np.count_nonzero(beside & ~np.roll(beside, 1, axis=1), axis=1)
        self.ends: Bits = (runs == 1) & (np.count_nonzero(beside, axis=1) <= _TIP)
        self.forks: Bits = runs >= _FORK
        square = beside[:, _SQUARE].all(axis=1)
        self.forks[square] = True
        self.forks[self.around[square][:, _SQUARE]] = True

    def without(self, lost: Bits) -> "Skeleton":
        """The skeleton without the pixels of `lost`, (N,) bool, thinned again: no knot stays where a fork was."""
        rest = np.zeros((self._shape[0] - 2, self._shape[1] - 2), np.bool_)
        rest[tuple(self.places[~lost].T)] = True
        return Skeleton(rest)


def depth_of(bits: Bits) -> Floats:
    """(H, W) float32: from each set pixel the distance to the nearest that is not set, or outside; 0 elsewhere."""
    padded = np.pad(bits, 1).view(np.uint8)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1], np.float32)
