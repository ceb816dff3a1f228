"""The only place that decodes or encodes pictures.

JPEG, PNG, BMP, WebP, GIF (first frame) and TIFF (8/16/32 bit, float, several pages), told by their bytes; the EXIF
orientation is applied once, here; alpha is dropped; CMYK becomes RGB. Every failure is a `RasterError`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import UNSURE
from crackstudio.core.errors import RasterError
from crackstudio.imaging.depth import Exposure, Native, span_of
from crackstudio.project import atomic, tiff_pages
from crackstudio.project.headers import Format, Header, UnknownFormatError, read_header

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".dib", ".webp", ".gif", ".tif", ".tiff"})

MOST_PIXELS = 2**32
BYTES_PER_BYTE = 20_000
"""A file that promises more decoded bytes than this for each of its own is cut off or a trap (deflate: 1 032)."""

TRUSTED_PIXELS = 64 * 2**20
"""Below this a promise costs so little memory that the decoder may find out by itself."""

LARGEST_ID = 20
"""In masks of other tools; beyond, values are shades."""

_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}


class TooLargeError(RasterError):
    """Nothing is wrong with it; it would take memory for the whole picture to see a little of it."""


@dataclass(frozen=True, slots=True)
class Raster:
    """`array`: (H, W) or (H, W, 3) RGB in the file's own dtype, turned as a person sees it."""

    array: NDArray[Any]


def is_image(path: Path | str) -> bool:
    """By suffix alone: fast enough for a scan."""
    name = str(path)
    return name[name.rfind(".") :].lower() in SUFFIXES


def page_count(path: Path) -> int:
    """1 for everything but a TIFF of several pages (reduced copies of a page do not count)."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return 1
    with _clear(path), path.open("rb") as stream:
        return tiff_pages.count(stream) if read_header(stream).format is Format.TIFF else 1


def size_of(path: Path, page: int = 0) -> tuple[int, int]:
    """(height, width) as seen, from the header alone."""
    with _clear(path), path.open("rb") as stream:
        header = read_header(stream)
        return tiff_pages.size(stream, page) if header.format is Format.TIFF else header.turned


def read_image(path: Path, page: int = 0) -> Raster:
    """Decode with the file's own depth."""
    with _clear(path), path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if not size:
            raise UnknownFormatError("it is empty (0 bytes)")
        header = read_header(stream)
        if header.format is Format.TIFF:  # not read as a whole: one page of many may be wanted
            array, orientation = tiff_pages.read(stream, page, check=partial(_check_promise, size))
        else:
            _check_promise(size, header.height, header.width, 3)
            stream.seek(0)
            array, orientation = _without_alpha(_decode(stream.read(), header)), header.orientation
        return Raster(_turned(array, orientation))


def read_rgb8(path: Path, page: int = 0) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB, contiguous. Deeper pictures are stretched, see `rgb8`."""
    return rgb8(read_image(path, page).array)


def read_small(path: Path, page: int = 0, *, width: int, height: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB that fits into `width` x `height`, for little memory and time.

    Raises `TooLargeError` for a picture of over 64 megapixels in a format that can only be decoded as a whole.
    """
    with _clear(path), path.open("rb") as stream:
        header = read_header(stream)
        size = tiff_pages.size(stream, page) if header.format is Format.TIFF else header.turned
        ratio = max(size[1] / width, size[0] / height, 1.0)
        if header.format is Format.JPEG and header.channels != 4 and ratio >= 2:
            stream.seek(0)
            array, orientation = _reduced(stream.read(), header, ratio), header.orientation
        elif header.format is Format.TIFF and (sampled := tiff_pages.sampled(stream, page, step=int(ratio / 2) or 1)):
            array, orientation = sampled
        elif size[0] * size[1] > TRUSTED_PIXELS:
            raise TooLargeError(f"{path} is too large to be looked at in passing.")
        else:
            array, orientation = read_image(path, page).array, 1
        seen = rgb8(_turned(array, orientation))
        shape = (max(1, round(size[1] / ratio)), max(1, round(size[0] / ratio)))
        small: NDArray[np.uint8] = cv2.resize(seen, shape, interpolation=cv2.INTER_AREA)
        return small


def read_native(path: Path, page: int = 0) -> Native:
    """(H, W) or (H, W, 3) RGB, contiguous: uint8 or uint16 as the file has it, bits as uint8, all else as float32."""
    array = read_image(path, page).array
    if array.dtype == np.bool_:
        return array.view(np.uint8) * np.uint8(255)
    return np.ascontiguousarray(array if array.dtype in (np.uint8, np.uint16) else array.astype(np.float32))


def rgb8(array: NDArray[Any]) -> NDArray[np.uint8]:
    """(H, W) or (H, W, 3) of any depth -> (H, W, 3) uint8.

    8 bit stays as it is. Deeper pictures are stretched, see `depth.span_of`.
    """
    if array.dtype == np.bool_:
        array = array.view(np.uint8) * np.uint8(255)
    grey_or_rgb = Exposure(span_of(array))(array)
    if grey_or_rgb.ndim == 2:
        rgb: NDArray[np.uint8] = cv2.cvtColor(grey_or_rgb, cv2.COLOR_GRAY2RGB)
        return rgb
    return np.ascontiguousarray(grey_or_rgb)


def read_mask(path: Path) -> NDArray[np.uint8]:
    """(H, W) uint8 class ids of a mask or crack map that CrackStudio wrote."""
    array = read_image(path).array
    if array.ndim == 3 and (array == array[:, :, :1]).all():  # saved again as RGB by another program
        array = np.ascontiguousarray(array[:, :, 0])
    if array.ndim != 2 or array.dtype != np.uint8:
        raise RasterError(
            f"{path} is not a mask: it is not 8-bit grey. It was left as it is; save it as 8-bit grey PNG."
        )
    return array


