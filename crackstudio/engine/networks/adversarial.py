"""What the attention CycleGAN is trained by: adversarial, tag and structure losses, and the pool of made images.

Images are (N, 3, H, W) in [-1, 1], attention (N, 1, H, W) in [0, 1]; each loss is a scalar.
"""

import torch
import torch.nn.functional as F
from pytorch_msssim import ssim
from torch import Tensor


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
    flat = logits.float().flatten(1)
    loudest = flat.topk(max(1, round(top_share * flat.shape[1])), dim=1).values
    return F.binary_cross_entropy_with_logits(loudest.mean(dim=1), cracked)


def background_change(before: Tensor, after: Tensor, attention: Tensor) -> Tensor:
    """1 - SSIM of what lies outside the attention, averaged over the batch; all three from one forward pass.

    Always in full precision: the variances that SSIM subtracts vanish in bfloat16.
    """
    with torch.autocast(before.device.type, enabled=False):
        outside = 1 - attention.float()
        m, n = outside * (before.float() + 1) / 2, outside * (after.float() + 1) / 2
        similarity: Tensor = ssim(m, n, data_range=1.0, size_average=True)
    return 1 - similarity


def mask_loss(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Weighted BCE plus soft Dice over the batch, of pixels whose weight is not 0; all (N, 1, H, W)."""
    apart = F.binary_cross_entropy_with_logits(logits, masks, weight=weights, reduction="sum")
    found = torch.sigmoid(logits) * weights
    both, either = (found * masks).sum(), (found + weights * masks).sum()
    return apart / weights.sum().clamp(min=1) + 1 - (2 * both + 1) / (either + 1)


class MadePool:
    """The last `size` made images: half of what the discriminator sees is from the past.

    Shrivastava et al., CVPR 2017.
    """

    def __init__(self, size: int = 50) -> None:
        self._size = size
        self._images: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._images)

    def exchange(self, made: Tensor) -> Tensor:
        """Keep these; give as many back, each with probability 1/2 an older one. (N, 3, H, W), detached."""
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
