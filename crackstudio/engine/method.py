"""What a method is: a card, a config, and a class the trainer can drive without knowing it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Protocol

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from crackstudio.core.runs import MethodCard


class Stream(StrEnum):
    """Independent streams of images that a method may draw a batch from."""

    ANY = "any"
    CRACKED = "cracked"
    INTACT = "intact"
    MASKED = "masked"
    BALANCED = "balanced"
    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One batch of one stream, on the trainer's device.

    N is the images drawn times the feed's `instances`; the crops of one image follow each other.
    images: (N, 3, H, W) float32 in [0, 1]. cracked: (N,) float32, the hard tag. masks: (N, 1, H, W) float32 0/1.
    weights: (N, 1, H, W) float32 loss weight: 0 where unsure or where no mask is known, distance weights on region
    labels.
    has_mask: (N,) bool; an intact image always has one, the empty mask.
    """

    images: Tensor
    cracked: Tensor
    masks: Tensor
    weights: Tensor
    has_mask: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a method wants its images to be like; the dataset obeys.

    Crops are `height` x `width` px, cut at random; flipped, turned and magnified by exp(-zoom) to exp(zoom) jointly
    with mask and weights. `jitter` is the strength of the photometric jitter (0 = none). `power`, `positive_weight` and
    `floor` shape the distance weights of region labels, `dilate` (px) widens every mask first. Of each image drawn come
    `instances` crops; where a mask shows a defect these are one crop so often, for its aim has chosen already.
    """

    height: int
    width: int
    jitter: float = 0.0
    turns: bool = True
    zoom: float = 0.0
    power: float = 2.0
    positive_weight: float = 1.0
    floor: float = 0.0
    dilate: int = 1
    instances: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width


class Verdict(Protocol):
    """What a guard thinks of the last scoring; `state` is one of those `wire.GuardChanged` names."""

    @property
    def state(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def roll_back(self) -> bool: ...
    @property
    def soften(self) -> bool: ...
    @property
    def stop(self) -> bool: ...


class Guard(Protocol):
    """Watches the crack maps of fixed probe images for a collapse; maps are (N, H, W) float32 in [0, 1]."""

    def observe(
        self,
        step: int,
        *,
        cracked_maps: NDArray[np.float32],
        intact_maps: NDArray[np.float32],
        losses: Mapping[str, float],
    ) -> Verdict:
        """Called at each scoring with the maps of the probes and the latest losses by term."""
        ...


class MethodConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What every method's form has. Ranges, units and help live in `msgspec.Meta`, and nowhere else.

    A `unit` stands in `Meta(extra={"unit": "px"})`. A method changes a default by declaring the field again.
    """

    tile: Annotated[
        int, Meta(ge=32, le=4096, description="Side of the square crops a step trains on.", extra={"unit": "px"})
    ] = 128
    jitter: Annotated[
        float, Meta(ge=0, le=1, description="Random change of brightness, contrast and colour of each crop; 0 is none.")
    ] = 0.2
    minutes: Annotated[
        float,
        Meta(ge=0.1, le=10_000, description="How long a run takes where nobody says so.", extra={"unit": "min"}),
    ] = 10.0
    epochs: Annotated[
        int, Meta(ge=0, le=100_000, description="Passes over the images in place of minutes; 0: minutes count.")
    ] = 0


class Method(ABC):
    """A method under training or in use. It owns its networks and optimisers; the trainer owns device and precision.

    Built as `Method(config)`, always on the CPU under the run's seed; the trainer moves `networks()` to the device
    before it asks for `optimisers()`.
    """

    card: ClassVar[MethodCard]
    Config: ClassVar[type[MethodConfig]]

    def __init__(self, config: MethodConfig) -> None:
        self.config = config
        self.softened = 0

    @abstractmethod
    def streams(self) -> Mapping[Stream, int]:
        """Which streams a step draws, and how many images from each."""

    @abstractmethod
    def networks(self) -> Mapping[str, nn.Module]:
        """Every network, by a stable name."""

    @abstractmethod
    def proposer(self) -> str:
        """The name of the one network that `crack_map` needs: a checkpoint holds only that."""

    @abstractmethod
    def optimisers(self) -> Mapping[str, Optimizer]:
        """Every optimiser, by a stable name; the same objects at each call."""

    @abstractmethod
    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        """One step; `progress` in [0, 1] drives schedules. Returns the losses by term, detached, on the device."""

    @abstractmethod
    def crack_map(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) float32 in [0, 1], any H and W -> (N, 1, H, W) float32 in [0, 1]."""

    def feed(self) -> Feed:
        """What the crops of a step are like."""
        return Feed(height=self.config.tile, width=self.config.tile, jitter=self.config.jitter)

    def guard(self) -> Guard | None:
        """A new collapse guard for a run, where the method can collapse."""
        return None

    def take_over(self, weights: Mapping[str, Tensor]) -> None:
        """Start from those of a checkpoint's proposing network. Raises RuntimeError where they do not fit."""
        self.networks()[self.proposer()].load_state_dict(weights)

    def soften(self) -> None:
        """Called where the guard wants the run gentler, as after a roll back, and as often when it is resumed."""
        self.softened += 1

    def propose(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """The crack map, and (N,) probabilities in [0, 1] that an image is cracked, where the method has them."""
        return self.crack_map(images), None

    def preview(self, images: Tensor) -> dict[str, Tensor]:
        """Layers for the previews by name, each (N, 1 or 3, H, W) in [0, 1]; the first is the crack map."""
        return {"crack map": self.crack_map(images)}
