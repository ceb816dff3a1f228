"""Smaller versions of large pictures, so that a zoomed-out view costs what the window costs. No Qt.

Level k is smaller by 2 ** k; its pixel i covers the pixels from i * 2 ** k. Pictures are averaged; crack maps keep the
maximum, since an averaged crack of one pixel's width is gone two levels up.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.imaging.depth import Exposure, Native, SeenPicture, seen, span_of
from crackstudio.imaging.patch import TILE, Area, Pixels

DEEPEST = 8
"""Level 8 makes one pixel of a tile."""
_BAND, _SAMPLE = 512, 300


class ImagePyramid:
    """A picture in its own depth, (H, W) or (H, W, 3) RGB, and its averaged levels, each made when first asked for."""

    def __init__(self, pixels: Native) -> None:
        self.height, self.width = pixels.shape[:2]
        self.span = span_of(pixels)
        self.picture = seen(pixels, Exposure(self.span))
        self._levels: dict[int, Native] = {0: pixels}

    @property
    def nbytes(self) -> int:
        """What it holds in memory now."""
        return sum(level.nbytes for level in self._levels.values())

    def sample(self) -> Pixels:
        """Some 300 x 300 pixels from all over, in 8 bit."""
        rows, cols = (-(-side // _SAMPLE) for side in (self.height, self.width))
        return self.picture[::rows, ::cols]

    def small(self, width: int, height: int) -> Pixels:
        """(H, W, 3) uint8 RGB that fits into `width` x `height`. Any thread, once the levels for it are prepared."""
        ratio = max(self.width / width, self.height / height, 1.0)
        level = SeenPicture(self.level(averaged_level(1 / ratio)), Exposure(self.span))
        shape = (max(1, round(self.width / ratio)), max(1, round(self.height / ratio)))
        small: Pixels = cv2.resize(level[:, :], shape, interpolation=cv2.INTER_AREA)
        return small

    def prepare(self, *, width: int, height: int) -> None:
        """Make every level that a window of this size may show: for any thread, 144 megapixels take 0.1 s."""
        for index in range(1, averaged_level(min(width / self.width, height / self.height)) + 1):
            self.level(index)

    def level(self, index: int) -> Native:
        """(ceil(H / 2 ** index), ceil(W / 2 ** index)), and 3 for RGB."""
        if index not in self._levels:
            below = max(level for level in self._levels if level < index)
            self._levels[index] = _averaged(self._levels[below], 2 ** (index - below))
        return self._levels[index]


def averaged_level(scale: float) -> int:
    """The level of which a view at `scale` shows every pixel in 0.5 to 1 device pixels."""
    return min(max(int(np.floor(np.log2(1 / scale) + 1e-9)), 0), DEEPEST)


def kept_level(scale: float) -> int:
    """The level of which a view at `scale` shows every pixel in 1 to 2 device pixels, so that none is skipped."""
    return min(max(int(np.ceil(np.log2(1 / scale) - 1e-9)), 0), DEEPEST)


def _averaged(pixels: Native, factor: int) -> Native:
    """By bands, so that a picture whose sides are no multiple of the factor is not copied as a whole."""
    height, width = (-(-side // factor) for side in pixels.shape[:2])
    smaller = np.empty((height, width, *pixels.shape[2:]), pixels.dtype)
    rows = max(1, _BAND // factor)
    for top in range(0, height, rows):
        band = pixels[top * factor : (top + rows) * factor]
        over, beside = -band.shape[0] % factor, -band.shape[1] % factor
        if over or beside:
            band = cv2.copyMakeBorder(band, 0, over, 0, beside, cv2.BORDER_REPLICATE)
        size = (width, band.shape[0] // factor)
        smaller[top : top + size[1]] = cv2.resize(band, size, interpolation=cv2.INTER_AREA)
    return smaller


class MapPyramid:
    """A (H, W) uint8 map that does not change, and its maximum levels.

    They are made by bands of 256 rows as wide as the map, which is five times faster than tile by tile.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.height, self.width = pixels.shape
        self._base = pixels
        self._levels: dict[int, Pixels] = {}
        self._stale: dict[int, set[int]] = {}

    def region(self, level: int, area: Area) -> Pixels:
        """A view of the pixels of `area`, counted in pixels of the level, cut off at the map's border."""
        pixels = self._base if level == 0 else self._fresh(level, area)
        return pixels[area.top : area.top + area.height, area.left : area.left + area.width]

    def _fresh(self, level: int, area: Area) -> Pixels:
        if level not in self._levels:
            self._levels[level] = np.zeros((shrunk(self.height, level), shrunk(self.width, level)), np.uint8)
            self._stale[level] = set(range(-(-self.height // TILE)))
        made, edge = self._levels[level], TILE >> level
        for row in range(area.top // edge, -(-(area.top + area.height) // edge)):
            if row in self._stale[level]:
                made[row * edge : (row + 1) * edge] = strongest(self._base[row * TILE : (row + 1) * TILE], level)
                self._stale[level].discard(row)
        return made


def shrunk(length: int, level: int) -> int:
    """Pixels of the level along a side of `length`."""
    return -(-length // (1 << level))


def strongest(pixels: Pixels, level: int) -> npt.NDArray[Any]:
    """The maximum of each block of 2 ** level x 2 ** level pixels; those over the border count as 0."""
    rows, cols = -pixels.shape[0] % (1 << level), -pixels.shape[1] % (1 << level)
    if rows or cols:
        pixels = np.pad(pixels, ((0, rows), (0, cols)))
    for _ in range(level):
        pixels = cv2.max(pixels[::2], pixels[1::2])
    for _ in range(level):  # last, when little is left: every second column is slow to reach
        pixels = np.maximum(pixels[:, ::2], pixels[:, 1::2])
    return pixels
