"""The runs of a project, newest first."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crackstudio.core.runs import RunState
from crackstudio.studio.language import follow, later, tr
from crackstudio.studio.run_history import RunSummary
from crackstudio.studio.widgets.bricks import push, text
from crackstudio.studio.words import duration, moment

_COLUMNS = (
    later("Started"),
    later("Method"),
    later("State"),
    later("Steps"),
    later("Trained"),
    later("Crack IoU"),
    later("Purpose"),
)

_GOES_ON = (RunState.INTERRUPTED, RunState.STOPPED, RunState.FAILED)


class RunList(QWidget):
    """Choosing a run shows it again; the buttons act on the chosen one."""

    run_chosen = Signal(str)
    use_pressed = Signal(str)
    resume_pressed = Signal(str)
    copy_pressed = Signal(str)
    record_pressed = Signal(str)
    beside_pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[RunSummary] = []
        self._table = QTableWidget(0, len(_COLUMNS))
        self._table.setObjectName("runs")
        self._empty = text(tr("No runs yet. Retrain starts one; it stays in this list."), kind="muted")
        self._use = push(tr("Use this network"), icon_name="check-circle", flat=True)
        goes_on = tr("Continue from the last saved state")
        self._resume = push(tr("Go on training"), icon_name="play", flat=True, tip=goes_on)
        self._copy = push(tr("Copy command"), icon_name="terminal", flat=True)
        page = tr("A page with all a lab would keep of the run; what you write lies in its notes.txt")
        self._record = push(tr("Record"), icon_name="notebook", flat=True, tip=page)
        same = tr("Its pictures of the same probes below those of the shown run")
        self._beside = push(tr("Compare"), icon_name="rows", flat=True, tip=same)
        self._build_table()
        self._lay_out()
        self._show_buttons()

    def set_runs(self, runs: list[RunSummary]) -> None:
        """Newest first."""
        self._runs = runs
        self._table.setRowCount(len(runs))
        for row in range(len(runs)):
            self._fill(row)
        self._empty.setVisible(not runs)
        self._table.setVisible(bool(runs))
        self._show_buttons()

    def update_run(self, run: RunSummary) -> None:
        """Show how far a run of the list has come."""
        for row, listed in enumerate(self._runs):
            if listed.id == run.id:
                self._runs[row] = run
                self._fill(row)
                self._show_buttons()

    def count(self) -> int:
        """How many runs are listed."""
        return len(self._runs)

    def chosen(self) -> RunSummary | None:
        """The run whose row is selected."""
        row = self._table.currentRow()
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def _fill(self, row: int) -> None:
        for column, words in enumerate(_cells(self._runs[row])):
            item = QTableWidgetItem(words)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self._table.setItem(row, column, item)

    def _say_cells(self) -> None:
        self._table.setHorizontalHeaderLabels([tr(title) for title in _COLUMNS])
        for row in range(len(self._runs)):
            self._fill(row)

    def _build_table(self) -> None:
        follow(self._table, self._say_cells)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.itemSelectionChanged.connect(self._show_buttons)
        self._table.cellDoubleClicked.connect(lambda _row, _column: self._tell_chosen())
        self._table.cellClicked.connect(lambda _row, _column: self._tell_chosen())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 4, 8, 4)
        for button, signal in (
            (self._use, self.use_pressed),
            (self._resume, self.resume_pressed),
            (self._copy, self.copy_pressed),
            (self._record, self.record_pressed),
            (self._beside, self.beside_pressed),
        ):
            button.clicked.connect(lambda _checked, signal=signal: self._tell(signal))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._empty.setContentsMargins(16, 12, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._table, 1)
        column.addLayout(buttons)

    def _tell_chosen(self) -> None:
        run = self.chosen()
        if run is not None:
            self.run_chosen.emit(run.id)

    def _tell(self, signal: Signal) -> None:
        run = self.chosen()
        if run is not None:
            signal.emit(run.id)  # type: ignore[attr-defined]

    def _show_buttons(self) -> None:
        run = self.chosen()
        self._use.setEnabled(run is not None and run.has_checkpoint)
        self._resume.setEnabled(run is not None and run.state in _GOES_ON)
        for button in (self._copy, self._record, self._beside):
            button.setEnabled(run is not None)


def _cells(run: RunSummary) -> tuple[str, ...]:
    return (
        moment(run.created),
        run.method,
        tr(run.state),
        f"{run.step:,}",
        duration(run.seconds) if run.seconds else "–",
        "–" if run.iou is None else f"{run.iou:.3f}",
        run.purpose,
    )
