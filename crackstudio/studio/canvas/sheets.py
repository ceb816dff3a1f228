"""A sheet holds one layer at the window's own pixels, so that repainting copies and only what changed is made anew.

A sheet knows which of its pixels are stale. Panning shifts it and leaves strips stale; a stroke leaves the touched
rectangles stale; zooming leaves all of it stale. What is not shown is never made.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from crackstudio.studio.canvas.regions import boxes_of, merged
from crackstudio.studio.canvas.viewport import Box, Viewport


class Sheet(ABC):
    """One layer's pixels for one viewport."""

    image_format: QImage.Format
    dtype: type[np.generic]

    def __init__(self) -> None:
        self._view: Viewport | None = None
        self._image = QImage()
        self._pixels: npt.NDArray[Any] = np.zeros((0, 0), self.dtype)
        self._stale = QRegion()

    @property
    def pixels(self) -> npt.NDArray[Any]:
        """(height, width) of the window, in the sheet's own format; stale where nothing was drawn yet."""
        return self._pixels

    def look_through(self, view: Viewport) -> None:
        """Take a new viewport, and keep what can be kept."""
        old, self._view = self._view, view
        if old is None or (old.width, old.height) != (view.width, view.height):
            self._make_room(view)
        if old is not None and replace(view, x=old.x, y=old.y) == old:
            dx, dy = view.x - old.x, view.y - old.y
            if dx.is_integer() and dy.is_integer() and abs(dx) < view.width and abs(dy) < view.height:
                self._shift(int(dx), int(dy))
                return
        self.spoil()

    def spoil(self, box: Box | None = None) -> None:
        """Make these pixels anew before they are next shown; all of them without a box."""
        if self._view is not None:
            self._stale += QRect(*(box or Box(0, 0, self._view.width, self._view.height)))

    def draw(self, painter: QPainter, boxes: Iterable[Box], *, opacity: float = 1.0) -> None:
        """Draw these boxes of device pixels, one to one."""
        if self._view is None:
            return
        within = self._view.image_box
        shown = [box for box in (exposed.meet(within) for exposed in boxes) if not box.is_empty]
        self._freshen(shown)
        painter.setOpacity(opacity)
        for box in shown:
            painter.drawImage(box.x, box.y, self._image, *box)
        painter.setOpacity(1.0)

    @abstractmethod
    def render(self, view: Viewport, box: Box) -> npt.NDArray[Any]:
        """(box.height, box.width) pixels of the layer; the box lies within the image's."""

    def _make_room(self, view: Viewport) -> None:
        self._image = QImage(view.width, view.height, self.image_format)
        line = self._image.bytesPerLine() // np.dtype(self.dtype).itemsize
        self._pixels = np.frombuffer(self._image.bits(), self.dtype).reshape(view.height, line)[:, : view.width]

    def _freshen(self, boxes: Iterable[Box]) -> None:
        stale = [part for box in boxes for part in boxes_of(self._stale & QRect(*box))]
        for part in merged(stale):
            self._renew(part)
            self._stale -= QRect(*part)

    def _renew(self, box: Box) -> None:
        assert self._view is not None
        self._pixels[box.y : box.y + box.height, box.x : box.x + box.width] = self.render(self._view, box)

    def _shift(self, dx: int, dy: int) -> None:
        height, width = self._pixels.shape
        to_rows, from_rows = _overlap(dy, height)
        to_cols, from_cols = _overlap(dx, width)
        self._pixels[to_rows, to_cols] = self._pixels[from_rows, from_cols].copy()
        kept = QRegion(to_cols.start, to_rows.start, width - abs(dx), height - abs(dy))
        self._stale = (self._stale.translated(dx, dy) & kept) + (QRegion(0, 0, width, height) - kept)


def _overlap(shift: int, length: int) -> tuple[slice, slice]:
    """Where the kept part goes to and where it comes from."""
    return slice(max(shift, 0), length + min(shift, 0)), slice(max(-shift, 0), length - max(shift, 0))
