"""Networks whose norms were folded away say what they said before."""

import torch
from torch import nn

from crackstudio.engine.networks.encoder_decoders import UNet
from crackstudio.engine.networks.folding import fold_norms


def test_a_folded_network_gives_the_same_map_without_a_norm_left() -> None:
    torch.manual_seed(0)
    network = UNet(width=4, depth=2)
    for _ in range(3):  # norms that have seen something
        network(torch.rand(2, 3, 32, 48) * 3)
    network.eval()
    images = torch.rand(1, 3, 40, 56)
    with torch.inference_mode():
        before = network(images)
        fold_norms(network)
        after = network(images)
    assert torch.allclose(before, after, atol=1e-4)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in network.modules())


def test_what_has_no_norm_stays_as_it_is() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Sequential(nn.Conv2d(4, 1, 1))).eval()
    images = torch.rand(1, 3, 8, 8)
    before = network(images)
    fold_norms(network)
    assert torch.equal(network(images), before)
