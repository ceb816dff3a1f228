"""Shapes and mending on a mask of 12 MP of which 2 % is crack; with `--large` on 144 MP, where no bar stands.

The work alone, which the window's thread leaves to another one: what remains to the window, bench_shapes.py tells.
"""

import sys
from collections.abc import Callable

import cv2
import numpy as np
from report import exit_code, least, row

from crackstudio.imaging import shapes
from crackstudio.imaging.bridging import bridge_gaps
from crackstudio.imaging.mending import fill_holes, grow, remove_specks, shrink
from crackstudio.imaging.patch import Patch
from crackstudio.imaging.shapes import Side
from crackstudio.imaging.spurs import prune_spurs
from crackstudio.imaging.tiled_mask import TiledMask

HEIGHT, WIDTH, SHARE, BAR_MS = 3000, 4000, 0.02, 1000


def cracks(height: int, width: int) -> np.ndarray:
    """Wandering cracks of 1 to 9 px, with gaps, twigs, holes and specks, (H, W) uint8."""
    chance, mask = np.random.default_rng(0), np.zeros((height, width), np.uint8)
    while np.count_nonzero(mask) < SHARE * mask.size:
        for _ in range(mask.size // 3_000_000):
            way = chance.uniform(0, 2 * np.pi) + np.cumsum(chance.normal(0, 0.15, 80))
            course = chance.uniform(0, (width, height)) + np.cumsum(
                np.stack((np.cos(way), np.sin(way)), 1) * 10, axis=0
            )
            points, size = course.round().astype(np.int32), int(chance.integers(1, 10))
            for piece in np.split(points, [27, 54]):
                cv2.polylines(mask, [piece], isClosed=False, color=1, thickness=size)
            for point in points[::9]:
                cv2.line(mask, point.tolist(), (point + chance.integers(-9, 10, 2)).tolist(), 1, 1)
            for point in points[5::20]:
                mask[point[1] % height, point[0] % width] = 0
    specks = chance.integers(0, (height, width), (mask.size // 10_000, 2))
    mask[specks[:, 0], specks[:, 1]] = 1
    return mask


def operations(mask: TiledMask, picture: np.ndarray) -> dict[str, Callable[[], Patch]]:
    """Each by its name; `picture` is (H, W) uint8."""
    height, width = picture.shape
    turn = np.linspace(0, 2 * np.pi, 500)
    outline = np.stack((np.cos(turn), np.sin(turn)), 1) * (0.45 * width, 0.45 * height) + (width / 2, height / 2)
    dark = (int(np.argmin(picture[height // 2])), height // 2)
    quiet = np.argwhere(mask.region(0, 0, 100, 100) == 0)[0]
    return {
        "line": lambda: shapes.line(mask, (0, 0), (width, height), width=9, value=1),
        "polygon": lambda: shapes.polygon(mask, outline, value=1),
        "lasso": lambda: shapes.lasso(mask, outline, picture=picture, threshold=0.4, side=Side.UNDER, value=1),
        "flood fill of the background": lambda: shapes.flood_fill(mask, quiet[1], quiet[0], value=2),
        "wand, 500 px": lambda: shapes.wand(mask, *dark, picture=picture, tolerance=60, reach=500, value=1),
        "fill holes": lambda: fill_holes(mask, value=1, largest=100),
        "remove specks": lambda: remove_specks(mask, value=1, smallest=30),
        "grow by 3": lambda: grow(mask, value=1, by=3),
        "shrink by 1": lambda: shrink(mask, value=1, by=1),
        "bridge gaps of 20": lambda: bridge_gaps(mask, value=1, longest=20),
        "prune spurs of 12": lambda: prune_spurs(mask, value=1, shortest=12),
    }


def main() -> int:
    """0 where the bar holds."""
    large = "--large" in sys.argv
    height, width = (12_000, 12_000) if large else (HEIGHT, WIDTH)
    array = cracks(height, width)
    picture = cv2.resize(
        np.random.default_rng(1).integers(90, 200, (height // 8, width // 8), np.uint8), (width, height)
    )
    picture[array > 0] //= 2
    mask = TiledMask.from_array(array)
    del array
    for name, operation in operations(mask, picture).items():
        what = f"{width * height // 10**6} MP, 2 % crack: {name}"
        row(what, least(operation, repeats=1 if large else 3), None if large else BAR_MS)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
