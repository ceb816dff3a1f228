"""Every command and event between studio and engine: one JSON line each.

Pixels travel as files, never through the pipe. Numbers may be missing (`None`) where a network gave NaN: JSON has no
NaN, and msgspec writes it as null.
"""

import msgspec

from crackstudio.core.runs import MethodCard


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """Studio to engine."""


class Train(Command, frozen=True, kw_only=True, tag="train"):
    """Train as `run` (a run folder: run.json, snapshot.json) says; continues from its last state if there is one."""

    run: str


class Pause(Command, frozen=True, kw_only=True, tag="pause"):
    """Hold the run after this step."""


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Go on."""


class Stop(Command, frozen=True, kw_only=True, tag="stop"):
    """End the run after this step, keeping the best checkpoint."""


class Preview(Command, frozen=True, kw_only=True, tag="preview"):
    """Pin this image as a probe of the run: previews of it follow."""

    name: str
    image: str
    page: int = 0


class ImageToPropose(msgspec.Struct, frozen=True, kw_only=True):
    """`id` comes back in the event; the crack map goes to `out` as an 8-bit PNG, written atomically."""

    id: int
    image: str
    page: int = 0
    out: str


class Propose(Command, frozen=True, kw_only=True, tag="propose"):
    """Queue images for a checkpoint; `first` puts them ahead of what waits already."""

    images: tuple[ImageToPropose, ...]
    checkpoint: str
    first: bool = False


class CancelProposals(Command, frozen=True, kw_only=True, tag="cancel-proposals"):
    """Forget what waits in the queue."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Engine to studio; those of a run also go to its events.jsonl. `at` is seconds since the epoch."""

    at: float = 0.0


class Ready(Event, frozen=True, kw_only=True, tag="ready"):
    """The first event: the methods there are and the device. `hint` mends an unused GPU, if there is one."""

    methods: tuple[MethodCard, ...]
    device: str
    hint: str = ""


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """A run has its data and networks. `steps` is None where minutes limit it."""

    device: str
    precision: str
    parameters: int
    images: int
    steps: int | None = None
    resumed_at: int = 0


class Stepped(Event, frozen=True, kw_only=True, tag="stepped"):
    """At most ten a second. `losses` by term; `seconds` trained so far without pauses."""

    step: int
    losses: dict[str, float | None]
    seconds: float
    seconds_left: float | None = None
    steps_per_second: float | None = None
    memory_mib: float | None = None


class Scored(Event, frozen=True, kw_only=True, tag="scored"):
    """Scores on the validation images (see imaging.scores for the names), or label-free ones.

    `state` is the guard's at this scoring, where one watches: `wire.GuardChanged` tells of changes alone.
    """

    step: int
    scores: dict[str, float | None]
    threshold: float
    best: bool = False
    state: str | None = None


class PreviewSaved(Event, frozen=True, kw_only=True, tag="preview-saved"):
    """Pictures of one probe: `pictures` maps a layer (image, crack map, ...) to a PNG relative to the run folder."""

    step: int
    probe: str
    pictures: dict[str, str]


class CheckpointSaved(Event, frozen=True, kw_only=True, tag="checkpoint-saved"):
    """A checkpoint, relative to the run folder."""

    step: int
    path: str
    best: bool


class GuardChanged(Event, frozen=True, kw_only=True, tag="guard-changed"):
    """The collapse guard's light, with words for a person.

    `state` is healthy, drifting, collapsed, saturated or discriminator-won.
    """

    step: int
    state: str
    words: str
    rolled_back_to: int | None = None


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """The run holds."""

    step: int


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on."""

    step: int


class Finished(Event, frozen=True, kw_only=True, tag="finished"):
    """The run came to its end; `checkpoint` is its best, relative to the run folder."""

    step: int
    checkpoint: str
    scores: dict[str, float | None] = {}


class Stopped(Event, frozen=True, kw_only=True, tag="stopped"):
    """The run was stopped; `checkpoint` is its best so far, if it has one."""

    step: int
    checkpoint: str | None = None


class Failed(Event, frozen=True, kw_only=True, tag="failed"):
    """The run ended without a result, or with an older one: `message` is for the person, `cause` for the log."""

    message: str
    cause: str = ""
    step: int = 0
    checkpoint: str | None = None


class Proposed(Event, frozen=True, kw_only=True, tag="proposed"):
    """A crack map lies at `out`. `score`: how unsure the map is, 0..1. `share` of pixels over `threshold`.

    `cracked` is the probability that the whole image is cracked, where the method has one.
    """

    id: int
    out: str
    checkpoint: str
    threshold: float
    score: float
    share: float
    cracked: float | None = None


class ProposalFailed(Event, frozen=True, kw_only=True, tag="proposal-failed"):
    """One image could not be proposed; the queue goes on."""

    id: int
    message: str


class QueueEmptied(Event, frozen=True, kw_only=True, tag="queue-emptied"):
    """Nothing waits any more."""

    proposed: int
    seconds: float


AnyCommand = Train | Pause | Resume | Stop | Preview | Propose | CancelProposals
AnyEvent = (
    Ready
    | Started
    | Stepped
    | Scored
    | PreviewSaved
    | CheckpointSaved
    | GuardChanged
    | Paused
    | Resumed
    | Finished
    | Stopped
    | Failed
    | Proposed
    | ProposalFailed
    | QueueEmptied
)

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(message: Command | Event) -> bytes:
    """One line, with its newline."""
    return _encoder.encode(message) + b"\n"


def decode_command(line: bytes) -> AnyCommand:
    """Raises `msgspec.DecodeError` (ValidationError included) for a line that is no command."""
    return _commands.decode(line)


def decode_event(line: bytes) -> AnyEvent:
    """Raises `msgspec.DecodeError` (ValidationError included) for a line that is no event."""
    return _events.decode(line)
