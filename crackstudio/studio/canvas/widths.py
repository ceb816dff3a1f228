"""The width of each crack along its centre line, measured while a person paints."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.imaging.measuring import PERCENTILE, measure
from crackstudio.imaging.patch import Pixels
from crackstudio.studio.canvas.live_map import LiveMap
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import MaskEditor

MEASURED_PIXELS = 50_000_000
"""Larger masks are measured once they are saved, for the list: after each stroke it would take seconds."""
_STEPS = 254
_BROAD = 4
"""Times the median: what is wider is no crack like the others, and must not make them look alike."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Widths:
    """pixels: (H, W) uint8, 1 to 255 for `least` to `most` px along the centre lines, drawn 3 px thick; elsewhere 0.

    Where `has_wider`, 255 stands for all that is wider too.
    """

    pixels: Pixels
    least: int
    most: int
    has_wider: bool

    def at(self, x: int, y: int) -> float:
        """The width in px, at most `most`; 0 beside the centre lines."""
        value = int(self.pixels[y, x])
        return self.least + (value - 1) / _STEPS * (self.most - self.least) if value else 0.0

    def words_at(self, x: int, y: int) -> str:
        """The width for a person; empty beside the centre lines."""
        if self.has_wider and self.pixels[y, x] == _STEPS + 1:
            return tr("≥ {width:,} px wide", width=self.most)
        return tr("{width:.1f} px wide", width=self.at(x, y)) if self.pixels[y, x] else ""

    @property
    def ends(self) -> tuple[str, str]:
        """What the first and the last colour stand for."""
        return f"{self.least:,} px", f"{'≥ ' if self.has_wider else ''}{self.most:,} px"


class LiveWidths(LiveMap[Widths]):
    """Of each class by itself: a crack beside a spall is as wide as the crack. Not of a mask that takes too long."""

    def _job(self, editor: MaskEditor) -> Callable[[], Widths | None] | None:
        if self.is_too_large:
            return None
        mask = editor.snapshot()
        return lambda: shown_widths(mask.to_array())

    @property
    def is_too_large(self) -> bool:
        """Whether the mask is one that is not measured while a person paints."""
        editor = self._editor
        return editor is not None and editor.mask.height * editor.mask.width > MEASURED_PIXELS


def shown_widths(mask: Pixels) -> Widths | None:
    """The widths in a mask, (H, W) uint8, in steps of the image's own range; None where there is nothing to measure."""
    found = [one for one in measure(mask).values() if one.width_at.size]
    if not found:
        return None
    widths = np.concatenate([one.width_at for one in found])
    least, most = range_of(widths)
    steps = np.zeros(mask.shape, np.uint8)
    for one in found:
        rows, columns = one.skeleton.T
        steps[rows, columns] = 1 + (_STEPS * np.clip((one.width_at - least) / (most - least), 0, 1)).round()
    thick: Pixels = cv2.dilate(steps, np.ones((3, 3), np.uint8))
    return Widths(pixels=thick, least=least, most=most, has_wider=bool(widths.max() > most))


def range_of(widths: NDArray[np.float32]) -> tuple[int, int]:
    """The widths in px that the first and the last colour stand for: the least, and one that few places exceed."""
    least = max(1, math.floor(widths.min()))  # a tip may taper to less
    usual = min(float(np.quantile(widths, PERCENTILE)), _BROAD * float(np.median(widths)))
    return least, max(math.ceil(usual), least + 1)
