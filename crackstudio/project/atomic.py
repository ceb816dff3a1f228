"""Files that are either the old one or the whole new one, whatever happens in between."""

import contextlib
import os
import re
import time
import uuid
from pathlib import Path

REPLACE_ATTEMPTS = 20

_OF_SITTING = 12
_SITTING = uuid.uuid4().hex[:_OF_SITTING]
"""How this process begins the names of its temporary files."""

_PART = re.compile(r"\.[0-9a-f]{32}\.part")

_HELD_BY_OTHERS = os.name == "nt"
"""On Windows a virus scanner or a viewer may hold the old file for a moment."""


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Put `data` at `path` by a temporary file in the same folder, fsync, replace; on `OSError` `path` is as before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # not named after the target: a name of 255 bytes leaves no room for a suffix
    temporary = path.parent / f".{_SITTING}{uuid.uuid4().hex[_OF_SITTING:]}.part"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what `write_bytes` of killed processes left at and below `folder`, where no other process may write."""
    for place, _, names in os.walk(folder):
        for name in filter(_is_left_over, names):
            with contextlib.suppress(OSError):
                Path(place, name).unlink()


def _is_left_over(name: str) -> bool:
    return _PART.fullmatch(name) is not None and not name.startswith(f".{_SITTING}")


def replace(source: Path, target: Path) -> None:
    """`Path.replace`, tried again for about two seconds while Windows says that somebody holds the target."""
    for attempt in range(REPLACE_ATTEMPTS):
        try:
            source.replace(target)
        except PermissionError:
            if not _HELD_BY_OTHERS or attempt == REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(0.01 * (attempt + 1))
        else:
            return
