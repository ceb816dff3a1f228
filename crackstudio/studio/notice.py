"""What the studio says when something happened: never a modal box, never a bare traceback."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a notice looks."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A button on a notice."""

    words: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened, what was kept, what to do. A notice with the same `topic` replaces the one before."""

    title: str
    words: str = ""
    tone: Tone = Tone.PLAIN
    offers: tuple[Offer, ...] = ()
    topic: str = ""
    covers: tuple[str, ...] = ()
    """Topics that this one says too: their notices go."""
    seconds: int | None = None
    """Goes by itself after so long; None stays until it is closed."""
