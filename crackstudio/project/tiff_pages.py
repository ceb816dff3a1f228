"""Pages of a TIFF: how many, how large, and one of them as an array. Only rasters.py calls this."""

import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from crackstudio.project.headers import UnknownFormatError

MINISWHITE, PALETTE, CMYK = 0, 3, 5  # tag 262, PhotometricInterpretation
ORIENTATION_TAG = 274

Check = Callable[[int, int, int], None]
"""Called with height, width and bytes a pixel before memory is taken for them; raises where they cannot be true."""


def count(stream: BinaryIO) -> int:
    """Full pages."""
    if _has_one_directory(stream):
        return 1
    with _opened(stream) as file:
        return sum(1 for _ in _pages(file))


def size(stream: BinaryIO, page: int) -> tuple[int, int]:
    """(height, width) as seen."""
    with _opened(stream) as file:
        chosen = _page(file, page)
        height, width = int(chosen.imagelength), int(chosen.imagewidth)
        return (width, height) if _orientation(chosen) >= 5 else (height, width)


def read(stream: BinaryIO, page: int, *, check: Check) -> tuple[NDArray[Any], int]:
    """(H, W) or (H, W, 3) in the page's own dtype, and the orientation 1..8 that is still to be applied."""
    with _opened(stream) as file:
        chosen = _page(file, page)
        bits = int(chosen.bitspersample) * int(chosen.samplesperpixel)
        check(int(chosen.imagelength), int(chosen.imagewidth), max(1, bits // 8))
        return _grey_or_rgb(chosen, chosen.asarray()), _orientation(chosen)


def sampled(stream: BinaryIO, page: int, *, step: int) -> tuple[NDArray[Any], int] | None:
    """Every `step`-th pixel of a page, as `read` gives it; None where its pixels do not lie in the file as they are."""
    with _opened(stream) as file:
        chosen = _page(file, page)
        if not chosen.is_memmappable or len(chosen.shape) > 3 or chosen.axes.startswith("S"):
            return None
        lying = np.memmap(stream, chosen.parent.byteorder + chosen.dtype.char, "r", chosen.dataoffsets[0], chosen.shape)
        some = np.array(lying[::step, ::step])
        return _grey_or_rgb(chosen, some.astype(chosen.dtype, copy=False)), _orientation(chosen)


def _opened(stream: BinaryIO) -> Any:
    import tifffile  # 35 ms, which a window without a TIFF need not wait for

    stream.seek(0)
    return tifffile.TiffFile(stream)


def _has_one_directory(stream: BinaryIO) -> bool:
    """Ten times as fast as to open the file with tifffile: a folder of 100 000 single pages is scanned in seconds."""
    stream.seek(0)
    start = stream.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(start[:4])
    if order is None:
        return False
    (directory,) = struct.unpack_from(order + "I", start, 4)
    stream.seek(directory)
    (entries,) = struct.unpack(order + "H", stream.read(2))
    stream.seek(directory + 2 + 12 * entries)
    return stream.read(4) == b"\0\0\0\0"


def _pages(file: Any) -> Iterator[Any]:
    """Without reduced copies and transparency masks, which count as pages in the file, unless there is nothing else."""
    full = False
    for page in file.pages:
        if not (page.is_reduced or page.is_mask):
            full = True
            yield page
    if not full:
        yield from file.pages


def _page(file: Any, page: int) -> Any:
    chosen = next(islice(_pages(file), page, None), None)
    if chosen is None:
        raise UnknownFormatError(f"it has no page {page}")
    return chosen


def _orientation(page: Any) -> int:
    tag = page.tags.get(ORIENTATION_TAG)
    return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1


def _grey_or_rgb(page: Any, array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 4:  # a volume in one page: its first slice
        array = array[0]
    if array.ndim == 3 and page.axes.startswith("S"):
        array = np.moveaxis(array, 0, 2)
    if array.dtype == np.bool_:
        array = array.view(np.uint8) * np.uint8(255)
    if page.photometric == PALETTE and page.colormap is not None:
        return np.moveaxis((page.colormap >> 8).astype(np.uint8)[:, array], 0, 2)
    if page.photometric == CMYK and array.ndim == 3 and array.shape[2] >= 4 and array.dtype == np.uint8:
        ink = 255 - array[:, :, :4].astype(np.uint16)
        return (ink[:, :, :3] * ink[:, :, 3:] // 255).astype(np.uint8)
    if page.photometric == MINISWHITE and array.dtype.kind == "u":
        array = np.iinfo(array.dtype).max - array
    if array.ndim == 3:
        array = array[:, :, 0] if array.shape[2] <= 2 else array[:, :, :3]
    return array
