"""Random changes of crops: turns and flips jointly with mask and weights, light and colour of the image alone."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def turned(arrays: tuple[NDArray[Any], ...], *, random: np.random.Generator) -> tuple[NDArray[Any], ...]:
    """The same flips of each (H, W, ...) array and, where they are square, the same quarter turns: views, no copies."""
    upside_down, mirrored, quarters = random.random() < 0.5, random.random() < 0.5, int(random.integers(4))
    square = arrays[0].shape[0] == arrays[0].shape[1]

    def one(array: NDArray[Any]) -> NDArray[Any]:
        array = array[::-1] if upside_down else array
        array = array[:, ::-1] if mirrored else array
        return np.rot90(array, quarters) if square else array

    return tuple(one(array) for array in arrays)


def jittered(images: Tensor, *, strength: float, random: np.random.Generator) -> Tensor:
    """(N, 3, H, W) in [0, 1]: each image's gamma, contrast, brightness and colour balance changed by its own amount."""
    if not strength:
        return images
    count = len(images)

    def draw(*shape: int) -> Tensor:
        drawn = random.uniform(-strength, strength, size=(count, *shape, 1, 1)).astype(np.float32)
        return torch.from_numpy(drawn).to(images.device)

    gamma, contrast, brightness, colour = torch.exp(draw(1)), 1 + draw(1), 0.5 * draw(1), 1 + 0.25 * draw(3)
    mean = images.mean(dim=(2, 3), keepdim=True)
    changed = (images - mean) * contrast + mean + brightness
    return (changed * colour).clamp(0, 1).pow(gamma)
