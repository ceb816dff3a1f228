"""The weights of a region mask, worked out while a person paints."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject

from crackstudio.core.classes import BACKGROUND
from crackstudio.core.images import MaskKind
from crackstudio.imaging.patch import Pixels
from crackstudio.imaging.weighting import distance_weights
from crackstudio.studio.canvas.live_map import LiveMap
from crackstudio.studio.mask_editor import MaskEditor


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRule:
    """The arguments of `distance_weights` that the next run will use."""

    power: float = 1.0
    positive_weight: float = 1.0
    floor: float = 0.0


class LiveWeights(LiveMap[Pixels]):
    """Of a region mask; an exact one has none."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rule = WeightRule()

    @property
    def pixels(self) -> Pixels | None:
        """(H, W) uint8, as `shown_weights` tells."""
        return self.found

    def set_rule(self, rule: WeightRule) -> None:
        """Weigh by other numbers."""
        self.rule = rule
        self._work()

    def _job(self, editor: MaskEditor) -> Callable[[], Pixels] | None:
        if editor.kind is not MaskKind.REGION:
            return None
        mask, rule = editor.snapshot(), self.rule
        return lambda: shown_weights(mask.to_array(), rule)


def shown_weights(mask: Pixels, rule: WeightRule) -> Pixels:
    """(H, W) uint8: 0 on background, which counts in full and stays clear; 1 to 255 for weight 0 to the greatest."""
    weights = distance_weights(mask, power=rule.power, positive_weight=rule.positive_weight, floor=rule.floor)
    greatest = max(rule.positive_weight, 1e-6)
    steps: Pixels = (1 + 254 * np.clip(weights / greatest, 0, 1)).round().astype(np.uint8)
    steps[mask == BACKGROUND] = 0
    return steps
