"""SegDec-Net: its layers, the four ideas, and the traps."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crackstudio.core.runs import RunSpec
from crackstudio.engine.cards import config_for, config_from
from crackstudio.engine.method import Sample, Stream
from crackstudio.engine.methods.segdec import SegDec, SegDecConfig
from crackstudio.engine.networks.losses import weighted_bce, weighted_dice
from crackstudio.engine.networks.segdec import Decision, FeatureNorm, SegDecNet, Stops, reduced

PUBLISHED = {
    "dagm": (512, 512, True, 70, 0.05, 1.0, 1, 1.0, 10.0, 7),
    "ksdd": (512, 1408, True, 50, 1.0, 0.01, 1, 2.0, 1.0, 7),
    "ksdd-tags": (512, 1408, True, 50, 0.01, 1.0, 1, 2.0, 1.0, 7),
    "ksdd2": (232, 640, False, 50, 0.01, 1.0, 1, 2.0, 3.0, 15),
    "steel": (1600, 256, True, 40, 0.1, 0.1, 10, 2.0, 1.0, 1),
}
"""Width and height, grey, epochs, rate, delta, batch, p, w_pos, dilate: the table of METHODS."""


def network(**changes: object) -> SegDecNet:
    torch.manual_seed(0)
    return SegDecNet(**{"width": 2, "channels": 3, "original_norm": False, "head_norm": False, **changes})


def sample(*, has_mask: tuple[bool, ...] = (True, True), side: int = 64) -> Sample:
    """A cracked and an intact image."""
    masks = torch.zeros(2, 1, side, side)
    masks[0, :, 20:40, 20:24] = 1
    known = torch.tensor(has_mask)
    return Sample(
        images=0.5 + 0.1 * torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1)) - 0.4 * masks,
        cracked=torch.tensor([1.0, 0.0]),
        masks=masks * known[:, None, None, None],
        weights=torch.ones_like(masks) * known[:, None, None, None],
        has_mask=known,
    )


@pytest.mark.parametrize(("preset", "count"), [("ksdd", 15_637_212), ("ksdd2", 15_638_812)])
def test_the_published_network_has_15_6_million_weights(preset: str, count: int) -> None:
    method = SegDec(config_for(SegDec, RunSpec(method="segdec", preset=preset)))
    assert sum(weight.numel() for weight in method.network.parameters()) == count


@pytest.mark.parametrize("name", PUBLISHED)
def test_presets_are_the_table(name: str) -> None:
    preset = {preset.name: preset for preset in SegDec.card.presets}[name]
    config = config_from(SegDec, preset.settings)
    assert isinstance(config, SegDecConfig)
    found = (
        config.tile, config.tile_height or config.tile, config.grey, config.epochs, config.rate, config.delta,
        config.batch, config.power, config.positive_weight, config.dilate,
    )  # fmt: skip
    assert found == PUBLISHED[name]
    assert config.optimiser == "sgd"
    assert config.width == 32
    assert config.balance is (name != "ksdd-tags")


@settings(max_examples=15)
@given(height=st.integers(9, 90), width=st.integers(9, 90))
def test_any_size_goes_in_and_a_map_of_that_size_comes_out(height: int, width: int) -> None:
    method = SegDec(SegDecConfig(width=2))
    with torch.inference_mode():
        crack_map, cracked = method.propose(torch.rand(1, 3, height, width))
    assert crack_map.shape == (1, 1, height, width)
    assert cracked is not None
    assert 0 <= float(cracked) <= 1


# 1: the balanced loss


@pytest.mark.parametrize(("progress", "segmentation", "classification"), [(0, 1, 0), (0.5, 0.5, 0.5), (1, 0, 1)])
def test_the_weight_moves_from_segmentation_to_classification(
    progress: float, segmentation: float, classification: float
) -> None:
    method, batch = SegDec(SegDecConfig(width=2, delta=0.25)), sample()
    method.train_step({Stream.BALANCED: batch}, 0)  # has met a mask
    decision = Decision(torch.zeros(2, 1, 8, 8), torch.zeros(2))
    losses = method.losses(decision, batch, progress=progress)
    assert float(losses["segmentation"]) == pytest.approx(segmentation * np.log(2), rel=1e-5)
    assert float(losses["classification"]) == pytest.approx(0.25 * classification * np.log(2), rel=1e-5)


def test_a_cracked_image_without_mask_has_no_part_in_the_segmentation_loss() -> None:
    method, logits = SegDec(SegDecConfig(width=2)), torch.randn(2, 1, 8, 8, requires_grad=True)
    batch = sample(has_mask=(False, True))
    method.losses(Decision(logits, torch.zeros(2)), batch, progress=0)["segmentation"].backward()
    assert logits.grad is not None
    assert not logits.grad[0].any()
    assert logits.grad[1].any()


def test_a_cracked_image_without_mask_is_asked_for_one_loud_place_and_the_others_for_none() -> None:
    method, logits = SegDec(SegDecConfig(width=2)), torch.randn(2, 1, 8, 8, requires_grad=True)
    batch = sample(has_mask=(False, True))
    method.losses(Decision(logits, torch.zeros(2)), batch, progress=0)["instance"].backward()
    assert logits.grad is not None
    assert int((logits.grad[0] < 0).sum()) == 64 // 20
    assert not logits.grad[1].any()
    assert float(method.losses(Decision(logits, torch.zeros(2)), sample(), progress=0)["instance"].detach()) == 0


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7])
def test_a_thin_crack_is_classified_by_its_hard_tag(width: int) -> None:
    batch = sample()
    thin = torch.zeros_like(batch.masks)
    thin[0, :, :, 30 : 30 + width] = 1
    assert float(reduced(thin).max()) < 0.5  # the original's target
    logits = torch.zeros(2, requires_grad=True)
    method = SegDec(SegDecConfig(width=2))
    method.losses(Decision(torch.zeros(2, 1, 8, 8), logits), batch, progress=1)["classification"].backward()
    assert logits.grad is not None
    assert logits.grad[0] < 0 < logits.grad[1]


# 2: the gradient stops


@pytest.mark.parametrize("trunk", [True, False])
@pytest.mark.parametrize("shortcuts", [True, False])
def test_gradients_stop_where_promised_and_nowhere_else(trunk: bool, shortcuts: bool) -> None:
    net = network()
    net(sample().images, stops=Stops(trunk=trunk, shortcuts=shortcuts)).image.sum().backward()

    def reached(part: torch.nn.Module) -> bool:
        return any(weight.grad is not None and bool(weight.grad.any()) for weight in part.parameters())

    assert reached(net.segmentation) is (not (trunk and shortcuts))
    assert reached(net.volume) is (not (trunk and shortcuts))
    assert reached(net.extractor)
    assert reached(net.decision)


def test_tags_alone_teach_the_trunk_until_a_mask_is_met() -> None:
    method = SegDec(SegDecConfig(width=2))
    before = method.network.volume[0][0].weight.clone()
    method.train_step({Stream.BALANCED: sample(has_mask=(False, True))}, 0.5)
    assert method._stops() == Stops(trunk=False, shortcuts=False)
    assert not torch.equal(before, method.network.volume[0][0].weight)
    method.train_step({Stream.BALANCED: sample()}, 0.5)
    assert method._stops() == Stops(trunk=True, shortcuts=True)


def test_the_paper_s_stops_hold_always() -> None:
    method = SegDec(config_from(SegDec, {"width": 2, "stop_volume": "always", "stop_shortcuts": "always"}))
    assert method._stops() == Stops(trunk=True, shortcuts=True)


# the norm, the reduction, the losses


def test_the_right_norm_gives_deviation_one_and_the_original_does_not() -> None:
    x = 5 + 0.04 * torch.randn(2, 3, 40, 40)
    right, original = FeatureNorm(3, original=False)(x), FeatureNorm(3, original=True)(x)
    assert torch.allclose(right.std(dim=(2, 3)), torch.ones(2, 3), atol=1e-2)
    assert torch.allclose(original.std(dim=(2, 3)), torch.full((2, 3), 0.2), atol=1e-2)
    assert torch.allclose(right.mean(dim=(2, 3)), torch.zeros(2, 3), atol=1e-4)


def test_an_image_of_one_colour_does_not_break_the_norm() -> None:
    assert torch.isfinite(FeatureNorm(3, original=False)(torch.full((1, 3, 8, 8), 0.3))).all()


def test_reducing_keeps_places() -> None:
    masks = torch.zeros(1, 1, 128, 128)
    masks[..., 40:48, 80:88] = 1
    small = reduced(masks)[0, 0]
    assert small.shape == (16, 16)
    assert divmod(int(small.argmax()), 16) == (5, 10)
    rows = (small.sum(dim=1) * (8 * torch.arange(16) + 3.5)).sum() / small.sum()
    assert float(rows) == pytest.approx(43.5, abs=0.51)


def test_reducing_does_not_dim_the_border() -> None:
    assert torch.allclose(reduced(torch.ones(1, 1, 50, 64)), torch.ones(1, 1, 7, 8))


def test_unknown_pixels_weigh_nothing_in_the_losses() -> None:
    logits, masks, weights = torch.randn(1, 1, 8, 8), torch.zeros(1, 1, 8, 8), torch.ones(1, 1, 8, 8)
    weights[..., :4] = 0
    changed = logits.clone()
    changed[..., :4] = 9
    for loss in (weighted_bce, weighted_dice):
        assert torch.equal(loss(logits, masks, weights), loss(changed, masks, weights))
    assert float(weighted_bce(logits, masks, torch.zeros_like(weights))) == 0


def test_dice_of_two_empty_masks_is_one() -> None:
    empty = torch.zeros(1, 1, 8, 8)
    assert float(weighted_dice(torch.full_like(empty, -50), empty, torch.ones_like(empty))) == pytest.approx(
        0, abs=1e-6
    )


def test_it_learns_with_more_cracked_images_than_intact_ones_and_the_other_way_round() -> None:
    method, batch = SegDec(SegDecConfig(width=4, rate=3e-3)), sample()
    for number in range(60):
        method.train_step({Stream.BALANCED: batch}, number / 60)
    with torch.inference_mode():
        crack_map, cracked = method.propose(batch.images)
    assert cracked is not None
    assert cracked[0] > cracked[1]
    assert crack_map[0, 0, 22:38, 20:24].mean() > 1.5 * crack_map[0, 0, :, 48:].mean()
