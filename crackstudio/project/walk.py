"""Which pictures lie below a folder: names, sizes and times, without opening one of them."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crackstudio.core.errors import FolderError
from crackstudio.project import rasters

NOT_IMAGES = frozenset({"masks"})
"""Folders (lower case) that hold masks of the pictures beside them, as `crackstudio synth` and most data sets have."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file: POSIX path relative to the folder, size in bytes, time of change in ns."""

    path: str
    bytes: int
    modified: int


@dataclass(slots=True)
class Walk:
    """Iterate for lists of `Found`, one a folder, sorted by name; hidden folders, `skip` and loops are left out.

    `unreadable` then holds the relative folders that could not be listed (with a slash at the end, "" for the first),
    `nameless` how many files have names that are no text (bytes of another encoding) and cannot be kept.
    """

    folder: Path
    skip: Path | None = None
    unreadable: list[str] = field(default_factory=list)
    nameless: int = 0

    def __iter__(self) -> Iterator[list[Found]]:
        left_out = {os.path.realpath(self.skip)} if self.skip else set()
        return self._below("", {os.path.realpath(self.folder)} | left_out)

    def _below(self, prefix: str, above: set[str]) -> Iterator[list[Found]]:
        files, folders = [], []
        try:
            with os.scandir(self.folder / prefix) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if not entry.name.isascii() and not _is_text(entry.name):
                        self.nameless += 1
                        continue
                    if rasters.is_image(entry.name) and entry.is_file():
                        with contextlib.suppress(FileNotFoundError):  # it was taken away at this moment
                            status = entry.stat()
                            files.append(Found(prefix + entry.name, status.st_size, status.st_mtime_ns))
                    elif entry.name.lower() not in NOT_IMAGES and entry.is_dir():
                        folders.append(entry.name)
        except OSError:
            self.unreadable.append(prefix)
        files.sort(key=lambda found: found.path)
        if files:
            yield files
        for name in sorted(folders):
            real = os.path.realpath(self.folder / prefix / name)
            if real not in above:  # a link back up would never end; nor is `skip` in there, by whatever path
                yield from self._below(f"{prefix}{name}/", above | {real})


def require_folder(folder: Path) -> None:
    """Raises `FolderError` where there is no such folder."""
    if not folder.is_dir():
        raise FolderError(f"{folder} is no folder. Nothing was done; name a folder of images.")


def require_readable(folder: Path) -> None:
    """Raises `FolderError` where there is no such folder, or where it may not be listed."""
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FolderError(
            f"{folder} is no folder that can be read. Nothing was changed; open one with images."
        ) from error
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be read ({error.strerror or error}). Nothing was changed; give the permission to list "
            "it, or open another folder."
        ) from error


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
