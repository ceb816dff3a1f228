"""The picture itself: averaged when zoomed out, exact pixels from 200 % on, lightened for the eye alone."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from crackstudio.imaging.patch import Area, Pixels
from crackstudio.studio.canvas.pyramid import ImagePyramid, averaged_level
from crackstudio.studio.canvas.sampling import sample_blocks, sample_smoothly
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.viewport import Box, Viewport

CRISP_FROM = 2.0
"""The scale from which pixels are shown as squares."""


_STRONGEST = 4
"""Full contrast multiplies differences by 2 ** 4."""
_SAMPLE = 300
"""Rows and columns that are looked at to find the tones of a picture."""
_DARKEST, _BRIGHTEST = 0.01, 0.99
"""The shares of values below what becomes black and white."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """`brightness` and `contrast`, -100 to 100; at 0 and 0 the picture is shown as it is.

    Brightness chooses the value that is shown as middle grey, contrast how far around it black and white lie.
    """

    brightness: int = 0
    contrast: int = 0

    def table(self) -> Pixels:
        """What is shown for each of the 256 values."""
        middle = 127.5 * (1 - self.brightness / 100)
        gain = 2 ** (_STRONGEST * self.contrast / 100)
        shown: Pixels = np.clip((np.arange(256) - middle) * gain + 127.5, 0, 255).round().astype(np.uint8)
        return shown


def tones_of(pixels: Pixels) -> Tones:
    """The tones that bring the 1st to the 99th percentile of all values to black and white."""
    rows, cols = (-(-length // _SAMPLE) for length in pixels.shape[:2])
    counts = np.bincount(pixels[::rows, ::cols].ravel(), minlength=256).cumsum()
    low, high = map(int, np.searchsorted(counts, (_DARKEST * counts[-1], _BRIGHTEST * counts[-1])))
    gain = 255 / max(high - low, 255 / 2**_STRONGEST)
    return Tones(
        brightness=round(100 * (1 - (low + high) / 255)), contrast=round(100 * float(np.log2(gain)) / _STRONGEST)
    )


class ImageSheet(Sheet):
    """Shows an `ImagePyramid`."""

    image_format = QImage.Format.Format_RGB32
    dtype = np.uint32

    def __init__(self, pyramid: ImagePyramid, *, tones: Tones) -> None:
        super().__init__()
        self._pyramid = pyramid
        self._table: Pixels | None = None
        self.set_tones(tones)

    def set_tones(self, tones: Tones) -> None:
        """Show the picture lighter, darker, flatter or steeper; its pixels stay."""
        self._table = None if tones == Tones() else tones.table()
        self.spoil()

    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        if view.scale >= CRISP_FROM:
            base = self._pyramid.level(0)
            return sample_blocks(lambda area: self._packed(_cut(base, area)), view, box)
        level = averaged_level(view.scale)
        pixels = self._pyramid.level(level)
        height, width = pixels.shape[:2]
        smooth = sample_smoothly(lambda a: _cut(pixels, a), view, box, level=level, height=height, width=width)
        return self._packed(smooth)

    def _packed(self, rgb: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(H, W, 3) uint8 RGB -> (H, W) uint32 as Qt keeps it."""
        toned = rgb if self._table is None else cv2.LUT(rgb, self._table)
        four: npt.NDArray[np.uint8] = cv2.cvtColor(toned, cv2.COLOR_RGB2BGRA)
        return four.view(np.uint32)[:, :, 0]


def _cut(pixels: Pixels, area: Area) -> Pixels:
    return pixels[area.top : area.top + area.height, area.left : area.left + area.width]
