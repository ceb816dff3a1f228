"""Teacher and student as one network that proposes."""

import pytest
import torch

from crackstudio.engine.networks.blocks import BlockKind
from crackstudio.engine.networks.bodies import BodyKind, GeneratorShape
from crackstudio.engine.networks.encoder_decoders import UNet
from crackstudio.engine.networks.generators import AttentiveGenerator, Composition
from crackstudio.engine.networks.proposing import Proposing, Views, border_weights


def shape(body: BodyKind = BodyKind.U, width: int = 8, depth: int = 1) -> GeneratorShape:
    return GeneratorShape(width=width, depth=depth, block=BlockKind.CONVNEXT, dropout=0.0, body=body)


@pytest.fixture
def proposing() -> Proposing:
    torch.manual_seed(0)
    return Proposing(AttentiveGenerator(shape(), attention_bias=-2), UNet(width=4, depth=2)).eval()


def test_whoever_is_ready_proposes(proposing: Proposing) -> None:
    x = torch.rand(1, 3, 32, 48) * 2 - 1
    with torch.inference_mode():
        assert torch.equal(proposing(x), proposing.attend(x))
        proposing.taught.fill_(1)
        assert torch.equal(proposing(x), proposing.see(x))


def test_seen_from_all_sides_a_mirrored_image_gives_the_mirrored_map(proposing: Proposing) -> None:
    x = torch.rand(1, 3, 32, 48) * 2 - 1
    with torch.inference_mode():
        assert torch.allclose(proposing(x, Views.FLIPS).flip(-1), proposing(x.flip(-1), Views.FLIPS), atol=1e-4)


def test_each_view_adds_to_what_is_seen(proposing: Proposing) -> None:
    x = torch.rand(1, 3, 32, 48) * 2 - 1
    with torch.inference_mode():
        one, flips, scales = (proposing(x, views) for views in Views)
    assert one.shape == flips.shape == scales.shape == (1, 1, 32, 48)
    assert not torch.equal(one, flips)
    assert not torch.equal(flips, scales)


def test_weights_grow_from_the_border_by_the_chessboard_distance() -> None:
    masks = torch.zeros(1, 1, 9, 9)
    masks[..., :, 4:] = 1
    found = border_weights(masks, reach=3)[0, 0, 4]
    assert found.tolist() == pytest.approx([1, 1, 2 / 3, 1 / 3, 1 / 3, 2 / 3, 1, 1, 1])


def test_where_there_is_one_kind_alone_every_pixel_is_sure() -> None:
    assert (border_weights(torch.zeros(2, 1, 8, 8), reach=3) == 1).all()
    assert (border_weights(torch.ones(2, 1, 8, 8), reach=3) == 1).all()


def test_the_published_generator_has_as_many_weights_as_published() -> None:
    """RepairerGAN's of the simple set: 13.6 M."""
    generator = AttentiveGenerator(shape(BodyKind.BOTTLENECK, width=96, depth=9), attention_bias=0)
    assert sum(weight.numel() for weight in generator.parameters()) == pytest.approx(13.6e6, abs=0.05e6)


@pytest.mark.parametrize("composition", Composition)
@pytest.mark.parametrize("body", BodyKind)
def test_every_generator_keeps_size_and_range_and_starts_as_quiet_as_asked(
    composition: Composition, body: BodyKind
) -> None:
    torch.manual_seed(0)
    quiet, undecided = (
        AttentiveGenerator(shape(body), attention_bias=bias, composition=composition)(torch.rand(2, 3, 37, 61) * 2 - 1)
        for bias in (-4, 0)
    )
    assert quiet.image.shape == quiet.content.shape == (2, 3, 37, 61)
    assert quiet.attention.shape == quiet.logits.shape == (2, 1, 37, 61)
    assert quiet.image.abs().max() <= 1 + 1e-5
    assert torch.allclose(quiet.attention, quiet.logits.sigmoid(), atol=1e-5)
    assert quiet.attention.mean() < 0.15 < undecided.attention.mean()


@pytest.mark.parametrize("composition", Composition)
def test_without_attention_the_image_comes_back_untouched(composition: Composition) -> None:
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    repair = AttentiveGenerator(shape(), attention_bias=-60, composition=composition)(x)
    assert torch.allclose(repair.image, x, atol=1e-5)
