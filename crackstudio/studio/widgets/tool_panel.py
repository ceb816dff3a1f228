"""The brush: its size, and what the tool in hand has to say."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox

from crackstudio.studio.language import say, show, tr
from crackstudio.studio.widgets.bricks import Section, SliderRow, text

SMALLEST, LARGEST = 1, 2000


class ToolPanel(Section):
    """How wide the brush paints."""

    size_changed = Signal(int)
    tracing_changed = Signal(bool)
    """Whether the tracer takes the brush's size for the width, in place of the picture's."""
    pressure_changed = Signal(bool)
    """Whether a pen's pressure changes the width."""

    darkness_changed = Signal(object)
    """The brightness in [0, 1] under which the lasso takes the picture in; None where it is to find it."""

    def __init__(self) -> None:
        super().__init__(tr("Brush"))
        self._size = SliderRow(minimum=SMALLEST, maximum=LARGEST, value=12, suffix=" px", bend=3)
        self._tracing = QCheckBox()
        say(self._tracing, text="Trace as wide as the brush")
        self._tracing.toggled.connect(self.tracing_changed)
        self._by_hand = QCheckBox()
        self._by_hand.setObjectName("darkness_by_hand")
        say(
            self._by_hand,
            text="Set the brightness by hand",
            toolTip="Without a proposal the lasso takes in what is dark: darker than this, or, unset, than what it "
            "finds to part dark from light inside each outline",
        )
        self._darkness = SliderRow(minimum=1, maximum=255, value=100)
        self._darkness.setObjectName("darkness")
        self._darker = text(tr("Darker than, of 255"), kind="muted")
        self._by_hand.toggled.connect(self._choose_by_hand)
        self._darkness.value_changed.connect(lambda _value: self._tell_darkness())
        self._pressure = QCheckBox()
        self._pressure.setObjectName("pressure")
        say(self._pressure, text="Pen pressure", toolTip="Pressed lightly the pen paints narrower than the size above")
        self._pressure.toggled.connect(self.pressure_changed)
        self.hint = text("", kind="muted", wrap=True)
        self.body.addWidget(text(tr("Size"), kind="muted"))
        self.body.addWidget(self._size)
        self.body.addWidget(self._tracing)
        self.body.addWidget(self._by_hand)
        self.body.addWidget(self._darker)
        self.body.addWidget(self._darkness)
        self.body.addWidget(self._pressure)
        self.body.addWidget(self.hint)
        self._tracing.hide()
        self.show_darkness(False)
        self._pressure.hide()
        self.hint.hide()
        self._size.value_changed.connect(lambda size: self.size_changed.emit(round(size)))

    def set_size(self, size: int) -> None:
        """Show the diameter in force."""
        self._size.set_value(size)

    def set_hint(self, words: str) -> None:
        """What the canvas says of the tool in hand."""
        show(self.hint, text=words)
        self.hint.setVisible(bool(words))

    def show_tracing(self, shown: bool) -> None:
        """Offer what the tracer alone needs."""
        self._tracing.setVisible(shown)

    def show_darkness(self, shown: bool) -> None:
        """Offer what the lasso alone needs, where there is no proposal."""
        self._by_hand.setVisible(shown)
        for part in (self._darker, self._darkness):
            part.setVisible(shown and self._by_hand.isChecked())

    def set_pressure(self, on: bool) -> None:
        """Show whether a pen's pressure counts."""
        self._pressure.setChecked(on)

    def offer_pressure(self, offered: bool) -> None:
        """Offer what a pen alone needs."""
        self._pressure.setVisible(offered)

    def _choose_by_hand(self) -> None:
        self.show_darkness(True)
        self._tell_darkness()

    def _tell_darkness(self) -> None:
        self.darkness_changed.emit(self._darkness.value / 255 if self._by_hand.isChecked() else None)
