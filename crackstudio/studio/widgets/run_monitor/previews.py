"""Previews of the probes: the pictures of one stage side by side, and a strip of stages that grows with the run."""

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QSizePolicy, QSlider, QVBoxLayout, QWidget

from crackstudio.studio.colours import colours_now
from crackstudio.studio.engine_link import Pictures
from crackstudio.studio.language import show, tr
from crackstudio.studio.run_history import RunHistory
from crackstudio.studio.widgets.bricks import glyph_button, text
from crackstudio.studio.words import moment

_GAP = 8
_CAPTION = 18
_CELL = 76
STRIP_LAYER = "crack map"


class StageView(QWidget):
    """The layers of one stage, side by side, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: Pictures | None = None
        self.setMinimumSize(220, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_pictures(self, pictures: Pictures | None) -> None:
        """Show one stage."""
        self._pictures = pictures
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._pictures is None or not self._pictures.layers:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(colours_now().muted))
        columns, size = self._arrangement(list(self._pictures.layers.values()))
        for index, (name, picture) in enumerate(self._pictures.layers.items()):
            row, column = divmod(index, columns)
            corner = QPoint(column * (size.width() + _GAP), row * (size.height() + _CAPTION + _GAP))
            place = QRect(corner, picture.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio))
            painter.drawImage(place, picture)
            below = QRect(place.left(), place.bottom() + 4, size.width(), _CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, tr(name))

    def _arrangement(self, pictures: list[QImage]) -> tuple[int, QSize]:
        """How many columns show the pictures largest, and how large."""
        found = (1, QSize())
        for columns in range(1, len(pictures) + 1):
            rows = -(-len(pictures) // columns)
            room = QSize(
                (self.width() - _GAP * (columns - 1)) // columns,
                (self.height() - rows * _CAPTION - _GAP * (rows - 1)) // rows,
            )
            size = pictures[0].size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
            if size.width() > found[1].width():
                found = columns, size
        return found


class StageStrip(QWidget):
    """One layer at every stage, with its step; clicking one chooses it."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._stages: list[tuple[int, QImage]] = []
        self._current = -1

    def set_stages(self, stages: list[tuple[int, QImage]], *, current: int) -> None:
        """(step, picture) by time; `current` is outlined."""
        self._stages, self._current = stages, current
        self.setMinimumHeight(self._height_for(self.width()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = colours_now()
        for index, (step, picture) in enumerate(self._stages):
            cell = self._cell(index)
            size = picture.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(cell.topLeft(), size)
            painter.drawImage(place, picture)
            current = index == self._current
            if current:
                painter.setPen(QPen(QColor(colours.accent), 2))
                painter.drawRect(place.adjusted(0, 0, -1, -1))
            painter.setPen(QColor(colours.text if current else colours.muted))
            painter.drawText(place.left(), place.bottom() + 3, _CELL, _CAPTION, Qt.AlignmentFlag.AlignLeft, f"{step:,}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for index in range(len(self._stages)):
            if self._cell(index).contains(event.position().toPoint()):
                self.chosen.emit(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self._height_for(self.width()))

    def _columns(self, width: int) -> int:
        return max(1, (width + _GAP) // (_CELL + _GAP))

    def _cell(self, index: int) -> QRect:
        row, column = divmod(index, self._columns(self.width()))
        return QRect(column * (_CELL + _GAP), row * (_CELL + _CAPTION + 4), _CELL, _CELL)

    def _height_for(self, width: int) -> int:
        rows = -(-len(self._stages) // self._columns(width))
        return rows * (_CELL + _CAPTION + 4)


class Previews(QWidget):
    """Follows the newest stage until the slider is moved back."""

    def __init__(self) -> None:
        super().__init__()
        self._stages: dict[str, list[Pictures]] = {}
        self._other: RunHistory | None = None
        """Another run, whose stages of the same probe are shown below."""
        self._probe = QComboBox()
        self._probe.setMaximumWidth(260)
        self._probe.setObjectName("probe")
        self._step = text("", kind="muted")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("stage_slider")
        self._view, self._view_beside = StageView(), StageView()
        self._about_other = text("", kind="muted")
        self._put_away = glyph_button("x", tip=tr("Compare no more"))
        self._strip = StageStrip()
        self._scroll = QScrollArea()
        self._empty = text(tr("Pictures of the probe images appear here as the run goes on."), kind="muted", wrap=True)
        self._lay_out()
        self._probe.currentTextChanged.connect(lambda _probe: self._show_newest())
        self._slider.valueChanged.connect(lambda _value: self._show_stage())
        self._strip.chosen.connect(self._slider.setValue)
        self._put_away.clicked.connect(lambda: self.set_beside(None))
        self._scroll.verticalScrollBar().rangeChanged.connect(self._follow)
        self.set_stages({})
        self.set_beside(None)

    def set_stages(self, stages: dict[str, list[Pictures]]) -> None:
        """Show these from now on, the newest stage first."""
        self._stages = stages
        with QSignalBlocker(self._probe):
            self._probe.clear()
            self._probe.addItems(list(stages))
        self._show_newest()

    def set_beside(self, other: RunHistory | None) -> None:
        """Show another run's pictures of the same probe below, at the stage that comes next to the shown one."""
        self._other = other
        for part in (self._about_other, self._put_away, self._view_beside):
            part.setVisible(other is not None)
        self._show_beside()

    def refresh(self) -> None:
        """A stage was added."""
        with QSignalBlocker(self._probe):
            for probe in self._stages:
                if self._probe.findText(probe) < 0:
                    self._probe.addItem(probe)
        follows = self._slider.value() == self._slider.maximum()
        if follows:
            self._show_newest()
        else:
            self._set_range()
            self._show_stage()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(text(tr("Probe"), kind="muted"))
        head.addWidget(self._probe, 1)
        head.addWidget(self._slider, 1)
        head.addWidget(self._step)
        self._step.setMinimumWidth(90)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._strip)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setObjectName("panel")
        self._strip.setObjectName("panel_body")
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(self._views(), 5)
        below.addWidget(self._scroll, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addLayout(below, 1)

    def _views(self) -> QVBoxLayout:
        about = QHBoxLayout()
        about.addWidget(self._about_other, 1)
        about.addWidget(self._put_away)
        views = QVBoxLayout()
        views.setSpacing(4)
        views.addWidget(self._view, 1)
        views.addLayout(about)
        views.addWidget(self._view_beside, 1)
        return views

    def _current(self) -> list[Pictures]:
        return self._stages.get(self._probe.currentText(), [])

    def _set_range(self) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, len(self._current()) - 1))

    def _show_newest(self) -> None:
        self._set_range()
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._slider.maximum())
        self._show_stage()

    def _follow(self, _low: int, high: int) -> None:
        if self._slider.value() == self._slider.maximum():
            self._scroll.verticalScrollBar().setValue(high)

    def _show_beside(self) -> None:
        if self._other is None:
            return
        stages, probe = self._current(), self._probe.currentText()
        index = self._slider.value()
        share = stages[index].step / max(1, stages[-1].step) if stages else 1.0
        found = _nearest(self._other.pictures.get(probe, []), share)
        self._view_beside.set_pictures(found)
        record = self._other.record
        names = {"method": record.spec.method, "when": moment(record.created)}
        if found is None:
            show(self._about_other, text=tr("{method} of {when} has no pictures of this probe", **names))
        else:
            show(self._about_other, text=tr("{method} of {when}, step {step:,}", step=found.step, **names))

    def _show_stage(self) -> None:
        stages = self._current()
        self._empty.setVisible(not stages)
        self._slider.setEnabled(len(stages) > 1)
        index = self._slider.value()
        stage = stages[index] if stages else None
        self._view.set_pictures(stage)
        show(self._step, text=tr("step {step:,}", step=stage.step) if stage else "")
        self._show_beside()
        self._strip.set_stages([(one.step, _strip_picture(one)) for one in stages if one.layers], current=index)


def _nearest(stages: list[Pictures], share: float) -> Pictures | None:
    """The stage that is as far into its run as `share` of the last one."""
    if not stages:
        return None
    return min(stages, key=lambda stage: abs(stage.step - share * stages[-1].step))


def _strip_picture(stage: Pictures) -> QImage:
    names = list(stage.layers)
    return stage.layers[STRIP_LAYER if STRIP_LAYER in stage.layers else names[min(1, len(names) - 1)]]
