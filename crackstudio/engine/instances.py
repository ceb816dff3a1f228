"""Multiple instances: a tag is said of an image, so of several crops of it one has to answer for the tag.

A crack may cover little of a large image that is tagged cracked; most crops of it are then intact, and wrongly taught.
The crop is drawn in proportion to its odds of being cracked: as likely as it is that one, if exactly one of them is.
While nothing has been found yet every crop has its turn, where the loudest alone would be one blind guess confirmed
over and over; what was found is then hardly missed. Of an intact image as many crops are looked at, and one is drawn
alike: what comes closest to a crack has to be unlearnt, or else the choice itself would tell the two apart.
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
        description="Of each image so many crops are looked at and one is trained on, mostly the likeliest; more where "
        "a crack covers little of its image.",
    ),
]
"""The setting of the methods that learn from tags alone."""
AT_ONCE = 64
"""Crops that are looked at together: as many as fit wherever a step does."""


def likely_crops(sample: Sample, logits: Callable[[Tensor], Tensor], *, instances: int) -> Sample:
    """Of each `instances` crops that follow each other one, drawn: a sample of as many crops as images were drawn.

    `logits`: (N, 3, H, W) in [0, 1] -> (N,), that a crop is cracked; asked without gradients, and not at all for bags
    of one.
    """
    if instances == 1:
        return sample
    with torch.no_grad():
        told = torch.cat([logits(some) for some in torch.split(sample.images, AT_ONCE)]).view(-1, instances)
    drawn = torch.multinomial(told.float().softmax(dim=1), 1).squeeze(1)
    chosen = drawn + instances * torch.arange(len(told), device=told.device)
    return Sample(
        images=sample.images[chosen].contiguous(memory_format=torch.channels_last),
        cracked=sample.cracked[chosen],
        masks=sample.masks[chosen],
        weights=sample.weights[chosen],
        has_mask=sample.has_mask[chosen],
    )
