"""Distance weights by one transform against one of SciPy's per region: `python tests/benchmarks/bench_imaging.py`.

1408 x 512 px, 200 regions; bars: 500 times as fast, equal to 1e-6.
"""

import sys
import time

import cv2
import numpy as np
from scipy import ndimage

from crackstudio.imaging.weighting import distance_weights

HEIGHT, WIDTH, REGIONS, BAR = 512, 1408, 200, 500
REPEATS = 50


def blobs() -> np.ndarray:
    """A mask (H, W) uint8 of 200 blobs that do not touch."""
    chance, mask = np.random.default_rng(0), np.zeros((HEIGHT, WIDTH), np.uint8)
    columns, rows = 20, REGIONS // 20
    for place in range(REGIONS):
        centre = (int((place % columns + 0.5) * WIDTH / columns), int((place // columns + 0.5) * HEIGHT / rows))
        axes = (int(chance.integers(5, 28)), int(chance.integers(4, 18)))
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    return mask


def by_the_loop(mask: np.ndarray) -> np.ndarray:
    """One transform of the whole image for each region."""
    weights = (mask == 0).astype(np.float64)
    regions, count = ndimage.label(mask, structure=np.ones((3, 3)))
    assert count == REGIONS
    for region in range(1, count + 1):
        inside = regions == region
        depth = ndimage.distance_transform_edt(inside)
        weights[inside] = (depth[inside] / depth.max()) ** 2
    return weights


def main() -> int:
    """0 where the bars hold."""
    mask = blobs()
    weights = distance_weights(mask)
    began = time.perf_counter()
    expected = by_the_loop(mask)
    slow = time.perf_counter() - began
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        distance_weights(mask)
        taken.append(time.perf_counter() - began)
    fast, error = float(np.median(taken)), float(np.abs(weights - expected).max())
    print(f"loop over regions {slow:.2f} s | one transform {1000 * fast:.2f} ms | {slow / fast:.0f} x, bar {BAR} x")
    print(f"largest difference {error:.1e}, bar 1e-6")
    return int(slow / fast < BAR or error > 1e-6)


if __name__ == "__main__":
    sys.exit(main())
