"""What the attention CycleGAN is trained by: adversarial, tag and structure losses, and the pool of made images.

Images are (N, 3, H, W) in [-1, 1], attention (N, 1, H, W) in [0, 1]; each loss is a scalar.
"""

from enum import StrEnum

import torch
import torch.nn.functional as F
from pytorch_msssim import ms_ssim, ssim
from torch import Tensor


class Similarity(StrEnum):
    """How the structure of two images is compared: at one scale or at several."""

    SSIM = "ssim"
    MS_SSIM = "ms-ssim"


WINDOW = 11
"""Side of the window, px, over which similarity is taken; at several scales a smaller one where the crop is small."""
COARSEST = 16
"""How much the coarsest of several scales is reduced. Crops under 33 px have room for one scale alone."""


def passes_as_real(verdict: Tensor) -> Tensor:
    """LSGAN, the generator's side: every patch should be judged 1 (Mao et al., ICCV 2017)."""
    return (verdict.float() - 1).square().mean()


def tells_apart(real: Tensor, made: Tensor) -> Tensor:
    """LSGAN, the discriminator's side; 0.25 where it cannot tell."""
    return 0.5 * ((real.float() - 1).square().mean() + made.float().square().mean())


def tag_loss(logits: Tensor, cracked: Tensor, *, top_share: float) -> Tensor:
    """Multiple instances: the mean of the loudest `top_share` of the attention logits has to tell the tag.

    logits: (N, 1, H, W); cracked: (N,) 0/1.
    """
    return F.binary_cross_entropy_with_logits(loudest(logits, share=top_share), cracked)


def loudest(logits: Tensor, *, share: float) -> Tensor:
    """(N, 1, H, W) -> (N,): the mean of the largest `share` of each, of one place at least."""
    flat = logits.float().flatten(1)
    return flat.topk(max(1, round(share * flat.shape[1])), dim=1).values.mean(dim=1)


def background_change(before: Tensor, after: Tensor, attention: Tensor, *, by: Similarity = Similarity.SSIM) -> Tensor:
    """1 - SSIM of what lies outside the attention, averaged over the batch; all three from one forward pass."""
    outside = 1 - attention.float()
    return _unlike(outside * (before.float() + 1) / 2, outside * (after.float() + 1) / 2, by=by)


def attended(image: Tensor, attention: Tensor, *, by: Similarity = Similarity.SSIM) -> Tensor:
    """1 - SSIM of an image and what lies outside its attention: what attention costs where nothing is wrong."""
    whole = (image.float() + 1) / 2
    return _unlike((1 - attention.float()) * whole, whole, by=by)


def _unlike(one: Tensor, other: Tensor, *, by: Similarity) -> Tensor:
    """Always in full precision: the variances that SSIM subtracts vanish in bfloat16. Images in [0, 1]."""
    with torch.autocast(one.device.type, enabled=False):
        window = min(WINDOW, ((min(one.shape[-2:]) - 1) // COARSEST) | 1)
        if by is Similarity.MS_SSIM and window > 1:
            similarity: Tensor = ms_ssim(one, other, data_range=1.0, size_average=True, win_size=window)
        else:
            similarity = ssim(one, other, data_range=1.0, size_average=True)
    return 1 - similarity


def variance_loss(made: Tensor, real: Tensor) -> Tensor:
    """|deviation of the made images - of the real ones|, each image by itself, on the mean."""
    return (made.float().flatten(1).std(dim=1).mean() - real.float().flatten(1).std(dim=1).mean()).abs()


def total_variation(attention: Tensor) -> Tensor:
    """The sum of the differences between neighbours, over the batch (Tang et al., IJCNN 2019, eq. 8)."""
    a = attention.float()
    return (a[..., 1:, :] - a[..., :-1, :]).abs().sum() + (a[..., 1:] - a[..., :-1]).abs().sum()


def mask_loss(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Weighted BCE plus soft Dice over the batch, of pixels whose weight is not 0; all (N, 1, H, W)."""
    apart = F.binary_cross_entropy_with_logits(logits, masks, weight=weights, reduction="sum")
    found = torch.sigmoid(logits) * weights
    both, either = (found * masks).sum(), (found + weights * masks).sum()
    return apart / weights.sum().clamp(min=1) + 1 - (2 * both + 1) / (either + 1)


class MadePool:
    """The last `size` made images: half of what the discriminator sees is from the past; of 0, none.

    Shrivastava et al., CVPR 2017.
    """

    def __init__(self, size: int = 50) -> None:
        self._size = size
        self._images: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._images)

    def exchange(self, made: Tensor) -> Tensor:
        """Keep these; give as many back, each with probability 1/2 an older one. (N, 3, H, W), detached."""
        if not self._size:
            return made.detach()
        return torch.stack([self._one(image) for image in made.detach()])

    def _one(self, image: Tensor) -> Tensor:
        if len(self._images) < self._size:
            self._images.append(image.clone())
            return image
        place = int(torch.randint(2 * self._size, ()).item())
        if place >= self._size:
            return image
        older, self._images[place] = self._images[place], image.clone()
        return older
