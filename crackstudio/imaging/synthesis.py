"""Drawn cracks on drawn surfaces, with exact truth: for the demo, the tests and the starter.

A crack is a wandering centre line with a width that varies along it. Its outline is drawn four times too large and
averaged down, so the truth (a pixel is crack where at least half of it is covered) is that of the geometry, not of a
threshold on the picture. The same seed draws the same picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from crackstudio.imaging.distractors import add_distractors
from crackstudio.imaging.surfaces import STARTER_SURFACES, Plane, Surface, draw_surface, noise

SUPERSAMPLING = 4
MAX_WIDTH = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """`image`: (H, W, 3) uint8 RGB. `mask`: (H, W) uint8, 1 = crack; empty on an intact image."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    surface: Surface
    cracked: bool


def draw(
    seed: int | tuple[int, ...],
    *,
    cracked: bool,
    height: int = 256,
    width: int = 256,
    surfaces: tuple[Surface, ...] = STARTER_SURFACES,
) -> Drawn:
    """Draw one image; `seed` decides all of it, `surfaces` are the families it is drawn from."""
    rng = np.random.default_rng(seed)
    surface = surfaces[rng.integers(len(surfaces))]
    picture = draw_surface(rng, surface, height, width)
    picture = add_distractors(rng, picture, busy=not cracked)
    coverage = np.zeros((height, width), np.float32)
    while cracked and np.count_nonzero(coverage >= 0.5) < 20:
        coverage = draw_crack(rng, height, width)
    picture = _engrave(rng, picture, coverage)
    picture = _light(rng, picture)
    image = _photograph(rng, picture)
    return Drawn(image=image, mask=(coverage >= 0.5).astype(np.uint8), surface=surface, cracked=cracked)


def draw_crack(rng: Generator, height: int, width: int) -> Plane:
    """A crack with its branches: the share of each pixel that it covers, (H, W) in [0, 1]."""
    canvas = np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING), np.uint8)
    widest = float(np.clip(np.exp(rng.normal(1.1, 0.7)), 1.0, MAX_WIDTH))
    start, heading = _entry(rng, height, width)
    pending = [(start, heading, widest, rng.uniform(0.5, 1.5) * max(height, width), 0)]
    while pending:
        origin, heading, thick, length, depth = pending.pop()
        points, widths = _walk(rng, origin, heading, thick, length)
        _stamp(canvas, points, widths)
        if depth < 2:
            for place in rng.uniform(0.15, 0.9, rng.poisson(1.2 / (depth + 1))):
                index = int(place * (len(points) - 1))
                side = rng.choice((-1, 1)) * rng.uniform(0.4, 1.2)
                thinner = max(widths[index] * rng.uniform(0.4, 0.8), 1.0)
                branch = (points[index], heading + side, thinner, length * rng.uniform(0.2, 0.5), depth + 1)
                pending.append(branch)
    area: Plane = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return area


def _entry(rng: Generator, height: int, width: int) -> tuple[NDArray[np.float64], float]:
    """Where a crack starts (mostly at a border, sometimes inside) and where it heads (roughly across the picture)."""
    middle = np.array((width, height)) / 2
    angle = rng.uniform(0, 2 * np.pi)
    reach = rng.choice((0.55, rng.uniform(0.0, 0.5)), p=(0.75, 0.25))
    start = middle + reach * np.array((width * np.cos(angle), height * np.sin(angle)))
    target = middle + rng.normal(0, 0.2, 2) * (width, height)
    return start, float(np.arctan2(*(target - start)[::-1]))


def _walk(
    rng: Generator, origin: NDArray[np.float64], heading: float, thick: float, length: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A centre line in steps of 1.5 px and the width at each point, tapering to both ends."""
    count = max(int(length / 1.5), 8)
    roughness = rng.uniform(0.05, 0.25)
    drift = np.cumsum(rng.normal(0, 0.35 * roughness, count))
    drift -= np.linspace(0, drift[-1], count) * rng.uniform(0.3, 1.0)
    jag = np.repeat(rng.normal(0, 2.2 * roughness, count // 4 + 1), 4)[:count]
    angles = heading + drift + jag
    points = origin + 1.5 * np.cumsum(np.stack((np.cos(angles), np.sin(angles)), axis=1), axis=0)
    wave = np.interp(np.arange(count), np.arange(0, count + 12, 12), rng.lognormal(0, 0.3, (count + 23) // 12))
    nearest_end = 0.5 - abs(np.linspace(-0.5, 0.5, count))
    taper = np.clip(nearest_end * rng.uniform(2, 8), 0.35, 1)
    return points, np.clip(thick * wave * taper, 0.8, MAX_WIDTH)


def _stamp(canvas: NDArray[np.uint8], points: NDArray[np.float64], widths: NDArray[np.float64]) -> None:
    scaled = np.round(points * SUPERSAMPLING).astype(int)
    for (x0, y0), (x1, y1), wide in zip(scaled[:-1], scaled[1:], widths[1:], strict=True):
        cv2.line(canvas, (int(x0), int(y0)), (int(x1), int(y1)), 255, max(round(wide * SUPERSAMPLING), 1))


def _engrave(rng: Generator, picture: Plane, coverage: Plane) -> Plane:
    """Darken where the crack is: deeper inside, softened by the lens, sometimes with a chipped pale rim."""
    if not coverage.any():
        return picture
    height, width = coverage.shape
    inside = cv2.distanceTransform((coverage >= 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    depth = coverage * np.clip(0.75 + 0.12 * inside, 0, 1)
    depth *= np.clip(1 + rng.uniform(0, 0.3) * noise(rng, height, width, cell=9), 0.35, 1)
    soft = cv2.GaussianBlur(depth, (0, 0), rng.uniform(0.3, 0.8))
    darkness = rng.uniform(0.35, 0.9)
    picture = picture * (1 - darkness * soft[..., None])
    if rng.uniform() < 0.3:
        rim = np.clip(cv2.GaussianBlur(coverage, (0, 0), 2.0) - coverage, 0, 1)
        picture = picture + rng.uniform(0.1, 0.35) * rim[..., None]
    return picture.astype(np.float32)


def _light(rng: Generator, picture: Plane) -> Plane:
    height, width = picture.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    slope = 1 + rng.uniform(0, 0.35) * ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle))
    uneven = 1 + rng.uniform(0, 0.06) * noise(rng, height, width, cell=max(height, width) / 2)
    return np.asarray(picture * (slope * uneven)[..., None], np.float32)


def _photograph(rng: Generator, picture: Plane) -> NDArray[np.uint8]:
    """Contrast, colour cast, focus, sensor noise and JPEG, as cameras add them."""
    exposed = (picture - 0.5) * rng.uniform(0.75, 1.25) + rng.uniform(0.42, 0.58)
    exposed = exposed * rng.uniform(0.94, 1.06, 3)
    if rng.uniform() < 0.5:
        exposed = cv2.GaussianBlur(exposed, (0, 0), rng.uniform(0.3, 0.9))
    exposed = exposed + rng.normal(0, rng.uniform(0.002, 0.03), picture.shape)
    image = np.round(np.clip(exposed, 0, 1) * 255).astype(np.uint8)
    if rng.uniform() < 0.5:
        _, packed = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))))
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return image
