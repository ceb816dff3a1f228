"""Everything a run has told so far, live or replayed from its `events.jsonl`: what the run monitor shows."""

from dataclasses import dataclass

from crackstudio.core import wire
from crackstudio.core.runs import RunRecord, RunState
from crackstudio.project.run_folder import RunFolder
from crackstudio.studio.curves import Curves
from crackstudio.studio.engine_link import Pictures, read_pictures

MOST_PREVIEWS = 40
"""Stages kept per probe: more are thinned out evenly, the first and the newest stay."""

_END_OF = {wire.Finished: RunState.FINISHED, wire.Stopped: RunState.STOPPED, wire.Failed: RunState.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of the list of runs."""

    id: str
    method: str
    created: str
    purpose: str
    state: RunState
    step: int
    seconds: float
    iou: float | None
    has_checkpoint: bool
    command: str


class RunHistory:
    """A run's record and what came of it. Fed on one thread at a time."""

    def __init__(self, record: RunRecord, *, state: RunState = RunState.RUNNING) -> None:
        self.record = record
        self.state = state
        self.losses = Curves()
        self.scores = Curves()
        self.started: wire.Started | None = None
        self.stepped: wire.Stepped | None = None
        self.best: wire.Scored | None = None
        self.guard: wire.GuardChanged | None = None
        self.ended: wire.Finished | wire.Stopped | wire.Failed | None = None
        self.has_checkpoint = self.has_best = False
        self.paused = False
        self.pictures: dict[str, list[Pictures]] = {}

    def take(self, event: wire.AnyEvent) -> None:
        """Take in one event."""
        if isinstance(event, wire.Stepped):
            self.stepped = event
            self.losses.add(event.step, event.losses)
        elif isinstance(event, wire.Scored):
            self.scores.add(event.step, event.scores)
            self.best = event if event.best or self.best is None else self.best
        elif isinstance(event, wire.Started):
            self.started, self.ended = event, None
        elif isinstance(event, wire.GuardChanged):
            self.guard = event
        elif isinstance(event, wire.CheckpointSaved):
            self.has_checkpoint = True
            self.has_best = self.has_best or event.best
        else:
            self._take_turn(event)

    def take_pictures(self, pictures: Pictures) -> None:
        """Take in the decoded pictures of one stage."""
        stages = self.pictures.setdefault(pictures.probe, [])
        stages.append(pictures)
        if len(stages) > MOST_PREVIEWS:
            del stages[1:-1:2]

    def summary(self) -> RunSummary:
        """The line of the list."""
        return RunSummary(
            id=self.record.id,
            method=self.record.spec.method,
            created=self.record.created,
            purpose=self.record.spec.purpose,
            state=self.state,
            step=self._last_step(),
            seconds=self.stepped.seconds if self.stepped else 0,
            iou=self.best.scores.get("iou") if self.best else None,
            has_checkpoint=self.has_checkpoint,
            command=self.record.command,
        )

    def _take_turn(self, event: wire.AnyEvent) -> None:
        if isinstance(event, wire.Paused | wire.Resumed):
            self.paused = isinstance(event, wire.Paused)
        elif isinstance(event, wire.Finished | wire.Stopped | wire.Failed):
            self.ended = event
            self.paused = False
            self.state = _END_OF[type(event)]
            self.has_best = self.has_best or event.checkpoint is not None
            self.has_checkpoint = self.has_checkpoint or self.has_best

    def _last_step(self) -> int:
        if self.ended is not None:
            return self.ended.step
        return self.stepped.step if self.stepped else 0


def replay(run: RunFolder, *, with_pictures: bool, alive: bool = False) -> RunHistory:
    """Read a run back from disk. Any thread. Raises `RunError` where its record is damaged."""
    history = RunHistory(run.record(), state=RunState.RUNNING if alive else RunState.INTERRUPTED)
    stages: dict[str, list[wire.PreviewSaved]] = {}
    for event in run.events():
        history.take(event)
        if isinstance(event, wire.PreviewSaved):
            stages.setdefault(event.probe, []).append(event)
    for events in stages.values() if with_pictures else ():
        while len(events) > MOST_PREVIEWS:
            del events[1:-1:2]
        for event in events:
            history.take_pictures(read_pictures(run.path, event))
    return history
