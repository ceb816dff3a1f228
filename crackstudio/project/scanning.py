"""Bring a project's catalogue up to date with its folder: new, changed, vanished and renamed files."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crackstudio.core.errors import FolderError, RasterError
from crackstudio.project import rasters
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.digest import digest_of
from crackstudio.project.masks import MaskStore
from crackstudio.project.revisions import with_found_mask
from crackstudio.project.walk import Found, Walk

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

    def _relink(self, relink: Callable[[int, int], bool], stopped: Callable[[], bool]) -> set[int]:
        """Find vanished images in new files of the same content; the ids of those vanished no more."""
        by_size: dict[int, list[int]] = defaultdict(list)
        for image in self._catalogue.images():
            if image.gone and image.entry.digest:
                by_size[image.bytes].append(image.entry.id)
        found: set[int] = set()
        for place, new in enumerate(self._added if by_size else ()):
            if stopped():
                break
            here = self._catalogue.image(new)
            candidates = [self._catalogue.image(old) for old in by_size.get(here.bytes, ()) if old not in found]
            if not candidates or here.entry.mask_kind is not None:
                continue
            digest = _digest_or_none(self._folder / here.entry.path)
            for there in candidates:
                old = there.entry.id
                if there.entry.digest == digest and there.entry.page == here.entry.page and relink(new, old):
                    self._added[place] = old
                    found.add(old)
                    break
        return found


def _digest_or_none(path: Path) -> str | None:
    try:
        return digest_of(path)
    except RasterError:
        return None