def read_foreign_mask(path: Path) -> NDArray[np.uint8]:
    """(H, W) uint8, 1 where another tool's mask shows a defect, else 0.

    With two values {0, x}: x. With small numbers only (class ids): all but 0, and 255 beside them stays unsure, as in
    CrackStudio's own. Otherwise grey over half.
    """
    array = read_image(path).array
    grey = array if array.ndim == 2 else array.max(axis=2)
    values = np.unique(grey) if grey.dtype != np.uint8 else np.flatnonzero(np.bincount(grey.ravel(), minlength=256))
    if grey.dtype == np.uint8 and are_class_ids(values):
        return np.where(grey == UNSURE, np.uint8(UNSURE), (grey != 0).view(np.uint8))
    if not _are_ids(values) and _is_photograph(grey):
        raise RasterError(f"{path} looks like a photograph, not a mask. It was left as it is; name the masks' folder.")
    defect = grey != 0 if _are_ids(values) else grey > _half(array)
    return np.asarray(defect, np.bool_).view(np.uint8)


def are_class_ids(values: NDArray[Any]) -> bool:
    """Whether the values of an 8-bit mask are small numbers, with 255 for unsure beside them, rather than shades."""
    ids = values[(values != 0) & (values != UNSURE)]
    return bool(ids.size) and int(ids.max()) <= LARGEST_ID


def png_bytes(array: NDArray[Any]) -> bytes:
    """Encode (H, W) or (H, W, 3) RGB, uint8 or uint16, as PNG."""
    ordered = cv2.cvtColor(array, cv2.COLOR_RGB2BGR) if array.ndim == 3 else array
    _, encoded = cv2.imencode(".png", ordered)
    data: bytes = encoded.tobytes()
    return data


def write_png(path: Path, array: NDArray[Any]) -> None:
    """Atomic; raises `OSError` and leaves what was there when the disk does not take it."""
    atomic.write_bytes(path, png_bytes(array))


@contextmanager
def _clear(path: Path) -> Iterator[None]:
    """Turns whatever a decoder throws into one `RasterError` that names the file."""
    try:
        yield
    except RasterError:
        raise
    except Exception as error:  # decoders throw what they like
        raise RasterError(f"{path} cannot be read: {_why(error)}. The file was left as it is.") from error


def _why(error: Exception) -> str:
    match error:
        case UnknownFormatError():
            return str(error)
        case OSError():
            return error.strerror or str(error)
        case MemoryError():
            return "there is not enough memory for it"
        case _:
            return f"it is damaged or cut off ({error})"


def _check_promise(bytes_there: int, height: int, width: int, bytes_a_pixel: int) -> None:
    """Refuses sizes that cannot be true, before any memory is taken for them."""
    pixels = height * width
    if pixels <= 0 or pixels > MOST_PIXELS:
        raise UnknownFormatError(f"its header promises {width} x {height} pixels")
    if pixels > TRUSTED_PIXELS and pixels * bytes_a_pixel > BYTES_PER_BYTE * bytes_there:
        raise UnknownFormatError(
            f"its header promises {width} x {height} pixels, but it holds only {bytes_there} bytes"
        )


def _decode(data: bytes, header: Header) -> NDArray[Any]:
    array: Any
    if header.format is Format.JPEG and header.channels != 4:
        _check_whole(data, header)
        array = imagecodecs.jpeg_decode(data)  # 1.6 times as fast as OpenCV on 12 megapixels
    elif header.format is Format.PNG:
        array = imagecodecs.png_decode(data)
    elif header.format is Format.WEBP:
        array = imagecodecs.webp_decode(data)
    else:
        flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        array = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        if array is None:
            raise UnknownFormatError("it is damaged or cut off")
    return np.asarray(array)


def _reduced(data: bytes, header: Header, ratio: float) -> NDArray[Any]:
    """A JPEG at an eighth, a quarter or half of its size, no smaller than is wanted: most of it is never decoded."""
    _check_whole(data, header)
    factor = next(factor for factor in (8, 4, 2) if factor <= ratio)
    array = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION)
    if array is None:
        raise UnknownFormatError("it is damaged or cut off")
    return np.asarray(cv2.cvtColor(array, cv2.COLOR_BGR2RGB))


def _check_whole(data: bytes, header: Header) -> None:
    """libjpeg would fill missing rows with grey."""
    if data.rfind(b"\xff\xd9") < header.body:
        raise UnknownFormatError("it is cut off")


def _without_alpha(array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 2:
        return array
    return array[:, :, 0] if array.shape[2] <= 2 else array[:, :, :3]


def _turned(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """EXIF 2.32, table of tag 0x0112: mirrored for 2, 4, 5, 7; turned for the rest."""
    if orientation >= 5:
        array = np.swapaxes(array, 0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


def _are_ids(values: NDArray[Any]) -> bool:
    """Whether the values of a mask are {0, x} or small whole numbers, rather than shades."""
    nonzero = values[values != 0]
    return nonzero.size <= 1 or (nonzero.size <= 20 and bool((nonzero == np.arange(1, 21)[: nonzero.size]).all()))


def _is_photograph(grey: NDArray[Any]) -> bool:
    """Whether much of an 8-bit picture is neither dark nor bright: the soft borders of a mask are little of it."""
    return grey.dtype == np.uint8 and float(np.mean((grey > 48) & (grey < 208))) > 0.5


def _half(array: NDArray[Any]) -> float:
    if array.dtype == np.bool_ or np.issubdtype(array.dtype, np.floating):
        return 0.5 if array.max() <= 1 else 127.0
    return float(np.iinfo(array.dtype).max // 2)
