"""Class activation maps: what a classifier looked at when it said *cracked*.

Between the last features A_k of `Classifier` and its logit s lie a mean and a linear layer alone. So the gradients that
Grad-CAM asks for are known without a backward pass: ds/dA_k = w_k / (h w), the same at every place.
"""

from collections.abc import Callable
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import Tensor

from crackstudio.engine.networks.classifiers import Classified, Classifier

AT_ONCE = 16
"""Masked images that go through together for Score-CAM."""


class Explanation(StrEnum):
    """Which map."""

    GRAD_CAM = "grad-cam"
    GRAD_CAM_PLUS = "grad-cam++"
    SCORE_CAM = "score-cam"


def activation_map(network: Classifier, images: Tensor, *, by: Explanation) -> tuple[Tensor, Tensor]:
    """(N, 3, H, W) in [-1, 1] -> the map (N, 1, H, W) in [0, 1], and (N,) probabilities that an image is cracked.

    The loudest place of a map is as loud as the image is probably cracked: what is intact has a quiet map.
    """
    found: Classified = network(images)
    features, probability = found.features.float(), found.logits.float().sigmoid()
    weigh = _WEIGHTS[by]
    weights = weigh(network, images, features)
    low = F.relu((weights[..., None, None] * features).sum(dim=1, keepdim=True))
    whole = F.interpolate(low, size=images.shape[-2:], mode="bilinear", align_corners=False)
    loudest = whole.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
    return whole / loudest * probability.view(-1, 1, 1, 1), probability


def _by_gradient(network: Classifier, _images: Tensor, features: Tensor) -> Tensor:
    """Grad-CAM (Selvaraju et al., ICCV 2017, eq. 1): the mean gradient of each channel, (N, C)."""
    places = features.shape[-2] * features.shape[-1]
    return (network.head.weight[0].float() / places).expand(len(features), -1)


def _by_higher_gradient(network: Classifier, images: Tensor, features: Tensor) -> Tensor:
    """Grad-CAM++ (Chattopadhyay et al., WACV 2018, eq. 19): alpha = g^2 / (2 g^2 + sum(A) g^3), summed over places."""
    g = _by_gradient(network, images, features)
    alpha = 1 / (2 + features.sum(dim=(2, 3)) * g)
    places = features.shape[-2] * features.shape[-1]
    # a channel that speaks against the class has no say, whatever its alpha
    return torch.where(g > 0, places * alpha * g, torch.zeros_like(g))


def _by_score(network: Classifier, images: Tensor, features: Tensor) -> Tensor:
    """Score-CAM (Wang et al., CVPRW 2020): how cracked the image is through each channel alone, by softmax."""
    large = F.interpolate(features, size=images.shape[-2:], mode="bilinear", align_corners=False)
    least, most = large.amin(dim=(2, 3), keepdim=True), large.amax(dim=(2, 3), keepdim=True)
    masks = (large - least) / (most - least).clamp(min=1e-12)
    scores = []
    for image, of_image in zip(images, masks, strict=True):
        seen = [network(image * some[:, None]).logits for some in of_image.split(AT_ONCE)]
        scores.append(torch.cat(seen).float().softmax(dim=0))
    return torch.stack(scores)


_WEIGHTS: dict[Explanation, Callable[[Classifier, Tensor, Tensor], Tensor]] = {
    Explanation.GRAD_CAM: _by_gradient,
    Explanation.GRAD_CAM_PLUS: _by_higher_gradient,
    Explanation.SCORE_CAM: _by_score,
}
