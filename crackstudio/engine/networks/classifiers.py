"""Networks that tell cracked images from intact ones, and what they looked at while they did."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crackstudio.engine.networks.blocks import ChannelNorm

STAGES = 4


class Classified(NamedTuple):
    """logits: (N,), that an image is cracked; features: (N, C, h, w) of the last stage, not negative."""

    logits: Tensor
    features: Tensor


class Trunk(nn.Module):
    """Residual blocks in four stages, the channels doubled at each (He et al., CVPR 2016: a small one).

    `stride` is that of the last stage: 32 is the published one, 8 leaves more to see of a thin crack.
    """

    def __init__(self, *, width: int, depth: int, stride: int) -> None:
        super().__init__()
        halvings = stride.bit_length() - 1
        early = max(0, halvings - (STAGES - 1))
        layers: list[nn.Module] = [nn.Conv2d(3, width, 3, padding=1, padding_mode="reflect")]
        layers += [Halving(width, width) for _ in range(early)]
        into = width
        for stage in range(STAGES):
            out = width * 2**stage
            layers.append(Halving(into, out) if 0 < stage <= halvings else nn.Conv2d(into, out, 1))
            layers += [ResidualBlock(out) for _ in range(depth)]
            into = out
        self.layers = nn.Sequential(*layers)
        self.channels = into

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> (N, channels, h, w), not negative."""
        return F.relu(self.layers(x))


class Classifier(nn.Module):
    """The mean of the trunk's features and a linear layer."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.channels, 1)

    def forward(self, x: Tensor) -> Classified:
        """(N, 3, H, W) in [-1, 1]."""
        features = self.trunk(x)
        return Classified(logits=self.head(features.mean(dim=(2, 3)))[:, 0], features=features)


class AttentiveClassifier(nn.Module):
    """A classifier whose only evidence is its attention: the map is what it decides by."""

    def __init__(self, trunk: Trunk, *, bias: float) -> None:
        super().__init__()
        self.trunk = trunk
        self.attention = nn.Conv2d(trunk.channels, 1, 3, padding=1, padding_mode="reflect")
        with torch.no_grad():
            self.attention.get_parameter("bias").fill_(bias)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> (N, 1, h, w) attention logits."""
        logits: Tensor = self.attention(self.trunk(x))
        return logits


class Halving(nn.Sequential):
    """3x3 of stride 2, norm, ReLU."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__(nn.Conv2d(into, out, 3, stride=2, padding=1), ChannelNorm(out), nn.ReLU())


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, each with norm, added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            ChannelNorm(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            ChannelNorm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        change: Tensor = self.body(x)
        return F.relu(x + change)
