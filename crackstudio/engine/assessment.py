"""What happens at each scoring: the guard looks, scores and previews are made, checkpoints are kept."""

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import torch

from crackstudio.core.errors import RasterError, RunError
from crackstudio.core.runs import CheckpointCard, RunRecord
from crackstudio.core.stability import HEALTHY
from crackstudio.core.wire import CheckpointSaved, GuardChanged, Preview, Scored
from crackstudio.engine.cards import settings_from
from crackstudio.engine.checkpoint import Progress, put_back, read_card, save_checkpoint, save_state, state_of
from crackstudio.engine.device import Place
from crackstudio.engine.evaluate import Gallery, Judgement, Jury
from crackstudio.engine.method import Method, Verdict
from crackstudio.engine.voice import Voice
from crackstudio.project.run_folder import BEST, LAST, STATE, RunFolder


class Assessment:
    """Keeps the best and the last checkpoint of a run, and the last healthy state to go back to."""

    def __init__(self, run: RunFolder, method: Method, *, jury: Jury, place: Place, voice: Voice) -> None:
        self._run, self._method, self._jury, self._place, self._voice = run, method, jury, place, voice
        self._record: RunRecord = run.record()
        self._gallery = Gallery(run.path, jury)
        self._guard = method.guard()
        self._light: tuple[str, str] | None = None
        self._state: str | None = None
        self._healthy = (0, state_of(method)) if self._guard else None
        self._judgement = Judgement(threshold=0.5, scores={}, rank=None)
        self._best = _rank(read_card(run.checkpoint_best)) if run.checkpoint_best.exists() else -math.inf

    def assess(self, progress: Progress, *, losses: Mapping[str, float]) -> None:
        """Judge the networks as they stand. Raises RunError where the guard gives up."""
        healthy = self.guard(progress.step, losses=losses)
        self._require_sound(progress.step)
        self._judgement = self._jury.judge(self._method, place=self._place)
        rank = self._judgement.rank
        # without masks every healthy scoring is better than the one before
        best = healthy and (rank is None or rank > self._best)
        self._voice.say(
            Scored(
                step=progress.step,
                scores=self._judgement.scores,
                threshold=self._judgement.threshold,
                best=best,
                state=self._state,
            )
        )
        self._show(progress.step)
        if best:
            self._best = rank if rank is not None else self._best
            self._save(BEST, progress.step)
        self.save_last(progress)

    def guard(self, step: int, *, losses: Mapping[str, float]) -> bool:
        """Whether the run is healthy; if not, it may have been rolled back. Raises RunError where it must stop."""
        if self._guard is None or not self.has_guard:
            return _all_finite(losses)
        cracked, intact = self._jury.guard_maps(self._method, place=self._place, side=self._method.feed().height)
        verdict = self._guard.observe(step, cracked_maps=cracked, intact_maps=intact, losses=losses)
        self._state = str(verdict.state)
        self._heed(step, verdict)
        if verdict.state == HEALTHY:
            self._healthy = (step, state_of(self._method))
        return verdict.state == HEALTHY

    @property
    def has_guard(self) -> bool:
        """Whether somebody watches for a collapse."""
        return self._guard is not None and bool(self._jury.cracked) and bool(self._jury.intact)

    def save_last(self, progress: Progress) -> None:
        """The last checkpoint, and all that the run needs to continue. Raises RunError where the disk is full."""
        with _told(progress.step):
            save_state(self._run.path / STATE, self._method, progress)
        self._save(LAST, progress.step)

    def pin(self, probe: Preview, step: int) -> None:
        """Show this image too, now and at each scoring; one that cannot be read is left out."""
        try:
            self._gallery.pin(probe)
        except RasterError:
            return
        self._show(step, newest=True)

    def _require_sound(self, step: int) -> None:
        """The losses that were looked at may be older than the weights, which no checkpoint may get when they broke."""
        weights = (weight for network in self._method.networks().values() for weight in network.parameters())
        if not all(bool(torch.isfinite(weight).all()) for weight in weights):
            raise RunError(
                f"The weights are no longer numbers at step {step}. The best checkpoint was kept. Lower the learning "
                "rate and retrain."
            )

    def _show(self, step: int, *, newest: bool = False) -> None:
        threshold = self._judgement.threshold
        try:
            for preview in self._gallery.show(
                self._method, step, place=self._place, threshold=threshold, newest=newest
            ):
                self._voice.say(preview)
        except OSError as error:  # there may be room for what was learnt all the same
            print(f"no previews of step {step}: {error}", file=sys.stderr)  # noqa: T201 - the run's log

    def _heed(self, step: int, verdict: Verdict) -> None:
        back_to = None
        if verdict.roll_back and self._healthy:
            back_to, (tensors, metadata) = self._healthy
            put_back(self._method, tensors, metadata)
        if verdict.soften:
            self._method.soften()
        light = str(verdict.state), verdict.words
        if light != self._light or back_to is not None:
            self._light = light
            self._voice.say(GuardChanged(step=step, state=light[0], words=light[1], rolled_back_to=back_to))
        if verdict.stop:
            raise RunError(f"The guard {verdict.words}")

    def _save(self, where: str, step: int) -> None:
        feed = self._method.feed()
        card = CheckpointCard(
            method=self._method.card.key,
            settings=settings_from(self._method.config),
            threshold=self._judgement.threshold,
            step=step,
            tile=max(feed.height, feed.width),
            scores=self._judgement.scores,
            snapshot_digest=self._record.snapshot_digest,
            run=self._record.id,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=f"trained on {self._record.images} images",
        )
        with _told(step):
            save_checkpoint(self._run.path / where, self._method, card)
        self._voice.say(CheckpointSaved(step=step, path=where, best=where == BEST))


@contextmanager
def _told(step: int) -> Iterator[None]:
    """Turns an `OSError` into a `RunError` for a person."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"The run cannot be saved at step {step} ({error.strerror or error}). Free some space or give the "
            "permission back, then go on from its last state."
        ) from error


def _rank(card: CheckpointCard) -> float:
    iou = card.scores.get("iou")
    return -math.inf if iou is None else iou


def _all_finite(losses: Mapping[str, float]) -> bool:
    return all(math.isfinite(loss) for loss in losses.values())
