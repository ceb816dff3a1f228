"""What attention should be next to what it found: drawn tight to the border between crack and surface.

Tags tell that there is a crack, not how wide: attention that only has to be loud comes out pixels too thick. Where
attention has found something, each pixel is given to whichever of the two local means it resembles more, that of the
attended pixels or that of their surroundings (after the region-scalable contours of Li et al., IEEE TIP 17, 2008).
Nothing here asks whether a crack is darker or brighter than its surface.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

WINDOW = 15
"""Side of the square, px, over which the two means are taken."""
REACH = 3
"""How far, px, beyond what attention has found a pixel is judged."""
SHARPNESS = 8.0
"""Steepness of the target between the two means; 1 is the whole way from one to the other."""
FLAT = 3e-3
"""Squared distance of the two means, over RGB in [0, 1], that is as good as none: there a pixel counts half."""


class Contour(NamedTuple):
    """target: what attention should be; weight: how much that counts. Both (N, 1, H, W) in [0, 1]."""

    target: Tensor
    weight: Tensor


def contour_loss(images: Tensor, logits: Tensor, counts: Tensor, *, bias: float) -> Tensor:
    """How far the attention of cracked images is from its own contour.

    images: (N, 3, H, W) in [0, 1]; logits: (N, 1, H, W); counts: (N,), 0 for images that have no say.
    """
    with torch.autocast(images.device.type, enabled=False):
        logits = logits.float()
        target, weight = contour(images.float(), torch.sigmoid(logits.detach()), bias=bias)
        weight = weight * counts.view(-1, 1, 1, 1)
        apart = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        # the constant keeps a batch in which hardly anything was found from speaking too loudly
        return (weight * apart).sum() / (weight.sum() + 100)


def contour(images: Tensor, attention: Tensor, *, bias: float) -> Contour:
    """`bias` moves the border: below 0 pixels halfway between the means fall to the surface."""
    share = _mean(attention)
    inside = _mean(attention * images) / share.clamp(min=1e-6)
    outside = _mean((1 - attention) * images) / (1 - share).clamp(min=1e-6)
    gap = _squared(inside - outside)
    nearer = (_squared(images - outside) - _squared(images - inside)) / (gap + 1e-3)
    near = F.max_pool2d(attention, 2 * REACH + 1, stride=1, padding=REACH) > 0.5
    return Contour(target=torch.sigmoid(SHARPNESS * (nearer + bias)), weight=near * gap / (gap + FLAT))


def _mean(x: Tensor) -> Tensor:
    edge = WINDOW // 2
    return F.avg_pool2d(F.pad(x, (edge, edge, edge, edge), mode="reflect"), WINDOW, stride=1)


def _squared(x: Tensor) -> Tensor:
    return x.square().sum(dim=1, keepdim=True)
