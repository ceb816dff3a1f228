"""Small pictures for the list: made off the thread for rows on screen only, kept on disk in the project home.

The newest wish is served first and old wishes fall off, so that scrolling fast through 100 000 rows costs nothing
for rows that were never looked at.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from crackstudio.core.errors import CrackStudioError
from crackstudio.core.images import ImageEntry
from crackstudio.project import rasters
from crackstudio.project.rasters import TooLargeError
from crackstudio.studio.background import Background
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.pictures import to_qimage

SIDE = QSize(176, 128)
"""Pixels on disk: twice the size on screen, sharp on high-DPI screens."""
KEPT = 600
WAITING = 48
PATIENCE_MS = 2000
"""The first image of a sitting goes before, for so long."""


class Thumbnails(QObject):
    """Asked for an entry, gives its picture or None and makes it; `made` tells when one is there."""

    made = Signal(int)

    def __init__(self, *, folder: Path, cache: Path, background: Background, parent: QObject | None = None) -> None:
        """`folder` holds the images, `cache` the small pictures; `background` has one thread."""
        super().__init__(parent)
        self._folder, self._cache = folder, cache
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._waiting: OrderedDict[int, ImageEntry] = OrderedDict()
        self._hopeless: set[int] = set()
        self._too_large: set[int] = set()
        self._lent: tuple[ImageEntry, ImagePyramid] | None = None
        self._busy = False
        self._background, self._lane = background, f"thumbnails of {folder}"
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._serve)
        self._patience.start()

    def get(self, entry: ImageEntry) -> QPixmap | None:
        """The picture if it is in memory; else it is put first in the queue."""
        pixmap = self._pixmaps.get(entry.id)
        if pixmap is not None:
            self._pixmaps.move_to_end(entry.id)
        elif entry.id not in self._hopeless:
            self._waiting[entry.id] = entry
            self._waiting.move_to_end(entry.id)
            if len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)
            self._serve()
        return pixmap

    def lend(self, entry: ImageEntry | None, picture: ImagePyramid | None) -> None:
        """The image that lies open: its picture need not be decoded again."""
        self._patience.stop()
        self._lent = None if entry is None or picture is None else (entry, picture)
        self._ask_for_lent()
        self._serve()

    def close(self) -> None:
        """Make no more; one that is being made meets nobody."""
        self._waiting.clear()
        self._patience.stop()
        self._background.forget(self._lane)

    def _serve(self) -> None:
        if self._busy or not self._waiting or self._patience.isActive():
            return
        self._busy = True
        identity, entry = self._waiting.popitem()
        self._background.submit(
            self._job(entry),
            done=lambda picture: self._keep(identity, picture),
            failed=lambda error: self._give_up(identity, error),
            lane=self._lane,
        )

    def _job(self, entry: ImageEntry) -> Callable[[], QImage]:
        file, lent = self._folder / entry.path, self._lent
        if lent is None or lent[0].id != entry.id:
            return lambda: make_thumbnail(file, page=entry.page, cache=self._cache)
        return lambda: keep_thumbnail(
            lent[1].small(SIDE.width(), SIDE.height()), place_of(file, page=entry.page, cache=self._cache)
        )

    def _keep(self, identity: int, picture: QImage) -> None:
        self._pixmaps[identity] = QPixmap.fromImage(picture)
        if len(self._pixmaps) > KEPT:
            self._pixmaps.popitem(last=False)
        self._go_on(lambda: self.made.emit(identity))

    def _ask_for_lent(self) -> None:
        """It was given up for its size alone."""
        if self._lent is not None and self._lent[0].id in self._too_large:
            entry = self._lent[0]
            self._too_large.discard(entry.id)
            self._hopeless.discard(entry.id)
            self._waiting[entry.id] = entry

    def _give_up(self, identity: int, error: Exception) -> None:
        self._hopeless.add(identity)
        if isinstance(error, TooLargeError):
            self._too_large.add(identity)
            self._ask_for_lent()
        if not isinstance(error, CrackStudioError | OSError):
            self._background.work_failed.emit(error)
        self._go_on(lambda: None)

    def _go_on(self, tell: Callable[[], None]) -> None:
        self._busy = False
        tell()
        self._serve()


def make_thumbnail(image: Path, *, page: int, cache: Path) -> QImage:
    """The small picture of a file, from the cache where it is newer than the image. Any thread. Raises RasterError."""
    kept = place_of(image, page=page, cache=cache)
    picture = QImage(str(kept)) if kept.exists() else QImage()
    if picture.isNull():
        small = rasters.read_small(image, page=page, width=SIDE.width(), height=SIDE.height())
        picture = keep_thumbnail(small, kept)
    return picture


def place_of(image: Path, *, page: int, cache: Path) -> Path:
    """Where the small picture of a file as it is now is kept."""
    state = image.stat()
    key = hashlib.sha256(f"{image.name}#{page}:{image}:{state.st_mtime_ns}:{state.st_size}".encode()).hexdigest()[:24]
    return cache / key[:2] / f"{key}.jpg"


def keep_thumbnail(small: NDArray[np.uint8], kept: Path) -> QImage:
    """Bring a small picture, (H, W, 3) uint8 RGB, into the cache."""
    picture = to_qimage(small)
    with suppress(FileNotFoundError):  # a project's folder that was pulled out is not made anew
        kept.parent.parent.mkdir(exist_ok=True)
        kept.parent.mkdir(exist_ok=True)
        picture.save(str(kept), quality=85)
    return picture
