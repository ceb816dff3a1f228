"""What a picture's first bytes promise: format, size, EXIF orientation. Nothing is decoded here."""

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO


class Format(StrEnum):
    """Formats told by their first bytes; the suffix may lie."""

    JPEG = "JPEG"
    PNG = "PNG"
    BMP = "BMP"
    WEBP = "WebP"
    GIF = "GIF"
    TIFF = "TIFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`width` and `height` as stored, before `orientation` (EXIF, 1..8) turns them; TIFF pages have their own.

    `channels` and `body` (bytes before the picture itself, so behind a thumbnail) are known of a JPEG only.
    """

    format: Format
    width: int
    height: int
    orientation: int = 1
    channels: int | None = None
    body: int = 0

    @property
    def turned(self) -> tuple[int, int]:
        """(height, width) as a person sees them."""
        return (self.width, self.height) if self.orientation >= 5 else (self.height, self.width)


class UnknownFormatError(ValueError):
    """No picture of a known format, or cut off within its header."""


def read_header(stream: BinaryIO) -> Header:
    """Raises `UnknownFormatError`. For a TIFF the size is 0 x 0: every page says its own."""
    start = stream.read(32)
    try:
        if start.startswith(b"\xff\xd8"):
            return _jpeg(stream)
        if start.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(stream, start)
        if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
            return _webp(stream)
        if start.startswith(b"BM"):
            return _bmp(start)
        if start.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", start, 6)
            return Header(format=Format.GIF, width=width, height=height)
    except (struct.error, IndexError) as error:
        raise UnknownFormatError("it is cut off within its header") from error
    if start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Header(format=Format.TIFF, width=0, height=0)
    raise UnknownFormatError("it is no JPEG, PNG, BMP, WebP, GIF or TIFF")


def _jpeg(stream: BinaryIO) -> Header:
    position, orientation = 2, 1
    while True:
        stream.seek(position)
        prefix, marker, length = struct.unpack(">BBH", stream.read(4))
        if prefix != 0xFF:
            raise UnknownFormatError("its JPEG header is damaged")
        if marker == 0xFF:  # padding before a marker
            position += 1
            continue
        if marker in _JPEG_FRAMES:
            _, height, width, channels = struct.unpack(">BHHB", stream.read(6))
            return Header(
                format=Format.JPEG,
                width=width,
                height=height,
                orientation=orientation,
                channels=channels,
                body=position,
            )
        if marker == 0xE1:
            orientation = _orientation(stream.read(length - 2)) or orientation
        position += 2 + length


_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _png(stream: BinaryIO, start: bytes) -> Header:
    width, height = struct.unpack_from(">II", start, 16)
    position, orientation = 8, 1
    while True:
        stream.seek(position)
        chunk = stream.read(8)
        if len(chunk) < 8 or chunk[4:] in (b"IDAT", b"IEND"):
            return Header(format=Format.PNG, width=width, height=height, orientation=orientation)
        (length,) = struct.unpack_from(">I", chunk)
        if chunk[4:] == b"eXIf":
            orientation = _orientation(stream.read(length)) or orientation
        position += 12 + length


def _webp(stream: BinaryIO) -> Header:
    position, orientation, size = 12, 1, None
    while True:
        stream.seek(position)
        chunk = stream.read(8)
        if len(chunk) < 8:
            break
        (length,) = struct.unpack_from("<I", chunk, 4)
        if size is None:
            size = _webp_size(chunk[:4], stream.read(10))
        elif chunk[:4] == b"EXIF":
            orientation = _orientation(stream.read(length)) or orientation
        position += 8 + length + length % 2
    if size is None:
        raise UnknownFormatError("it is cut off within its header")
    return Header(format=Format.WEBP, width=size[0], height=size[1], orientation=orientation)


def _webp_size(kind: bytes, data: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


def _bmp(start: bytes) -> Header:
    (size_of_header,) = struct.unpack_from("<I", start, 14)
    width, height = struct.unpack_from("<HH" if size_of_header == 12 else "<ii", start, 18)
    return Header(format=Format.BMP, width=width, height=abs(height))  # negative: stored from the top


def _orientation(exif: bytes) -> int | None:
    """The EXIF orientation 1..8, None where there is none or the block is damaged."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, entry)
            if tag == 0x0112:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None
