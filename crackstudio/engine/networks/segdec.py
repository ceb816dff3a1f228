"""SegDec-Net: a segmentation part at 1/8 resolution and a decision part that reads it (Božič et al. 2020)."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crackstudio.engine.networks.encoder_decoders import pad_to_multiple

STRIDE = 8
LEAST = 128
"""Side below which images are padded: of 64 px one place would be left at the end, which the norm turns into 0."""


class FeatureNorm(nn.Module):
    """Each channel of each image to mean 0 and deviation 1, then a learnt scale and, if asked, shift.

    `original` divides by sqrt(deviation + eps), as the authors' code does, instead of the deviation.
    """

    def __init__(self, channels: int, *, original: bool, shift: bool = True, eps: float = 1e-3) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1)) if shift else None
        self.original, self.eps = original, eps

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        if self.original:
            deviation, mean = torch.std_mean(x, dim=(2, 3), keepdim=True, correction=0)
            normed: Tensor = (x - mean) / (deviation + self.eps).sqrt() * self.scale
            return normed if self.shift is None else normed + self.shift
        # a group norm with a group for each channel is the same, and takes a third of the time
        shift = None if self.shift is None else self.shift.flatten()
        return F.group_norm(x, x.shape[1], self.scale.flatten(), shift, self.eps**2)


class Stops(NamedTuple):
    """Where no gradient goes from the decision part back: the volume and the map it reads, and the map's shortcuts."""

    trunk: bool
    shortcuts: bool


class Decision(NamedTuple):
    """(N, 1, H/8, W/8) segmentation logits, and (N,) logits that the image is cracked."""

    segmentation: Tensor
    image: Tensor


class SegDecNet(nn.Module):
    """`width` 32 is the published network of 15.6 M weights; smaller ones keep its proportions. The
    kernel that makes the volume looks `reach` cells of 8 px far: 7, a side of 15, as published.

    `head_norm` puts the published feature norm, without shift, on the segmentation; otherwise the segmentation has a
    plain bias. With the norm, half of an intact image's logits lie above 0: its map is noise.
    """

    def __init__(self, *, width: int, channels: int, original_norm: bool, head_norm: bool, reach: int = 7) -> None:
        super().__init__()
        self._original = original_norm
        narrow, middle, wide = width, 2 * width, 32 * width
        self.volume = nn.Sequential(
            self._convolution(channels, narrow, 5),
            nn.MaxPool2d(2),
            *(self._convolution(narrow if first else middle, middle, 5) for first in (True, False, False)),
            nn.MaxPool2d(2),
            *(self._convolution(middle, middle, 5) for _ in range(4)),
            nn.MaxPool2d(2),
            self._convolution(middle, wide, 2 * reach + 1),
        )
        head: list[nn.Module] = [nn.Conv2d(wide, 1, 1, bias=not head_norm)]
        if head_norm:
            head.append(FeatureNorm(1, original=original_norm, shift=False))
        self.segmentation = nn.Sequential(*head)
        self.extractor = nn.Sequential(
            nn.MaxPool2d(2),
            self._convolution(wide + 1, 8, 5),
            nn.MaxPool2d(2),
            self._convolution(8, 16, 5),
            nn.MaxPool2d(2),
            self._convolution(16, 32, 5),
        )
        self.decision = nn.Linear(66, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.xavier_normal_(layer.weight)

    def forward(self, images: Tensor, *, stops: Stops) -> Decision:
        """(N, C, H, W) in [0, 1], any H and W."""
        volume = self.volume(pad_to_multiple(images - 0.5, 8 * STRIDE, least=LEAST))
        segmentation = self.segmentation(volume)
        read = torch.cat([volume, segmentation], dim=1)
        features = self.extractor(read.detach() if stops.trunk else read)
        shortcut = segmentation.detach() if stops.shortcuts else segmentation
        summary = torch.cat([*_max_and_mean(features), *_max_and_mean(shortcut)], dim=1)
        height, width = -(-images.shape[-2] // STRIDE), -(-images.shape[-1] // STRIDE)
        return Decision(segmentation[..., :height, :width], self.decision(summary.to(images.dtype))[:, 0])

    def _convolution(self, into: int, out: int, side: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(into, out, side, padding=side // 2, bias=False),
            FeatureNorm(out, original=self._original),
            nn.ReLU(inplace=True),
        )


def reduced(maps: Tensor) -> Tensor:
    """(N, 1, H, W) masks or weights -> (N, 1, ceil(H/8), ceil(W/8)): the mean of the 17 x 17 pixels round each cell.

    Centred on the cell: centred on its corner, as a padding of 8 would have it, every map came out 3.5 px off.
    """
    ring = F.pad(pad_to_multiple(maps, STRIDE), (4, 5, 4, 5), mode="replicate")
    return F.avg_pool2d(ring, 2 * STRIDE + 1, stride=STRIDE)


def _max_and_mean(x: Tensor) -> tuple[Tensor, Tensor]:
    return x.amax(dim=(2, 3)), x.mean(dim=(2, 3))
