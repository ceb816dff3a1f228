"""SegDec-Net with mixed supervision: tags, coarse regions or masks, each used as far as it goes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import torch
import torch.nn.functional as F
from msgspec import Meta
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset, SettingGroup, SettingValue
from crackstudio.engine.method import Feed, Method, MethodConfig, Sample, Stream
from crackstudio.engine.networks.losses import weighted_bce
from crackstudio.engine.networks.segdec import STRIDE, Decision, SegDecNet, Stops, reduced


class OptimiserKind(StrEnum):
    """Plain SGD, without momentum or decay, is the paper's."""

    ADAMW = "adamw"
    SGD = "sgd"


class StopKind(StrEnum):
    """When the decision part sends no gradient back. With masks: not as long as no cracked image came with a mask."""

    ALWAYS = "always"
    WITH_MASKS = "with-masks"
    NEVER = "never"


class SegDecConfig(MethodConfig, frozen=True, kw_only=True):
    """The form of `segdec`."""

    tile_height: Annotated[
        int,
        Meta(
            ge=0,
            le=4096,
            description="Height of the crops where they are not square; 0: as wide.",
            extra={"unit": "px"},
        ),
    ] = 0
    batch: Annotated[int, Meta(ge=1, le=64, description="Crops in a step, half of them without a defect.")] = 4
    width: Annotated[
        int, Meta(ge=2, le=64, description="Channels of the first layer: 32 is the published 15.6 M weights.")
    ] = 8
    reach: Annotated[
        int,
        Meta(
            ge=1, le=15, description="How far the last layer looks, in cells of 8 px: 7 is published, less is sharper."
        ),
    ] = 2
    grey: Annotated[bool, Meta(description="Look at brightness alone.")] = False
    optimiser: Annotated[OptimiserKind, Meta(description="Which optimiser.")] = OptimiserKind.ADAMW
    rate: Annotated[float, Meta(gt=0, le=2, description="Learning rate.")] = 1e-3
    balance: Annotated[bool, Meta(description="Shift the weight from segmentation to classification over the run.")] = (
        True
    )
    delta: Annotated[
        float, Meta(ge=0, le=10, description="Weight of the classification loss, so that it does not dominate.")
    ] = 0.1
    instance: Annotated[
        float,
        Meta(
            ge=0, le=10, description="Weight: cracked images without a mask have a crack at their map's loudest places."
        ),
    ] = 1.0
    stop_volume: Annotated[
        StopKind, Meta(description="Keep the classification's gradient out of the layers and the map it reads.")
    ] = StopKind.WITH_MASKS
    stop_shortcuts: Annotated[StopKind, Meta(description="Keep it out of the map's maximum and mean as well.")] = (
        StopKind.WITH_MASKS
    )
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
    dilate: Annotated[
        int, Meta(ge=1, le=63, description="Widen masks first, and weight them by distance.", extra={"unit": "px"})
    ] = 1
    original_norm: Annotated[
        bool, Meta(description="Feature norm as in the authors' code: divided by the root of the deviation.")
    ] = False
    head_norm: Annotated[bool, Meta(description="Feature norm on the segmentation, as published.")] = False


def _published(title: str, name: str, **settings: SettingValue) -> Preset:
    common: dict[str, SettingValue] = {
        "width": 32,
        "optimiser": "sgd",
        "stop_volume": "always",
        "stop_shortcuts": "always",
        "head_norm": True,
        "reach": 7,
        "instance": 0.0,
        "jitter": 0.0,
    }
    return Preset(name=name, title=title, settings={**common, **settings})


