"""Generators that turn a cracked image into an intact one, or back.

Images are (N, 3, H, W) in [-1, 1]. The repairing generator says by its attention where it repaints; that attention
is the proposed crack mask.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crackstudio.engine.networks.blocks import BlockKind, Down, UpAndJoin, block


class Repair(NamedTuple):
    """What the repairing generator says. image, content: (N, 3, H, W); logits, attention: (N, 1, H, W)."""

    image: Tensor
    content: Tensor
    logits: Tensor
    attention: Tensor


LEVELS = 3
"""Halvings of the resolution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorShape:
    """`width` channels at full resolution, doubled at each halving; `depth` blocks at each resolution."""

    width: int
    depth: int
    block: BlockKind
    dropout: float


class UShape(nn.Module):
    """A U of residual blocks with skips, bilinear on the way up; sides of any size (padded to the stride, cropped)."""

    def __init__(self, shape: GeneratorShape, *, out: int) -> None:
        super().__init__()
        widths = [shape.width * 2**level for level in range(LEVELS + 1)]
        self.stem = nn.Conv2d(3, shape.width, 3, padding=1, padding_mode="reflect")
        self.descents = nn.ModuleList(Down(a, b) for a, b in pairwise(widths))
        inner = [_stage(shape, channels) for channels in widths[1:-1]]
        self.encoders = nn.ModuleList([*inner, _bottom(shape, widths[-1])])
        self.ascents = nn.ModuleList(UpAndJoin(b, a) for a, b in pairwise(widths))
        self.decoders = nn.ModuleList(_stage(shape, channels) for channels in widths[:-1])
        self.head = nn.Conv2d(shape.width, out, 3, padding=1, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, out, H, W)."""
        height, width = x.shape[-2:]
        y = self.stem(_padded(x, 2**LEVELS))
        skips = []
        for descent, encoder in zip(self.descents, self.encoders, strict=True):
            skips.append(y)
            y = encoder(descent(y))
        for ascent, decoder, skip in reversed(list(zip(self.ascents, self.decoders, skips, strict=True))):
            y = decoder(ascent(y, skip))
        out: Tensor = self.head(y)
        return out[..., :height, :width]


class RepairingGenerator(nn.Module):
    """Cracked -> intact with built-in attention: `image = attention * content + (1 - attention) * x`.

    There is no tanh around the sum: with attention 0 it would return tanh(x), and identity would be out of reach.
    """

    def __init__(self, shape: GeneratorShape, *, attention_bias: float) -> None:
        super().__init__()
        self.body = UShape(shape, out=4)
        with torch.no_grad():
            self.body.head.get_parameter("bias")[0] = attention_bias

    def forward(self, x: Tensor) -> Repair:
        """(N, 3, H, W) in [-1, 1] -> Repair; its image in [-1, 1], its attention in [0, 1]."""
        y = self.body(x).float()
        logits, content = y[:, :1], torch.tanh(y[:, 1:])
        attention = torch.sigmoid(logits)
        return Repair(
            image=attention * content + (1 - attention) * x, content=content, logits=logits, attention=attention
        )


class DamagingGenerator(nn.Module):
    """Intact -> cracked, without attention: it draws a change onto the image."""

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        self.body = UShape(shape, out=3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> the same."""
        return (x + 2 * torch.tanh(self.body(x).float())).clamp(-1, 1)


def _stage(shape: GeneratorShape, channels: int) -> nn.Sequential:
    return nn.Sequential(*(block(shape.block, channels) for _ in range(shape.depth)))


def _bottom(shape: GeneratorShape, channels: int) -> nn.Sequential:
    return nn.Sequential(*(block(shape.block, channels, dropout=shape.dropout) for _ in range(2 * shape.depth)))


def _padded(x: Tensor, stride: int) -> Tensor:
    down, right = -x.shape[-2] % stride, -x.shape[-1] % stride
    if not down and not right:
        return x
    return F.pad(x, (0, right, 0, down), mode="replicate")
