"""Class activation maps: the closed forms against the definitions by gradients."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from crackstudio.engine.networks.class_activation import Explanation, activation_map
from crackstudio.engine.networks.classifiers import AttentiveClassifier, Classifier, Trunk


@pytest.fixture
def classifier() -> Classifier:
    torch.manual_seed(0)
    return Classifier(Trunk(width=4, depth=1, stride=8)).eval()


def by_definition(classifier: Classifier, images: Tensor, *, plus: bool) -> Tensor:
    """Grad-CAM eq. 1 and Grad-CAM++ eqs. 10 and 19, by autograd; the maps before ReLU and scaling."""
    features = classifier.trunk(images).detach().requires_grad_()
    logits = classifier.head(features.mean(dim=(2, 3)))[:, 0]
    (gradient,) = torch.autograd.grad(logits.sum(), features)
    weights = gradient.mean(dim=(2, 3))
    if plus:
        alpha = gradient**2 / (2 * gradient**2 + features.sum(dim=(2, 3), keepdim=True) * gradient**3)
        weights = (alpha * F.relu(gradient)).sum(dim=(2, 3))
    return (weights[..., None, None] * features).sum(dim=1, keepdim=True)


@pytest.mark.parametrize(("by", "plus"), [(Explanation.GRAD_CAM, False), (Explanation.GRAD_CAM_PLUS, True)])
def test_the_closed_form_is_what_gradients_give(classifier: Classifier, by: Explanation, plus: bool) -> None:
    images = torch.rand(3, 3, 40, 64) * 2 - 1
    low = F.relu(by_definition(classifier, images, plus=plus)).detach()
    wanted = F.interpolate(low, size=(40, 64), mode="bilinear", align_corners=False)
    wanted = wanted / wanted.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
    with torch.inference_mode():
        found, probability = activation_map(classifier, images, by=by)
    assert torch.allclose(found, wanted * probability.view(-1, 1, 1, 1), atol=1e-4)


def test_score_cam_weighs_channels_by_what_each_lets_the_classifier_see(classifier: Classifier) -> None:
    images = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.inference_mode():
        features = F.interpolate(classifier.trunk(images), size=(32, 32), mode="bilinear", align_corners=False)[0]
        masks = [(one - one.min()) / (one.max() - one.min()).clamp(min=1e-12) for one in features]
        scores = torch.stack([classifier(images * mask).logits[0] for mask in masks]).softmax(dim=0)
        low = F.relu((scores[:, None, None] * classifier.trunk(images)[0]).sum(dim=0))
        wanted = F.interpolate(low[None, None], size=(32, 32), mode="bilinear", align_corners=False)
        found, probability = activation_map(classifier, images, by=Explanation.SCORE_CAM)
    assert torch.allclose(found, wanted / wanted.max() * probability, atol=1e-4)


@pytest.mark.parametrize("by", Explanation)
def test_an_image_that_is_probably_intact_has_a_quiet_map(classifier: Classifier, by: Explanation) -> None:
    with torch.no_grad():
        classifier.head.bias.fill_(-20)
    with torch.inference_mode():
        found, probability = activation_map(classifier, torch.rand(2, 3, 32, 32) * 2 - 1, by=by)
    assert probability.max() < 1e-3
    assert found.max() <= probability.max()


@pytest.mark.parametrize("stride", [1, 2, 4, 8, 16, 32])
def test_a_place_of_the_map_is_as_many_pixels_as_asked(stride: int) -> None:
    trunk = Trunk(width=4, depth=1, stride=stride)
    features = trunk(torch.zeros(1, 3, 64, 96))
    assert features.shape == (1, trunk.channels, 64 // stride, 96 // stride)
    assert AttentiveClassifier(trunk, bias=0.0)(torch.zeros(1, 3, 64, 96)).shape == (1, 1, 64 // stride, 96 // stride)