class SegDec(Method):
    """One network with two losses."""

    card = MethodCard(
        key="segdec",
        title="SegDec-Net",
        summary="Says whether an image is cracked, and roughly where (at 1/8 of the resolution), from any mix of tags, "
        "coarse regions and masks.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4),),
        uses="Tags, region labels (weighted by distance from their border), exact masks; quiet images or quiet parts "
        "of masked ones.",
        paper="Božič, Tabernik, Skočaj: Mixed supervision for surface-defect detection, 2021. arXiv 2104.06064",
        notes="From tags alone, classification teaches the layers that segment too: the paper's gradient stops would "
        "leave them without any cracked example. The stops hold from the first mask of a defect on; `always` in their "
        "place is the paper's way.",
        groups=(
            SettingGroup(title="Region labels", settings=("power", "positive_weight", "floor", "dilate")),
            SettingGroup(title="Losses", settings=("balance", "delta", "instance", "stop_volume", "stop_shortcuts")),
            SettingGroup(title="Networks", settings=("tile_height", "width", "reach", "original_norm", "head_norm")),
        ),
        presets=(
            _published("DAGM, 512 x 512", "dagm", tile=512, grey=True, epochs=70, rate=0.05, delta=1.0, batch=1,
                       power=1.0, positive_weight=10.0, dilate=7),
            _published("KolektorSDD, 512 x 1408", "ksdd", tile=512, tile_height=1408, grey=True, epochs=50, rate=1.0,
                       delta=0.01, batch=1, power=2.0, positive_weight=1.0, dilate=7),
            _published("KolektorSDD, tags only", "ksdd-tags", tile=512, tile_height=1408, grey=True, epochs=50,
                       rate=0.01, delta=1.0, batch=1, power=2.0, positive_weight=1.0, dilate=7, balance=False),
            _published("KolektorSDD2, 232 x 640", "ksdd2", tile=232, tile_height=640, epochs=50, rate=0.01, delta=1.0,
                       batch=1, power=2.0, positive_weight=3.0, dilate=15),
            _published("Severstal steel, 1600 x 256", "steel", tile=1600, tile_height=256, grey=True, epochs=40,
                       rate=0.1, delta=0.1, batch=10, power=2.0, positive_weight=1.0, dilate=1),
        ),
    )  # fmt: skip
    Config = SegDecConfig

    def __init__(self, config: SegDecConfig) -> None:
        super().__init__(config)
        self.config: SegDecConfig = config
        self.network = SegDecNet(
            width=config.width,
            channels=1 if config.grey else 3,
            original_norm=config.original_norm,
            head_norm=config.head_norm,
            reach=config.reach,
        )
        self._optimiser: Optimizer | None = None
        self._met_a_mask = False

    def feed(self) -> Feed:
        config = self.config
        return Feed(
            height=config.tile_height or config.tile,
            width=config.tile,
            jitter=config.jitter,
            power=config.power,
            positive_weight=config.positive_weight,
            floor=config.floor,
            dilate=config.dilate,
        )

    def streams(self) -> Mapping[Stream, int]:
        return {Stream.BALANCED: self.config.batch}

    def networks(self) -> Mapping[str, nn.Module]:
        return {"segdec": self.network}

    def proposer(self) -> str:
        return "segdec"

    def optimisers(self) -> Mapping[str, Optimizer]:
        if self._optimiser is None:
            weights, rate = self.network.parameters(), self.config.rate
            sgd = self.config.optimiser is OptimiserKind.SGD
            self._optimiser = SGD(weights, lr=rate, foreach=True) if sgd else AdamW(weights, lr=rate, foreach=True)
        return {"segdec": self._optimiser}

    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        sample, optimiser = batch[Stream.BALANCED], self.optimisers()["segdec"]
        self._met_a_mask = self._met_a_mask or bool((sample.has_mask & (sample.cracked > 0)).any())
        decision = self.network(self._seen(sample.images), stops=self._stops())
        losses = self.losses(decision, sample, progress=progress)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        return {term: loss.detach() for term, loss in losses.items()}

    def losses(self, decision: Decision, sample: Sample, *, progress: float) -> dict[str, Tensor]:
        """L = lambda gamma L_seg + delta (1 - lambda) L_cls (eq. 1 of the paper), lambda = 1 - n / N.

        gamma = 0 for cracked images without a mask is in the sample's weights. The target of the classification is the
        hard tag: the maximum of a blurred mask, as in the authors' code, is 0.06 to 0.41 for cracks 1 to 7 px wide.
        """
        # without one mask of a defect there is no segmentation to begin with
        shift = (1 - progress, progress) if self.config.balance and self._met_a_mask else (1.0, 1.0)
        segmentation = weighted_bce(decision.segmentation, reduced(sample.masks), reduced(sample.weights))
        classification = F.binary_cross_entropy_with_logits(decision.image.float(), sample.cracked)
        losses = {
            "segmentation": shift[0] * segmentation,
            "classification": shift[1] * self.config.delta * classification,
        }
        if self.config.instance:
            losses["instance"] = self.config.instance * _loudest_is_crack(decision.segmentation, sample)
        return losses

    def crack_map(self, images: Tensor) -> Tensor:
        return self.propose(images)[0]

    def propose(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        decision = self.network(self._seen(images), stops=Stops(trunk=False, shortcuts=False))
        height, width = images.shape[-2:]
        grown = F.interpolate(
            decision.segmentation.float().sigmoid(), scale_factor=STRIDE, mode="bilinear", align_corners=False
        )
        return grown[..., :height, :width], decision.image.float().sigmoid()

    def _seen(self, images: Tensor) -> Tensor:
        return images.mean(dim=1, keepdim=True) if self.config.grey else images

    def _stops(self) -> Stops:
        def holds(kind: StopKind) -> bool:
            return kind is StopKind.ALWAYS or (kind is StopKind.WITH_MASKS and self._met_a_mask)

        return Stops(trunk=holds(self.config.stop_volume), shortcuts=holds(self.config.stop_shortcuts))


def _loudest_is_crack(segmentation: Tensor, sample: Sample) -> Tensor:
    """Multiple instances: of a cracked image without a mask, somewhere in the loudest twentieth is the crack.

    Without it only intact images teach the segmentation in a run on tags, and it falls silent: measured on 96 px tiles
    of CFD and DeepCrack.
    """
    logits = segmentation.float().flatten(1)
    loudest = logits.topk(max(1, logits.shape[1] // 20), dim=1).values.mean(dim=1)
    unknown = (~sample.has_mask & (sample.cracked > 0)).float()
    return (F.softplus(-loudest) * unknown).sum() / unknown.sum().clamp(min=1)
