"""The live threshold of a proposal, and what share of the image lies over it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from crackstudio.studio.language import say, tr
from crackstudio.studio.widgets.bricks import Section, SliderRow, push, text
from crackstudio.studio.words import network_name


class ThresholdPanel(Section):
    """A slider over 0..1; `set_histogram` makes the share follow it without touching pixels."""

    threshold_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__(tr("Proposal"))
        self._slider = SliderRow(minimum=0, maximum=1, value=0.5, decimals=3)
        self._slider.setObjectName("threshold")
        self._origin = text("", kind="muted", wrap=True)
        self._share = text("", kind="muted")
        self._reset = push(tr("Reset"), flat=True, tip=tr("Back to the threshold that came with the proposal"))
        self._made_by: str | None = None
        self._before: str | None = None
        self._own: float | None = None
        self.is_coming = False
        self._over: NDArray[np.float64] | None = None
        row = QHBoxLayout()
        row.addWidget(self._share, 1)
        row.addWidget(self._reset)
        self.body.addWidget(self._origin)
        self.body.addWidget(text(tr("Threshold"), kind="muted"))
        self.body.addWidget(self._slider)
        self.body.addLayout(row)
        self._slider.value_changed.connect(self._moved)
        self._reset.clicked.connect(self._take_own)
        self.set_proposal(origin=None, own=None, threshold=0.5)

    def set_proposal(self, *, origin: str | None, own: float | None, threshold: float) -> None:
        """Show a proposal made by `origin`, whose own threshold is `own`; None where there is no proposal."""
        self._own, self._made_by = own, origin
        self._show_origin()
        self._slider.setEnabled(origin is not None)
        self._slider.set_value(threshold)
        self._reset.setEnabled(own is not None and abs(own - threshold) > 5e-4)
        self._show_share()

    def set_coming(self, is_coming: bool) -> None:
        """Whether a first proposal is being made."""
        self.is_coming = is_coming
        self._show_origin()

    def set_before(self, network: str | None) -> None:
        """The canvas shows the proposal of this network of before; None: the newest one."""
        self._before = network
        self._show_origin()
        self._show_share()

    def set_histogram(self, counts: NDArray[np.int64] | None) -> None:
        """counts: (256,) pixels per value of the crack map; None where there is none."""
        self._over = None if counts is None else np.cumsum(counts[::-1])[::-1] / max(1, counts.sum())
        self._show_share()

    def _show_origin(self) -> None:
        if self._before:
            words = tr("Before: {network}", network=network_name(self._before))
        elif self._made_by:
            words = tr("By {network}", network=network_name(self._made_by))
        elif self.is_coming:
            words = tr("The proposal is on its way.")
        else:
            words = tr("No proposal yet. Propose makes one.")
        say(self._origin, text=words)

    def _moved(self, threshold: float) -> None:
        self._reset.setEnabled(self._own is not None and abs(self._own - threshold) > 5e-4)
        self._show_share()
        self.threshold_changed.emit(threshold)

    def _take_own(self) -> None:
        if self._own is not None:
            self._slider.set_value(self._own)
            self._moved(self._own)

    def _show_share(self) -> None:
        if self._over is None or self._before:  # it is counted of the newest one
            self._share.setText("")
            return
        first = min(255, int(np.ceil(self._slider.value * 255 - 1e-6)))
        say(self._share, text=tr("{share:.2%} of the image is over it", share=self._over[first]))
