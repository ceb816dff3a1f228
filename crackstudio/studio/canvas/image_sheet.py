"""The picture itself: averaged when zoomed out, exact pixels from 200 % on, lightened for the eye alone."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from crackstudio.imaging.depth import Exposure, Native, Span
from crackstudio.imaging.patch import Area, Pixels
from crackstudio.studio.canvas.pyramid import ImagePyramid, averaged_level
from crackstudio.studio.canvas.sampling import sample_blocks, sample_smoothly
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.viewport import Box, Viewport

Greys = npt.NDArray[np.float64]

CRISP_FROM = 2.0
"""The scale from which pixels are shown as squares."""


_STRONGEST = 4
"""Full contrast multiplies differences by 2 ** 4."""
_DARKEST, _BRIGHTEST = 0.01, 0.99
"""The shares of values below what becomes black and white."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """`brightness` and `contrast`, -100 to 100; at 0 and 0 the picture is shown as it is.

    Brightness chooses the value that is shown as middle grey, contrast how far around it black and white lie.
    """

    brightness: int = 0
    contrast: int = 0

    def curve(self, greys: Greys) -> Greys:
        """What is shown for each of these, 0 to 255 and beyond."""
        return (greys - self._middle) * self._gain + 127.5

    def range_of(self, span: Span) -> tuple[float, float]:
        """The values of a picture that are shown as black and as white."""
        black, white = (self._middle + (end - 127.5) / self._gain for end in (0, 255))
        return span.value(black), span.value(white)

    def exposure(self, span: Span) -> Exposure:
        """How a picture of this span is shown."""
        return Exposure(span, curve=None if self == Tones() else self.curve)

    @property
    def _middle(self) -> float:
        return 127.5 * (1 - self.brightness / 100)

    @property
    def _gain(self) -> float:
        return float(2 ** (_STRONGEST * self.contrast / 100))


def tones_of(pixels: Pixels) -> Tones:
    """The tones that bring the 1st to the 99th percentile of all 8-bit values to black and white."""
    counts = np.bincount(pixels.ravel(), minlength=256).cumsum()
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
        self.set_tones(tones)

    def set_tones(self, tones: Tones) -> None:
        """Show the picture lighter, darker, flatter or steeper; its pixels stay."""
        self._exposure = tones.exposure(self._pyramid.span)
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

    def _packed(self, native: Native) -> npt.NDArray[Any]:
        """(H, W) or (H, W, 3) RGB in the picture's depth -> (H, W) uint32 as Qt keeps it."""
        shown = self._exposure(native)
        how = cv2.COLOR_GRAY2BGRA if shown.ndim == 2 else cv2.COLOR_RGB2BGRA
        four: npt.NDArray[np.uint8] = cv2.cvtColor(shown, how)
        return four.view(np.uint32)[:, :, 0]


def _cut(pixels: Native, area: Area) -> Native:
    return pixels[area.top : area.top + area.height, area.left : area.left + area.width]
