"""What generators are made of between the image and their heads: an encoder, and a decoder for each head.

Images are (N, 3, H, W) in [-1, 1], of any size: padded to the stride, and cropped at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from crackstudio.engine.networks.blocks import BlockKind, ChannelNorm, Down, Up, UpAndJoin, block


class BodyKind(StrEnum):
    """`u`: a U with skips from full resolution on. Without skips: `bottleneck`, RepairerGAN's, most of it at 1/16, and
    `resnet`, CycleGAN's and AttentionGAN's, most of it at a quarter.
    """

    U = "u"
    BOTTLENECK = "bottleneck"
    RESNET = "resnet"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorShape:
    """`width` channels at the first resolution, doubled at each halving; `depth` is the number of blocks.

    Of a U it is those at each resolution, of the others those at the bottom.
    """

    width: int
    depth: int
    block: BlockKind
    dropout: float
    body: BodyKind = BodyKind.U


class Body(nn.Module):
    """An encoder and as many decoders as there are heads.

    forward: (N, 3, H, W) -> for each decoder (N, out, H, W).
    """

    def __init__(self, encoder: "Encoder", decoders: Iterable[nn.Module]) -> None:
        super().__init__()
        self.encoder = encoder
        self.stride = encoder.stride
        self.decoders = nn.ModuleList(decoders)

    def forward(self, x: Tensor) -> list[Tensor]:
        height, width = x.shape[-2:]
        levels = self.encoder(_padded(x, self.stride))
        return [decoder(levels)[..., :height, :width] for decoder in self.decoders]


def body(shape: GeneratorShape, *, outs: tuple[int, ...]) -> Body:
    """The body of that shape, from an image to one output for each of `outs`."""
    encoder, decoder = {
        BodyKind.U: (UEncoder, UDecoder),
        BodyKind.BOTTLENECK: (BottleneckEncoder, BottleneckDecoder),
        BodyKind.RESNET: (ResNetEncoder, ResNetDecoder),
    }[shape.body]
    return Body(encoder(shape), [decoder(shape, out=out) for out in outs])


LEVELS = 3
"""Halvings of the resolution in a U."""


class Encoder(nn.Module):
    """(N, 3, H, W), sides that `stride` divides -> features of every resolution a decoder reads, the finest first."""

    stride: int


class UEncoder(Encoder):
    """Down the U."""

    stride = 2**LEVELS

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        widths = _u_widths(shape)
        self.stem = nn.Conv2d(3, shape.width, 3, padding=1, padding_mode="reflect")
        self.descents = nn.ModuleList(Down(a, b) for a, b in pairwise(widths))
        inner = [_blocks(shape, channels, shape.depth) for channels in widths[1:-1]]
        self.stages = nn.ModuleList([*inner, _blocks(shape, widths[-1], 2 * shape.depth, dropout=shape.dropout)])

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = [self.stem(x)]
        for descent, stage in zip(self.descents, self.stages, strict=True):
            levels.append(stage(descent(levels[-1])))
        return levels


class UDecoder(nn.Module):
    """Up the U, bilinear, joined with the skip of each resolution."""

    def __init__(self, shape: GeneratorShape, *, out: int) -> None:
        super().__init__()
        widths = _u_widths(shape)
        self.ascents = nn.ModuleList(UpAndJoin(b, a) for a, b in pairwise(widths))
        self.stages = nn.ModuleList(_blocks(shape, channels, shape.depth) for channels in widths[:-1])
        self.head = nn.Conv2d(shape.width, out, 3, padding=1, padding_mode="reflect")

    def forward(self, levels: list[Tensor]) -> Tensor:
        *skips, y = levels
        for ascent, stage, skip in reversed(list(zip(self.ascents, self.stages, skips, strict=True))):
            y = stage(ascent(y, skip))
        out: Tensor = self.head(y)
        return out


class BottleneckEncoder(Encoder):
    """4x4/4 to `width`, twice a block and a 2x2/2 that doubles the channels, then `depth` blocks at 1/16."""

    stride = 16

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        narrow, middle, wide = _bottleneck_widths(shape)
        self.stages = nn.Sequential(
            nn.Conv2d(3, narrow, 4, stride=4),
            block(shape.block, narrow),
            Down(narrow, middle),
            block(shape.block, middle),
            Down(middle, wide),
            _blocks(shape, wide, shape.depth, dropout=shape.dropout),
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.stages(x)]


class BottleneckDecoder(nn.Module):
    """The way back: twice a block and an enlargement that halves the channels, one by four, then 7x7 to the head."""

    def __init__(self, shape: GeneratorShape, *, out: int) -> None:
        super().__init__()
        narrow, middle, wide = _bottleneck_widths(shape)
        self.stages = nn.Sequential(
            block(shape.block, wide),
            Up(wide, middle),
            block(shape.block, middle),
            Up(middle, narrow),
            Up(narrow, narrow, by=4),
            nn.GELU(),
        )
        self.head = nn.Conv2d(narrow, out, 7, padding=3, padding_mode="reflect")

    def forward(self, levels: list[Tensor]) -> Tensor:
        out: Tensor = self.head(self.stages(levels[-1]))
        return out


class ResNetEncoder(Encoder):
    """7x7 to `width`, two halvings that double the channels, `depth` blocks at a quarter (Zhu et al., ICCV 2017)."""

    stride = 4

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        narrow, middle, wide = _bottleneck_widths(shape)
        self.stages = nn.Sequential(
            nn.Conv2d(3, narrow, 7, padding=3, padding_mode="reflect"),
            ChannelNorm(narrow),
            nn.GELU(),
            nn.Conv2d(narrow, middle, 3, stride=2, padding=1),
            ChannelNorm(middle),
            nn.GELU(),
            nn.Conv2d(middle, wide, 3, stride=2, padding=1),
            ChannelNorm(wide),
            nn.GELU(),
            _blocks(shape, wide, shape.depth, dropout=shape.dropout),
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.stages(x)]


class ResNetDecoder(nn.Module):
    """Two enlargements that halve the channels, then 7x7 to the head."""

    def __init__(self, shape: GeneratorShape, *, out: int) -> None:
        super().__init__()
        narrow, middle, wide = _bottleneck_widths(shape)
        self.stages = nn.Sequential(
            Up(wide, middle), ChannelNorm(middle), nn.GELU(), Up(middle, narrow), ChannelNorm(narrow), nn.GELU()
        )
        self.head = nn.Conv2d(narrow, out, 7, padding=3, padding_mode="reflect")

    def forward(self, levels: list[Tensor]) -> Tensor:
        out: Tensor = self.head(self.stages(levels[-1]))
        return out


def _u_widths(shape: GeneratorShape) -> list[int]:
    return [shape.width * 2**level for level in range(LEVELS + 1)]


def _bottleneck_widths(shape: GeneratorShape) -> tuple[int, int, int]:
    return shape.width, 2 * shape.width, 4 * shape.width


def _blocks(shape: GeneratorShape, channels: int, count: int, *, dropout: float = 0.0) -> nn.Sequential:
    return nn.Sequential(*(block(shape.block, channels, dropout=dropout) for _ in range(count)))


def _padded(x: Tensor, stride: int) -> Tensor:
    down, right = -x.shape[-2] % stride, -x.shape[-1] % stride
    return F.pad(x, (0, right, 0, down), mode="replicate") if down or right else x
