"""Regions of the window: as boxes, and between device and logical pixels."""

import math
from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from crackstudio.studio.canvas.viewport import Box

_BOX_COSTS = 30_000


def boxes_of(region: QRegion) -> list[Box]:
    """The rectangles of a region; they do not overlap."""
    rects = cast("Iterable[QRect]", region)  # it is iterable, but PySide's stubs do not say so
    return [Box(rect.x(), rect.y(), rect.width(), rect.height()) for rect in rects]


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Fewer boxes that cover the same and a little more: one box costs about as much as `_BOX_COSTS` pixels."""
    found: list[Box] = []
    for box in boxes:
        for index, other in enumerate(found):
            both = box.join(other)
            if both.pixels <= box.pixels + other.pixels + _BOX_COSTS:
                found[index] = both
                break
        else:
            found.append(box)
    return found


def scaled(region: QRegion, factor: float) -> QRegion:
    """The region with every rectangle scaled and rounded outwards."""
    if factor == 1:
        return region
    found = QRegion()
    for x, y, width, height in boxes_of(region):
        left, top = math.floor(x * factor), math.floor(y * factor)
        found += QRect(left, top, math.ceil((x + width) * factor) - left, math.ceil((y + height) * factor) - top)
    return found
