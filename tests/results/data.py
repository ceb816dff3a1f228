"""The data that results are measured on: real images cut into tagged tiles, as a person with a tile grid would tag.

Test images stay whole and are looked at once, by the last figure. The images themselves are not part of this project:
`make results DATA=…` says where they lie, in folders `cfd`, `deepcrack` and `magnetic_tile`.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackstudio.project import rasters

SIDE, EVERY, LEAST_SHARE = 96, 6, 0.01
"""Of the tiles, px; every so many images are for testing; a tile with less crack than this, but some, has no tag."""
DEFECTS = ("Blowhole", "Break", "Crack")
"""Of magnetic tiles, those that count as cracked."""
ONE_PIECE = 100
"""Photographs of magnetic tiles whose numbers lie so close are of one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """An image, its mask (None: intact), and on which side of the split it is."""

    name: str
    image: Path
    mask: Path | None
    is_test: bool


def prepared(name: str, *, source: Path, folder: Path) -> Path:
    """The data set `name` below `folder`, made of what lies in `source` if it is not there yet.

    train/{cracked,intact}/ tiles, whole/{images,masks}/ the same images uncut, test/{images,masks}/.
    """
    root = folder / name
    if not (root / "ready").exists():
        shutil.rmtree(root, ignore_errors=True)
        for photograph in _SETS[name](source):
            _write(root, photograph)
        (root / "ready").touch()
    return root


def _write(root: Path, photograph: Photograph) -> None:
    rgb = rasters.read_rgb8(photograph.image)
    mask = np.zeros(rgb.shape[:2], np.uint8)
    if photograph.mask is not None:
        mask = (rasters.read_rgb8(photograph.mask)[..., 0] > 127).astype(np.uint8)
    side = root / ("test" if photograph.is_test else "whole")
    rasters.write_png(side / "images" / f"{photograph.name}.png", rgb)
    rasters.write_png(side / "masks" / f"{photograph.name}.png", mask)
    if photograph.is_test:
        return
    for place, (tile, of_mask) in _tiles(rgb, mask):
        share = float(of_mask.mean())
        if share == 0 or share >= LEAST_SHARE:
            tag = "cracked" if share else "intact"
            rasters.write_png(root / "train" / tag / f"{photograph.name}-{place}.png", tile)


def _tiles(*arrays: NDArray[np.uint8]) -> Iterator[tuple[str, list[NDArray[np.uint8]]]]:
    height, width = arrays[0].shape[:2]
    for top in range(0, height - SIDE + 1, SIDE // 2):
        for left in range(0, width - SIDE + 1, SIDE // 2):
            yield f"{top}-{left}", [array[top : top + SIDE, left : left + SIDE] for array in arrays]


def _cracks(source: Path) -> Iterator[Photograph]:
    """CFD and DeepCrack; of each every sixth image by name is for testing."""
    for name in ("cfd", "deepcrack"):
        images = sorted(path for path in (source / name / "images").iterdir() if path.is_file())
        for number, path in enumerate(images):
            mask = source / name / "masks" / f"{path.stem}.png"
            yield Photograph(name=f"{name}-{path.stem}", image=path, mask=mask, is_test=number % EVERY == 0)


def _magnetic_tiles(source: Path) -> Iterator[Photograph]:
    """Each piece was photographed about six times: pieces are split, not photographs."""
    root = source / "magnetic_tile"
    found = [
        (path, kind, root / kind / "masks" / f"{path.stem}.png")
        for kind in DEFECTS
        for path in (root / kind / "images").iterdir()
    ]
    found += [(path, "intact", None) for path in (root / "intact").glob("*.jpg")]
    piece, last = 0, 0
    for number, (path, kind, mask) in sorted((_number(one[0]), one) for one in found):
        piece += number - last > ONE_PIECE
        last = number
        yield Photograph(name=f"{kind}-{path.stem}", image=path, mask=mask, is_test=piece % EVERY == 0)


def _number(path: Path) -> int:
    return int(re.findall(r"num_(\d+)", path.stem)[0])


_SETS = {"cracks": _cracks, "magnetic_tile": _magnetic_tiles}
