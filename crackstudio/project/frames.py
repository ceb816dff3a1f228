"""Records one after the other in a file that may be cut off anywhere: length, CRC, payload."""

import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

_HEAD = struct.Struct("<II")
_SEED = 0xC4AC  # so that a tail of zeros, which a power cut may leave, is no empty record


def framed(payload: bytes) -> bytes:
    """One record as it lies in the file."""
    return _HEAD.pack(len(payload), zlib.crc32(payload, _SEED)) + payload


def append(path: Path, records: Iterable[bytes]) -> None:
    """Hand records to the operating system: from here on a kill of this process does not lose them.

    Not synced to the disk for each stroke: that would cost 5 to 50 ms, and the mask itself is, when it is saved.
    After an `OSError` the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        data = b"".join(map(framed, records))
        try:
            if file.write(data) != len(data):  # a disk that has just become full takes a part
                raise OSError(28, os.strerror(28), str(path))
        except OSError:
            file.truncate(before)
            raise


def read(path: Path) -> tuple[list[bytes], int]:
    """The whole records from the start, and the bytes they take; what follows is damaged or cut off."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    records, position = [], 0
    while position + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, position)
        payload = data[position + _HEAD.size : position + _HEAD.size + length]
        if len(payload) < length or zlib.crc32(payload, _SEED) != checksum:
            break
        records.append(payload)
        position += _HEAD.size + length
    return records, position
