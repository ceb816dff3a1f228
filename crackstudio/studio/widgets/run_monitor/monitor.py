"""The run monitor: curves, scores, log and list of runs on the left, previews on the right; its header apart."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from crackstudio.core import wire
from crackstudio.studio.background import Background
from crackstudio.studio.language import say, tr
from crackstudio.studio.run_history import RunHistory, RunSummary
from crackstudio.studio.widgets.run_monitor.header import RunHeader
from crackstudio.studio.widgets.run_monitor.log import LogView
from crackstudio.studio.widgets.run_monitor.plot import TermPlot
from crackstudio.studio.widgets.run_monitor.previews import Previews
from crackstudio.studio.widgets.run_monitor.runs import RunList

QUIET_SCORES = (
    "precision", "recall", "iou_mean", "f1_mean", "iou_tol2", "precision_tol2", "recall_tol2", "dice", "dice_mean",
    "miou_two_class", "image_ap", "pixel_auroc", "pixel_ap",
)  # fmt: skip
"""Scores whose curves start switched off."""


class RunMonitor(QWidget):
    """Shows one `RunHistory` at a time. `header` is made here and placed by the window, in the dock's title bar."""

    pause_pressed = Signal()
    stop_pressed = Signal()
    use_pressed = Signal()
    copy_pressed = Signal()

    def __init__(self, *, background: Background) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = RunHeader()
        self.losses = TermPlot(background=background)
        self.scores = TermPlot(background=background, hidden_terms=QUIET_SCORES, markers=True)
        self.previews = Previews()
        self.log = LogView()
        self.runs = RunList()
        self.tabs = QTabWidget()
        self._history: RunHistory | None = None
        self._live = False
        self._lay_out()
        for name in ("pause_pressed", "stop_pressed", "use_pressed", "copy_pressed"):
            getattr(self.header, name).connect(getattr(self, name))

    @property
    def history(self) -> RunHistory | None:
        """The run that is shown."""
        return self._history

    def show_history(self, history: RunHistory | None, *, live: bool) -> None:
        """Show another run (None: no run)."""
        self._history, self._live = history, live
        self.header.show_history(history, live=live)
        if history is not None:
            self.losses.set_curves(history.losses)
            self.scores.set_curves(history.scores)
        self.previews.set_stages(history.pictures if history else {})

    def grew(self, event: wire.AnyEvent) -> None:
        """The shown history has taken in `event`."""
        self.header.show_history(self._history, live=self._live)
        if isinstance(event, wire.Stepped):
            self.losses.refresh()
        elif isinstance(event, wire.Scored):
            self.scores.refresh()

    def set_live(self, live: bool) -> None:
        """Whether the shown run's engine is running."""
        self._live = live
        self.header.show_history(self._history, live=live)

    def pictures_grew(self) -> None:
        """The shown history has more pictures."""
        self.previews.refresh()

    def set_runs(self, runs: list[RunSummary]) -> None:
        """Fill the list of runs."""
        self.runs.set_runs(runs)

    def _lay_out(self) -> None:
        for title, page in (
            (tr("Loss"), self.losses),
            (tr("Validation scores"), self.scores),
            (tr("Log"), self.log),
            (tr("Runs"), self.runs),
        ):
            self.tabs.addTab(page, title)
            say(page, windowTitle=title)
            page.windowTitleChanged.connect(partial(self.tabs.setTabText, self.tabs.indexOf(page)))
        self.tabs.setDocumentMode(True)
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.addWidget(self.tabs)
        beside.addWidget(self.previews)
        beside.setStretchFactor(0, 5)
        beside.setStretchFactor(1, 6)
        beside.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(beside)
