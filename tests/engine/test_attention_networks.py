"""Generators, discriminators and losses of the attention CycleGAN, trap by trap."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_msssim import ssim
from torch import nn

from crackstudio.engine.networks.adversarial import MadePool, background_change, tag_loss, tells_apart, total_variation
from crackstudio.engine.networks.blocks import BlockKind
from crackstudio.engine.networks.bodies import BodyKind, GeneratorShape
from crackstudio.engine.networks.discriminators import PatchDiscriminator
from crackstudio.engine.networks.generators import AttentiveGenerator, PlainGenerator


def shape(block: BlockKind = BlockKind.CONVNEXT) -> GeneratorShape:
    return GeneratorShape(width=8, depth=1, block=block, dropout=0.0)


@pytest.mark.parametrize("block", BlockKind)
def test_every_block_gives_images_and_attention_in_range(block: BlockKind) -> None:
    repair = AttentiveGenerator(shape(block), attention_bias=-2)(torch.rand(2, 3, 32, 48) * 2 - 1)
    assert repair.image.shape == (2, 3, 32, 48)
    assert repair.attention.shape == (2, 1, 32, 48)
    assert repair.image.abs().max() <= 1
    assert 0 <= repair.attention.min() <= repair.attention.max() <= 1


@settings(max_examples=8, deadline=None)
@given(st.integers(9, 70), st.integers(9, 70))
def test_any_size_comes_back_as_it_went_in(height: int, width: int) -> None:
    x = torch.zeros(1, 3, height, width)
    assert PlainGenerator(shape())(x).shape == x.shape
    assert AttentiveGenerator(shape(), attention_bias=0)(x).attention.shape == (1, 1, height, width)


def test_enlarging_leaves_no_dots() -> None:
    """No transposed convolution anywhere: where its kernel equals its stride it leaves dotted noise."""
    shapes = [replace(shape(), body=body) for body in BodyKind]
    networks = [*(AttentiveGenerator(one, attention_bias=0) for one in shapes), *map(PlainGenerator, shapes)]
    assert not any(isinstance(part, nn.ConvTranspose2d) for network in networks for part in network.modules())


def test_channels_last_in_channels_last_out() -> None:
    network = PlainGenerator(shape()).to(memory_format=torch.channels_last)
    x = torch.rand(2, 3, 32, 32).to(memory_format=torch.channels_last)
    assert network(x).is_contiguous(memory_format=torch.channels_last)


def test_a_discriminator_judges_patches() -> None:
    verdict = PatchDiscriminator(width=8)(torch.rand(2, 3, 96, 96))
    assert verdict.shape[:2] == (2, 1)
    assert min(verdict.shape[2:]) > 1


def test_discriminators_that_cannot_tell_lose_a_quarter() -> None:
    half = torch.full((2, 1, 4, 4), 0.5)
    assert tells_apart(half, half) == pytest.approx(0.25)
    assert tells_apart(torch.ones(2), torch.zeros(2)) == 0


def test_the_tag_is_told_by_the_loudest_share_alone() -> None:
    logits = torch.full((1, 1, 10, 10), -9.0)
    logits[0, 0, 0, 0] = 9.0
    cracked = torch.ones(1)
    assert tag_loss(logits, cracked, top_share=0.01) < 0.01
    assert tag_loss(logits, 1 - cracked, top_share=0.01) > 8
    assert tag_loss(logits, cracked, top_share=1.0) > 8


def test_the_tag_loss_speaks_of_one_pixel_at_least() -> None:
    assert tag_loss(torch.zeros(1, 1, 4, 4), torch.ones(1), top_share=0.001) == pytest.approx(0.6931, abs=1e-3)


def test_structure_is_compared_in_the_range_that_ssim_is_told() -> None:
    torch.manual_seed(0)
    before, after = torch.rand(2, 3, 32, 32) * 2 - 1, torch.rand(2, 3, 32, 32) * 2 - 1
    none = torch.zeros(2, 1, 32, 32)
    wanted = 1 - ssim((before + 1) / 2, (after + 1) / 2, data_range=1.0)
    assert background_change(before, after, none) == pytest.approx(float(wanted), abs=1e-5)


def test_structure_is_averaged_over_the_batch() -> None:
    torch.manual_seed(0)
    before, after = torch.rand(1, 3, 32, 32) * 2 - 1, torch.rand(1, 3, 32, 32) * 2 - 1
    one = background_change(before, after, torch.zeros(1, 1, 32, 32))
    four = background_change(before.repeat(4, 1, 1, 1), after.repeat(4, 1, 1, 1), torch.zeros(4, 1, 32, 32))
    assert four == pytest.approx(float(one), abs=1e-5)


def test_structure_under_full_attention_is_free() -> None:
    before, after = torch.rand(1, 3, 32, 32) * 2 - 1, torch.rand(1, 3, 32, 32) * 2 - 1
    assert background_change(before, after, torch.ones(1, 1, 32, 32)) == pytest.approx(0, abs=1e-5)


def test_structure_is_as_exact_under_autocast() -> None:
    torch.manual_seed(0)
    before = torch.rand(1, 3, 32, 32) * 2 - 1
    after, none = (before + 0.02).clamp(-1, 1), torch.zeros(1, 1, 32, 32)
    exact = background_change(before, after, none)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert background_change(before, after, none) == exact


def test_total_variation_sums_what_neighbours_differ_by() -> None:
    attention = torch.tensor([[0.0, 1.0], [0.5, 0.25]])[None, None]
    assert total_variation(attention) == pytest.approx(0.5 + 0.75 + 1.0 + 0.25)
    assert total_variation(attention.repeat(3, 1, 1, 1)) == pytest.approx(7.5)


def test_a_pool_gives_older_images_but_never_more_than_it_keeps() -> None:
    torch.manual_seed(0)
    pool = MadePool(size=5)
    images = torch.arange(200.0).view(100, 2, 1, 1, 1)
    given = torch.stack([pool.exchange(pair) for pair in images])
    assert given.shape == images.shape
    older = (given != images).flatten(1).any(dim=1)
    assert 30 < older.sum() < 95
    assert older[0].item() is False
    assert len(pool) == 5


def test_a_pool_holds_no_gradient() -> None:
    made = torch.rand(1, 3, 4, 4, requires_grad=True)
    assert not MadePool().exchange(made * 2).requires_grad
