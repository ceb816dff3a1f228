"""The width of each crack along its centre line, measured while a person paints."""

from collections.abc import Callable

import cv2
import numpy as np

from crackstudio.imaging.measuring import measure
from crackstudio.imaging.patch import Pixels
from crackstudio.studio.canvas.live_map import LiveMap
from crackstudio.studio.mask_editor import MaskEditor

PER_PIXEL = 10
"""Steps of the map for a pixel of width, so that colours mean the same in every image; the last is 25.5 px and more."""


class LiveWidths(LiveMap):
    """Of each class by itself: a crack beside a spall is as wide as the crack."""

    def _job(self, editor: MaskEditor) -> Callable[[], Pixels] | None:
        mask = editor.snapshot()
        return lambda: shown_widths(mask.to_array())


def shown_widths(mask: Pixels) -> Pixels:
    """(H, W) uint8: tenths of a pixel of width along the centre lines, drawn 3 px thick; elsewhere 0."""
    steps = np.zeros(mask.shape, np.uint8)
    for measured in measure(mask).values():
        rows, columns = measured.skeleton.T
        steps[rows, columns] = np.clip(PER_PIXEL * measured.width_at, 1, 255).round().astype(np.uint8)
    thick: Pixels = cv2.dilate(steps, np.ones((3, 3), np.uint8))
    return thick
