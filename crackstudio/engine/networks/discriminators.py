"""PatchGAN: judges overlapping patches of an image, not the whole."""

from torch import nn


class PatchDiscriminator(nn.Sequential):
    """4x4/2 convolutions doubling the channels, InstanceNorm, LeakyReLU 0.2 (Isola et al., CVPR 2017).

    forward: (N, 3, H, W) in [-1, 1] -> (N, 1, h, w), one raw verdict per patch: 1 = real, 0 = made.
    """

    def __init__(self, *, width: int = 32, downsamplings: int = 3) -> None:
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        channels = width
        for stride in [2] * (downsamplings - 1) + [1]:
            layers += [
                nn.Conv2d(channels, 2 * channels, 4, stride=stride, padding=1),
                nn.InstanceNorm2d(2 * channels),
                nn.LeakyReLU(0.2),
            ]
            channels *= 2
        super().__init__(*layers, nn.Conv2d(channels, 1, 4, padding=1))
