"""An 8-bit map through a colour table (a crack map, weights): a new table costs no pixel."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from crackstudio.imaging.patch import Pixels
from crackstudio.studio.canvas.pyramid import MapPyramid, kept_level
from crackstudio.studio.canvas.sampling import sample_blocks
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.viewport import Box, Viewport


class MapSheet(Sheet):
    """Shows a (H, W) uint8 map. Zoomed out, each shown pixel is the greatest of those it stands for."""

    image_format = QImage.Format.Format_Indexed8
    dtype = np.uint8

    def __init__(self, pixels: Pixels, *, table: list[int]) -> None:
        super().__init__()
        self._pyramid = MapPyramid(pixels)
        self._table = table

    def set_table(self, table: list[int]) -> None:
        """256 ARGB colours."""
        self._table = table
        self._image.setColorTable(table)

    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        level = kept_level(view.scale)
        return sample_blocks(lambda area: self._pyramid.region(level, area), view, box, level=level)

    def _make_room(self, view: Viewport) -> None:
        super()._make_room(view)
        self._image.setColorTable(self._table)
