"""Drawn surfaces: what lies around a crack, from asphalt to terrazzo, and what only looks like one.

Every function takes a `numpy.random.Generator` and gives float32 arrays, images as (H, W, 3) RGB in [0, 1].
"""

from collections.abc import Callable
from enum import StrEnum

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Plane = NDArray[np.float32]


class Surface(StrEnum):
    """A family of surfaces. Terrazzo is the demo's alone: the starter never saw it."""

    ASPHALT = "asphalt"
    CONCRETE = "concrete"
    PLASTER = "plaster"
    STEEL = "steel"
    SANDSTONE = "sandstone"
    MASONRY = "masonry"
    TERRAZZO = "terrazzo"


DEMO_SURFACE = Surface.TERRAZZO
STARTER_SURFACES = tuple(surface for surface in Surface if surface is not DEMO_SURFACE)


def draw_surface(rng: Generator, surface: Surface, height: int, width: int) -> Plane:
    """A surface under even light: (H, W, 3) RGB in [0, 1]."""
    return np.clip(_PAINTERS[surface](rng, height, width), 0.0, 1.0).astype(np.float32)


def noise(rng: Generator, height: int, width: int, *, cell: float, octaves: int = 1, stretch: float = 1.0) -> Plane:
    """Smooth noise, mean 0 and deviation 1; `cell` is the size of a blob in px, `stretch` lengthens it along x."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        grid = rng.standard_normal((int(height / size) + 3, int(width / (size * stretch)) + 3)).astype(np.float32)
        layer = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += layer * 0.6**octave
    even: Plane = (total - total.mean()) / (total.std() + 1e-6)
    return even


def _tinted(plane: Plane, colour: tuple[float, float, float]) -> Plane:
    return plane[..., None] * np.asarray(colour, np.float32)


def _between(rng: Generator, low: tuple[float, ...], high: tuple[float, ...]) -> tuple[float, float, float]:
    """A colour between two, all channels moving together so that it stays in the family."""
    share = rng.uniform()
    red, green, blue = (a + (b - a) * share for a, b in zip(low, high, strict=True))
    return red, green, blue


def _asphalt(rng: Generator, height: int, width: int) -> Plane:
    grain = rng.uniform(1.5, 5.0)
    stones = noise(rng, height, width, cell=grain)
    base = rng.uniform(0.28, 0.6) + rng.uniform(0.03, 0.09) * stones
    base += rng.uniform(0.01, 0.05) * noise(rng, height, width, cell=1.0)
    base += rng.uniform(0.01, 0.05) * noise(rng, height, width, cell=60, octaves=2)
    base -= rng.uniform(0.05, 0.2) * (noise(rng, height, width, cell=grain * 1.2) > rng.uniform(1.6, 2.4))
    return _tinted(base, _between(rng, (1.0, 0.97, 0.9), (0.93, 0.97, 1.0)))


def _concrete(rng: Generator, height: int, width: int) -> Plane:
    base = rng.uniform(0.45, 0.8) + rng.uniform(0.01, 0.05) * noise(rng, height, width, cell=50, octaves=4)
    base += rng.uniform(0.005, 0.04) * noise(rng, height, width, cell=1.3)
    picture = _tinted(base, _between(rng, (1.0, 0.97, 0.9), (0.95, 0.99, 1.0)))
    return _with_pores(rng, picture, count=int(rng.integers(0, 40)))


def _plaster(rng: Generator, height: int, width: int) -> Plane:
    strokes = noise(rng, height, width, cell=rng.uniform(2, 6), octaves=2, stretch=rng.uniform(3, 9))
    strokes = _turned(strokes, rng.uniform(0, 180))
    base = rng.uniform(0.6, 0.85) + rng.uniform(0.01, 0.04) * strokes
    base += rng.uniform(0.01, 0.03) * noise(rng, height, width, cell=90, octaves=2)
    return _tinted(base, _between(rng, (1.0, 0.93, 0.8), (0.95, 1.0, 0.98)))


def _steel(rng: Generator, height: int, width: int) -> Plane:
    brushed = _turned(noise(rng, height, width, cell=1.5, stretch=40), rng.uniform(0, 180))
    base = rng.uniform(0.4, 0.7) + rng.uniform(0.01, 0.05) * brushed
    base += rng.uniform(0.01, 0.04) * noise(rng, height, width, cell=80, octaves=2)
    picture = _tinted(base, _between(rng, (0.95, 0.98, 1.0), (1.0, 0.99, 0.95)))
    rust: Plane = np.clip(noise(rng, height, width, cell=40, octaves=4) - rng.uniform(1.0, 2.5), 0, 1)[..., None]
    return picture * (1 - rust) + np.asarray((0.5, 0.3, 0.2), np.float32) * rust


def _sandstone(rng: Generator, height: int, width: int) -> Plane:
    layers = _turned(noise(rng, height, width, cell=14, octaves=3, stretch=8), rng.uniform(-20, 20))
    base = rng.uniform(0.5, 0.75) + rng.uniform(0.02, 0.05) * layers + 0.03 * noise(rng, height, width, cell=1.2)
    return _tinted(base, _between(rng, (1.0, 0.85, 0.65), (1.0, 0.92, 0.8)))


def _masonry(rng: Generator, height: int, width: int) -> Plane:
    """Blocks with wide, pale or dark joints."""
    picture = _concrete(rng, height, width)
    block_h, block_w, joint = int(rng.integers(48, 110)), int(rng.integers(90, 200)), int(rng.integers(3, 9))
    joints = np.zeros((height, width), np.float32)
    for row, top in enumerate(range(-int(rng.integers(block_h)), height, block_h)):
        cv2.line(joints, (0, top), (width, top), 1.0, joint, cv2.LINE_AA)
        shift = (row % 2) * block_w // 2 - int(rng.integers(0, 12))
        for left in range(shift, width, block_w):
            cv2.line(joints, (left, top), (left, top + block_h), 1.0, joint, cv2.LINE_AA)
    soft: Plane = cv2.GaussianBlur(joints, (0, 0), 0.8)[..., None]
    mortar = float(picture.mean()) * rng.choice((rng.uniform(0.6, 0.85), rng.uniform(1.1, 1.3)))
    tint = np.asarray(_between(rng, (1.0, 0.72, 0.6), (1.0, 0.97, 0.92)), np.float32)
    blocks: Plane = picture * tint * (1 - soft) + mortar * soft
    return blocks


def _terrazzo(rng: Generator, height: int, width: int) -> Plane:
    """Polished floor: chips of stone, light and dark, in a pale cement."""
    base = rng.uniform(0.6, 0.78) + 0.02 * noise(rng, height, width, cell=70, octaves=3)
    picture = _tinted(base, _between(rng, (1.0, 0.96, 0.88), (0.92, 0.97, 1.0)))
    palette = rng.uniform(0.25, 0.95, (5, 1)) * rng.uniform(0.85, 1.0, (5, 3))
    for _ in range(height * width // 260):
        centre = rng.uniform((0, 0), (width, height))
        radius = rng.gamma(3.0, 1.3) + 1.0
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 9))))
        reach = radius * rng.uniform(0.6, 1.2, angles.size)
        corners = centre + np.stack((np.cos(angles) * reach, np.sin(angles) * reach), axis=1)
        colour = palette[rng.integers(5)] * rng.uniform(0.85, 1.1)
        cv2.fillPoly(picture, [np.round(corners * 16).astype(np.int32)], colour.tolist(), cv2.LINE_AA, 4)
    return picture + (0.012 * noise(rng, height, width, cell=1.0))[..., None]


_PAINTERS: dict[Surface, Callable[[Generator, int, int], Plane]] = {
    Surface.ASPHALT: _asphalt,
    Surface.CONCRETE: _concrete,
    Surface.PLASTER: _plaster,
    Surface.STEEL: _steel,
    Surface.SANDSTONE: _sandstone,
    Surface.MASONRY: _masonry,
    Surface.TERRAZZO: _terrazzo,
}


def _turned(plane: Plane, degrees: float) -> Plane:
    height, width = plane.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned: Plane = cv2.warpAffine(plane, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return turned


def _with_pores(rng: Generator, picture: Plane, *, count: int) -> Plane:
    height, width = picture.shape[:2]
    pores = np.zeros((height, width), np.float32)
    for x, y, radius in zip(
        rng.uniform(0, width, count), rng.uniform(0, height, count), rng.gamma(2.0, 0.8, count), strict=True
    ):
        cv2.circle(pores, (int(x * 16), int(y * 16)), int((radius + 0.5) * 16), 1.0, -1, cv2.LINE_AA, 4)
    soft: Plane = cv2.GaussianBlur(pores, (0, 0), 0.7)[..., None]
    return picture * (1 - rng.uniform(0.2, 0.6) * soft)
