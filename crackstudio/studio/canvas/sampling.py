"""Pixels of a level, brought to the device's pixels: exact blocks, or smoothly interpolated. No Qt."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.imaging.patch import Area
from crackstudio.studio.canvas.viewport import Box, Viewport

Array = npt.NDArray[Any]
Region = Callable[[Area], Array]
"""Gives the pixels of an area, counted in pixels of the level."""


def sample_blocks(region: Region, view: Viewport, box: Box, *, level: int = 0) -> Array:
    """Each device pixel of `box` takes the pixel under its centre. `box` lies within the image's box.

    The scale must be at least 2 ** -level for no pixel to be skipped. Rows and columns are chosen apart from each
    other, first on the small picture: cost grows with the window.
    """
    columns = _under(box.x, box.width, start=view.x, scale=view.scale * 2**level)
    rows = _under(box.y, box.height, start=view.y, scale=view.scale * 2**level)
    area = Area(int(rows[0]), int(columns[0]), int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1)
    pixels = region(area)
    if area.width != box.width or columns[-1] - columns[0] != box.width - 1:
        pixels = pixels.take(columns - area.left, axis=1)
    if area.height != box.height:
        pixels = pixels.take(rows - area.top, axis=0)
    return pixels


def sample_smoothly(region: Region, view: Viewport, box: Box, *, level: int, height: int, width: int) -> Array:
    """Bilinear between the pixels of a level of (height, width). `box` lies within the image's box."""
    scale = view.scale * 2**level
    left, right = _around(box.x, box.width, start=view.x, scale=scale, length=width)
    top, bottom = _around(box.y, box.height, start=view.y, scale=scale, length=height)
    source = region(Area(top, left, bottom - top, right - left))
    step = 1 / scale
    across = (box.x + 0.5 - view.x) * step - 0.5 - left
    down = (box.y + 0.5 - view.y) * step - 0.5 - top
    if step == 1 and across.is_integer() and down.is_integer():
        return source[int(down) : int(down) + box.height, int(across) : int(across) + box.width]
    transform = np.array([[step, 0, across], [0, step, down]])
    smooth: Array = cv2.warpAffine(
        source,
        transform,
        (box.width, box.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return smooth


def _under(first: int, count: int, *, start: float, scale: float) -> npt.NDArray[np.intp]:
    under: npt.NDArray[np.intp] = np.floor((np.arange(first, first + count) + 0.5 - start) / scale).astype(np.intp)
    return under


def _around(first: int, count: int, *, start: float, scale: float, length: int) -> tuple[int, int]:
    """From the first to the last (not included) pixel that interpolation needs."""
    low = int(np.floor((first + 0.5 - start) / scale - 0.5))
    high = int(np.floor((first + count - 0.5 - start) / scale - 0.5)) + 2
    return min(max(low, 0), length - 1), max(min(high, length), 1)
