"""Attention CycleGAN: crack masks from image tags alone.

A generator that turns cracked images into intact ones has to find the crack: where it repaints, its attention, is the
proposed mask. The idea is RepairerGAN's (Computers in Industry 149, 2023, 103921). Its plain recipe fell to attention 0
within 100 steps on 418 real images, since leaving the image alone satisfies cycle and identity at once. Here the tag
anchors the attention: the loudest share of it has to tell cracked from intact. Tags do not tell how wide a crack is, so
attention is also drawn to the contour of what it found. So anchored it needs no way back: `two-way` has one.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer, RMSprop

from crackstudio.core.runs import MethodCard, Need, NeedKind
from crackstudio.engine.collapse import Guard
from crackstudio.engine.instances import loudest_crops
from crackstudio.engine.method import Feed, Method, Sample, Stream
from crackstudio.engine.networks.adversarial import MadePool, loudest, mask_loss, tells_apart
from crackstudio.engine.networks.discriminators import PatchDiscriminator
from crackstudio.engine.networks.encoder_decoders import UNet
from crackstudio.engine.networks.generators import AttentiveGenerator, PlainGenerator, Repair
from crackstudio.engine.networks.proposing import Proposing, Views, border_weights
from crackstudio.engine.recipes.attention_cyclegan import (
    GROUPS,
    PRESETS,
    AttentionCycleGANConfig,
    Judges,
    OptimiserKind,
    RateCourse,
)
from crackstudio.engine.recipes.repair_losses import Back, There, attention_losses, mask_losses, repair_losses
from crackstudio.imaging.refining import Refinement, refined
from crackstudio.imaging.specks import fade_specks

STUDENT_WIDTH, STUDENT_DEPTH, STUDENT_RATE = 8, 4, 2e-3
"""The U-Net's own defaults."""
READY = 0.5
"""Share of the teaching from which on the student proposes."""
UNSURE_BORDER = 3
"""How far from the border of its mask, px, the teacher is less than sure."""


