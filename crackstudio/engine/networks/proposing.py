"""What proposes after training from tags: the averaged generator, or the U-Net that was taught by its attention."""

from collections.abc import Callable
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crackstudio.engine.networks.encoder_decoders import UNet
from crackstudio.engine.networks.generators import AttentiveGenerator, Repair


class Views(StrEnum):
    """From how many sides an image is looked at before the teacher says what it sees."""

    ONE = "one"
    FLIPS = "flips"
    FLIPS_AND_SCALES = "flips and scales"


FLIPS: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-2, -1))
SCALES = (0.75, 1.5)


class Proposing(nn.Module):
    """The teacher finds cracks by repairing them; the student, where there is one, learns to see what it found.

    `taught` is 1 once the student proposes; it stays with the weights. Images are (N, 3, H, W) in [-1, 1].
    """

    taught: Tensor

    def __init__(self, teacher: AttentiveGenerator, student: UNet | None) -> None:
        super().__init__()
        self.teacher, self.student = teacher, student
        self.register_buffer("taught", torch.zeros(()))

    def forward(self, x: Tensor, views: Views = Views.ONE) -> Tensor:
        """Logits, (N, 1, H, W): the student's once it is taught, else the teacher's."""
        look = self.see if self.taught else self.attend
        return _seen(x, views, look)

    def attend(self, x: Tensor) -> Tensor:
        """The teacher's attention, as logits, (N, 1, H, W)."""
        repair: Repair = self.teacher(x)
        return repair.logits

    def see(self, x: Tensor) -> Tensor:
        """The student's logits, (N, 1, H, W)."""
        assert self.student is not None
        logits: Tensor = self.student((x + 1) / 2)
        return logits.float()

    def labels(self, x: Tensor, views: Views) -> Tensor:
        """What the teacher tells the student, in [0, 1], (N, 1, H, W)."""
        return _seen(x, views, self.attend).sigmoid()


def _seen(x: Tensor, views: Views, look: Callable[[Tensor], Tensor]) -> Tensor:
    """The mean of what is seen from every side, (N, 1, H, W)."""
    sides = FLIPS if views is not Views.ONE else FLIPS[:1]
    seen = [look(x.flip(side)).flip(side) for side in sides]
    if views is Views.FLIPS_AND_SCALES:
        for scale in SCALES:
            other = F.interpolate(x, scale_factor=scale, mode="bilinear", antialias=scale < 1, align_corners=False)
            seen.append(F.interpolate(look(other), size=x.shape[-2:], mode="bilinear", align_corners=False))
    return torch.stack(seen).mean(dim=0)


def border_weights(masks: Tensor, *, reach: int) -> Tensor:
    """(N, 1, H, W) 0/1 masks -> weights in (0, 1]: distance to the other side, in `reach` px, and 1 from there on.

    The distance is the chessboard's, by as many erosions as it counts: they run on the device, a transform would not.
    """
    inside, outside = masks, 1 - masks
    depth = torch.zeros_like(masks)
    for _ in range(reach):
        depth = depth + inside + outside
        inside, outside = _eroded(inside), _eroded(outside)
    return depth / reach


def _eroded(masks: Tensor) -> Tensor:
    return -F.max_pool2d(-masks, 3, stride=1, padding=1)
