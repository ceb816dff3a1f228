"""Tile tags over the image: a tint and a frame for each tagged tile, and the grid while one tags."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from crackstudio.imaging.patch import Area
from crackstudio.studio.canvas.palettes import TilePalette
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.viewport import Box, Viewport
from crackstudio.studio.tile_editor import TileEditor

_FRAMED_FROM = 10.0
"""Side of a tile on the screen, in line widths, from which it has a frame."""

Cells = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


class TileSheet(Sheet):
    """Shows the tags that an editor holds; `touch` tells where they changed."""

    image_format = QImage.Format.Format_ARGB32_Premultiplied
    dtype = np.int32

    def __init__(self, editor: TileEditor, *, palette: TilePalette, line_width: int) -> None:
        super().__init__()
        self._editor = editor
        self._palette = palette
        self._line_width = line_width

    def set_line_width(self, pixels: int) -> None:
        """Of frames, in device pixels."""
        self._line_width = pixels
        self.spoil()

    def touch(self, area: Area) -> Box:
        """The tiles over these pixels of the image changed. Returns the device pixels that show them."""
        if self._view is None:
            return Box(0, 0, 0, 0)
        box = self._view.box_of(area).meet(self._view.image_box)
        if not box.is_empty:
            self.spoil(box)
        return box

    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        tags, side = self._editor.tags, self._editor.tags.size * view.scale
        cells = np.frombuffer(tags.cells, np.uint8).reshape(tags.rows, tags.columns)
        margin = self._line_width if side >= _FRAMED_FROM * self._line_width else 0
        rows = _tiles_of(box.y - margin, box.height + 2 * margin, view.y, view.scale, tags.size, tags.rows)
        columns = _tiles_of(box.x - margin, box.width + 2 * margin, view.x, view.scale, tags.size, tags.columns)
        seen, down, across = _seen(cells, rows[margin : margin + box.height], columns[margin : margin + box.width])
        shown = _spread(self._palette.fill[seen], down, across)
        if margin:
            self._frame(shown, seen, (rows, columns), (down, across), margin=margin)
        return shown

    def _frame(
        self,
        shown: npt.NDArray[np.int32],
        seen: Cells,
        places: tuple[Places, Places],
        times: tuple[Places, Places],
        *,
        margin: int,
    ) -> None:
        """Lines inside of every tile: light ones at its start, dark ones at its end, so that any picture shows them."""
        for ends, table in ((False, self._palette.light), (True, self._palette.dark)):
            at_rows, at_columns = (_edges(one, margin, ends=ends) for one in places)
            lines = _spread(table[seen], *times)
            shown[at_rows] = lines[at_rows]
            shown[:, at_columns] = lines[:, at_columns]


def _tiles_of(first: int, count: int, start: float, scale: float, size: int, tiles: int) -> Places:
    """The row or column of tiles that each device pixel shows."""
    at = (np.arange(first, first + count) + 0.5 - start) / scale
    places: Places = np.clip((at // size).astype(np.intp), 0, tiles - 1)
    return places


def _seen(cells: Cells, rows: Places, columns: Places) -> tuple[Cells, Places, Places]:
    """The tiles in sight, and on how many rows and columns of device pixels each of them is."""
    seen = cells[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return seen, np.bincount(rows - rows[0]), np.bincount(columns - columns[0])


def _spread(colours: npt.NDArray[np.int32], down: Places, across: Places) -> npt.NDArray[np.int32]:
    return np.repeat(np.repeat(colours, across, axis=1), down, axis=0)


def _edges(places: Places, margin: int, *, ends: bool) -> Places:
    """The pixels, without the margins, that are the first or the last `margin` ones of their tile."""
    beside = places[2 * margin :] if ends else places[: -2 * margin]
    return np.flatnonzero(places[margin:-margin] != beside)
