"""The picture itself: averaged when zoomed out, exact pixels from 200 % on."""

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


class ImageSheet(Sheet):
    """Shows an `ImagePyramid`."""

    image_format = QImage.Format.Format_RGB32
    dtype = np.uint32

    def __init__(self, pyramid: ImagePyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        if view.scale >= CRISP_FROM:
            base = self._pyramid.level(0)
            return sample_blocks(lambda area: _packed(_cut(base, area)), view, box)
        level = averaged_level(view.scale)
        pixels = self._pyramid.level(level)
        height, width = pixels.shape[:2]
        smooth = sample_smoothly(lambda a: _cut(pixels, a), view, box, level=level, height=height, width=width)
        return _packed(smooth)


def _cut(pixels: Pixels, area: Area) -> Pixels:
    return pixels[area.top : area.top + area.height, area.left : area.left + area.width]


def _packed(rgb: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(H, W, 3) uint8 RGB -> (H, W) uint32 as Qt keeps it."""
    four: npt.NDArray[np.uint8] = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)
    return four.view(np.uint32)[:, :, 0]
