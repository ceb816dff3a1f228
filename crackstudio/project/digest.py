"""What a file holds, in 64 letters."""

import hashlib
from pathlib import Path

from crackstudio.core.errors import RasterError


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises `RasterError`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RasterError(f"{path} cannot be read: {error.strerror}. The file was left as it is.") from error
