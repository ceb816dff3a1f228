"""The collapse guard: says from the attention on fixed probes whether a run is still worth its time.

Numbers in, verdict out: no networks here. The trainer asks it every so many steps and does what the verdict says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


class GuardState(StrEnum):
    """How the attention stands."""

    HEALTHY = "healthy"
    DRIFTING = "drifting"
    COLLAPSED = "collapsed"
    SATURATED = "saturated"
    DISCRIMINATOR_WON = "discriminator-won"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard saw (`words` are for a person) and what the trainer has to do; a roll back softens as well."""

    state: GuardState
    words: str
    roll_back: bool = False
    soften: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The attention on a set of probes: mean, mean of its loudest 1 %, mean entropy in bits; all in [0, 1]."""

    mean: float
    top: float
    entropy: float

    @classmethod
    def of(cls, maps: NDArray[np.floating]) -> "Reading":
        """maps: (N, H, W) or (N, 1, H, W), in [0, 1]."""
        flat = np.asarray(maps, dtype=np.float64).reshape(len(maps), -1)
        loudest = np.sort(flat, axis=1)[:, -max(1, flat.shape[1] // 100) :]
        p = np.clip(flat, 1e-6, 1 - 1e-6)
        entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
        return cls(mean=float(flat.mean()), top=float(loudest.mean()), entropy=float(entropy.mean()))

    @property
    def is_finite(self) -> bool:
        """Whether no probe gave NaN or infinity."""
        return bool(np.isfinite([self.mean, self.top, self.entropy]).all())


QUIET = 0.05
"""Below this even the loudest 1 % of a cracked probe marks nothing."""
FLOOD = 0.6
"""Above this mean the attention marks the surface, not a defect."""
BLUR = 0.97
"""Above this entropy every pixel is undecided: the attention says nothing."""
APART = 0.9
"""Where intact probes are louder than this share of the cracked ones, the attention does not tell them apart."""
WON = 0.02
"""Discriminator loss (0.25 = cannot tell) below which it has nothing left to learn, nor to teach."""
PATIENCE = 3
"""Readings in a row before a slow fault counts."""


class Guard:
    """Watches one run. `warm_up`: steps before it judges, since attention starts undecided.

    A run that does not tell cracked from intact may be about to learn it: it loses no step, is softened `rollbacks`
    times, and stops only if that has not helped either.
    """

    def __init__(self, *, warm_up: int = 60, rollbacks: int = 3) -> None:
        self._warm_up = warm_up
        self._rollbacks_left = rollbacks
        self._rollbacks = rollbacks
        self._blind = 0
        """Readings that told nothing apart since the last healthy one."""
        self._tops: list[float] = []
        self._discriminator: list[float] = []

    def observe(
        self,
        step: int,
        *,
        cracked_maps: NDArray[np.floating],
        intact_maps: NDArray[np.floating],
        losses: Mapping[str, float],
    ) -> Verdict:
        """Judge the attention on the cracked and the intact probes; `losses` by term, as `train_step` names them."""
        cracked, intact = Reading.of(cracked_maps), Reading.of(intact_maps)
        verdict = self._judged(step, cracked, intact, losses)
        if verdict.roll_back:
            self._tops.clear()
            self._discriminator.clear()
            self._blind = 0
        return verdict

    def _judged(self, step: int, cracked: Reading, intact: Reading, losses: Mapping[str, float]) -> Verdict:
        if not (cracked.is_finite and intact.is_finite and np.isfinite(list(losses.values())).all()):
            return self._fault(GuardState.BROKEN, "a loss or the attention is no longer a number")
        if step < self._warm_up:
            return Verdict(
                state=GuardState.HEALTHY, words=f"warming up: attention {_percent(cracked.top)} at its loudest"
            )
        if cracked.top < QUIET:
            return self._fault(
                GuardState.COLLAPSED, f"attention has faded to {_percent(cracked.top)}: it marks nothing"
            )
        if cracked.mean > FLOOD or intact.mean > FLOOD:
            mean = max(cracked.mean, intact.mean)
            return self._fault(
                GuardState.SATURATED, f"attention covers {_percent(mean)} of the images: it marks everything"
            )
        self._tops.append(cracked.top)
        self._discriminator.append(losses.get("discriminator", 0.25))
        return self._slow_faults(cracked, intact)

    def _slow_faults(self, cracked: Reading, intact: Reading) -> Verdict:
        fading = _falls(self._tops) and cracked.top < 0.5 * max(self._tops)
        won = len(self._discriminator) >= PATIENCE and max(self._discriminator[-PATIENCE:]) < WON
        loudness = f"{_percent(cracked.top)} on cracked, {_percent(intact.top)} on intact images"
        if won and fading:
            words = f"the discriminator sees through every repair and attention is fading: {loudness}"
            return self._fault(GuardState.DISCRIMINATOR_WON, words)
        if fading:
            return Verdict(state=GuardState.DRIFTING, words=f"attention is fading: {_percent(cracked.top)} and falling")
        if min(cracked.entropy, intact.entropy) > BLUR:
            return Verdict(state=GuardState.DRIFTING, words="attention is undecided everywhere")
        if intact.top > APART * cracked.top:
            self._blind += 1
            return self._blindness(loudness)
        self._blind = 0
        return Verdict(state=GuardState.HEALTHY, words=f"attention is healthy: {loudness}")

    def _blindness(self, loudness: str) -> Verdict:
        words = f"attention does not tell cracked from intact: {loudness}"
        if self._blind > PATIENCE * self._rollbacks + PATIENCE:
            return self._given_up(GuardState.DRIFTING, words)
        soften = self._blind % PATIENCE == 0 and self._blind <= PATIENCE * self._rollbacks
        if soften:
            words = f"{words}; going on with a slower discriminator and a stronger tag term"
        return Verdict(state=GuardState.DRIFTING, words=words, soften=soften)

    def _fault(self, state: GuardState, words: str) -> Verdict:
        if not self._rollbacks_left:
            return self._given_up(state, words)
        self._rollbacks_left -= 1
        words = (
            f"{words}; going back to the last healthy checkpoint, with a slower discriminator and a stronger tag term"
        )
        return Verdict(state=state, words=words, roll_back=True, soften=True)

    def _given_up(self, state: GuardState, words: str) -> Verdict:
        advice = "Check the tags, raise the tag term, or lower the discriminator's rate."
        words = f"stopped after {self._rollbacks} attempts: {words}. The last healthy checkpoint was kept. {advice}"
        return Verdict(state=state, words=words, stop=True)


def _falls(values: Sequence[float]) -> bool:
    last = values[-PATIENCE:]
    return len(last) == PATIENCE and all(later < earlier for earlier, later in pairwise(last))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
