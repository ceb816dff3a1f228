"""Bring a project's catalogue up to date with its folder: new, changed, vanished and renamed files."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crackstudio.core.errors import FolderError, RasterError
from crackstudio.project import rasters
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.database import Stored
from crackstudio.project.digest import digest_of
from crackstudio.project.masks import MaskStore
from crackstudio.project.revisions import with_found_mask
from crackstudio.project.walk import Found, Walk

Content = str | tuple[str, int, int]
"""A digest, or what has to stand for it."""

BATCH = 500
"""Files taken in at once: about 3 ms in which nobody else can ask the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOutcome:
    """Ids. `added` has those that came back or were renamed, too."""

    added: tuple[int, ...] = ()
    vanished: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


class Scan:
    """One pass over the folder; `run` it once."""

    def __init__(
        self, folder: Path, *, skip: Path, catalogue: Catalogue, masks: MaskStore, report: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._walk = Walk(folder, skip=skip)
        self._catalogue = catalogue
        self._masks = masks
        self._report = report
        self._seen: set[str] = set()
        self._added: list[int] = []
        self._changed: list[int] = []
        self._masked: list[int] = []
        self.replaced: list[str] = []
        """Names of images with masks that are other pictures now; also after a scan that was stopped or failed."""

    def run(
        self,
        *,
        relink: Callable[[int, int], bool],
        on_progress: Callable[[int], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> ScanOutcome:
        """A stopped scan says nothing is gone. Raises `FolderError`.

        `relink(new, old)` gives the vanished image `old` the name of the new file with its content; False: it may not.
        """
        for files in self._walk:
            for start in range(0, len(files), BATCH):
                if stopped():
                    return ScanOutcome(added=tuple(self._added), changed=tuple(self._changed))
                self._take(files[start : start + BATCH], stopped)
                if on_progress is not None:
                    on_progress(len(self._seen))
        self._tell_unreadable()
        vanished = self._lose()
        self._find_masks()
        vanished -= self._relink(relink, stopped)
        self._catalogue.sort()
        return ScanOutcome(added=tuple(self._added), vanished=tuple(sorted(vanished)), changed=tuple(self._changed))

    def _take(self, files: list[Found], stopped: Callable[[], bool]) -> None:
        known = []
        for file in files:
            pages, digest = self._pages(file), None
            self._seen.add(file.path)
            self._seen.update(f"{file.path}#{page}" for page in range(1, pages))
            if self._catalogue.is_in_doubt(file, pages):
                digest = None if stopped() else _digest_or_none(self._folder / file.path)
                if digest is None:  # it stays as it was known, and in doubt, until the next scan
                    continue
            known.append((file, pages, digest))
        added, changed, replaced = self._catalogue.take(known)
        self._added += added
        self._changed += changed
        self.replaced += replaced

    def _pages(self, file: Found) -> int:
        if not file.path.lower().endswith((".tif", ".tiff")):
            return 1
        if self._catalogue.is_current(file):
            return self._catalogue.pages(file.path)
        try:
            return rasters.page_count(self._folder / file.path)
        except RasterError:  # told when it is opened; until then no page of it is gone
            return max(1, self._catalogue.pages(file.path))

    def _tell_unreadable(self) -> None:
        if "" in self._walk.unreadable:
            raise FolderError(
                f"{self._folder} cannot be listed. What was known of it is kept; bring the folder back and scan again."
            )
        if self._walk.unreadable:
            names = ", ".join(self._walk.unreadable[:3])
            self._report(
                f"{len(self._walk.unreadable)} folders cannot be listed ({names}); their images stay as they were."
            )
        if self._walk.nameless:
            self._report(f"{self._walk.nameless} files have names that are no text and were left out; rename them.")

    def _lose(self) -> set[int]:
        unreadable = tuple(self._walk.unreadable)
        lost = {
            image.entry.id
            for image in self._catalogue.images()
            if not image.gone and image.entry.name not in self._seen and not image.entry.path.startswith(unreadable)
        }
        if lost:
            self._catalogue.lose(lost)
        return lost

    def _find_masks(self) -> None:
        """Masks that the database knows nothing of: it was restored, or somebody put them there."""
        for name in self._masks.names():
            image = self._catalogue.find(name)
            if image is not None and image.entry.mask_kind is None:
                self._catalogue.revise([image.entry.id], with_found_mask)
                self._masked.append(image.entry.id)

    def _relink(self, relink: Callable[[int, int], bool], stopped: Callable[[], bool]) -> set[int]:
        """Find vanished images in new files of the same content; the ids of those vanished no more."""
        vanished = [image for image in self._catalogue.images() if image.gone]
        by_content: dict[Content, list[Stored]] = defaultdict(list)
        for image in vanished:
            by_content[image.entry.digest or _unread(image)].append(image)
        sizes = {image.bytes for image in vanished if image.entry.digest}
        renamed: dict[int, int] = {}
        for new in dict.fromkeys([*self._added, *self._masked]) if vanished else ():
            if stopped():
                break
            here = self._catalogue.image(new)
            digest = _digest_or_none(self._folder / here.entry.path) if here.bytes in sizes else None
            contents = () if here.gone else (digest, _unread(here))
            old = self._former(here, [there for content in contents if content for there in by_content[content]])
            if old is not None and relink(new, old.entry.id):
                renamed[new] = old.entry.id
                by_content[old.entry.digest or _unread(old)].remove(old)
        self._added = [renamed.get(new, new) for new in self._added]
        return set(renamed.values())

    def _former(self, here: Stored, same: list[Stored]) -> Stored | None:
        """The vanished image that `here` was; of several with its content, the one with its name."""
        candidates = [there for there in same if there.entry.page == here.entry.page and self._may_be(there, here)]
        return min(candidates, key=lambda there: _file(there) != _file(here)) if candidates else None

    def _may_be(self, there: Stored, here: Stored) -> bool:
        """A mask that lies here already was put here by hand, or by a relinking that was killed in the middle."""
        if here.entry.mask_kind is None:
            return True
        return there.entry.mask_kind is not None and not self._masks.exists(there.entry.name)


def _unread(image: Stored) -> Content:
    """What a file that nobody has looked into is known by: name, size and time."""
    return _file(image), image.bytes, image.modified


def _file(image: Stored) -> str:
    return image.entry.path.rpartition("/")[2]


def _digest_or_none(path: Path) -> str | None:
    try:
        return digest_of(path)
    except RasterError:
        return None
