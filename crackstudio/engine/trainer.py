"""The one loop that trains every method. Only here are device, precision, pause and stop known."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from crackstudio.core.errors import RunError
from crackstudio.core.images import Split
from crackstudio.core.wire import AnyEvent, Failed, Finished, Paused, Resumed, Started, Stepped, Stopped
from crackstudio.engine.assessment import Assessment
from crackstudio.engine.batches import Batches
from crackstudio.engine.cards import config_for
from crackstudio.engine.checkpoint import Progress, load_state, read_card, start_from
from crackstudio.engine.control import Control, Interrupted
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.device import choose_place, put
from crackstudio.engine.evaluate import Jury
from crackstudio.engine.methods import method_class
from crackstudio.engine.needs import require
from crackstudio.engine.outcome import failure
from crackstudio.engine.pace import Pace, limit_of
from crackstudio.engine.threads import Threads, counts
from crackstudio.engine.voice import Voice
from crackstudio.project.run_folder import BEST, STATE, RunFolder

RATE_OVER = 50
"""Reports (of a tenth of a second or a step) over which steps per second are averaged."""


def train_run(
    run: RunFolder, *, on_event: Callable[[AnyEvent], None], control: Control | None = None
) -> Finished | Stopped | Failed:
    """Train as the run folder says, from its last state if it has one. Never raises: the last event tells the end."""
    voice = Voice(run, on_event)
    trainer: Trainer | None = None
    end: Finished | Stopped | Failed
    try:
        trainer = Trainer(run, voice=voice, control=control or Control())
        end = trainer.train()
    except Exception as error:  # noqa: BLE001 - whatever happens, the run says how it ended
        kept = BEST if run.checkpoint_best.exists() else None
        end = failure(error, step=trainer.step if trainer else 0, checkpoint=kept)
    voice.say(end)
    run.close()
    return end


class Trainer:
    """One run from its start, or its last state, to its end."""

    def __init__(self, run: RunFolder, *, voice: Voice, control: Control) -> None:
        self._run, self._voice, self._control = run, voice, control
        record, snapshot = run.record(), run.snapshot()
        self._spec = record.spec
        kind = method_class(self._spec.method)
        config = config_for(kind, self._spec)
        require(kind.card, snapshot)
        self._place = choose_place(self._spec.device)
        torch.manual_seed(self._spec.seed)
        torch.backends.cudnn.deterministic = True  # the same seed gives the same run
        self._method = kind(config)
        self.step = 0
        self._trained = 0.0
        self._began = self._clock()
        self._settle()
        feed = self._method.feed()
        trained = [item for item in snapshot.items if item.split is Split.TRAIN]
        self._dataset = Dataset(trained, folder=run.path, feed=feed)
        jury = Jury(Dataset(snapshot.items, folder=run.path, feed=feed), seed=self._spec.seed)
        self._assessment = Assessment(run, self._method, jury=jury, place=self._place, voice=voice)
        self._batches = Batches(self._dataset, self._method.streams(), seed=self._spec.seed, first_step=self.step)
        self._pace = Pace(limit_of(self._spec, config, epoch_steps=self._batches.epoch_steps))
        # sums over other threads round otherwise: a run by steps keeps their count, so that it can be repeated
        by_clock = self._pace.limit.steps is None and self._place.device.type == "cpu"
        self._threads = Threads(counts() if by_clock else counts()[-1:], clock=self._clock)
        self._losses: dict[str, float] = {}
        self._reports: deque[tuple[int, float]] = deque(maxlen=RATE_OVER)

    def train(self) -> Finished | Stopped:
        """The loop. Raises RunError where it cannot go on."""
        self._say_started()
        networks = self._method.networks().values()
        try:
            with self._batches, self._control.watching(networks, on_pause=self._say_paused):
                self._assess()
                while not self._pace.is_over(self.step, self._seconds):
                    with self._threads.work():
                        self._take_step()
                    if self._pace.should_score(self.step, self._seconds):
                        self._assess()
                if not self._pace.is_scored(self.step):
                    self._assess()
        except Interrupted:
            return self._stopped()
        return Finished(step=self.step, checkpoint=BEST, scores=read_card(self._run.checkpoint_best).scores)

    def _settle(self) -> None:
        """Put the networks on the device, with the weights they start from."""
        for network in self._method.networks().values():
            put(network, self._place)
            network.train()
        state = self._run.path / STATE
        if state.exists():
            progress = load_state(state, self._method)
            self.step, self._trained = progress.step, progress.seconds
        elif self._spec.start_from:
            start_from(self._method, Path(self._spec.start_from))

    def _take_step(self) -> None:
        self._control.check()
        for probe in self._control.pinned():
            self._assessment.pin(probe, self.step)
        batch = self._batches.next(self._place.device)
        with self._place.autocast():
            losses = self._method.train_step(batch, self._pace.progress(self.step, self._seconds))
        self.step += 1
        if self._voice.may_say_stepped():
            self._report(losses)

    def _report(self, losses: Mapping[str, Tensor]) -> None:
        """Say how it goes. Only here do losses leave the device: to look at each step's would hold up a GPU."""
        self._losses = {term: float(loss) for term, loss in losses.items()}
        seconds = self._seconds
        self._reports.append((self.step, seconds))
        (first, since), rate = self._reports[0], None
        if seconds > since:
            rate = (self.step - first) / (seconds - since)
        self._voice.say(
            Stepped(
                step=self.step,
                losses={term: loss if math.isfinite(loss) else None for term, loss in self._losses.items()},
                seconds=seconds,
                seconds_left=self._pace.seconds_left(self.step, seconds, steps_per_second=rate),
                steps_per_second=rate,
                memory_mib=self._place.used_memory_mib(),
            )
        )
        self._require_finite()

    def _require_finite(self) -> None:
        broken = [term for term, loss in self._losses.items() if not math.isfinite(loss)]
        if broken and self._assessment.has_guard:  # it rolls the run back, or ends it in its own words
            self._assessment.guard(self.step, losses=self._losses)
            self._losses = {}  # those of the state it went back to are not known yet
        elif broken:
            raise RunError(
                f"The loss {', '.join(broken)} is no longer a number at step {self.step}. "
                "The best checkpoint was kept. Lower the learning rate and retrain."
            )

    def _assess(self) -> None:
        began = time.monotonic()
        self._assessment.assess(self._progress, losses=self._losses)
        self._pace.scored(self.step, self._seconds, took=time.monotonic() - began)

    def _stopped(self) -> Stopped:
        if self.step and not self._control.is_hurried and not self._pace.is_scored(self.step):
            self._assess()  # what was learnt since the last scoring may be the best
        elif self.step:
            self._assessment.save_last(self._progress)
        return Stopped(step=self.step, checkpoint=BEST if self._run.checkpoint_best.exists() else None)

    @property
    def _progress(self) -> Progress:
        return Progress(step=self.step, seconds=self._seconds)

    @property
    def _seconds(self) -> float:
        """Trained so far, in this and earlier goes, without pauses."""
        return self._trained + self._clock() - self._began

    def _clock(self) -> float:
        return time.monotonic() - self._control.paused_seconds

    def _say_started(self) -> None:
        self._began = self._clock()
        networks = self._method.networks().values()
        self._voice.say(
            Started(
                device=self._place.name,
                precision=self._place.precision.value,
                parameters=sum(weight.numel() for network in networks for weight in network.parameters()),
                images=len(self._dataset.images),
                steps=self._pace.limit.steps,
                resumed_at=self.step,
            )
        )

    def _say_paused(self, paused: bool) -> None:
        self._voice.say(Paused(step=self.step) if paused else Resumed(step=self.step))
