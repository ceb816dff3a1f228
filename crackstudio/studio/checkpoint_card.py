"""Reading a checkpoint's card without torch: it lies in the JSON head of the safetensors file."""

import json
import struct
from pathlib import Path

import msgspec

from crackstudio.core.runs import CheckpointCard

_CARD = "crackstudio.card"
_LARGEST_HEAD = 64 * 2**20


def read_card(path: Path) -> CheckpointCard | None:
    """The card, or None where there is no checkpoint that one could read. Any thread."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _LARGEST_HEAD:
                return None
            head = json.loads(file.read(length))
        return msgspec.json.decode(head["__metadata__"][_CARD], type=CheckpointCard)
    except (OSError, struct.error, ValueError, KeyError, TypeError, RecursionError, msgspec.DecodeError):
        return None
