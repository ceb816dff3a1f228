"""How far a run is, when it ends, and when it is scored."""

import math
from dataclasses import dataclass

from crackstudio.core.runs import RunSpec
from crackstudio.engine.method import MethodConfig

SCORINGS = 20
"""Evenly over a run limited by steps: by the clock they would differ from run to run, and with them the best one."""
SHARE = 0.03
"""Of the time of a run limited by minutes that scoring may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Exactly one of the two is set."""

    steps: int | None = None
    seconds: float | None = None


def limit_of(spec: RunSpec, config: MethodConfig, *, epoch_steps: int) -> Limit:
    """What the run asks for, else the method's epochs, else its minutes."""
    if spec.steps is not None:
        return Limit(steps=spec.steps)
    if spec.minutes is not None:
        return Limit(seconds=60 * spec.minutes)
    if config.epochs:
        return Limit(steps=config.epochs * epoch_steps)
    return Limit(seconds=60 * config.minutes)


class Pace:
    """Told of every step and every scoring; `seconds` are those trained, without pauses."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._scored_at_step = -1
        self._scored_at = 0.0
        self._scoring_took = 0.0

    def progress(self, step: int, seconds: float) -> float:
        """0 at the start, 1 at the end."""
        done, all_of_it = (seconds, self._allowed) if self.limit.steps is None else (step, self.limit.steps)
        return min(1.0, done / all_of_it) if all_of_it else 1.0

    def is_over(self, step: int, seconds: float) -> bool:
        """Whether the limit is reached."""
        return self.progress(step, seconds) >= 1

    def seconds_left(self, step: int, seconds: float, *, steps_per_second: float | None) -> float | None:
        """None as long as nobody can tell."""
        if self.limit.steps is None:
            return max(0.0, self._allowed - seconds)
        return (self.limit.steps - step) / steps_per_second if steps_per_second else None

    def should_score(self, step: int, seconds: float) -> bool:
        """Whether the next scoring is due; the first ones come early, so that the previews move soon."""
        if self.limit.steps is not None:
            return step % max(10, math.ceil(self.limit.steps / SCORINGS)) == 0
        apart = self._scoring_took / SHARE
        return seconds - self._scored_at >= max(apart, min(self._allowed / 40, 3 + seconds / 10))

    def scored(self, step: int, seconds: float, *, took: float) -> None:
        """A scoring ended at `seconds`, having taken `took`."""
        self._scored_at_step, self._scored_at = step, seconds
        self._scoring_took = took if step else 0.0  # the first one warms up, and says little of the others

    def is_scored(self, step: int) -> bool:
        """Whether the scores are of this very step."""
        return self._scored_at_step == step

    @property
    def _allowed(self) -> float:
        return self.limit.seconds or 0.0
