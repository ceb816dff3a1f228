"""The lasso: what the proposal holds over the threshold inside of an outline, or without a proposal what is dark."""

from functools import partial

import cv2
import numpy as np

from crackstudio.imaging import shapes
from crackstudio.imaging.patch import Patch, Pixels
from crackstudio.imaging.shapes import Point, Side
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.canvas.tools.tool import Draft, Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class LassoTool(Tool):
    """One drag round the place."""

    key = ToolKey.LASSO
    shows_ring = False
    uses_map = True

    def __init__(self) -> None:
        self._outline: list[Point] = []
        self._erases = False

    @property
    def hint(self) -> str:
        return tr(
            "Draw round a place to take in what the proposal holds there over the threshold, or what is dark where "
            "there is none · right-drag or Ctrl erases"
        )

    @property
    def draft(self) -> Draft | None:
        return Draft(path=tuple(self._outline), closed=True) if self._outline else None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._erases = pointer.erases
        self._outline = []
        self.move(easel, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:  # noqa: ARG002 - nothing is painted yet
        self._outline.append((pointer.x, pointer.y))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        outline, value = [*self._outline, (pointer.x, pointer.y)], 0 if self._erases else easel.brush_value
        self._outline = []
        if easel.editor is None or easel.picture is None:
            return
        make = partial(_dark, picture=easel.picture, below=easel.dark_below)
        if easel.proposal is not None:
            make = partial(shapes.lasso, picture=easel.proposal, threshold=easel.threshold, side=Side.OVER)
        picks = easel.proposal is not None and not self._erases
        easel.change(tr("Lasso"), partial(make, outline=outline, value=value), picks=picks)

    def cancel(self, easel: Easel) -> None:  # noqa: ARG002 - nothing was painted
        self._outline = []


def _dark(mask: TiledMask, *, outline: list[Point], picture: Pixels, below: float | None, value: int) -> Patch:
    """What of the picture is dark: by the brightness set by hand, or for what lies round it."""
    threshold = below or _between(picture, outline)
    return shapes.lasso(mask, outline, picture=picture, threshold=threshold, side=Side.UNDER, value=value)


def _between(picture: Pixels, outline: list[Point]) -> float:
    """The brightness in [0, 1] that parts dark from light round the outline (Otsu, 1979)."""
    height, width = picture.shape[:2]
    (left, top), (right, bottom) = np.min(outline, axis=0), np.max(outline, axis=0)
    rows = slice(int(min(max(top, 0), height - 1)), int(min(max(bottom, 0), height - 1)) + 1)
    columns = slice(int(min(max(left, 0), width - 1)), int(min(max(right, 0), width - 1)) + 1)
    grey = cv2.cvtColor(np.ascontiguousarray(picture[rows, columns]), cv2.COLOR_RGB2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    return float(level + 1) / 255
