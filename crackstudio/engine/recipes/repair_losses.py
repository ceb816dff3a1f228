"""What is asked of a repair, as weighted losses by name; RepairerGAN's terms, AttentionGAN's and ours."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from crackstudio.engine.method import Sample
from crackstudio.engine.networks.adversarial import (
    attended,
    background_change,
    mask_loss,
    passes_as_real,
    tag_loss,
    total_variation,
    variance_loss,
)
from crackstudio.engine.networks.contour import contour_loss
from crackstudio.engine.networks.generators import Repair
from crackstudio.engine.recipes.attention_cyclegan import Against, AttentionCycleGANConfig

CONTOUR_FROM = 0.15
"""Share of the run before which attention has not found anything to be drawn tight to."""


class There(NamedTuple):
    """Through the repairing generator: (N, 3, H, W) in [-1, 1], and what it made of them."""

    cracked: Tensor
    intact: Tensor
    repaired: Repair
    kept: Repair


class Back(NamedTuple):
    """The other way round, on a share of the batch.

    `damaged` is made of `intact`, where `attention` says if the way back has one, and `mended` again; `closed` is made
    of what the cracked images were repaired to, and `same` of the cracked images themselves, the last of the batch.
    """

    intact: Tensor
    damaged: Tensor
    attention: Tensor | None
    mended: Repair
    closed: Tensor
    same: Tensor


def repair_losses(
    config: AttentionCycleGANConfig, there: There, back: Back | None, *, judges: Mapping[str, nn.Module]
) -> dict[str, Tensor]:
    """A repair looks intact, leads back, and changes nothing else. `judges` by what they judge: intact, cracked."""
    adversarial = passes_as_real(judges["intact"](there.repaired.image))
    identity = _distance(there.kept.image, there.intact)
    structure = config.structure * _change(there.cracked, there.repaired, config)
    if config.structure_intact:
        structure = structure + config.structure_intact * _change_of_intact(there, config)
    losses = {}
    if back is not None:
        if "cracked" in judges:
            adversarial = adversarial + passes_as_real(judges["cracked"](back.damaged))
        identity = identity + _distance(back.same, there.cracked[-len(back.same) :])
        cycle = _distance(back.closed, there.cracked) + _distance(back.mended.image, back.intact)
        losses["cycle"] = config.cycle * cycle
        structure = structure + config.structure_back * _change(back.damaged, back.mended, config)
    losses["adversarial"] = config.adversarial * adversarial
    losses["identity"] = config.identity * identity
    losses["structure"] = structure
    if config.pixel:
        losses["pixel"] = config.pixel * stayed(there, back)
    if config.variance:
        losses["variance"] = config.variance * variance_loss(there.repaired.image, there.intact)
    return losses


def attention_losses(
    config: AttentionCycleGANConfig, there: There, back: Back | None, *, tag_weight: float
) -> dict[str, Tensor]:
    """Attention as a whole is loud by tag, smooth, little."""
    losses = {}
    logits = torch.cat((there.repaired.logits, there.kept.logits))
    if tag_weight:
        tags = torch.cat((logits.new_ones(len(there.cracked)), logits.new_zeros(len(there.intact))))
        losses["tag"] = tag_weight * tag_loss(logits, tags, top_share=config.top_share)
    if config.total_variation:
        uneven = total_variation(there.repaired.attention)
        if back is not None and back.attention is not None:
            uneven = uneven + total_variation(back.attention)
        losses["total variation"] = config.total_variation * uneven
    if config.mean_attention:
        losses["mean attention"] = config.mean_attention * torch.sigmoid(logits).mean()
    return losses


def mask_losses(
    config: AttentionCycleGANConfig, there: There, cracked: Sample, *, progress: float
) -> dict[str, Tensor]:
    """Attention pixel by pixel is nothing on intact images, and on cracked ones their mask or its own contour."""
    losses, logits = {}, there.repaired.logits
    if config.contour:
        unmasked = (~cracked.has_mask).float()
        tight = contour_loss(cracked.images, logits, unmasked, bias=config.border)
        weight = config.contour * (progress >= CONTOUR_FROM)
        losses["contour"] = weight * (tight + softplus(there.kept.logits).mean())
    if config.guided:
        weights = cracked.weights * cracked.has_mask.view(-1, 1, 1, 1)
        losses["guided"] = config.guided * mask_loss(logits, cracked.masks, weights)
    return losses


def _change(before: Tensor, after: Repair, config: AttentionCycleGANConfig) -> Tensor:
    return background_change(before, after.image, after.attention, by=config.similarity)


def _change_of_intact(there: There, config: AttentionCycleGANConfig) -> Tensor:
    if config.intact_against is Against.ORIGINAL:
        return attended(there.intact, there.kept.attention, by=config.similarity)
    return _change(there.intact, there.kept, config)


def stayed(there: There, back: Back | None) -> Tensor:
    """How far made images are from what they were made of, both ways (AttentionGAN v1's pixel loss)."""
    repaired = _distance(there.repaired.image, there.cracked)
    return repaired if back is None else repaired + _distance(back.damaged, back.intact)


def _distance(made: Tensor, wanted: Tensor) -> Tensor:
    return (made - wanted[: len(made)]).abs().mean()
