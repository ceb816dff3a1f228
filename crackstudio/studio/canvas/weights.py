"""The live weights of a region mask: worked out off the main thread a moment after each stroke."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from crackstudio.core.classes import BACKGROUND
from crackstudio.core.images import MaskKind
from crackstudio.imaging.patch import Pixels
from crackstudio.imaging.weighting import distance_weights
from crackstudio.studio.background import Background
from crackstudio.studio.mask_editor import MaskEditor

_PAUSE_MS = 120
_LANE = "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRule:
    """The arguments of `distance_weights` that the next run will use."""

    power: float = 1.0
    positive_weight: float = 1.0
    floor: float = 0.0


class LiveWeights(QObject):
    """Follows one editor; `pixels` is what was last worked out, stale results are dropped."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.pixels: Pixels | None = None
        self.rule = WeightRule()
        self._editor: MaskEditor | None = None
        self._wanted = False
        self._background = Background(threads=1, parent=self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._work)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    def follow(self, editor: MaskEditor | None) -> None:
        """Show the weights of another mask."""
        if self._editor is not None:
            self._editor.mask_changed.disconnect(self._pause_again)
            self._editor.state_changed.disconnect(self._pause_again)
        self._editor = editor
        if editor is not None:
            editor.mask_changed.connect(self._pause_again)
            editor.state_changed.connect(self._pause_again)
        self._set(None)
        self._work()

    def set_rule(self, rule: WeightRule) -> None:
        """Weigh by other numbers."""
        self.rule = rule
        self._work()

    def set_wanted(self, wanted: bool) -> None:
        """Nothing is worked out while nobody looks."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._work()

    def close(self) -> None:
        """Wait for the work that has begun, and do no more."""
        self._pause.stop()
        self._background.close()

    def _pause_again(self) -> None:
        if self._wanted:
            self._pause.start()

    def _work(self) -> None:
        editor = self._editor
        self._background.forget(_LANE)
        if editor is None or editor.kind is not MaskKind.REGION:
            self._set(None)
        elif self._wanted:
            mask, rule = editor.snapshot(), self.rule
            self._background.submit(lambda: shown_weights(mask.to_array(), rule), done=self._set, lane=_LANE)

    def _set(self, pixels: Pixels | None) -> None:
        if pixels is not None or self.pixels is not None:
            self.pixels = pixels
            self.changed.emit()


def shown_weights(mask: Pixels, rule: WeightRule) -> Pixels:
    """(H, W) uint8: 0 on background, which counts in full and stays clear; 1 to 255 for weight 0 to the greatest."""
    weights = distance_weights(mask, power=rule.power, positive_weight=rule.positive_weight, floor=rule.floor)
    greatest = max(rule.positive_weight, 1e-6)
    steps: Pixels = (1 + 254 * np.clip(weights / greatest, 0, 1)).round().astype(np.uint8)
    steps[mask == BACKGROUND] = 0
    return steps
