"""Brightness and contrast of what is shown: two sliders, found by themselves or set back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QWidget

from crackstudio.studio.language import say, show, tr
from crackstudio.studio.widgets.bricks import push, text

_MOST = 100


class ToneControls(QWidget):
    """`tones_changed` carries brightness and contrast, -100 to 100."""

    tones_changed = Signal(int, int)
    auto_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 0, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        self._listens = True
        self.brightness = self._row(grid, 0, tr("Brightness")).slider
        self.contrast = self._row(grid, 1, tr("Contrast")).slider
        self.auto = push(tr("Auto"), tip=tr("Use the screen's whole range: for dark and 16-bit images"))
        self.reset = push(tr("Reset"), flat=True, tip=tr("Show the image as it is"))
        self.range = text("", kind="muted")
        say(self.range, toolTip="The values of the image that are shown as black and as white")
        grid.addWidget(self.range, 2, 0, 1, 3)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 2, 0, 0)
        buttons.addWidget(self.auto)
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        grid.addLayout(buttons, 3, 1, 1, 2)
        self.auto.clicked.connect(self.auto_pressed)
        self.reset.clicked.connect(self._set_back)

    def set_tones(self, brightness: int, contrast: int) -> None:
        """Show what the canvas has, without telling it again."""
        self._listens = False
        self.brightness.setValue(brightness)
        self.contrast.setValue(contrast)
        self._listens = True

    def set_range(self, black: float, white: float) -> None:
        """Say which values of the image are shown as black and as white."""
        show(self.range, text=tr("Black {black} · white {white}", black=_value(black), white=_value(white)))

    def _row(self, grid: QGridLayout, line: int, title: str) -> "_Dial":
        dial = _Dial(title, tip=tr("{title} of what is shown; the image stays as it is", title=title))
        dial.slider.valueChanged.connect(self._tell)
        for column, widget in enumerate((dial.name, dial.slider, dial.number)):
            grid.addWidget(widget, line, column)
        return dial

    def _set_back(self) -> None:
        self.set_tones(0, 0)
        self._tell()

    def _tell(self) -> None:
        if self._listens:
            self.tones_changed.emit(self.brightness.value(), self.contrast.value())


def _value(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.3g}"


class _Dial:
    """A name, a slider around 0 and its number."""

    def __init__(self, title: str, *, tip: str) -> None:
        self.name, self.number = text(title), text("0", kind="muted")
        self.number.setFixedWidth(30)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-_MOST, _MOST)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        show(self.slider, toolTip=tip)
        self.slider.valueChanged.connect(lambda value: self.number.setText(f"{value:+d}" if value else "0"))
