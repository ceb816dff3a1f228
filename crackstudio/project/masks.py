"""Masks on disk. Nothing here overwrites a mask that this session has not shown or written itself."""

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import FolderError, MaskError, MaskSizeError, RasterError
from crackstudio.project import atomic, rasters
from crackstudio.project.layout import Layout

Mask = NDArray[np.uint8]
Signature = tuple[int, int]
"""Size and time of a file: it changes with whoever writes it."""


class MaskStore:
    """Load and save by the image's name; `report` is told of every mask that had to be kept aside."""

    def __init__(self, layout: Layout, report: Callable[[str], None]) -> None:
        self._layout = layout
        self._report = report
        self._known: dict[str, Signature] = {}
        self.writes: Counter[str] = Counter()
        """By name, how often a mask may have changed: counted once it has."""

    def load(
        self, name: str, size_like: Callable[[tuple[int, ...]], tuple[int, int]], *, is_shown: bool = True
    ) -> Mask | None:
        """None where there is none. Raises `MaskError`; a damaged one, or one of another size, is kept aside.

        `size_like` is asked for the image's size with that of the mask. `FolderError` where it cannot be kept aside.
        """
        path = self._layout.mask(name)
        try:
            signature = _signature(path)
            mask = rasters.read_mask(path)
        except FileNotFoundError:
            return None
        except RasterError as error:
            if isinstance(error.__cause__, OSError):  # a share that went away, a permission: the mask may be sound
                raise MaskError(f"The mask of {name} cannot be read just now. {error}") from error
            kept = self._set_aside(name)
            raise MaskError(
                f"The mask of {name} cannot be read. It was kept as {kept}; draw a new one. ({error})"
            ) from error
        size = size_like(mask.shape)
        if mask.shape != size:
            kept = self._set_aside(name)
            raise MaskSizeError(
                f"The mask of {name} is {mask.shape[1]} x {mask.shape[0]} px, its image {size[1]} x {size[0]} px. "
                f"The mask was kept as {kept}; draw a new one, or bring the image back as it was."
            )
        if is_shown:
            self._known[name] = signature
        return mask

    def save(self, name: str, mask: Mask, size: tuple[int, int]) -> None:
        """Atomic. Raises `FolderError` on a full disk; `MaskError` where it is not (height, width): kept aside then."""
        with _told(name, "saved"):
            if mask.shape != size:
                kept = self._aside(name)
                rasters.write_png(kept, mask)
                raise MaskError(
                    f"A mask of {mask.shape[1]} x {mask.shape[0]} px was about to be saved for {name}, which is "
                    f"{size[1]} x {size[0]} px. It was kept as {kept}; the last good mask is untouched."
                )
            if not self._layout.home.is_dir():  # a drive that was pulled out must not be replaced by a folder
                raise FileNotFoundError(errno.ENOENT, "the project's folder is not there any more")
            path = self._layout.mask(name)
            self._keep_foreign(name, path)
            rasters.write_png(path, mask)
            self._known[name] = _signature(path)
            self.writes[name] += 1

    def take_away(self, name: str) -> None:
        """A person wants no mask after all; the file is kept aside. Raises `FolderError` where it cannot be."""
        if self.exists(name):
            self._set_aside(name)
        self.writes[name] += 1

    def copy(self, name: str, target: Path) -> bool:
        """A copy that later strokes do not touch; False where there is no mask."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(self._layout.mask(name), target)
        except FileNotFoundError:
            return False
        return True

    def move(self, old: str, new: str) -> None:
        """The image has another name now."""
        source, target = self._layout.mask(old), self._layout.mask(new)
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            atomic.replace(source, target)
            if old in self._known:
                self._known[new] = self._known.pop(old)
        self.writes.update((old, new))

    def names(self) -> Iterator[str]:
        """Of every image that has a mask on disk."""
        for folder, _, files in os.walk(self._layout.masks):
            below = Path(folder).relative_to(self._layout.masks).as_posix()
            prefix = "" if below == "." else f"{below}/"
            yield from (f"{prefix}{file.removesuffix('.png')}" for file in files if file.endswith(".png"))

    def path(self, name: str) -> Path:
        """Where the mask of an image lies."""
        return self._layout.mask(name)

    def exists(self, name: str) -> bool:
        """Whether there is one on disk."""
        return self._layout.mask(name).exists()

    def signature(self, name: str) -> Signature | None:
        """Of the mask on disk, None where there is none."""
        return signature_of(self._layout.mask(name))

    def place_aside(self, name: str) -> Path:
        """A new place for a mask that is about to be kept aside."""
        return self._aside(name)

    def keep(self, name: str, place: Path) -> None:
        """Copy the mask to `place`, whole or not at all; it may be overwritten then. Raises `FolderError`."""
        with _told(name, "kept aside"):
            path = self._layout.mask(name)
            signature = _signature(path)
            atomic.write_bytes(place, path.read_bytes())
            self._known[name] = signature

    def remove_kept(self, name: str) -> None:
        """Take a mask away that `keep` has a copy of; one that changed since is kept aside. Raises `FolderError`."""
        there = self.signature(name)
        if there is None:
            return
        if there != self._known.get(name):
            self._set_aside(name)
            return
        with _told(name, "taken away"):
            self._layout.mask(name).unlink()
        self.writes[name] += 1

    def put_back(self, name: str, kept: Path | None) -> bool:
        """Let the mask be what was kept (None: there was none); whatever is there else is kept aside.

        Whether that changed anything. Raises `FolderError`.
        """
        path = self._layout.mask(name)
        if kept is None:
            there = self.exists(name)
            self.take_away(name)
            return there
        if not kept.exists() or (path.exists() and path.read_bytes() == kept.read_bytes()):
            return False
        self.take_away(name)
        with _told(name, "put back"):
            atomic.write_bytes(path, kept.read_bytes())
        self.writes[name] += 1
        return True

    def _keep_foreign(self, name: str, path: Path) -> None:
        try:
            there = _signature(path)
        except FileNotFoundError:
            return
        if self._known.get(name) != there:
            kept = self._aside(name)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
            self._report(
                f"Another program wrote a mask of {name} that you had not seen. It was kept as {kept}; yours was saved."
            )

    def _set_aside(self, name: str) -> Path:
        kept = self._aside(name)
        with _told(name, "kept aside"):
            kept.parent.mkdir(parents=True, exist_ok=True)
            atomic.replace(self._layout.mask(name), kept)
        self.writes[name] += 1
        return kept

    def _aside(self, name: str) -> Path:
        place = self._layout.aside(name)
        return place.with_name(f"{place.name}.png")


def signature_of(path: Path) -> Signature | None:
    """Of a file, None where there is none."""
    try:
        return _signature(path)
    except FileNotFoundError:
        return None


@contextmanager
def _told(name: str, what: str) -> Iterator[None]:
    """Turns an `OSError` into a `FolderError` for a person."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            f"The mask of {name} cannot be {what}: {error.strerror or error}. The last saved mask is intact "
            "and your strokes are kept; free some space or give the permission back, then save again."
        ) from error


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
