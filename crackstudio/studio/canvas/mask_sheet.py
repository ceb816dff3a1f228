"""The mask: a translucent fill per class, a thin contour at the screen's resolution, hatching where it is unsure."""

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from crackstudio.core.classes import UNSURE
from crackstudio.imaging.patch import TILE, Area, Pixels
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.canvas.mask_pyramid import FEW, MaskPyramid
from crackstudio.studio.canvas.palettes import MaskPalette
from crackstudio.studio.canvas.pyramid import kept_level
from crackstudio.studio.canvas.sampling import sample_blocks
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.viewport import Box, Viewport
from crackstudio.studio.mask_editor import Foresee

_HATCH, _STRIPE = 8, 3


class MaskSheet(Sheet):
    """Shows a `TiledMask` that may change under it; `touch` tells where."""

    image_format = QImage.Format.Format_ARGB32_Premultiplied
    dtype = np.int32

    def __init__(self, mask: TiledMask, *, palette: MaskPalette, line_width: int) -> None:
        super().__init__()
        self._mask = mask
        self._pyramid = MaskPyramid(mask)
        self._palette = palette
        self._line_width = line_width

    def set_palette(self, palette: MaskPalette) -> None:
        """Take other colours."""
        self._palette = palette
        self.spoil()

    def set_line_width(self, pixels: int) -> None:
        """The contour's width in device pixels."""
        self._line_width = pixels
        self.spoil()

    def touch(self, area: Area) -> Box:
        """These pixels of the mask changed. Returns the device pixels that show it."""
        self._pyramid.forget(self._mask.tiles_in(area))
        if self._view is None:
            return Box(0, 0, 0, 0)
        coarse = 1 << kept_level(self._view.scale)
        top, left = area.top // coarse * coarse, area.left // coarse * coarse
        bottom = -(-(area.top + area.height) // coarse) * coarse
        right = -(-(area.left + area.width) // coarse) * coarse
        box = self._view.box_of(Area(top, left, bottom - top, right - left))
        box = box.grown(self._line_width + 1).meet(self._view.image_box)
        if not box.is_empty:
            self.spoil(box)
        return box

    def foreseeing(self) -> Foresee:
        """Makes the level that is shown now of a mask to come, where it is more than a frame can wait for."""
        level = 0 if self._view is None else kept_level(self._view.scale)
        if self._view is None or level == 0 or self._tiles_in_view(self._view) <= FEW:
            return lambda _mask: None
        return lambda mask: self._pyramid.foresee(mask, level)

    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        around = box.grown(self._line_width).meet(view.image_box)
        classes = self._classes(view, around)
        inner = np.s_[box.y - around.y :, box.x - around.x :]
        if not classes.any():
            return np.zeros((box.height, box.width), np.int32)
        shown: npt.NDArray[np.int32] = cv2.LUT(classes, self._palette.fill)
        self._hatch(shown, classes, x=around.x - round(view.x), y=around.y - round(view.y))
        np.copyto(shown, cv2.LUT(classes, self._palette.line), where=self._contour(classes))
        return shown[inner][: box.height, : box.width]

    def _tiles_in_view(self, view: Viewport) -> int:
        shown = view.image_box
        return math.prod(math.ceil(side / view.scale / TILE) for side in (shown.width, shown.height))

    def _classes(self, view: Viewport, box: Box) -> Pixels:
        level = kept_level(view.scale)
        if level == 0:
            return sample_blocks(lambda area: self._mask.region(*area), view, box)
        return sample_blocks(lambda area: self._pyramid.classes(level, area), view, box, level=level)

    def _contour(self, classes: Pixels) -> npt.NDArray[np.bool_]:
        """The outermost pixels of each class."""
        kernel = np.ones((1 + 2 * self._line_width,) * 2, np.uint8)
        edge: npt.NDArray[np.bool_] = (cv2.erode(classes, kernel) != cv2.dilate(classes, kernel)) & (classes != 0)
        return edge

    def _hatch(self, shown: npt.NDArray[np.int32], classes: Pixels, *, x: int, y: int) -> None:
        """Clear the gaps between diagonal stripes; they are bound to the image, so that panning does not swim."""
        unsure = classes == UNSURE
        if unsure.any():
            rows, cols = np.arange(classes.shape[0])[:, None] + y, np.arange(classes.shape[1]) + x
            shown[unsure & ((rows + cols) % _HATCH >= _STRIPE)] = 0
