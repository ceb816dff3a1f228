"""U-Net: its size as published, what it learns, and what it leaves alone."""

import numpy as np
import pytest
import torch

from crackstudio.engine.cards import config_from
from crackstudio.engine.method import Sample, Stream
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.imaging.counts import count
from crackstudio.imaging.synthesis import draw


def sample_of(seed: int, *, weights: float = 1.0) -> tuple[Sample, np.ndarray]:
    drawn = draw(seed, cracked=True, height=64, width=64)
    masks = torch.from_numpy(drawn.mask)[None, None].float()
    images = torch.from_numpy(drawn.image).permute(2, 0, 1)[None].float() / 255
    known = torch.full_like(masks, weights)
    return Sample(
        images=images, cracked=torch.ones(1), masks=masks, weights=known, has_mask=torch.ones(1).bool()
    ), drawn.mask


def test_the_paper_s_preset_is_the_paper_s_network() -> None:
    (paper,) = UNetMethod.card.presets
    method = UNetMethod(config_from(UNetMethod, paper.settings))
    widths = [encoder[0].out_channels for encoder in method.network.encoders]
    assert widths == [32, 64, 128, 256, 512]
    assert sum(weight.numel() for weight in method.network.parameters()) == 7_763_041
    assert all(
        layer.bias is None for encoder in method.network.encoders for layer in encoder if hasattr(layer, "kernel_size")
    )


def test_it_draws_the_crack_it_was_shown() -> None:
    torch.manual_seed(0)
    method = UNetMethod(UNetConfig(width=8, depth=3, rate=5e-3))
    sample, truth = sample_of(3)
    for number in range(60):
        method.train_step({Stream.MASKED: sample}, number / 60)
    method.network.eval()
    with torch.inference_mode():
        found = (method.crack_map(sample.images)[0, 0].numpy() * 255).astype(np.uint8)
    assert count(found, truth, threshold=0.5).iou > 0.8


def test_pixels_that_nobody_knows_teach_nothing() -> None:
    torch.manual_seed(0)
    method = UNetMethod(UNetConfig(width=4, depth=1, decay=0.0))
    before = [weight.clone() for weight in method.network.parameters()]
    method.train_step({Stream.MASKED: sample_of(3, weights=0.0)[0]}, 0.5)
    assert all(torch.equal(old, new) for old, new in zip(before, method.network.parameters(), strict=True))


@pytest.mark.parametrize("course", ["one-cycle", "constant"])
def test_the_rate_runs_its_course(course: str) -> None:
    method = UNetMethod(config_from(UNetMethod, {"width": 4, "depth": 1, "rate": 0.01, "rate_course": course}))
    rates = []
    for progress in (0.0, 0.1, 0.5, 1.0):
        method.train_step({Stream.MASKED: sample_of(3)[0]}, progress)
        rates.append(method.optimisers()["unet"].param_groups[0]["lr"])
    if course == "constant":
        assert set(rates) == {0.01}
    else:
        assert rates[0] < rates[1] > rates[2] > rates[3] > 0
