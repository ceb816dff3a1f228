"""The layers: an eye, an opacity and a colour for each; under the image's, its brightness and contrast."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QGridLayout, QSlider, QToolButton

from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.icons import icon
from crackstudio.studio.language import say, tr
from crackstudio.studio.widgets.bricks import ICON, Section, glyph_button, text
from crackstudio.studio.widgets.tone_controls import ToneControls


class LayerRow:
    """The controls of one layer; `colour` is None where the layer has none."""

    def __init__(self, *, title: str, visible: bool, opacity: float, colour: str | None) -> None:
        self.eye = QToolButton()
        self.eye.setCheckable(True)
        self.eye.setChecked(visible)
        self.eye.setIcon(icon("eye" if visible else "eye-slash", colour="text" if visible else "faint"))
        self.eye.setIconSize(ICON)
        say(self.eye, toolTip=tr("Show the layer “{title}”", title=title))
        self.eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name = text(title)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * opacity))
        self.opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        say(self.opacity, toolTip=tr("Opacity of the layer “{title}”", title=title))
        self.swatch = QToolButton()
        self.swatch.setFixedSize(18, 18)
        say(self.swatch, toolTip="Colour")
        self.swatch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.colour = colour
        self.paint_swatch()

    def paint_swatch(self) -> None:
        """Show the colour on its button."""
        self.swatch.setVisible(self.colour is not None)
        self.swatch.setStyleSheet(f"background: {self.colour}; border-radius: 4px; border: none;")


class LayersPanel(Section):
    """`layer_changed` carries key, visible, opacity 0..1 and colour (empty where there is none)."""

    layer_changed = Signal(str, bool, float, str)

    def __init__(self) -> None:
        super().__init__(tr("Layers"))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        self.body.addLayout(self._grid)
        self._rows: dict[str, LayerRow] = {}
        self.tones = ToneControls()
        self.tones.hide()
        self.tones_button = glyph_button("sliders-horizontal", tip=tr("Brightness and contrast"), checkable=True)
        self.tones_button.setFixedSize(20, 20)
        self.tones_button.setStyleSheet("padding: 0;")
        self.tones_button.toggled.connect(self.tones.setVisible)

    def add_layer(self, key: str, *, title: str, visible: bool, opacity: float, colour: str | None = None) -> None:
        """One more row, below the others; that of the image unfolds its tones."""
        row = LayerRow(title=title, visible=visible, opacity=opacity, colour=colour)
        row.eye.setObjectName(f"layer_{key}")
        self._rows[key] = row
        line = self._grid.rowCount()
        for column, widget in enumerate((row.eye, row.name, row.opacity, row.swatch)):
            self._grid.addWidget(widget, line, column)
        row.eye.toggled.connect(lambda _on: self._tell(key))
        row.opacity.valueChanged.connect(lambda _value: self._tell(key))
        row.swatch.clicked.connect(lambda: self._ask_colour(key))
        if key == Layer.IMAGE:
            self._grid.addWidget(self.tones_button, line, 3)
            self._grid.addWidget(self.tones, line + 1, 0, 1, 4)

    def set_layer(self, key: str, *, visible: bool, opacity: float) -> None:
        """Show what the canvas has, without telling it again."""
        row = self._rows[key]
        with QSignalBlocker(row.eye), QSignalBlocker(row.opacity):
            row.eye.setChecked(visible)
            row.opacity.setValue(round(100 * opacity))
        self._paint_eye(row)

    def toggle(self, key: str) -> None:
        """Turn a layer's eye."""
        self._rows[key].eye.toggle()

    def _tell(self, key: str) -> None:
        row = self._rows[key]
        self._paint_eye(row)
        self.layer_changed.emit(key, row.eye.isChecked(), row.opacity.value() / 100, row.colour or "")

    def _paint_eye(self, row: LayerRow) -> None:
        shown = row.eye.isChecked()
        row.eye.setIcon(icon("eye" if shown else "eye-slash", colour="text" if shown else "faint"))

    def _ask_colour(self, key: str) -> None:
        row = self._rows[key]
        dialog = QColorDialog(QColor(row.colour or "#ffffff"), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._set_colour(key, colour))
        dialog.open()

    def _set_colour(self, key: str, colour: QColor) -> None:
        self._rows[key].colour = colour.name()
        self._rows[key].paint_swatch()
        self._tell(key)
