"""What a method is: a card, a config, and a class the trainer can drive without knowing it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import msgspec
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

    images: (N, 3, H, W) float32 in [0, 1]. cracked: (N,) float32, the hard tag. masks: (N, 1, H, W) float32 0/1.
    weights: (N, 1, H, W) float32 loss weight: 0 where unsure or where no mask is known, distance weights on region labels.
    has_mask: (N,) bool; an intact image always has one, the empty mask.
    """

    images: Tensor
    cracked: Tensor
    masks: Tensor
    weights: Tensor
    has_mask: Tensor


class MethodConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What every method's form has. Ranges, units and help live in `msgspec.Meta`, and nowhere else."""


class Method(ABC):
    """A method under training or in use. It owns its networks and optimisers; the trainer owns device and precision.

    Built as `Method(config)`, always on the CPU under the run's seed; the trainer moves `networks()` to the device
    before it asks for `optimisers()`.
    """

    card: ClassVar[MethodCard]
    Config: ClassVar[type[MethodConfig]]

    def __init__(self, config: MethodConfig) -> None:
        self.config = config

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

    def preview(self, images: Tensor) -> dict[str, Tensor]:
        """Layers for the previews by name, each (N, 1 or 3, H, W) in [0, 1]; the first is the crack map."""
        return {"crack map": self.crack_map(images)}
