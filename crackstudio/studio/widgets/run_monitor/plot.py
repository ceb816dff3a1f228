"""Curves of several terms: smoothing, log scale, a switch per term, export as PNG and CSV.

pyqtgraph is imported when a plot is first shown, and off the main thread, on which only Qt's types are made for it.
"""

import importlib
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from crackstudio.studio.background import Background
from crackstudio.studio.colours import CURVES, colours_now
from crackstudio.studio.curves import Curves
from crackstudio.studio.language import follow, later, say, tr
from crackstudio.studio.qt_types import make_types
from crackstudio.studio.widgets.bricks import SliderRow, glyph_button, text

_REDRAW_MS = 200
_LEGEND_WIDTH = 172
_NOTHING = later("Nothing to plot yet")


class TermPlot(QWidget):
    """Plots a `Curves`; `refresh` may be called as often as one likes, it draws five times a second at most."""

    def __init__(self, *, background: Background, hidden_terms: tuple[str, ...] = (), markers: bool = False) -> None:
        super().__init__()
        self._background = background
        self._hidden = set(hidden_terms)
        self._markers = markers
        self._curves = Curves()
        self._plot: Any = None
        self._items: dict[str, Any] = {}
        self._chips: dict[str, QPushButton] = {}
        self._asked = False
        self._redraw = QTimer(self, singleShot=True, interval=_REDRAW_MS)
        self._redraw.timeout.connect(self._draw)
        self._empty = text(tr(_NOTHING), kind="muted")
        self._smoothing = SliderRow(minimum=1, maximum=200, value=20 if not markers else 1, bend=2)
        self._log = glyph_button("chart-line-up", tip=tr("Logarithmic scale"), checkable=True)
        self._legend = QVBoxLayout()
        self._place = QVBoxLayout()
        self._lay_out()

    def set_curves(self, curves: Curves) -> None:
        """Plot these from now on."""
        self._curves = curves
        say(self._empty, text=tr("Preparing the curves…") if curves.terms else _NOTHING)
        for chip in self._chips.values():
            chip.deleteLater()
        self._chips.clear()
        for item in self._items.values():
            self._plot.removeItem(item)
        self._items.clear()
        self.refresh()

    def refresh(self) -> None:
        """The curves have grown."""
        if self._plot is not None and not self._redraw.isActive():
            self._redraw.start()

    def export_png(self, path: Path) -> None:
        """Write the plot as it is seen."""
        if self._plot is not None:
            self._plot.grab().save(str(path), "PNG")

    def export_csv(self, path: Path) -> None:
        """Write every point."""
        path.write_text(self._curves.to_csv(), encoding="utf-8")

    @property
    def is_ready(self) -> bool:
        """Whether the plot stands (pyqtgraph is imported)."""
        return self._plot is not None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            make_types(self, done=self._import)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._dress()

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(12, 6, 8, 2)
        controls.setSpacing(6)
        controls.addStretch(1)
        smooth = text(tr("Smooth"), kind="muted")
        self._smoothing.setFixedWidth(170)
        say(self._smoothing, toolTip="Each point is the mean of so many")
        picture = glyph_button("image", tip=tr("Export the plot as PNG"))
        table = glyph_button("table", tip=tr("Export the numbers as CSV"))
        for part in (smooth, self._smoothing, self._log, picture, table):
            controls.addWidget(part)
        self._place.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(controls)
        beside = QHBoxLayout()
        beside.setContentsMargins(4, 0, 4, 4)
        beside.setSpacing(4)
        beside.addLayout(self._place, 1)
        beside.addWidget(self._legend_area())
        column.addLayout(beside, 1)
        self._empty.setContentsMargins(16, 8, 0, 0)
        self._smoothing.value_changed.connect(lambda _value: self.refresh())
        self._log.toggled.connect(self._set_log)
        picture.clicked.connect(lambda: self._ask_path("curves.png", "PNG (*.png)"))
        table.clicked.connect(lambda: self._ask_path("curves.csv", "CSV (*.csv)"))

    def _legend_area(self) -> QScrollArea:
        body = QWidget()
        body.setObjectName("panel_body")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._legend)
        outer.addStretch(1)
        self._legend.setSpacing(1)
        area = QScrollArea()
        area.setObjectName("panel")
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(_LEGEND_WIDTH)
        return area

    def _import(self) -> None:
        self._background.submit(lambda: importlib.import_module("pyqtgraph"), done=self._build)

    def _build(self, pyqtgraph: Any) -> None:
        self._plot = pyqtgraph.PlotWidget(enableMenu=False)  # its menus cost 20 ms
        self._plot.hideButtons()
        follow(self._plot, lambda: self._plot.setLabel("bottom", tr("step")))
        self._plot.showGrid(x=True, y=True, alpha=0.12)
        item = self._plot.getPlotItem()
        item.setDownsampling(auto=True, mode="mean")
        item.setClipToView(True)
        item.getViewBox().setLimits(xMin=-1, minXRange=10, minYRange=0.02)  # else a single point has ticks of 12 digits
        self._place.addWidget(self._plot)
        self._plot.setVisible(False)
        self._dress()
        self._draw()

    def _dress(self) -> None:
        colours = colours_now()
        self._plot.setBackground(colours.panel)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(colours.border))
            axis.setTextPen(QColor(colours.muted))

    def _draw(self) -> None:
        import numpy as np

        for term in self._curves.terms:
            if term not in self._items:
                self._add_term(term)
            steps, values = self._curves.line(term, smoothing=round(self._smoothing.value))
            if self._log.isChecked():
                values = np.where(values > 0, values, np.nan)
            self._items[term].setData(steps, values)
            self._name_chip(self._chips[term], term)
        has_points = bool(self._curves.terms)
        self._plot.setVisible(has_points)
        self._empty.setVisible(not has_points)

    def _add_term(self, term: str) -> None:
        import pyqtgraph

        colour = CURVES[len(self._items) % len(CURVES)]
        marks = {"symbol": "o", "symbolSize": 5, "symbolBrush": colour, "symbolPen": None} if self._markers else {}
        item = self._plot.plot(
            [], [], pen=pyqtgraph.mkPen(colour, width=1.6), connect="finite", antialias=True, **marks
        )
        chip = QPushButton()
        chip.setCheckable(True)
        chip.setChecked(term not in self._hidden)
        chip.setObjectName("term")
        chip.setProperty("term", term)
        chip.setStyleSheet(
            f"QPushButton:checked {{ color: {colour}; background: transparent; border-color: transparent; }}"
        )
        item.setVisible(chip.isChecked())
        chip.toggled.connect(item.setVisible)
        self._items[term], self._chips[term] = item, chip
        self._legend.addWidget(chip)

    def _name_chip(self, chip: QPushButton, term: str) -> None:
        last = self._curves.last(term)
        chip.setText(f"●  {term}" if last is None else f"●  {term}  {last:.3g}")

    def _set_log(self, on: bool) -> None:
        if self._plot is not None:
            self._plot.setLogMode(x=False, y=on)
            self.refresh()

    def _ask_path(self, name: str, kinds: str) -> None:
        dialog = QFileDialog(self, tr("Export"), name, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        export = self.export_png if name.endswith(".png") else self.export_csv
        dialog.fileSelected.connect(lambda chosen: export(Path(chosen)))
        dialog.open()
