"""Runs: starting one, following it, what becomes of its network, and the list of those there were."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from crackstudio.core import wire
from crackstudio.core.errors import CrackStudioError
from crackstudio.core.runs import (
    CheckpointCard,
    MethodCard,
    RunSpec,
    RunState,
    Stock,
    choose_method,
    fitted_to_tiles,
    shortfalls,
)
from crackstudio.project.project import NetworkInUse, Project
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.run_report import write_report
from crackstudio.studio import telling
from crackstudio.studio.checkpoint_card import read_card
from crackstudio.studio.engine_link import ENGINE, Ending, Outcome, Pictures, RetrainingThread
from crackstudio.studio.language import heard, tr
from crackstudio.studio.proposing import Proposing
from crackstudio.studio.run_history import RunHistory, RunSummary, replay
from crackstudio.studio.session import Session
from crackstudio.studio.silence import Silence
from crackstudio.studio.succession import Succession


@dataclass(frozen=True, slots=True, kw_only=True)
class _Footing:
    """What a run can begin from; `card`: of the network in use, where it has one that can be read."""

    stock: Stock
    network: NetworkInUse | None
    card: CheckpointCard | None


class Retraining(QObject):
    """At most one run trains at a time; others can be looked at."""

    run_started = Signal(object)
    """`RunHistory` of the run that trains."""
    event_taken = Signal(object)
    """`wire` event that the history has taken in."""
    pictures_taken = Signal()
    log_grew = Signal(str)
    run_ended = Signal(object)
    """`Outcome`."""
    runs_listed = Signal(list)
    """`RunSummary`, newest first."""
    run_replayed = Signal(object)
    """`RunHistory` of a run read back from disk."""
    run_laid_beside = Signal(object)
    """`RunHistory` of another run, to compare with the shown one."""
    record_written = Signal(object)
    """`Path` of a run's record."""

    def __init__(
        self, session: Session, *, proposing: Proposing, succession: Succession, command: Sequence[str] = ENGINE
    ) -> None:
        super().__init__(session)
        self._session, self._proposing, self._succession = session, proposing, succession
        self._command = tuple(command)
        self.compared = succession.undecided
        self._link: RetrainingThread | None = None
        self._run: RunFolder | None = None
        self.history: RunHistory | None = None
        self._starting: threading.Event | None = None
        """Of the run that is being made ready; set once it may not begin any more."""
        self._is_first_list = False
        self.weighting: dict[str, float] = {}
        """How the next run weights region labels, by the names of its settings."""
        self._goes_on = False
        """Whether the engine is being ended to start anew where it was."""
        self.silence = Silence(is_expected=lambda: self.history is not None and not self.history.paused, parent=self)
        self.silence.fell.connect(
            lambda: session.tell(telling.silent_run(restart=self._restart, end=self._end_by_force))
        )
        session.writing.finish_asked.connect(self._abandon)
        session.project_opened.connect(self._enter)
        session.project_closed.connect(self._leave)

    # --- verbs ---

    @property
    def is_running(self) -> bool:
        """Whether a run trains now."""
        return self._link is not None

    def count(self, *, done: Callable[[Stock], None]) -> None:
        """Count what the open project has to train on, off the thread; then `done`, if it is still open."""
        project = self._session.project
        if project is not None:
            self._session.reading.submit(
                project.runs.stock,
                done=lambda stock: done(stock) if project is self._session.project else None,
                urgent=True,
            )

    def prepare(self, *, done: Callable[[Stock, dict[str, RunSpec]], None]) -> None:
        """As `count`, with the default run of every method; it goes on from a network in use of the same method."""
        project = self._session.project
        if project is not None:
            self._session.reading.submit(
                lambda: _footing(project),
                done=lambda found: (
                    done(found.stock, {card.key: self._default(card.key, found) for card in self._proposing.methods})
                    if project is self._session.project
                    else None
                ),
                urgent=True,
            )

    def retrain(self, spec: RunSpec | None = None, *, method: str = "") -> None:
        """Start a run, once every mask is saved and counted; of `method` without a spec, else the stock chooses."""
        project = self._session.project
        if project is None or self._starting is not None or self._refuse_second():
            return
        given_up = self._starting = threading.Event()
        self._session.save_all()
        self._session.writing.submit(
            lambda: _footing(project),
            done=lambda found: self._create(project, found, spec, method=method, given_up=given_up),
            failed=lambda error: self._fail(error, given_up=given_up),
        )

    def pause(self) -> None:
        """Hold the run, or let it go on."""
        if self._link is not None and self.history is not None:
            self._link.send(wire.Resume() if self.history.paused else wire.Pause())

    def stop(self) -> None:
        """End the run; what it learnt is kept."""
        if self._link is not None:
            self._link.send(wire.Stop())
            self._session.message_given.emit(tr("Stopping after this step; what it learnt is kept."))

    def pin_probe(self) -> None:
        """Let previews of the open image follow in the run."""
        entry, project = self._session.entry, self._session.project
        if self._link is not None and entry is not None and project is not None:
            self._link.send(wire.Preview(name=entry.name, image=str(project.folder / entry.path), page=entry.page))
            self._session.message_given.emit(tr("{name} is a probe now; its previews follow.", name=entry.name))

    def use_run(self, run_id: str) -> None:
        """Let a run's best network so far propose from now on."""
        run = self._folder(run_id)
        if run is not None:
            self._succession.use(NetworkInUse(path=run.checkpoint_best, label=run.id))

    def show_run(self, run_id: str) -> None:
        """Read a run back from disk; the one that trains is shown as it is."""
        if self.is_running and self.history is not None and self.history.record.id == run_id:
            self.run_started.emit(self.history)
            return
        run = self._folder(run_id)
        if run is not None:
            self._session.reading.submit(
                lambda: replay(run, with_pictures=True), done=self.run_replayed.emit, lane="replay"
            )

    def lay_beside(self, run_id: str) -> None:
        """Read another run back from disk, to be looked at beside the shown one."""
        run = self._folder(run_id)
        if run is not None:
            self._session.reading.submit(
                lambda: replay(run, with_pictures=True), done=self.run_laid_beside.emit, lane="beside"
            )

    def write_record(self, run_id: str) -> None:
        """Write the page of a run; `record_written` follows."""
        run = self._folder(run_id)
        if run is not None:
            self._session.reading.submit(lambda: write_report(run), done=self.record_written.emit)

    def resume_run(self, run_id: str) -> None:
        """Go on with a run that was interrupted or stopped."""
        run = self._folder(run_id)
        if run is not None and not self._refuse_second():
            self._starting = threading.Event()
            self._start(run, given_up=self._starting)

    def log_of(self, run_id: str) -> Path | None:
        """Where a run's log lies."""
        run = self._folder(run_id)
        return run.log if run is not None else None

    def list_runs(self) -> None:
        """Read the list of runs; `runs_listed` follows."""
        project = self._session.project
        if project is None:
            return
        alive = self._run.id if self._run is not None and self.is_running else ""
        self._session.reading.submit(lambda: summaries(project, alive=alive), done=self._take_list, lane="runs")

    # --- inside ---

    def _cards(self, method: str) -> list[MethodCard]:
        return [card for card in self._proposing.methods if card.key == method]

    def _create(
        self, project: Project, found: "_Footing", spec: RunSpec | None, *, method: str, given_up: threading.Event
    ) -> None:
        if given_up.is_set():
            return
        stock = found.stock
        chosen, why = choose_method(stock)
        wanted = spec or self._fitted(self._default(method or chosen, found), stock)
        missing = [words for card in self._cards(wanted.method) for words in shortfalls(card, stock)]
        if missing:
            self._starting = None
            self._session.tell(telling.missing(missing))
            return
        is_asked = bool(spec or method)
        self._session.message_given.emit(tr("Starting {method}…", method=wanted.method) if is_asked else heard(why))
        self._session.writing.submit(
            lambda: project.runs.create(wanted, stop=given_up),
            done=lambda run: self._start(run, given_up=given_up),
            failed=lambda error: self._fail(error, given_up=given_up),
        )

    def _default(self, method: str, found: "_Footing") -> RunSpec:
        known = {setting.name: setting.default for one in self._cards(method) for setting in one.settings}
        weights = {name: value for name, value in self.weighting.items() if known.get(name, value) != value}
        network, card = found.network, found.card
        if network is None or card is None or card.method != method:
            return RunSpec(method=method, settings=dict(weights))
        own = {name: value for name, value in card.settings.items() if known.get(name, value) != value}
        return RunSpec(method=method, settings={**own, **weights}, start_from=str(network.path))

    def _fitted(self, spec: RunSpec, stock: Stock) -> RunSpec:
        return next((fitted_to_tiles(spec, card, stock) for card in self._cards(spec.method)), spec)

    def _fail(self, error: Exception, *, given_up: threading.Event) -> None:
        if not given_up.is_set():
            self._starting = None
            self._session.tell_failure(error)

    def _abandon(self) -> None:
        if self._starting is not None:
            self._starting.set()
            self._starting = None
            self._session.message_given.emit(tr("The run had not begun; it was given up."))

    def _refuse_second(self) -> bool:
        is_second = self.is_running or self._starting is not None
        if is_second:
            self._session.tell(telling.second_run())
        return is_second

    def _start(self, run: RunFolder, *, given_up: threading.Event) -> None:
        project = self._session.project

        def read() -> RunHistory:
            if project is not None:
                run.follow(project.folder)
            return replay(run, with_pictures=False, alive=True)

        self._session.reading.submit(
            read,
            done=lambda history: self._begin(run, history, given_up=given_up),
            failed=lambda error: self._fail(error, given_up=given_up),
            urgent=True,
        )

    def _begin(self, run: RunFolder, history: RunHistory, *, given_up: threading.Event) -> None:
        """One that was given up meanwhile stays on disk, to be gone on with."""
        if given_up.is_set():
            return
        self._starting = None
        self._run, self.history = run, history
        history.ended = None
        link = RetrainingThread(run=run.path, command=self._command, parent=self)
        link.event_arrived.connect(self._take)
        link.pictures_arrived.connect(self._take_pictures)
        link.log_arrived.connect(self.log_grew)
        link.engine_ended.connect(self._take_end)
        self._link = link
        self._goes_on = False
        self.silence.watch()
        link.start()
        self.run_started.emit(history)
        self.list_runs()

    def _take(self, event: object) -> None:
        self.silence.hear()
        if isinstance(event, wire.Event) and self.history is not None:
            self.history.take(event)  # type: ignore[arg-type]
            self.event_taken.emit(event)

    def _take_pictures(self, pictures: Pictures) -> None:
        if self.history is not None:
            self.history.take_pictures(pictures)
            self.pictures_taken.emit()

    def _take_end(self, outcome: Outcome) -> None:
        run, history, self._link = self._run, self.history, None
        self.silence.end()
        self.run_ended.emit(outcome)
        self.list_runs()
        if run is None or history is None:
            return
        if self._goes_on and outcome.ending is Ending.CRASHED:
            self.resume_run(run.id)
        elif outcome.ending in (Ending.FAILED, Ending.CRASHED):
            self._tell_failed(run, outcome, has_best=history.has_best)
        elif history.has_best:
            self._succession.compare(run)

    def _tell_failed(self, run: RunFolder, outcome: Outcome, *, has_best: bool) -> None:
        use = (lambda: self.use_run(run.id)) if has_best else None
        self._session.tell(telling.run_failed(outcome, resume=lambda: self.resume_run(run.id), use=use))

    def _restart(self) -> None:
        self._goes_on = self._link is not None
        self._end_by_force()

    def _end_by_force(self) -> None:
        if self._link is not None:
            self._link.kill()

    def _folder(self, run_id: str) -> RunFolder | None:
        project = self._session.project
        return project.runs.folder(run_id) if project is not None else None

    def _enter(self, _project: Project) -> None:
        self.history = None
        self._is_first_list = True
        self.list_runs()

    def _take_list(self, runs: list[RunSummary]) -> None:
        live = self.history.summary() if self.history is not None and self.is_running else None
        self.runs_listed.emit([live if live is not None and run.id == live.id else run for run in runs])
        newest = runs[0] if runs and self._is_first_list else None
        self._is_first_list = False
        if newest is not None:
            self.show_run(newest.id)
        if newest is not None and newest.state is RunState.INTERRUPTED:
            self._session.tell(
                telling.interrupted(newest.method, newest.step, resume=lambda: self.resume_run(newest.id))
            )

    def _leave(self) -> None:
        """The trainer ends before its project is closed, off the thread; the run can be gone on with later."""
        self._abandon()
        link, self._link = self._link, None
        self.silence.end()
        if link is not None:
            link.blockSignals(True)
            link.end_input()
            self._session.writing.submit(link.close)
        self._run, self.history = None, None
        self.runs_listed.emit([])


def _footing(project: Project) -> _Footing:
    """Any thread."""
    network = project.network()
    card = read_card(network.path) if network is not None else None
    return _Footing(stock=project.runs.stock(), network=network, card=card)


def summaries(project: Project, *, alive: str) -> list[RunSummary]:
    """The project's runs, newest first; a damaged one is left out. Any thread."""
    found = []
    for run in sorted(project.runs.all(), key=lambda one: one.id, reverse=True):
        try:
            found.append(replay(run, with_pictures=False, alive=run.id == alive).summary())
        except CrackStudioError:
            continue
    return found
