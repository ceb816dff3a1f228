"""Multiple instances: a tag is said of an image, so of several crops of it the loudest has to answer for the tag.

A crack may cover little of a large image that is tagged cracked; most crops of it are then intact, and wrongly taught.
The loudest of several likely shows the crack, once attention has found anything; before, it is any of them. The loudest
of as many crops of an intact image is what comes closest to a crack: a maximum is taken on both sides, or else the
maximum itself would tell them apart.
"""

from collections.abc import Callable
from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor

from crackstudio.engine.method import Sample

Instances = Annotated[
    int,
    Meta(
        ge=1,
        le=64,
        description="Of each image so many crops are looked at, and the loudest is trained on; more where a crack "
        "covers little of its image.",
    ),
]
"""The setting of the methods that learn from tags alone."""
AT_ONCE = 64
"""Crops that are looked at together: as many as fit wherever a step does."""


def loudest_crops(sample: Sample, loudness: Callable[[Tensor], Tensor], *, instances: int) -> Sample:
    """Of each `instances` crops that follow each other the loudest: a sample of as many crops as images were drawn.

    `loudness`: (N, 3, H, W) in [0, 1] -> (N,); asked without gradients, and not at all for bags of one.
    """
    if instances == 1:
        return sample
    with torch.no_grad():
        loud = torch.cat([loudness(some) for some in torch.split(sample.images, AT_ONCE)]).view(-1, instances)
    chosen = loud.argmax(dim=1) + instances * torch.arange(len(loud), device=loud.device)
    return Sample(
        images=sample.images[chosen].contiguous(memory_format=torch.channels_last),
        cracked=sample.cracked[chosen],
        masks=sample.masks[chosen],
        weights=sample.weights[chosen],
        has_mask=sample.has_mask[chosen],
    )
