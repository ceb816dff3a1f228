"""Joins proposing, retraining and the run monitor."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from crackstudio.core import wire
from crackstudio.core.runs import Stock, choose_method
from crackstudio.studio.engine_link import Outcome
from crackstudio.studio.language import tr
from crackstudio.studio.run_history import RunHistory
from crackstudio.studio.widgets.main_window import MainWindow

LOG_TAIL_BYTES = 200_000


def join_training(window: MainWindow) -> None:
    """Propose, Retrain, Pause, Stop, the monitor and the list of runs."""
    _join_proposing(window)
    _join_run(window)
    _join_monitor(window)
    _join_actions(window)


def _join_proposing(window: MainWindow) -> None:
    proposing, bar = window.proposing, window.tool_bar
    proposing.ready.connect(lambda ready: _show_engine(window, ready))
    proposing.progressed.connect(bar.set_progress)
    proposing.ready.connect(lambda _ready: window.notices.settle("proposer"))
    proposing.silence.broke.connect(lambda: window.notices.settle("silent proposer"))
    window.succession.network_changed.connect(lambda network: bar.set_network(network.label if network else None))
    bar.retrain.menu().aboutToShow.connect(lambda: _fill_methods(window))
    bar.method_chosen.connect(lambda key: window.retraining.retrain(method=key))


def _join_run(window: MainWindow) -> None:
    retraining, monitor = window.retraining, window.run_monitor
    retraining.run_started.connect(lambda history: _show_live(window, history))
    retraining.silence.broke.connect(lambda: window.notices.settle("silent run"))
    window.succession.comparison_ended.connect(lambda: window.notices.settle("comparison"))
    retraining.event_taken.connect(lambda event: _take_event(window, event))
    retraining.pictures_taken.connect(lambda: _take_pictures(window))
    retraining.log_grew.connect(lambda line: _take_log(window, line))
    retraining.run_ended.connect(lambda outcome: _show_end(window, outcome))
    retraining.runs_listed.connect(monitor.set_runs)
    retraining.run_replayed.connect(lambda history: _show_replay(window, history))
    retraining.run_laid_beside.connect(monitor.previews.set_beside)
    retraining.record_written.connect(lambda page: QDesktopServices.openUrl(QUrl.fromLocalFile(str(page))))
    window.session.project_closed.connect(lambda: monitor.show_history(None, live=False))


def _join_monitor(window: MainWindow) -> None:
    retraining, monitor = window.retraining, window.run_monitor
    monitor.pause_pressed.connect(retraining.pause)
    monitor.stop_pressed.connect(retraining.stop)
    monitor.use_pressed.connect(lambda: _use_shown(window))
    monitor.copy_pressed.connect(lambda: _copy_shown(window))
    monitor.runs.run_chosen.connect(retraining.show_run)
    monitor.runs.use_pressed.connect(retraining.use_run)
    monitor.runs.resume_pressed.connect(retraining.resume_run)
    monitor.runs.copy_pressed.connect(lambda run: _copy_of(window, run))
    monitor.runs.record_pressed.connect(retraining.write_record)
    monitor.runs.beside_pressed.connect(retraining.lay_beside)


def _join_actions(window: MainWindow) -> None:
    actions, retraining = window.actions, window.retraining
    actions["propose"].triggered.connect(window.proposing.propose)
    actions["retrain"].triggered.connect(lambda _checked: retraining.retrain())
    actions["pause"].triggered.connect(lambda _checked: retraining.pause())
    actions["stop"].triggered.connect(retraining.stop)
    actions["use_now"].triggered.connect(lambda: _use_shown(window))
    actions["copy_command"].triggered.connect(lambda: _copy_shown(window))
    actions["record"].triggered.connect(lambda: _record_shown(window))
    actions["pin_probe"].triggered.connect(retraining.pin_probe)


def _show_engine(window: MainWindow, ready: wire.Ready) -> None:
    window.tool_bar.set_device(ready.device, hint=ready.hint)
    window.tool_bar.set_methods(ready.methods, words="")
    _fill_methods(window)


def _fill_methods(window: MainWindow) -> None:
    def fill(stock: Stock) -> None:
        window.tool_bar.set_methods(window.proposing.methods, words=choose_method(stock)[1])

    window.retraining.count(done=fill)


def _is_live(window: MainWindow) -> bool:
    """Whether the monitor shows the run that trains."""
    return window.run_monitor.history is window.retraining.history and window.retraining.history is not None


def _show_live(window: MainWindow, history: RunHistory) -> None:
    monitor = window.run_monitor
    monitor.show_history(history, live=window.retraining.is_running)
    monitor.tabs.setCurrentIndex(0)
    _show_log(window, history)
    window.training_dock.show()
    window.show_running(window.retraining.is_running, any_run=True)


def _show_replay(window: MainWindow, history: RunHistory) -> None:
    window.run_monitor.show_history(history, live=False)
    _show_log(window, history)
    window.show_running(window.retraining.is_running, any_run=True)


def _show_log(window: MainWindow, history: RunHistory) -> None:
    path = window.retraining.log_of(history.record.id)

    def read() -> str:
        return path.read_bytes()[-LOG_TAIL_BYTES:].decode("utf-8", "replace") if path and path.exists() else ""

    window.session.reading.submit(read, done=window.run_monitor.log.show_text, lane="log")


def _take_event(window: MainWindow, event: wire.AnyEvent) -> None:
    if isinstance(event, wire.Paused | wire.Resumed):
        window.actions["pause"].setChecked(isinstance(event, wire.Paused))
    history = window.retraining.history
    if isinstance(event, wire.CheckpointSaved) and history is not None:
        window.run_monitor.runs.update_run(history.summary())
    if _is_live(window):
        window.run_monitor.grew(event)


def _take_pictures(window: MainWindow) -> None:
    if _is_live(window):
        window.run_monitor.pictures_grew()


def _take_log(window: MainWindow, line: str) -> None:
    if _is_live(window):
        window.run_monitor.log.appendPlainText(line)


def _show_end(window: MainWindow, _outcome: Outcome) -> None:
    if _is_live(window):
        window.run_monitor.set_live(False)
    window.show_running(False, any_run=window.run_monitor.history is not None)


def _use_shown(window: MainWindow) -> None:
    history = window.run_monitor.history
    if history is not None:
        window.retraining.use_run(history.record.id)


def _record_shown(window: MainWindow) -> None:
    history = window.run_monitor.history
    if history is not None:
        window.retraining.write_record(history.record.id)


def _copy_shown(window: MainWindow) -> None:
    history = window.run_monitor.history
    if history is not None:
        _copy(window, history.record.command)


def _copy_of(window: MainWindow, run_id: str) -> None:
    chosen = window.run_monitor.runs.chosen()
    if chosen is not None and chosen.id == run_id:
        _copy(window, chosen.command)


def _copy(window: MainWindow, command: str) -> None:
    QGuiApplication.clipboard().setText(command)
    window.session.message_given.emit(tr("Copied: {command}", command=command))
