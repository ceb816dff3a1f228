"""Measuring a mask of 12 MP, 2 % of it thin cracks."""

import sys

import cv2
import numpy as np
from report import exit_code, least, row

from crackstudio.imaging.measuring import measure

HEIGHT, WIDTH, SHARE = 3000, 4000, 0.02


def cracks(height: int = HEIGHT, width: int = WIDTH, *, seed: int = 0) -> np.ndarray:
    """A mask (H, W) uint8 of wandering cracks, 2 to 6 px wide, over 2 % of it."""
    chance, mask = np.random.default_rng(seed), np.zeros((height, width), np.uint8)
    while np.count_nonzero(mask) < SHARE * mask.size:
        angles = chance.uniform(0, 2 * np.pi) + np.cumsum(chance.normal(0, 0.25, 150))
        steps = 8 * np.stack((np.cos(angles), np.sin(angles)), axis=1)
        points = chance.uniform((0, 0), (width, height)) + np.cumsum(steps, axis=0)
        cv2.polylines(mask, [np.round(points).astype(np.int32)], False, 1, int(chance.integers(2, 7)))
    return mask


def main() -> int:
    """0 where the bar holds."""
    mask = cracks()
    row("12 MP, 2 % crack: measured", least(lambda: measure(mask)), 1000)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
