"""A patch: what one step changed in a tiled mask, tile by tile, before and after, small enough to keep for ever."""

import struct
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.errors import MaskError

TILE = 256
"""Edge of a tile in pixels; those at the right and lower border are cut off."""

Pixels = npt.NDArray[np.uint8]


class Area(NamedTuple):
    """A rectangle of pixels: rows `top` to `top + height`, columns `left` to `left + width`."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TileChange:
    """What changed in the tile at (row, col): the rectangle at (top, left) inside the tile, packed before and after."""

    row: int
    col: int
    top: int
    left: int
    height: int
    width: int
    before: bytes
    after: bytes

    def pixels(self, *, backward: bool = False) -> Pixels:
        """A new (height, width) uint8 array: after the change, or before it. Raises `MaskError` where it is damaged."""
        return _unpack(self.before if backward else self.after, (self.height, self.width))

    def value(self, *, backward: bool = False) -> int | None:
        """The one value that the change leaves in its rectangle, where it is one: known without unpacking."""
        packed = self.before if backward else self.after
        return packed[1] if packed[0] == _FLAT and len(packed) > 1 else None

    @property
    def area(self) -> Area:
        """The rectangle in pixels of the mask."""
        return Area(self.row * TILE + self.top, self.col * TILE + self.left, self.height, self.width)

    def reversed(self) -> "TileChange":
        """The change that takes this one back."""
        return TileChange(
            row=self.row,
            col=self.col,
            top=self.top,
            left=self.left,
            height=self.height,
            width=self.width,
            before=self.after,
            after=self.before,
        )


_HEAD = struct.Struct("<4sI")
_CHANGE = struct.Struct("<HHHHHHII")
_MAGIC = b"CSP1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One step between two states of a mask: it can be applied forwards and backwards."""

    changes: tuple[TileChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not self.changes

    @property
    def nbytes(self) -> int:
        """The bytes it holds in memory, without Python's own."""
        return sum(len(change.before) + len(change.after) + _CHANGE.size for change in self.changes)

    @property
    def bounds(self) -> Area:
        """The smallest rectangle around every change; empty where nothing changed."""
        if self.is_empty:
            return Area(0, 0, 0, 0)
        top = min(change.row * TILE + change.top for change in self.changes)
        left = min(change.col * TILE + change.left for change in self.changes)
        bottom = max(change.row * TILE + change.top + change.height for change in self.changes)
        right = max(change.col * TILE + change.left + change.width for change in self.changes)
        return Area(top, left, bottom - top, right - left)

    @property
    def blocks(self) -> list[Area]:
        """Few rectangles around every change: whole tiles, as far as they lie within the bounds."""
        columns: dict[int, set[int]] = defaultdict(set)
        for change in self.changes:
            columns[change.row].add(change.col)
        bounds = self.bounds
        return [
            _meet(Area(TILE * row, TILE * col, TILE * rows, TILE * cols), bounds)
            for row, col, rows, cols in _joined(columns)
        ]

    def reversed(self) -> "Patch":
        """The patch that takes this one back."""
        return Patch(changes=tuple(change.reversed() for change in self.changes))

    def encode(self) -> bytes:
        """The patch as bytes, for the journal."""
        parts = [_HEAD.pack(_MAGIC, len(self.changes))]
        for c in self.changes:
            parts.append(_CHANGE.pack(c.row, c.col, c.top, c.left, c.height, c.width, len(c.before), len(c.after)))
            parts += (c.before, c.after)
        return b"".join(parts)

    @classmethod
    def decode(cls, payload: bytes) -> "Patch":
        """What `encode` wrote. Raises `MaskError` for anything else."""
        try:
            return cls(changes=tuple(_read_changes(payload)))
        except (struct.error, ValueError) as error:
            raise MaskError(f"A stroke in the journal is damaged ({error}); it was left out.") from error


def _joined(columns: Mapping[int, Collection[int]]) -> Iterator[Area]:
    """Rows of neighbouring tiles, and the same ones below each other as one; counted in tiles."""
    began: dict[tuple[int, int], int] = {}
    for row in sorted({*columns, *(row + 1 for row in columns)}):
        runs = _runs(columns.get(row, ()))
        for first, end in began.keys() - runs:
            start = began.pop((first, end))
            yield Area(start, first, row - start, end - first)
        for run in runs:
            began.setdefault(run, row)


def _runs(numbers: Collection[int]) -> set[tuple[int, int]]:
    """From the first of each run of neighbouring numbers to the one after its last."""
    firsts = sorted(number for number in numbers if number - 1 not in numbers)
    ends = sorted(number + 1 for number in numbers if number + 1 not in numbers)
    return set(zip(firsts, ends, strict=True))


def _meet(one: Area, other: Area) -> Area:
    top, left = max(one.top, other.top), max(one.left, other.left)
    bottom = min(one.top + one.height, other.top + other.height)
    right = min(one.left + one.width, other.left + other.width)
    return Area(top, left, bottom - top, right - left)


def _read_changes(payload: bytes) -> Iterator[TileChange]:
    magic, count = _HEAD.unpack_from(payload)
    if magic != _MAGIC:
        raise ValueError("not a patch")
    at = _HEAD.size
    for _ in range(count):
        row, col, top, left, height, width, before, after = _CHANGE.unpack_from(payload, at)
        at += _CHANGE.size
        end = at + before + after
        if end > len(payload) or not (0 < height <= TILE - top and 0 < width <= TILE - left):
            raise ValueError("cut off or out of range")
        yield TileChange(
            row=row,
            col=col,
            top=top,
            left=left,
            height=height,
            width=width,
            before=payload[at : at + before],
            after=payload[at + before : end],
        )
        at = end
    if at != len(payload):
        raise ValueError("bytes left over")


def change_of_tile(row: int, col: int, before: Pixels | None, after: Pixels) -> TileChange | None:
    """The change from one state of a tile to another, cropped to the pixels that differ; None where none does.

    A tile that was blank `before` may be None: under a wide brush most are, and it spares half of the work.
    """
    differs = after if before is None else cv2.compare(before, after, cv2.CMP_NE)
    low, high = map(int, cv2.minMaxLoc(differs)[:2])
    if high == 0:
        return None
    is_all = low > 0  # as in most tiles under a wide brush
    left, top, width, height = (0, 0, *after.shape[::-1]) if is_all else cv2.boundingRect(differs)
    rect = np.s_[top : top + height, left : left + width]
    return TileChange(
        row=row,
        col=col,
        top=top,
        left=left,
        height=height,
        width=width,
        before=_BLANK if before is None else _pack(before[rect]),
        after=_pack(after[rect], values=(low, high) if before is None and is_all else None),
    )


_FLAT, _BITS, _BYTES = 0, 1, 2
_BLANK = bytes((_FLAT, 0))


def _pack(pixels: Pixels, *, values: tuple[int, int] | None = None) -> bytes:
    """One value: 2 bytes. Two values, as in nearly every stroke: bits, deflated. More: bytes, deflated.

    `values`: the least and the greatest, where they are known.
    """
    low, high = values or map(int, cv2.minMaxLoc(pixels)[:2])
    if low == high:
        return bytes((_FLAT, low))
    if high - low == 1 or cv2.countNonZero(cv2.inRange(pixels, low + 1, high - 1)) == 0:
        upper = pixels if low == 0 else cv2.compare(pixels, high, cv2.CMP_EQ)
        return bytes((_BITS, low, high)) + zlib.compress(np.packbits(upper).data, 1)
    return bytes((_BYTES,)) + zlib.compress(pixels.tobytes(), 1)


def _unpack(packed: bytes, shape: tuple[int, int]) -> Pixels:
    count = shape[0] * shape[1]
    try:
        if packed[0] == _FLAT:
            return np.full(shape, packed[1], np.uint8)
        if packed[0] == _BITS:
            bits = np.unpackbits(np.frombuffer(zlib.decompress(packed[3:]), np.uint8), count=count)
            bits *= np.uint8((packed[2] - packed[1]) % 256)
            bits += np.uint8(packed[1])
            return bits.reshape(shape)
        return np.array(np.frombuffer(zlib.decompress(packed[1:]), np.uint8).reshape(shape))
    except (zlib.error, ValueError, IndexError) as error:
        raise MaskError(f"A stroke is damaged ({error}); the mask was kept as it is.") from error