class AttentionCycleGAN(Method):
    """The repairing generator with its discriminator, and its running average, which proposes; a way back if asked."""

    Config = AttentionCycleGANConfig
    card = MethodCard(
        key="attention-cyclegan",
        title="Attention CycleGAN",
        summary="Learns to repair cracks away; where it repaints is the mask. Needs tags only.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4), Need(kind=NeedKind.INTACT, at_least=4)),
        uses="A tag, cracked or intact, per image or tile. Masks guide it where there are some, but it needs none.",
        paper="RepairerGAN, Computers in Industry 149 (2023) 103921",
        notes="Unlike the paper's, its attention is anchored to the tags and drawn tight to what it found. The presets "
        "by name are the published recipes; on real images RepairerGAN's fell to empty masks in 100 steps.",
        groups=GROUPS,
        presets=PRESETS,
    )
    config: AttentionCycleGANConfig

    def __init__(self, config: AttentionCycleGANConfig) -> None:
        super().__init__(config)
        self._repairer = AttentiveGenerator(
            config.shape, attention_bias=config.attention_bias, composition=config.composition
        )
        self._networks: dict[str, nn.Module] = {"repairer": self._repairer}
        self._made = {"intact": MadePool(config.pool)}
        self._networks["judge_of_intact"] = PatchDiscriminator(downsamplings=config.halvings)
        if not config.one_way:
            self._networks["damager"] = (
                deepcopy(self._repairer) if config.reverse_attention else PlainGenerator(config.shape)
            )
        if not config.one_way and config.judges is Judges.BOTH:
            self._networks["judge_of_cracked"] = PatchDiscriminator(downsamplings=config.halvings)
            self._made["cracked"] = MadePool(config.pool)
        self._networks["judge_of_intact"].register_buffer("steps", torch.zeros(()))
        student = UNet(width=STUDENT_WIDTH, depth=STUDENT_DEPTH) if config.distil else None
        self._proposing = Proposing(deepcopy(self._repairer).requires_grad_(False), student)
        self._networks["proposer"] = self._proposing
        self._optimisers: dict[str, Optimizer] = {}
        self._tag_weight = config.tag
        self._slower = 1.0
        """What the guard made of the discriminators' rates."""

    def streams(self) -> Mapping[Stream, int]:
        return {Stream.CRACKED: self.config.batch, Stream.INTACT: self.config.batch}

    def feed(self) -> Feed:
        return replace(super().feed(), instances=self.config.instances)

    def networks(self) -> Mapping[str, nn.Module]:
        return self._networks

    def proposer(self) -> str:
        return "proposer"

    def optimisers(self) -> Mapping[str, Optimizer]:
        if not self._optimisers:
            generators = [self._networks[name] for name in ("repairer", "damager") if name in self._networks]
            self._optimisers = {"generators": self._optimiser([generators])}
            self._optimisers["discriminators"] = self._optimiser([[judge] for judge in self._judges().values()])
            if self._proposing.student is not None:
                weights = self._proposing.student.parameters()
                self._optimisers["student"] = AdamW(weights, lr=STUDENT_RATE, foreach=True)
        return self._optimisers

    def train_step(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        batch = {
            stream: loudest_crops(sample, self._loudness, instances=self.config.instances)
            for stream, sample in batch.items()
        }
        taught_from = 1 - self.config.distil
        if progress >= taught_from and self.config.distil:
            losses = self._teach(batch, (progress - taught_from) / self.config.distil)
        else:
            losses = self._repair(batch, progress / taught_from)
        return {term: loss.detach() for term, loss in losses.items()}

    def crack_map(self, images: Tensor) -> Tensor:
        found: Tensor = self._proposing(_signed(images), self.config.views)
        return self._finished(found.sigmoid(), images)

    def preview(self, images: Tensor) -> dict[str, Tensor]:
        repair: Repair = self._proposing.teacher(_signed(images))
        return {
            "crack map": self.crack_map(images),
            "attention": repair.attention,
            "repaired": ((repair.image + 1) / 2).clamp(0, 1),
        }

    def take_over(self, weights: Mapping[str, Tensor]) -> None:
        """Those of a run with a student start one without, and the other way round."""
        known = self._proposing.state_dict()
        fitting = {name: value for name, value in weights.items() if name in known}
        missing = [name for name in known if name not in weights and not name.startswith("student.")]
        if missing:
            raise RuntimeError(f"it has no {missing[0]}")
        self._proposing.load_state_dict(fitting, strict=False)

    def guard(self) -> Guard:
        return Guard()

    def soften(self) -> None:
        """Halve the discriminators' rates and raise the tag term."""
        super().soften()
        self._slower *= 0.5
        self._tag_weight = max(1.5 * self._tag_weight, 0.5)

    def _loudness(self, images: Tensor) -> Tensor:
        """(N,): what the tag is judged by, as the averaged generator sees it."""
        return loudest(self._proposing.attend(_signed(images)), share=self.config.top_share)

    def _repair(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        """One step of the generators, then of their discriminators."""
        optimisers = self.optimisers()
        self._start_or_go_on(optimisers["generators"])
        self._set_rates(progress)
        cracked, intact = batch[Stream.CRACKED], batch[Stream.INTACT]
        with _frozen(self._judges().values()):
            there = self._go(_signed(cracked.images), _signed(intact.images))
            back = None if self.config.one_way else self._return(there)
            losses = {
                **repair_losses(self.config, there, back, judges=self._judges()),
                **attention_losses(self.config, there, back, tag_weight=self._tag_weight),
                **mask_losses(self.config, there, cracked, progress=progress),
            }
            _descend(optimisers["generators"], torch.stack(list(losses.values())).sum())
        losses["discriminator"] = self._discriminator_loss(there, back)
        _descend(optimisers["discriminators"], losses["discriminator"])
        self._follow()
        return losses

    def _teach(self, batch: Mapping[Stream, Sample], progress: float) -> dict[str, Tensor]:
        """One step of the student: what the teacher attends to on cracked images, nothing on intact ones."""
        proposing, cracked, intact = self._proposing, batch[Stream.CRACKED], batch[Stream.INTACT]
        assert proposing.student is not None
        for group in self.optimisers()["student"].param_groups:
            group["lr"] = STUDENT_RATE * min(1.0, 0.05 + progress / 0.1) * (0.5 + 0.5 * math.cos(math.pi * progress))
        with torch.no_grad():
            told = proposing.labels(_signed(cracked.images), Views.FLIPS)
            told = (self._finished(told, cracked.images) >= 0.5).float()
            sure = border_weights(told, reach=UNSURE_BORDER)
        has_mask = cracked.has_mask.view(-1, 1, 1, 1)
        masks = torch.where(has_mask, cracked.masks, told)
        weights = torch.where(has_mask, cracked.weights, sure)
        logits = proposing.see(_signed(torch.cat((cracked.images, intact.images))))
        masks = torch.cat((masks, torch.zeros_like(intact.masks)))
        losses = {"student": mask_loss(logits, masks, torch.cat((weights, torch.ones_like(intact.weights))))}
        _descend(self.optimisers()["student"], losses["student"])
        proposing.taught.fill_(float(progress >= READY))
        return losses

    def _judges(self) -> dict[str, nn.Module]:
        """The discriminators by what they judge: `intact`, and `cracked` where there is one."""
        return {side: self._networks[f"judge_of_{side}"] for side in self._made}

    def _go(self, cracked: Tensor, intact: Tensor) -> There:
        repair: Repair = self._repairer(torch.cat((cracked, intact)))
        count = len(cracked)
        repaired, kept = Repair(*(part[:count] for part in repair)), Repair(*(part[count:] for part in repair))
        return There(cracked=cracked, intact=intact, repaired=repaired, kept=kept)

    def _return(self, there: There) -> Back:
        """On a share of the batch: the way back only supports the way there, and costs as much."""
        share = math.ceil(self.config.reverse_share * len(there.cracked))
        intact = there.intact[:share]
        pieces = (intact, there.repaired.image[:share], there.cracked[-share:])
        made = self._networks["damager"](torch.cat(pieces))
        image, attention = (made.image, made.attention[:share]) if isinstance(made, Repair) else (made, None)
        damaged, closed, same = torch.split(image, [len(piece) for piece in pieces])
        mended: Repair = self._repairer(damaged)
        return Back(intact=intact, damaged=damaged, attention=attention, mended=mended, closed=closed, same=same)

    def _discriminator_loss(self, there: There, back: Back | None) -> Tensor:
        """The mean over the discriminators, on pools of made images; 0.25 where they cannot tell."""
        pairs = {"intact": (there.intact, there.repaired.image)}
        if back is not None and "cracked" in self._made:
            pairs["cracked"] = (there.cracked, back.damaged)
        apart = []
        for side, (real, made) in pairs.items():
            judge = self._judges()[side]
            apart.append(tells_apart(judge(real), judge(self._made[side].exchange(made))))
        return torch.stack(apart).mean()

    def _finished(self, maps: Tensor, images: Tensor) -> Tensor:
        """(N, 1, H, W) in [0, 1], against (N, 3, H, W) in [0, 1]: refined, and without specks."""
        config = self.config
        found = list(maps[:, 0].detach().float().cpu().numpy())
        if config.refine is not Refinement.NONE:
            rgbs = (images.float() * 255).round().byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()
            found = [refined(one, rgb, by=config.refine) for one, rgb in zip(found, rgbs, strict=True)]
        faded = np.stack([fade_specks(one, smallest=config.smallest, lightest=config.lightest) for one in found])
        return torch.from_numpy(faded)[:, None].to(maps.device)

    def _start_or_go_on(self, optimiser: Optimizer) -> None:
        """A run that starts from a checkpoint has only what proposed: let the generator start there, and teach anew."""
        if not optimiser.state:
            self._repairer.load_state_dict(self._proposing.teacher.state_dict())
            self._proposing.taught.zero_()

    def _set_rates(self, progress: float) -> None:
        config, factor = self.config, self._rate_left(progress)
        of_intact, of_cracked = config.discriminator_rate, config.cracked_discriminator_rate
        rates = {
            "generators": (config.rate,),
            "discriminators": (self._slower * of_intact, self._slower * (of_cracked or of_intact)),
        }
        for name, of_groups in rates.items():
            for group, rate in zip(self.optimisers()[name].param_groups, of_groups, strict=False):
                group["lr"] = factor * rate
        late = max(0.0, progress - config.decay_from) / max(1e-6, 1 - config.decay_from)
        self._repairer.sharpness.fill_(1 + (config.sharpness - 1) * late)

    def _rate_left(self, progress: float) -> float:
        start, course = self.config.decay_from, self.config.course
        if course is RateCourse.CONSTANT or progress <= start:
            return 1.0
        left = (1 - progress) / (1 - start)
        return left if course is RateCourse.LINEAR else 0.5 - 0.5 * math.cos(math.pi * left)

    def _follow(self) -> None:
        """The averaged generator follows the trained one: a GAN swings, its average does not."""
        teacher, steps = self._proposing.teacher, self._steps.add_(1)
        pace = (10 / (steps + 10)).clamp(min=0.01) if self.config.averaging else torch.ones_like(steps)
        with torch.no_grad():
            for average, now in zip(teacher.parameters(), self._repairer.parameters(), strict=True):
                average.lerp_(now, pace)
        teacher.sharpness.copy_(self._repairer.sharpness)

    @property
    def _steps(self) -> Tensor:
        """Of the averaging: kept with the run, not with the checkpoint."""
        return self._networks["judge_of_intact"].get_buffer("steps")

    def _optimiser(self, groups: list[list[nn.Module]]) -> Optimizer:
        """One optimiser with a group of weights for each list of networks."""
        weights = [{"params": [weight for network in group for weight in network.parameters()]} for group in groups]
        if self.config.optimiser is OptimiserKind.RMSPROP:
            return RMSprop(weights)
        if self.config.optimiser is OptimiserKind.ADAM:
            return Adam(weights, betas=(0.5, 0.999))
        return AdamW(weights, betas=(0.5, 0.99))


def _signed(images: Tensor) -> Tensor:
    return images * 2 - 1


def _descend(optimiser: Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


@contextmanager
def _frozen(networks: Iterable[nn.Module]) -> Iterator[None]:
    held = list(networks)
    for network in held:
        network.requires_grad_(False)
    try:
        yield
    finally:
        for network in held:
            network.requires_grad_(True)
