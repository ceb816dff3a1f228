"""The images, masks and tagged tiles of a snapshot: decoded once, kept as bytes within a budget, cut into crops."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind, Tag
from crackstudio.core.runs import SnapshotItem
from crackstudio.engine.augment import jittered, turned
from crackstudio.engine.method import Feed
from crackstudio.engine.tiles import cut_out, tagged_tiles
from crackstudio.imaging.weighting import distance_weights
from crackstudio.project import rasters

Scalar = TypeVar("Scalar", bound=np.generic)

BUDGET = 2 * 2**30
"""Bytes of decoded images kept. What comes after the budget is full is decoded anew each time: with epochs in random
order that keeps a fixed share at hand, where a cache of the latest would keep next to none."""

CRACK_PIXELS = 4096
"""Positions of defect pixels kept for aiming crops."""


class Aim(Enum):
    """Where a crop is cut."""

    ANYWHERE = "anywhere"
    ON_CRACK = "on crack"
    CLEAR = "clear of cracks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded image: rgb (H, W, 3) uint8; mask (H, W) uint8 or None; weights (H, W) float32 where they vary."""

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8] | None
    weights: NDArray[np.float32] | None
    cracks: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return sum(array.nbytes for array in (self.rgb, self.mask, self.weights, self.cracks) if array is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A piece of an image as a step sees it: rgb (h, w, 3) uint8, mask (h, w) uint8 0/1, weights (h, w) float32."""

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    weights: NDArray[np.float32]
    cracked: bool
    has_mask: bool


class Dataset:
    """Random access to the images of a snapshot, and after them to their tagged tiles. Masks lie in `folder`."""

    def __init__(self, items: Sequence[SnapshotItem], *, folder: Path, feed: Feed, budget: int = BUDGET) -> None:
        images = tuple(items)
        self._tiles = tuple(tagged_tiles(images))
        self.items = (*images, *(tile.item for tile in self._tiles))
        self.images = range(len(images))
        self.feed = feed
        self._folder = folder
        self._left = budget
        self._kept: dict[int, Picture] = {}

    def __len__(self) -> int:
        return len(self.items)

    @property
    def tagged(self) -> list[int]:
        """What tags are drawn from: images, and in place of those that have tagged tiles these."""
        return [index for index, item in enumerate(self.items) if item.tiles is None]

    def rgb(self, index: int) -> NDArray[np.uint8]:
        """The pixels alone, (H, W, 3); those of an image are read anew. Raises RasterError, MaskError."""
        if index not in self.images:
            return self.picture(index).rgb
        item = self.items[index]
        return rasters.read_rgb8(Path(item.image), page=item.page)

    def truth(self, index: int) -> NDArray[np.uint8] | None:
        """The mask a person stands by, as it is on disk; None for a mere tag. Raises RasterError."""
        mask = self.items[index].mask
        return None if mask is None else rasters.read_mask(self._folder / mask)

    def picture(self, index: int) -> Picture:
        """Decoded, from memory where it is kept. Raises RasterError, MaskError."""
        kept = self._kept.get(index)
        if kept is None:
            found = {index: self._decoded(index)} if index in self.images else self._tiles_beside(index)
            for one, picture in found.items():
                self._keep(one, picture)
            kept = found[index]
        return kept

    def bag(self, index: int, *, aim: Aim, random: np.random.Generator) -> list[Crop]:
        """As many crops as the feed has instances; one crop so often where a mask shows a defect, see `Feed`."""
        count = self.feed.instances
        different = 1 if len(self.picture(index).cracks) else count
        return [self.crop(index, aim=aim, random=random) for _ in range(different)] * (count // different)

    def crop(self, index: int, *, aim: Aim, random: np.random.Generator) -> Crop:
        """A random crop of the feed's size, padded by reflection where the image is smaller, turned and jittered."""
        item, picture, feed = self.items[index], self.picture(index), self.feed
        zoom = math.exp(random.uniform(-feed.zoom, feed.zoom)) if feed.zoom else 1.0
        rows, columns = _window(picture, feed, zoom=zoom, aim=aim, random=random)
        rgb = _fitted(picture.rgb[rows, columns], feed, zoom=zoom, smooth=True)
        if picture.mask is None:
            intact = item.tag is Tag.INTACT
            mask = np.zeros(rgb.shape[:2], np.uint8)
            weights = np.full(rgb.shape[:2], float(intact), np.float32)
            cracked, has_mask = not intact, intact
        else:
            mask = _fitted(picture.mask[rows, columns], feed, zoom=zoom)
            varied = picture.weights
            weights = _sure(mask) if varied is None else _fitted(varied[rows, columns], feed, zoom=zoom)
            mask = _is_defect(mask).view(np.uint8)
            cracked, has_mask = bool(mask.any()), True
        rgb = jittered(rgb, strength=feed.jitter, random=random)
        if feed.turns:
            rgb, mask, weights = turned((rgb, mask, weights), random=random)
        return Crop(rgb=rgb, mask=mask, weights=weights, cracked=cracked, has_mask=has_mask)

    def _keep(self, index: int, picture: Picture) -> None:
        if index not in self._kept and picture.nbytes <= self._left:
            self._left -= picture.nbytes
            self._kept[index] = picture

    def _tiles_beside(self, index: int) -> dict[int, Picture]:
        """A tile and all others of its image, which is decoded once for them."""
        first = len(self.images)
        image = self._tiles[index - first].image
        areas = {first + i: tile.area for i, tile in enumerate(self._tiles) if tile.image == image}
        cut = cut_out(self.rgb(image), self.items[image], list(areas.values()))
        return {place: _without_mask(rgb) for place, rgb in zip(areas, cut, strict=True)}

    def _decoded(self, index: int) -> Picture:
        item = self.items[index]
        rgb = self.rgb(index)
        mask = self.truth(index)
        if mask is None:
            return _without_mask(rgb)
        if mask.shape != rgb.shape[:2]:
            raise MaskError(
                f"The mask of {item.name} is {mask.shape[1]} x {mask.shape[0]} px, the image {rgb.shape[1]} x "
                f"{rgb.shape[0]} px. Neither was changed; take the image out of the run or mend its mask."
            )
        mask, weights = self._weighted(mask, item.mask_kind)
        return Picture(rgb=rgb, mask=mask, weights=weights, cracks=_some_cracks(mask))

    def _weighted(
        self, mask: NDArray[np.uint8], kind: MaskKind | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32] | None]:
        feed = self.feed
        mask = _dilated(mask, feed.dilate)
        if kind is not MaskKind.REGION and feed.dilate <= 1:
            return mask, None
        weights = distance_weights(mask, power=feed.power, positive_weight=feed.positive_weight, floor=feed.floor)
        return mask, weights


