"""The contour that attention is drawn to, and the masks that may guide it."""

import pytest
import torch
from torch import Tensor

from crackstudio.engine.networks.adversarial import mask_loss
from crackstudio.engine.networks.contour import contour, contour_loss

LINE = slice(15, 17)
FOUND = slice(12, 20)


def scene(
    *, crack: float = 0.2, surface: float = 0.7, line: slice = LINE, found: slice = FOUND
) -> tuple[Tensor, Tensor]:
    """An image with a horizontal crack, and attention that has found it but is far too thick."""
    images = torch.full((1, 3, 32, 32), surface)
    images[:, :, line] = crack
    attention = torch.full((1, 1, 32, 32), 0.02)
    attention[:, :, found] = 0.9
    return images, attention


def test_thick_attention_is_drawn_to_the_crack_it_covers() -> None:
    target, weight = contour(*scene(), bias=0)
    assert target[:, :, LINE].min() > 0.9
    assert target[:, :, 12:14].max() < 0.1
    assert weight[:, :, FOUND].min() > 0.5


def test_a_bright_defect_has_the_same_contour_as_a_dark_one() -> None:
    dark, bright = (contour(*scene(crack=c, surface=s), bias=0).target for c, s in ((0.2, 0.7), (0.7, 0.2)))
    assert torch.allclose(dark, bright, atol=1e-4)


def test_where_nothing_was_found_nothing_counts() -> None:
    assert contour(*scene(), bias=0).weight[:, :, 26:].max() == 0


def test_the_inside_of_a_crack_wider_than_the_window_is_left_alone() -> None:
    wide = slice(2, 30)
    _, weight = contour(*scene(line=wide, found=wide), bias=0)
    assert weight[:, :, 14:18].max() < 0.1 < weight[:, :, 3].min()


def test_the_bias_moves_the_border() -> None:
    images, attention = scene(found=LINE)
    images[:, :, 14] = images[:, :, 17] = 0.45
    thin, thick = (contour(images, attention, bias=bias).target[:, :, 14].mean() for bias in (-0.4, 0.4))
    assert thin < 0.5 < thick


def test_the_loss_falls_as_attention_tightens_and_hears_only_images_that_count() -> None:
    images, attention = scene()
    tight = torch.full_like(attention, 0.02)
    tight[:, :, LINE] = 0.9
    one = torch.ones(1)
    thick_loss, tight_loss = (contour_loss(images, torch.logit(a), one, bias=0) for a in (attention, tight))
    assert tight_loss < 0.5 * thick_loss
    assert contour_loss(images, torch.logit(attention), 0 * one, bias=0) == 0


def test_a_mask_guides_only_where_it_is_sure() -> None:
    masks, weights = torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)
    masks[..., :2] = 1
    weights[..., :4] = 1
    right = torch.where(masks > 0, 9.0, -9.0)
    right[..., 4:] = 9.0
    assert mask_loss(right, masks, weights) == pytest.approx(0, abs=0.01)
    assert mask_loss(-right, masks, weights) > 5
    assert mask_loss(right, masks, 0 * weights) == 0
