"""Images through a method that only proposes: evaluation mode, no gradients, 8-bit crack maps out."""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crackstudio.engine.device import Place
from crackstudio.engine.method import Method

Rgb = NDArray[np.uint8]
CrackMap = NDArray[np.uint8]


def to_images(rgbs: Sequence[Rgb], place: Place) -> Tensor:
    """Equal (H, W, 3) uint8 images -> (N, 3, H, W) float32 in [0, 1], channels-last, on its device."""
    stacked = torch.from_numpy(np.stack(rgbs))
    return stacked.to(place.device).permute(0, 3, 1, 2).float() / 255


def to_bytes(maps: Tensor) -> NDArray[np.uint8]:
    """[0, 1] -> 0..255 uint8 on the CPU, of the same shape; NaN becomes 0."""
    found: NDArray[np.uint8] = (maps.float().nan_to_num(0).clamp(0, 1) * 255).round().byte().cpu().numpy()
    return found


@contextlib.contextmanager
def thinking(place: Place) -> Iterator[None]:
    """No gradients, fast precision: for networks that are in evaluation mode."""
    with torch.inference_mode(), place.autocast():
        yield


@contextlib.contextmanager
def proposing(method: Method, *, place: Place) -> Iterator[None]:
    """Networks in evaluation mode, no gradients, fast precision; each network's mode is put back at the end."""
    modes = [(network, network.training) for network in method.networks().values()]
    for network, _ in modes:
        network.eval()
    try:
        with thinking(place):
            yield
    finally:
        for network, training in modes:
            network.train(training)


def crack_maps(method: Method, rgbs: Sequence[Rgb], *, place: Place, batch: int = 4) -> list[CrackMap]:
    """The crack map of each image, in order; neighbours of one size go through together. Call within `proposing`."""
    found: list[CrackMap] = []
    for _, equal in groupby(rgbs, key=lambda rgb: rgb.shape):
        while some := list(islice(equal, batch)):
            found += list(to_bytes(method.crack_map(to_images(some, place))[:, 0]))
    return found
