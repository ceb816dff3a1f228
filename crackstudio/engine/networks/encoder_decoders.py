"""U-shaped networks that give every pixel a logit."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class UNet(nn.Module):
    """U-Net (Ronneberger, Fischer, Brox 2015) with batch norm and convolutions that keep the size.

    `width` channels at full resolution, doubled at each of `depth` halvings: 32 and 4 are the 32-64-128-256-512 of the
    paper's preset.
    """

    def __init__(self, *, width: int, depth: int, channels: int = 3) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(depth + 1)]
        self.stride = 2**depth
        self.encoders = nn.ModuleList(
            _two_convolutions(into, out) for into, out in zip([channels, *widths[:-1]], widths, strict=True)
        )
        self.ascents = nn.ModuleList(nn.ConvTranspose2d(2 * out, out, 2, stride=2) for out in reversed(widths[:-1]))
        self.decoders = nn.ModuleList(_two_convolutions(2 * out, out) for out in reversed(widths[:-1]))
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) in [0, 1], any H and W -> (N, 1, H, W) logits."""
        height, width = images.shape[-2:]
        x = pad_to_multiple((images - 0.5) / 0.25, self.stride)
        skips = []
        for level, encoder in enumerate(self.encoders):
            x = encoder(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for ascent, decoder, skip in zip(self.ascents, self.decoders, reversed(skips[:-1]), strict=True):
            x = decoder(torch.cat([skip, ascent(x)], dim=1))
        logits: Tensor = self.head(x)
        return logits[..., :height, :width]


def pad_to_multiple(images: Tensor, stride: int, *, least: int = 0) -> Tensor:
    """(N, C, H, W) with last row and column repeated, to sides that divide by `stride`, `least` or more."""
    height, width = images.shape[-2:]
    missing = (0, max(least - width, -width % stride), 0, max(least - height, -height % stride))
    return F.pad(images, missing, mode="replicate") if any(missing) else images


def _two_convolutions(into: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
        nn.Conv2d(out, out, 3, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )
