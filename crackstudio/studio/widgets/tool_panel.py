"""Brush size and class."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox

from crackstudio.core.classes import CRACK, UNSURE, UNSURE_COLOUR, DefectClass
from crackstudio.studio.language import say, show, tr
from crackstudio.studio.widgets.bricks import Section, SliderRow, text

SMALLEST, LARGEST = 1, 2000


class ToolPanel(Section):
    """What the brush paints, and how wide."""

    size_changed = Signal(int)
    class_changed = Signal(int)
    tracing_changed = Signal(bool)
    """Whether the tracer takes the brush's size for the width, in place of the picture's."""
    pressure_changed = Signal(bool)
    """Whether a pen's pressure changes the width."""

    def __init__(self) -> None:
        super().__init__(tr("Brush"))
        self._size = SliderRow(minimum=SMALLEST, maximum=LARGEST, value=12, suffix=" px", bend=3)
        self._classes = QComboBox()
        self._classes.setObjectName("classes")
        self._tracing = QCheckBox()
        say(self._tracing, text="Trace as wide as the brush")
        self._tracing.toggled.connect(self.tracing_changed)
        self._pressure = QCheckBox()
        self._pressure.setObjectName("pressure")
        say(self._pressure, text="Pen pressure", toolTip="Pressed lightly the pen paints narrower than the size above")
        self._pressure.toggled.connect(self.pressure_changed)
        self.hint = text("", kind="muted", wrap=True)
        self.body.addWidget(text(tr("Size"), kind="muted"))
        self.body.addWidget(self._size)
        self.body.addWidget(text(tr("Class"), kind="muted"))
        self.body.addWidget(self._classes)
        self.body.addWidget(self._tracing)
        self.body.addWidget(self._pressure)
        self.body.addWidget(self.hint)
        self._tracing.hide()
        self._pressure.hide()
        self.hint.hide()
        self._size.value_changed.connect(lambda size: self.size_changed.emit(round(size)))
        self._classes.currentIndexChanged.connect(self._tell_class)
        self.set_classes((CRACK,))

    def set_size(self, size: int) -> None:
        """Show the diameter in force."""
        self._size.set_value(size)

    def set_classes(self, classes: Sequence[DefectClass]) -> None:
        """Offer these classes, and unsure; the first is chosen."""
        with QSignalBlocker(self._classes):
            self._classes.clear()
            for kind in classes:
                self._classes.addItem(_swatch(kind.colour), f"{kind.id}  {kind.name}", kind.id)
            self._classes.addItem(_swatch(UNSURE_COLOUR), tr("0  unsure: counts for nothing"), UNSURE)

    def choose_class(self, identity: int) -> None:
        """Choose a class by its id, as the keys 1..9 do; an unknown id changes nothing."""
        index = self._classes.findData(identity)
        if index >= 0:
            self._classes.setCurrentIndex(index)

    def set_hint(self, words: str) -> None:
        """What the canvas says of the tool in hand."""
        show(self.hint, text=words)
        self.hint.setVisible(bool(words))

    def show_tracing(self, shown: bool) -> None:
        """Offer what the tracer alone needs."""
        self._tracing.setVisible(shown)

    def set_pressure(self, on: bool) -> None:
        """Show whether a pen's pressure counts."""
        self._pressure.setChecked(on)

    def offer_pressure(self, offered: bool) -> None:
        """Offer what a pen alone needs."""
        self._pressure.setVisible(offered)

    def _tell_class(self) -> None:
        self.class_changed.emit(int(self._classes.currentData()))


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
