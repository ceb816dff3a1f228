"""Attention CycleGAN: crack masks from image tags alone.

A generator that turns cracked images into intact ones has to find the crack: where it repaints, its attention, is the
proposed mask. The idea is RepairerGAN's (Computers in Industry 149, 2023, 103921). Its plain recipe fell to attention 0
within 100 steps on 418 real images, since leaving the image alone satisfies cycle and identity at once. Here the tag
anchors the attention: the loudest share of it has to tell cracked from intact. Tags do not tell how wide a crack is, so
attention is also drawn to the contour of what it found.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from enum import StrEnum
from typing import Annotated, NamedTuple

import numpy as np
import torch
from msgspec import Meta
from torch import Tensor, nn
from torch.nn.functional import softplus
from torch.optim import AdamW, Optimizer, RMSprop

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset
from crackstudio.engine.collapse import Guard
from crackstudio.engine.method import Method, MethodConfig, Sample, Stream
from crackstudio.engine.networks.adversarial import (
    MadePool,
    background_change,
    mask_loss,
    passes_as_real,
    tag_loss,
    tells_apart,
)
from crackstudio.engine.networks.blocks import BlockKind
from crackstudio.engine.networks.contour import contour_loss
from crackstudio.engine.networks.discriminators import PatchDiscriminator
from crackstudio.engine.networks.generators import DamagingGenerator, GeneratorShape, Repair, RepairingGenerator
from crackstudio.imaging.specks import fade_specks


class OptimiserKind(StrEnum):
    """How the networks learn."""

    ADAMW = "adamw"
    RMSPROP = "rmsprop"


class AttentionCycleGANConfig(MethodConfig, frozen=True, kw_only=True):
    """The form of the attention CycleGAN; the weights multiply their loss terms."""

    minutes: Annotated[
        float,
        Meta(ge=0.1, le=10_000, description="How long a run takes where nobody says so.", extra={"unit": "min"}),
    ] = 14.0
    tile: Annotated[
        int, Meta(ge=32, le=1024, description="Side of the square crops a step trains on.", extra={"unit": "px"})
    ] = 96
    batch: Annotated[int, Meta(ge=1, le=64, description="Cracked images in a step, and as many intact ones.")] = 4
    width: Annotated[
        int, Meta(ge=8, le=128, description="Channels at full resolution: small for easy defects, large for hard ones.")
    ] = 16
    depth: Annotated[int, Meta(ge=1, le=6, description="Blocks at each resolution of the generators.")] = 1
    block: Annotated[BlockKind, Meta(description="What the generators are built of.")] = BlockKind.CONVNEXT
    dropout: Annotated[float, Meta(ge=0, le=0.8, description="Share dropped at the generators' bottom.")] = 0.0
    attention_bias: Annotated[
        float, Meta(ge=-6, le=6, description="Attention logit before training: low starts quiet, 0 undecided.")
    ] = -2.0
    optimiser: Annotated[OptimiserKind, Meta(description="How the networks learn.")] = OptimiserKind.ADAMW
    rate: Annotated[float, Meta(gt=0, le=0.1, description="Learning rate of the generators.")] = 6e-4
    discriminator_rate: Annotated[
        float, Meta(gt=0, le=0.1, description="Learning rate of the discriminators: slower than the generators'.")
    ] = 1e-4
    decay_from: Annotated[
        float, Meta(ge=0, le=1, description="Share of the run after which the rates fall linearly to zero.")
    ] = 0.5
    adversarial: Annotated[float, Meta(ge=0, le=100, description="Weight: repaired images look intact.")] = 1.0
    cycle: Annotated[float, Meta(ge=0, le=100, description="Weight: there and back gives the image again.")] = 10.0
    identity: Annotated[float, Meta(ge=0, le=100, description="Weight: an intact image stays as it is.")] = 10.0
    structure: Annotated[float, Meta(ge=0, le=100, description="Weight: nothing changes outside the attention.")] = 1.0
    intact_structure: Annotated[bool, Meta(description="Ask that of intact images too.")] = True
    tag: Annotated[float, Meta(ge=0, le=100, description="Weight: the loudest attention tells the tag.")] = 1.0
    top_share: Annotated[
        float, Meta(gt=0, le=1, description="Share of the pixels that speak for the tag; a crack should cover it.")
    ] = 0.01
    contour: Annotated[
        float, Meta(ge=0, le=100, description="Weight: attention is drawn tight to the border of what it found.")
    ] = 1.0
    border: Annotated[
        float, Meta(ge=-1, le=1, description="Where that border lies: below 0 masks come out thinner, above thicker.")
    ] = -0.1
    guided: Annotated[
        float, Meta(ge=0, le=100, description="Weight: attention follows the masks of images that have one.")
    ] = 1.0
    smallest: Annotated[
        int,
        Meta(ge=0, le=10_000, description="Pieces of fewer pixels fade from the crack map.", extra={"unit": "px"}),
    ] = 48


CONTOUR_FROM = 0.15
"""Share of the run before which attention has not found anything to be drawn tight to."""


class Journey(NamedTuple):
    """One step's images on their way: (N, 3, H, W) in [-1, 1]; the way back runs on half of them."""

    cracked: Tensor
    intact: Tensor
    repaired: Repair
    kept: Repair
    damaged: Tensor
    mended: Repair
    closed: Tensor
    same: Tensor