def _without_mask(rgb: NDArray[np.uint8]) -> Picture:
    return Picture(rgb=rgb, mask=None, weights=None, cracks=np.empty((0, 2), np.int32))


def _is_defect(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    defect: NDArray[np.bool_] = (mask != BACKGROUND) & (mask != UNSURE)
    return defect


def _sure(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(mask != UNSURE, np.float32)


def _dilated(mask: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    if size <= 1:
        return mask
    grown = cv2.dilate(_is_defect(mask).view(np.uint8), np.ones((size, size), np.uint8))
    return np.where((grown > 0) & (mask == BACKGROUND), np.uint8(1), mask)


def _some_cracks(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    positions = np.argwhere(_is_defect(mask)).astype(np.int32)
    step = max(1, len(positions) // CRACK_PIXELS)
    return positions[::step].copy()


def _window(picture: Picture, feed: Feed, *, zoom: float, aim: Aim, random: np.random.Generator) -> tuple[slice, slice]:
    height, width = picture.rgb.shape[:2]
    high, wide = min(round(feed.height / zoom), height), min(round(feed.width / zoom), width)
    if aim is Aim.ON_CRACK and len(picture.cracks):
        row, column = picture.cracks[random.integers(len(picture.cracks))]
        return _around(int(row), high, height, random), _around(int(column), wide, width, random)

    def anywhere() -> tuple[slice, slice]:
        return _at(int(random.integers(height - high + 1)), high), _at(int(random.integers(width - wide + 1)), wide)

    if aim is Aim.ANYWHERE or picture.mask is None or not len(picture.cracks):
        return anywhere()
    tries = [anywhere() for _ in range(8)]
    mask = picture.mask
    return min(tries, key=lambda window: np.count_nonzero(mask[window]))


def _around(position: int, size: int, length: int, random: np.random.Generator) -> slice:
    first, last = max(0, position - size + 1), min(position, length - size)
    return _at(int(random.integers(first, last + 1)), size)


def _at(start: int, size: int) -> slice:
    return slice(start, start + size)


def _fitted(array: NDArray[Scalar], feed: Feed, *, zoom: float, smooth: bool = False) -> NDArray[Scalar]:
    """Zoomed (masks and weights by their nearest pixel), then padded by reflection to the feed's size."""
    if zoom != 1:
        height, width = (min(round(side * zoom), most) for side, most in zip(array.shape, feed.size, strict=False))
        way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        array = cv2.resize(array, (width, height), interpolation=way if smooth else cv2.INTER_NEAREST)
    missing = (feed.height - array.shape[0], feed.width - array.shape[1])
    if not any(missing):
        return array
    padding = [(short // 2, short - short // 2) for short in missing] + [(0, 0)] * (array.ndim - 2)
    return np.pad(array, padding, mode="symmetric")
