"""Tagged tiles of large images, as images of their own: with their own tag, cut out once, and never left by a crop.

*Intact* is said of every place in a tile, so it is true of each part of it, and of nothing beyond. *Cracked* is said
of some place in it, so it is sure of the whole tile alone. A crop that lies within one tile and is as large as that
allows is right about the first always, and about the second as far as it covers the tile: wholly where the tile is no
larger than the crop, which is the default. A smaller tile is mirrored to the size of the crop, as small images are; a
crop that went on into its neighbours would show what nobody has spoken of, and only ever on one of the two sides,
which a network would learn in place of cracks. Of a larger tile a crop may miss the crack; a run should then take
crops of the tiles' side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import MaskError
from crackstudio.core.images import Tag
from crackstudio.core.runs import SnapshotItem
from crackstudio.core.tiles import TileArea


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tagged tile: as an item, the place of its image among the items, and its pixels there."""

    item: SnapshotItem
    image: int
    area: TileArea


def tagged_tiles(items: Sequence[SnapshotItem]) -> Iterator[Tile]:
    """Every tagged tile of these images; those of one image follow each other."""
    for image, item in enumerate(items):
        for tag in (Tag.CRACKED, Tag.INTACT) if item.tiles is not None else ():
            assert item.tiles is not None
            for area in item.tiles.areas(tag):
                name = f"{item.name} {area.left},{area.top}"
                piece = msgspec.structs.replace(item, name=name, tag=tag, mask=None, mask_kind=None, tiles=None)
                yield Tile(item=piece, image=image, area=area)


def cut_out(rgb: NDArray[np.uint8], item: SnapshotItem, areas: Sequence[TileArea]) -> list[NDArray[np.uint8]]:
    """The tiles of an image, (H, W, 3) uint8. Raises `MaskError` where the tags are of an image of another size."""
    tiles, (height, width) = item.tiles, rgb.shape[:2]
    if tiles is not None and not tiles.is_of(width=width, height=height):
        raise MaskError(
            f"The tile tags of {item.name} are of {tiles.width} x {tiles.height} px, the image has {width} x {height}. "
            "Neither was changed; tag the image anew, where it was tagged."
        )
    return [rgb[top : top + high, left : left + wide].copy() for top, left, high, wide in areas]