class AttentionCycleGAN(Method):
    """Two generators, two discriminators, and the running average of the repairing one, which proposes."""

    Config = AttentionCycleGANConfig
    card = MethodCard(
        key="attention-cyclegan",
        title="Attention CycleGAN",
        summary="Learns to repair cracks away; where it repaints is the mask. Needs tags only.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4), Need(kind=NeedKind.INTACT, at_least=4)),
        uses="A tag, cracked or intact, per image or tile. Masks guide it where there are some, but it needs none.",
        paper="RepairerGAN, Computers in Industry 149 (2023) 103921",
        notes="Unlike the paper's, its attention is anchored to the tags and drawn tight to what it found. "
        "The preset `original` is the published recipe; on real images that fell to empty masks in 100 steps.",
        presets=(
            Preset(
                name="original",
                title="As published (simple set)",
                settings={
                    "optimiser": "rmsprop",
                    "rate": 2e-4,
                    "discriminator_rate": 2e-5,
                    "decay_from": 0.4,
                    "dropout": 0.4,
                    "attention_bias": 0.0,
                    "tag": 0.0,
                    "contour": 0.0,
                    "guided": 0.0,
                    "smallest": 0,
                },
            ),
            Preset(
                name="starter",
                title="For drawn images with masks, as the starter was trained",
                settings={"guided": 3.0, "contour": 0.0, "jitter": 0.4, "minutes": 30.0},
            ),
        ),
    )

    def __init__(self, config: AttentionCycleGANConfig) -> None:
        super().__init__(config)
        self.config: AttentionCycleGANConfig = config
        self._repairer = RepairingGenerator(_shape(config), attention_bias=config.attention_bias)
        self._damager = DamagingGenerator(_shape(config))
        self._averaged = deepcopy(self._repairer).requires_grad_(False)
        self._judge_of_intact, self._judge_of_cracked = PatchDiscriminator(), PatchDiscriminator()
        self._repaired_pool, self._damaged_pool = MadePool(), MadePool()
        self._optimisers: dict[str, Optimizer] = {}
        self._discriminator_rate, self._tag_weight = config.discriminator_rate, config.tag
        self._judge_of_intact.register_buffer("steps", torch.zeros(()))  # kept with the run, not with the checkpoint

    def streams(self) -> Mapping[Stream, int]:
        return {Stream.CRACKED: self.config.batch, Stream.INTACT: self.config.batch}

    def networks(self) -> Mapping[str, nn.Module]:
        return {
            "averaged": self._averaged,
            "repairer": self._repairer,
            "damager": self._damager,
            "judge_of_intact": self._judge_of_intact,
            "judge_of_cracked": self._judge_of_cracked,
        }

    def proposer(self) -> str:
        return "averaged"

    def optimisers(self) -> Mapping[str, Optimizer]:
        if not self._optimisers:
            generators = [*self._repairer.parameters(), *self._damager.parameters()]
            judges = [*self._judge_of_intact.parameters(), *self._judge_of_cracked.parameters()]
            self._optimisers = {"generators": self._optimiser(generators), "discriminators": self._optimiser(judges)}
        return self._optimisers

    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        optimisers = self.optimisers()
        self._start_or_go_on(optimisers["generators"])
        self._set_rates(progress)
        with _frozen(self._judge_of_intact, self._judge_of_cracked):
            journey = self._travel(_signed(batch[Stream.CRACKED].images), _signed(batch[Stream.INTACT].images))
            losses = self._generator_losses(journey) | self._mask_losses(journey, batch[Stream.CRACKED], progress)
            optimisers["generators"].zero_grad(set_to_none=True)
            _weighted_sum(losses, self._weights()).backward()  # type: ignore[no-untyped-call]
            optimisers["generators"].step()
        losses["discriminator"] = self._discriminator_loss(journey)
        optimisers["discriminators"].zero_grad(set_to_none=True)
        losses["discriminator"].backward()  # type: ignore[no-untyped-call]
        optimisers["discriminators"].step()
        self._follow()
        return {term: loss.detach() for term, loss in losses.items()}

    def crack_map(self, images: Tensor) -> Tensor:
        repair: Repair = self._averaged(_signed(images))
        return self._without_specks(repair.attention)

    def preview(self, images: Tensor) -> dict[str, Tensor]:
        repair: Repair = self._averaged(_signed(images))
        repaired = ((repair.image + 1) / 2).clamp(0, 1)
        return {"crack map": self._without_specks(repair.attention), "repaired": repaired}

    def guard(self) -> Guard:
        return Guard()

    def soften(self) -> None:
        """Halve the discriminators' rate and raise the tag term."""
        super().soften()
        self._discriminator_rate *= 0.5
        self._tag_weight = max(1.5 * self._tag_weight, 0.5)

    def _travel(self, cracked: Tensor, intact: Tensor) -> Journey:
        """Both ways round. The way back runs on half of the batch: it only supports the way there, at half the cost."""
        count, half = len(cracked), (len(cracked) + 1) // 2
        there = _split(self._repairer(torch.cat((cracked, intact))), count)
        repaired, kept = there
        pieces = (intact[:half], repaired.image[:half], cracked[-half:])
        damaged, closed, same = self._damager(torch.cat(pieces)).split([len(piece) for piece in pieces])
        return Journey(
            cracked=cracked,
            intact=intact,
            repaired=repaired,
            kept=kept,
            damaged=damaged,
            mended=self._repairer(damaged),
            closed=closed,
            same=same,
        )

    def _generator_losses(self, journey: Journey) -> dict[str, Tensor]:
        cracked, intact, repaired, kept, damaged, mended, closed, same = journey
        logits = torch.cat((repaired.logits, kept.logits))
        tags = torch.cat((logits.new_ones(len(cracked)), logits.new_zeros(len(intact))))
        judged = passes_as_real(self._judge_of_intact(repaired.image)), passes_as_real(self._judge_of_cracked(damaged))
        structure = background_change(cracked, repaired.image, repaired.attention)
        structure = structure + background_change(damaged, mended.image, mended.attention)
        if self.config.intact_structure:
            structure = structure + background_change(intact, kept.image, kept.attention)
        return {
            "adversarial": judged[0] + judged[1],
            "cycle": _distance(closed, cracked) + _distance(mended.image, intact),
            "identity": _distance(kept.image, intact) + _distance(same, cracked[-len(same) :]),
            "structure": structure,
            "tag": tag_loss(logits, tags, top_share=self.config.top_share),
        }

    def _mask_losses(self, journey: Journey, cracked: Sample, progress: float) -> dict[str, Tensor]:
        """What attention should be, pixel by pixel: nothing on intact images, its contour or a mask on cracked ones."""
        config, logits = self.config, journey.repaired.logits
        losses = {}
        if config.contour:
            unmasked = (~cracked.has_mask).float()
            tight = contour_loss(cracked.images, logits, unmasked, bias=config.border)
            losses["contour"] = (progress >= CONTOUR_FROM) * (tight + softplus(journey.kept.logits).mean())
        if config.guided:
            weights = cracked.weights * cracked.has_mask.view(-1, 1, 1, 1)
            losses["guided"] = mask_loss(logits, cracked.masks, weights)
        return losses

    def _discriminator_loss(self, journey: Journey) -> Tensor:
        """The mean of both discriminators', on pools of made images; 0.25 where they cannot tell."""
        repaired, damaged = (
            pool.exchange(made)
            for pool, made in ((self._repaired_pool, journey.repaired.image), (self._damaged_pool, journey.damaged))
        )
        intact = tells_apart(self._judge_of_intact(journey.intact), self._judge_of_intact(repaired))
        cracked = tells_apart(self._judge_of_cracked(journey.cracked), self._judge_of_cracked(damaged))
        return 0.5 * (intact + cracked)

    def _weights(self) -> dict[str, float]:
        config = self.config
        return {
            "adversarial": config.adversarial,
            "cycle": config.cycle,
            "identity": config.identity,
            "structure": config.structure,
            "tag": self._tag_weight,
            "contour": config.contour,
            "guided": config.guided,
        }

    def _without_specks(self, attention: Tensor) -> Tensor:
        smallest = self.config.smallest
        maps = attention[:, 0].detach().float().cpu().numpy()
        faded = np.stack([fade_specks(one, smallest=smallest) for one in maps])
        return torch.from_numpy(faded)[:, None].to(attention.device)

    def _start_or_go_on(self, optimiser: Optimizer) -> None:
        """A run that starts from a checkpoint has only the averaged generator: let the repairing one start there."""
        if not optimiser.state:
            self._repairer.load_state_dict(self._averaged.state_dict())

    def _set_rates(self, progress: float) -> None:
        start = self.config.decay_from
        factor = 1.0 if progress <= start else (1 - progress) / (1 - start)
        rates = {"generators": self.config.rate, "discriminators": self._discriminator_rate}
        for name, optimiser in self.optimisers().items():
            for group in optimiser.param_groups:
                group["lr"] = factor * rates[name]

    def _follow(self) -> None:
        """The averaged generator follows the trained one: a GAN swings, its average does not."""
        steps = self._judge_of_intact.get_buffer("steps").add_(1)
        pace = (10 / (steps + 10)).clamp(min=0.01)
        with torch.no_grad():
            for average, now in zip(self._averaged.parameters(), self._repairer.parameters(), strict=True):
                average.lerp_(now, pace)

    def _optimiser(self, parameters: list[nn.Parameter]) -> Optimizer:
        if self.config.optimiser is OptimiserKind.RMSPROP:
            return RMSprop(parameters)
        return AdamW(parameters, betas=(0.5, 0.99))


def _shape(config: AttentionCycleGANConfig) -> GeneratorShape:
    return GeneratorShape(width=config.width, depth=config.depth, block=config.block, dropout=config.dropout)


def _signed(images: Tensor) -> Tensor:
    return images * 2 - 1


def _split(repair: Repair, count: int) -> tuple[Repair, Repair]:
    return Repair(*(part[:count] for part in repair)), Repair(*(part[count:] for part in repair))


def _distance(made: Tensor, wanted: Tensor) -> Tensor:
    return (made - wanted[: len(made)]).abs().mean()


def _weighted_sum(losses: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    return torch.stack([weights[term] * loss for term, loss in losses.items()]).sum()


@contextmanager
def _frozen(*networks: nn.Module) -> Iterator[None]:
    for network in networks:
        network.requires_grad_(False)
    try:
        yield
    finally:
        for network in networks:
            network.requires_grad_(True)
