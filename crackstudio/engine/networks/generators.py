"""Generators that turn a cracked image into an intact one, or back.

Images are (N, 3, H, W) in [-1, 1]. The repairing generator says by its attention where it repaints; that attention
is the proposed crack mask.
"""

import math
from enum import StrEnum
from typing import NamedTuple

import torch
from torch import Tensor, nn

from crackstudio.engine.networks.blocks import SpatialAttention
from crackstudio.engine.networks.bodies import GeneratorShape, body


class Repair(NamedTuple):
    """What the repairing generator says. image, content: (N, 3, H, W); logits, attention: (N, 1, H, W)."""

    image: Tensor
    content: Tensor
    logits: Tensor
    attention: Tensor


class Composition(StrEnum):
    """How image and attention come together; the first letter and number are AttentionGAN's versions.

    `v1`: one channel of attention, built into the generator's last layer. `v1-rgb`: one for each colour.
    `v2`: a second decoder chooses, by softmax, between nine contents and the image. `cbam`: attention is a module's
    of its own, over the features.
    """

    V1 = "v1"
    V1_RGB = "v1-rgb"
    V2 = "v2"
    CBAM = "cbam"


CONTENTS = 9
"""Of `v2`, with the image as a tenth choice."""


class AttentiveGenerator(nn.Module):
    """`image = attention * content + (1 - attention) * x`.

    There is no tanh around the sum: with attention 0 it would return tanh(x), and identity would be out of reach.
    `attention_bias` is the logit that attention starts with. `sharpness` multiplies the logits: it may be raised as
    training goes on, and stays with the weights.
    """

    sharpness: Tensor

    def __init__(
        self, shape: GeneratorShape, *, attention_bias: float, composition: Composition = Composition.V1
    ) -> None:
        super().__init__()
        makers = {
            Composition.V1: BuiltIn,
            Composition.V1_RGB: BuiltInByColour,
            Composition.V2: Choosing,
            Composition.CBAM: BesideIt,
        }
        self.composed = makers[composition](shape, bias=attention_bias)
        self.register_buffer("sharpness", torch.ones(()))

    def forward(self, x: Tensor) -> Repair:
        """(N, 3, H, W) in [-1, 1] -> Repair; its image in [-1, 1], its attention in [0, 1]."""
        repair: Repair = self.composed(x, self.sharpness)
        return repair


class BuiltIn(nn.Module):
    """RepairerGAN, and AttentionGAN v1: attention (sigmoid) and content (tanh) side by side in one head."""

    def __init__(self, shape: GeneratorShape, *, bias: float, channels: int = 1) -> None:
        super().__init__()
        self.channels = channels
        self.body = body(shape, outs=(channels + 3,))
        _start_at(self.body.decoders[0].get_parameter("head.bias")[:channels], bias)

    def forward(self, x: Tensor, sharpness: Tensor) -> Repair:
        """(N, 3, H, W) in [-1, 1] -> Repair."""
        (y,) = self.body(x)
        logits, content = sharpness * y[:, : self.channels].float(), torch.tanh(y[:, self.channels :].float())
        attention = torch.sigmoid(logits)
        image = attention * content + (1 - attention) * x
        # of three colours the loudest speaks: where one of them is repainted, there is a defect
        return Repair(
            image=image,
            content=content,
            logits=logits.amax(dim=1, keepdim=True),
            attention=attention.amax(dim=1, keepdim=True),
        )


class BuiltInByColour(BuiltIn):
    """The same with an attention of its own for each colour."""

    def __init__(self, shape: GeneratorShape, *, bias: float) -> None:
        super().__init__(shape, bias=bias, channels=3)


class Choosing(nn.Module):
    """AttentionGAN v2: ten attentions by softmax over nine contents and the image; the mask is 1 - the tenth."""

    def __init__(self, shape: GeneratorShape, *, bias: float) -> None:
        super().__init__()
        self.body = body(shape, outs=(3 * CONTENTS, CONTENTS + 1))
        # nine equal logits and a tenth: 1 - the tenth's share is sigmoid(bias) at the start
        choice = self.body.decoders[1].get_parameter("head.bias")
        _start_at(choice[:CONTENTS], bias - math.log(CONTENTS))
        _start_at(choice[CONTENTS:], 0.0)

    def forward(self, x: Tensor, sharpness: Tensor) -> Repair:
        """(N, 3, H, W) in [-1, 1] -> Repair."""
        painted, chosen = self.body(x)
        contents = torch.tanh(painted.float()).reshape(len(x), CONTENTS, 3, *x.shape[-2:])
        chosen = sharpness * chosen.float()
        shares = torch.softmax(chosen, dim=1)
        image = (contents * shares[:, :CONTENTS, None]).sum(dim=1) + shares[:, CONTENTS:] * x
        # the log odds of "not the image": exact where 1 - the tenth would round to 0
        logits = torch.logsumexp(chosen[:, :CONTENTS], dim=1, keepdim=True) - chosen[:, CONTENTS:]
        attention = torch.sigmoid(logits)
        content = (contents * shares[:, :CONTENTS, None]).sum(dim=1) / attention.clamp(min=1e-6)
        return Repair(image=image, content=content, logits=logits, attention=attention)


class BesideIt(nn.Module):
    """Attention by a module of its own (CBAM) over the last features: a comparator; the source found it worse."""

    def __init__(self, shape: GeneratorShape, *, bias: float) -> None:
        super().__init__()
        self.body = body(shape, outs=(shape.width,))
        self.attention = SpatialAttention()
        self.paint = nn.Conv2d(shape.width, 3, 1)
        _start_at(self.attention.convolution.get_parameter("bias"), bias)

    def forward(self, x: Tensor, sharpness: Tensor) -> Repair:
        """(N, 3, H, W) in [-1, 1] -> Repair."""
        (features,) = self.body(x)
        logits = sharpness * self.attention(features).float()
        attention = torch.sigmoid(logits)
        content = torch.tanh(self.paint(attention.to(features.dtype) * features).float())
        return Repair(
            image=attention * content + (1 - attention) * x, content=content, logits=logits, attention=attention
        )


class PlainGenerator(nn.Module):
    """Intact -> cracked, without attention: it draws a change onto the image."""

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        self.body = body(shape, outs=(3,))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> the same."""
        (change,) = self.body(x)
        return (x + 2 * torch.tanh(change.float())).clamp(-1, 1)


def _start_at(bias: Tensor, value: float) -> None:
    with torch.no_grad():
        bias.fill_(value)
