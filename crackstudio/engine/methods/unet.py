"""U-Net on masks: exact ones, and region labels weighted by distance."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from msgspec import Meta
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer, RAdam

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset, SettingGroup
from crackstudio.engine.method import Feed, Method, MethodConfig, Sample, Stream
from crackstudio.engine.networks.encoder_decoders import UNet
from crackstudio.engine.networks.losses import weighted_bce, weighted_dice


class OptimiserKind(StrEnum):
    """RAdam is the paper's; AdamW came further in minutes."""

    ADAMW = "adamw"
    RADAM = "radam"


class RateKind(StrEnum):
    """One cycle: up within the first tenth, then down to nothing by a cosine."""

    CONSTANT = "constant"
    ONE_CYCLE = "one-cycle"


class UNetConfig(MethodConfig, frozen=True, kw_only=True):
    """The form of `unet`."""

    width: Annotated[
        int, Meta(ge=4, le=128, description="Channels at full resolution: 8 goes far in minutes, 32 is the paper's.")
    ] = 8
    depth: Annotated[int, Meta(ge=1, le=6, description="Halvings of the resolution.")] = 4
    batch: Annotated[int, Meta(ge=1, le=256, description="Crops in a step.")] = 16
    rate: Annotated[float, Meta(gt=0, le=1, description="Learning rate, at its highest.")] = 2e-3
    rate_course: Annotated[RateKind, Meta(description="How the learning rate runs.")] = RateKind.ONE_CYCLE
    optimiser: Annotated[OptimiserKind, Meta(description="Which optimiser.")] = OptimiserKind.ADAMW
    decay: Annotated[float, Meta(ge=0, le=1, description="Weight decay of AdamW.")] = 1e-2
    dice: Annotated[
        float, Meta(ge=0, le=10, description="Weight of the Dice term beside the cross-entropy; 0 leaves it out.")
    ] = 1.0
    zoom: Annotated[
        float, Meta(ge=0, le=1, description="Random magnification of each crop, from exp(-zoom) to exp(zoom).")
    ] = 0.3
    power: Annotated[
        float,
        Meta(ge=0, le=8, description="Region labels: how fast the weight falls from a region's middle to its border."),
    ] = 1.0
    positive_weight: Annotated[
        float, Meta(ge=0, le=100, description="Region labels: weight of the pixels in a region's middle.")
    ] = 1.0
    floor: Annotated[
        float, Meta(ge=0, le=1, description="Region labels: least weight of a pixel at a region's border.")
    ] = 0.0


class UNetMethod(Method):
    """One network, one optimiser: the pattern that the other methods elaborate."""

    card = MethodCard(
        key="unet",
        title="U-Net",
        summary="Learns from confirmed masks, pixel by pixel. The first choice once there are a few of them.",
        needs=(Need(kind=NeedKind.MASKS, at_least=1),),
        uses="Exact masks, region labels (weighted by distance from their border), intact images as empty masks.",
        paper="Ronneberger, Fischer, Brox: U-Net, MICCAI 2015. arXiv 1505.04597",
        notes="Tags alone teach it nothing.",
        groups=(
            SettingGroup(title="Optimisation", settings=("optimiser", "rate", "rate_course", "decay", "dice")),
            SettingGroup(title="Region labels", settings=("power", "positive_weight", "floor")),
        ),
        presets=(
            Preset(
                name="paper",
                title="256 px, 32-64-128-256-512, RAdam, BCE, 20 epochs",
                settings={
                    "tile": 256,
                    "width": 32,
                    "depth": 4,
                    "batch": 8,
                    "rate": 1e-3,
                    "rate_course": "constant",
                    "optimiser": "radam",
                    "dice": 0.0,
                    "jitter": 0.0,
                    "zoom": 0.0,
                    "epochs": 20,
                },
            ),
        ),
    )
    Config: ClassVar[type[MethodConfig]] = UNetConfig

    config: UNetConfig

    def __init__(self, config: UNetConfig) -> None:
        super().__init__(config)
        self.network = UNet(width=config.width, depth=config.depth)
        self._optimiser: Optimizer | None = None

    def feed(self) -> Feed:
        config = self.config
        return Feed(
            height=config.tile,
            width=config.tile,
            jitter=config.jitter,
            zoom=config.zoom,
            power=config.power,
            positive_weight=config.positive_weight,
            floor=config.floor,
        )

    def streams(self) -> Mapping[Stream, int]:
        return {Stream.MASKED: self.config.batch}

    def networks(self) -> Mapping[str, nn.Module]:
        return {"unet": self.network}

    def proposer(self) -> str:
        return "unet"

    def optimisers(self) -> Mapping[str, Optimizer]:
        if self._optimiser is None:
            self._optimiser = self._made_optimiser()
        return {"unet": self._optimiser}

    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        sample, optimiser = batch[Stream.MASKED], self.optimisers()["unet"]
        for group in optimiser.param_groups:
            group["lr"] = self.config.rate * self._course(progress)
        logits = self.network(sample.images)
        losses = {"bce": weighted_bce(logits, sample.masks, sample.weights)}
        if self.config.dice:
            losses["dice"] = self.config.dice * weighted_dice(logits, sample.masks, sample.weights)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return {term: loss.detach() for term, loss in losses.items()}

    def crack_map(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network(images)
        return logits.float().sigmoid()

    def _course(self, progress: float) -> float:
        if self.config.rate_course is RateKind.CONSTANT:
            return 1.0
        return min(1.0, 0.05 + progress / 0.1) * max(0.005, 0.5 + 0.5 * math.cos(math.pi * progress))

    def _made_optimiser(self) -> Optimizer:
        weights, config = self.network.parameters(), self.config
        if config.optimiser is OptimiserKind.RADAM:
            return RAdam(weights, lr=config.rate, foreach=True)
        return AdamW(weights, lr=config.rate, weight_decay=config.decay, foreach=True)
