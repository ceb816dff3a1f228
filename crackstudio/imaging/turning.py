"""Turned and mirrored pictures of the same thing, brought to the same one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight ways to turn and mirror a picture: rows and columns change places, then each may be reversed."""

    swap: bool
    down: int
    right: int

    def of(self, box: Bits) -> Bits:
        return (box.T if self.swap else box)[:: self.down, :: self.right]

    def back(self, places: Floats, *, height: int, width: int) -> Floats:
        """Places in the turned box, (N, 2), to those in the box of this `height` and `width`."""
        high, wide = (width, height) if self.swap else (height, width)
        row = places[:, 0] if self.down > 0 else high - 1 - places[:, 0]
        column = places[:, 1] if self.right > 0 else wide - 1 - places[:, 1]
        return np.stack((column, row) if self.swap else (row, column), axis=1)


_TURNS = [Turn(swap, down, right) for swap in (False, True) for down in (1, -1) for right in (1, -1)]


def turn_of(box: Bits) -> Turn:
    """The turn that brings all eight pictures of the same thing to the same one.

    Thinning takes from one side before the other: without this, turned pictures differed by 0.7 % in length, one in
    sixty by 3 %.
    """
    rows, columns = np.count_nonzero(box, axis=1), np.count_nonzero(box, axis=0)

    def sums(turn: Turn) -> tuple[int, bytes, bytes]:
        high, wide = (columns, rows) if turn.swap else (rows, columns)
        return high.size, high[:: turn.down].tobytes(), wide[:: turn.right].tobytes()

    first = min(map(sums, _TURNS))
    alike = [turn for turn in _TURNS if sums(turn) == first]
    return min(alike, key=lambda turn: np.packbits(turn.of(box)).tobytes()) if len(alike) > 1 else alike[0]
