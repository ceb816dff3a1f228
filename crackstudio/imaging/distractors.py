"""What only looks like a crack: joints, stains, scratches, thin shadows, painted lines, cables, grass.

An intact image is full of them, a cracked one has some: what a network may not learn is "a line is a crack".
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from crackstudio.imaging.surfaces import Plane, noise


def add_distractors(rng: Generator, picture: Plane, *, busy: bool) -> Plane:
    """Lay distractors over a surface, (H, W, 3) in [0, 1]: about four where `busy`, about one and a half otherwise."""
    for _ in range(rng.poisson(4.0 if busy else 1.5)):
        picture = _KINDS[rng.integers(len(_KINDS))](rng, picture)
    return picture.astype(np.float32)


def _line(rng: Generator, picture: Plane, thickness: float, *, bend: float = 0.0) -> Plane:
    """The coverage of one straight or gently bent line across the picture."""
    height, width = picture.shape[:2]
    plane = np.zeros((height, width), np.float32)
    angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4)
    along = np.linspace(-1, 1, 60) * max(height, width)
    across = offset * min(height, width) + bend * (along / max(height, width)) ** 2 * min(height, width)
    x = width / 2 + along * np.cos(angle) - across * np.sin(angle)
    y = height / 2 + along * np.sin(angle) + across * np.cos(angle)
    points = np.round(np.stack((x, y), axis=1) * 16).astype(np.int32)
    cv2.polylines(
        plane, [points], isClosed=False, color=1.0, thickness=max(int(thickness), 1), lineType=cv2.LINE_AA, shift=4
    )
    return plane


def _joint(rng: Generator, picture: Plane) -> Plane:
    line: Plane = cv2.GaussianBlur(_line(rng, picture, rng.uniform(2, 9)), (0, 0), rng.uniform(0.4, 1.2))
    return picture * (1 - rng.uniform(0.2, 0.7) * line[..., None])


def _shadow(rng: Generator, picture: Plane) -> Plane:
    """A straight-edged or pole-like soft shadow."""
    if rng.uniform() < 0.5:
        line = _line(rng, picture, rng.uniform(4, 30), bend=rng.uniform(-0.1, 0.1))
    else:
        height, width = picture.shape[:2]
        corners = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * (width, height)
        line = np.zeros((height, width), np.float32)
        cv2.fillPoly(line, [cv2.convexHull(np.round(corners).astype(np.int32))], 1.0, cv2.LINE_AA)
    soft: Plane = cv2.GaussianBlur(line, (0, 0), rng.uniform(0.8, 6))
    return picture * (1 - rng.uniform(0.2, 0.55) * soft[..., None])


def _stain(rng: Generator, picture: Plane) -> Plane:
    height, width = picture.shape[:2]
    blob = noise(rng, height, width, cell=rng.uniform(20, 90), octaves=3, stretch=rng.uniform(0.4, 2.5))
    soft: Plane = np.clip((blob - rng.uniform(0.6, 1.6)) * rng.uniform(1, 5), 0, 1)
    tint = 1 - rng.uniform(0.05, 0.45) * soft[..., None] * rng.uniform(0.8, 1.0, 3)
    return np.asarray(picture * tint, np.float32)


def _scratch(rng: Generator, picture: Plane) -> Plane:
    """Pale, straight and thin."""
    height, width = picture.shape[:2]
    line = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        start = rng.uniform((0, 0), (width, height))
        end = start + rng.normal(0, 0.25, 2) * (width, height)
        ends = np.round(np.stack((start, end)) * 16).astype(int)
        cv2.line(line, ends[0].tolist(), ends[1].tolist(), 1.0, int(rng.integers(1, 3)), cv2.LINE_AA, 4)
    return picture + rng.uniform(0.05, 0.25) * line[..., None]


def _paint(rng: Generator, picture: Plane) -> Plane:
    """A worn painted line or letter stroke."""
    height, width = picture.shape[:2]
    line = _line(rng, picture, rng.uniform(10, 40))
    worn = line * (noise(rng, height, width, cell=5, octaves=2) > rng.uniform(-2.5, -0.8))
    cover = rng.uniform(0.4, 0.9) * worn[..., None]
    colour = np.asarray(((0.92, 0.92, 0.88), (0.85, 0.72, 0.25), (0.3, 0.4, 0.6))[rng.integers(3)], np.float32)
    return picture * (1 - cover) + colour * cover


def _cable(rng: Generator, picture: Plane) -> Plane:
    """Smooth, even in width, with a highlight: a cable, a hose, a wire."""
    thickness = rng.uniform(2, 6)
    line = _line(rng, picture, thickness, bend=rng.uniform(-0.6, 0.6))[..., None]
    colour = rng.uniform(0.05, 0.5, 3).astype(np.float32)
    return picture * (1 - line) + colour * line


def _grass(rng: Generator, picture: Plane) -> Plane:
    """Short bent blades, or chips and crumbs."""
    height, width = picture.shape[:2]
    layer = picture.copy()
    colour = (rng.uniform(0.15, 0.5) * np.array((0.8, 1.0, 0.5))).tolist()
    for _ in range(int(rng.integers(2, 12))):
        root = rng.uniform((0, 0), (width, height))
        ends = np.round(np.stack((root, root + rng.normal(0, 10, 2), root + rng.normal(0, 18, 2))) * 16).astype(
            np.int32
        )
        cv2.polylines(layer, [ends], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA, shift=4)
    return layer


def _specks(rng: Generator, picture: Plane) -> Plane:
    height, width = picture.shape[:2]
    layer = picture.copy()
    count = int(rng.integers(5, 40))
    tone = rng.uniform(0.1, 0.5)
    for x, y, radius in zip(
        rng.uniform(0, width, count), rng.uniform(0, height, count), rng.gamma(1.5, 1.2, count) + 0.5, strict=True
    ):
        axes = (int(radius * 16 * rng.uniform(0.5, 1.0)), int(radius * 16))
        cv2.ellipse(layer, ((x, y), (axes[0] / 8, axes[1] / 8), rng.uniform(0, 180)), [tone] * 3, -1, cv2.LINE_AA)
    return layer


_KINDS: tuple[Callable[[Generator, Plane], Plane], ...] = (
    _joint,
    _shadow,
    _shadow,
    _stain,
    _stain,
    _scratch,
    _paint,
    _cable,
    _grass,
    _specks,
)
