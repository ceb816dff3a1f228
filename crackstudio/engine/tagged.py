"""What classifiers of tags have in common: one network, cracked and intact crops in equal numbers, one loss."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import torch
import torch.nn.functional as F
from msgspec import Meta
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from crackstudio.engine.instances import Instances, loudest_crops
from crackstudio.engine.method import Feed, Method, MethodConfig, Sample, Stream


class TaggedConfig(MethodConfig, frozen=True, kw_only=True):
    """The form that they share."""

    tile: Annotated[
        int, Meta(ge=32, le=1024, description="Side of the square crops a step trains on.", extra={"unit": "px"})
    ] = 96
    batch: Annotated[int, Meta(ge=1, le=256, description="Cracked crops in a step, and as many intact ones.")] = 8
    instances: Instances = 1
    width: Annotated[int, Meta(ge=4, le=128, description="Channels of the first stage, doubled at each of four.")] = 16
    depth: Annotated[int, Meta(ge=1, le=6, description="Residual blocks in each stage.")] = 2
    stride: Annotated[
        int, Meta(ge=1, le=32, description="Pixels to a place of the map: 32 as in ResNet-18, less for thin cracks.")
    ] = 8
    rate: Annotated[float, Meta(gt=0, le=1, description="Learning rate at the start; it falls by a cosine.")] = 1e-3


class TaggedMethod(Method):
    """A method of one network that learns from tags alone."""

    config: TaggedConfig

    def __init__(self, config: TaggedConfig, *, network: nn.Module) -> None:
        super().__init__(config)
        self.network = network
        self._optimiser: Optimizer | None = None

    @abstractmethod
    def logits(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) in [0, 1] -> (N,) float32, that an image is cracked."""

    def feed(self) -> Feed:
        return replace(super().feed(), instances=self.config.instances)

    def streams(self) -> Mapping[Stream, int]:
        return {Stream.CRACKED: self.config.batch, Stream.INTACT: self.config.batch}

    def networks(self) -> Mapping[str, nn.Module]:
        return {"classifier": self.network}

    def proposer(self) -> str:
        return "classifier"

    def optimisers(self) -> Mapping[str, Optimizer]:
        if self._optimiser is None:
            self._optimiser = AdamW(self.network.parameters(), lr=self.config.rate)
        return {"classifier": self._optimiser}

    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        optimiser = self.optimisers()["classifier"]
        for group in optimiser.param_groups:
            group["lr"] = self.config.rate * (0.5 + 0.5 * math.cos(math.pi * progress))
        cracked, intact = (
            loudest_crops(batch[stream], self.logits, instances=self.config.instances).images
            for stream in (Stream.CRACKED, Stream.INTACT)
        )
        tags = torch.cat((cracked.new_ones(len(cracked)), intact.new_zeros(len(intact))))
        loss = F.binary_cross_entropy_with_logits(self.logits(torch.cat((cracked, intact))), tags)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return {"tag": loss.detach()}
