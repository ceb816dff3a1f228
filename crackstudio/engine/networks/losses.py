"""Losses between a map and a mask, pixel by pixel weighted: 0 is a pixel nobody knows."""

import torch.nn.functional as F
from torch import Tensor


def weighted_bce(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Binary cross-entropy of (N, 1, H, W) logits against 0/1 masks, averaged over the pixels that are known."""
    each = F.binary_cross_entropy_with_logits(logits.float(), masks, weight=weights, reduction="sum")
    return each / (weights > 0).sum().clamp(min=1)


def weighted_dice(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """1 - Dice over all known pixels of the batch; 0 for two empty maps (Dice of two empty masks is 1)."""
    maps = logits.float().sigmoid() * weights
    wanted = masks * weights
    overlap = (maps * masks).sum()
    return 1 - (2 * overlap + 1) / (maps.sum() + wanted.sum() + 1)
