"""A folder of images as a project: the only writer of masks, and the only place that knows what is where.

Asking and tagging is instant and safe on the studio's main thread: it happens in memory, and one writer thread brings
it to disk. Whatever decodes or saves a picture says so, and belongs off that thread.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import DefectClass
from crackstudio.core.errors import FolderError, MaskError, RasterError
from crackstudio.core.images import Domain, ImageEntry, MaskKind, Review, Tag
from crackstudio.imaging.depth import Native
from crackstudio.project import atomic, rasters
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.class_file import open_classes
from crackstudio.project.class_users import Looked, class_users
from crackstudio.project.contents import Contents
from crackstudio.project.database import Database
from crackstudio.project.deciding import Deciding, Decision, Outcome
from crackstudio.project.journal import Journal
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.locking import Lock
from crackstudio.project.masks import Mask, MaskStore
from crackstudio.project.proposals import Proposals, ProposalStore
from crackstudio.project.revisions import with_found_mask, with_mask, without_mask
from crackstudio.project.runs import Runs
from crackstudio.project.scanning import Scan, ScanOutcome
from crackstudio.project.snapshot import has_defect
from crackstudio.project.sources import Sources
from crackstudio.project.state import NetworkInUse, State, Value
from crackstudio.project.tile_book import TileBook
from crackstudio.project.walk import require_readable
from crackstudio.project.writer import Unwritten, Writer

__all__ = ["NetworkInUse", "Project", "Unwritten", "Value"]


class Project:
    """Make one with `Project.open`. Every method may be called from any thread."""

    def __init__(self, folder: Path, layout: Layout, lock: Lock, database: Database) -> None:
        self.folder = folder
        self.home = layout.home
        self._layout = layout
        self._lock = lock
        self._database = database
        self._listener: Callable[[str], None] | None = None
        self._on_disk: Callable[[str, bool], None] | None = None
        self._reports: list[str] = []
        self._catalogue = Catalogue(database.load(), self._touch)
        self._writer = Writer(
            database, read_images=self._catalogue.read, report=self._report_disk, check=self._check_home
        )
        self._state = State(database.load_state(), home=self.home, put=self._writer.put)
        self.class_table = open_classes(layout, state=self._state, writer=self._writer, report=self.report)
        self.tiles = TileBook(
            self._catalogue, state=self._state, layout=layout, writer=self._writer, report=self.report
        )
        self._masks = MaskStore(layout, self.report)
        proposals = ProposalStore(layout, self._writer)
        self.proposals = Proposals(folder, layout, catalogue=self._catalogue, store=proposals, state=self._state)
        self._contents = Contents(folder, catalogue=self._catalogue, report=self.report)
        self.runs = Runs(folder, layout, catalogue=self._catalogue, masks=self._masks, contents=self._contents)
        self.sources = Sources(layout, catalogue=self._catalogue, masks=self._masks, proposals=proposals)
        self._journals: dict[int, Journal] = {}
        self._mask_locks: dict[int, threading.Lock] = {}
        self._saved_upto: dict[int, int] = {}
        self._scanning = threading.Lock()
        self._closed = self._swept = False
        self._deciding = Deciding(
            layout,
            catalogue=self._catalogue,
            masks=self._masks,
            lock_of=self._mask_lock,
            size_of=self._size,
            has_strokes=self.has_strokes,
            flush=self.flush,
        )
        if database.repaired:
            self.report(database.repaired)
        self._tell_taken_back(self._deciding.recover())
        if self._state.damaged:
            self.report(
                f"Small things kept with the project were damaged ({', '.join(self._state.damaged)}). They are as in a "
                "new project now, classes as in classes.json; masks, tags and reviews are untouched."
            )

    @classmethod
    def open(cls, folder: Path, *, home: Path | None = None) -> Self:
        """Open, or create where there is none; nothing is scanned.

        Raises `FolderError`, `ProjectLockedError`, `NewerProjectError`.
        """
        folder = folder.absolute()
        require_readable(folder)
        layout = Layout((home or folder / HOME_NAME).absolute())
        lock = Lock(layout.lock)
        try:
            layout.home.mkdir(parents=True, exist_ok=True)
            lock.take()
        except OSError as error:
            raise FolderError(
                f"{layout.home} cannot be written ({error.strerror or error}). Nothing was changed; keep the project "
                "elsewhere with --project DIR, or give the permission to write there."
            ) from error
        try:
            database = Database(layout)
            try:
                return cls(folder, layout, lock, database)
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.release()
            raise

    def listen(self, listener: Callable[[str], None], *, on_disk: Callable[[str, bool], None] | None = None) -> None:
        """Have reports (a mask kept aside, a disk that is full, ...) told to `listener`, on whatever thread they arise.

        Those that nobody heard so far are told at once. What is about the disk goes to `on_disk`, if given, with
        whether it is well again.
        """
        self._listener, self._on_disk = listener, on_disk
        while self._reports:
            listener(self._reports.pop(0))

    def _report_disk(self, message: str, is_well: bool) -> None:
        if self._on_disk is not None:
            self._on_disk(message, is_well)
        else:
            self.report(message)

    def report(self, message: str) -> None:
        """Tell the listener, or keep it until there is one."""
        if self._listener is not None:
            self._listener(message)
        else:
            self._reports.append(message)

    def entries(self) -> list[ImageEntry]:
        """The images that are there."""
        return self._catalogue.entries()

    def entry(self, image: int) -> ImageEntry:
        """Also of an image whose file is gone (`problem` says so). Raises `ProjectError` for an unknown id."""
        return self._catalogue.image(image).entry

    def image_path(self, image: int) -> Path:
        """The file of an image."""
        return self.folder / self.entry(image).path

    def scan(
        self, *, on_progress: Callable[[int], None] | None = None, stop: threading.Event | None = None
    ) -> ScanOutcome:
        """Find new, changed and vanished files; entries are there while it goes on. Off the main thread.

        Raises `FolderError` where the folder cannot be listed.
        """
        self._sweep()
        scan = Scan(self.folder, skip=self.home, catalogue=self._catalogue, masks=self._masks, report=self.report)
        with self._scanning:
            try:
                return scan.run(
                    relink=self._relink,
                    on_progress=on_progress,
                    stopped=lambda: self._closed or (stop is not None and stop.is_set()),
                )
            finally:
                self._contents.tell_replaced(scan.replaced)

    def read_rgb8(self, image: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8. Off the main thread. Raises `RasterError`, and the entry then says why in `problem`."""
        return self._read(image, rasters.read_rgb8)

    def read_native(self, image: int) -> Native:
        """The picture in its own depth, see `rasters.read_native`; else as `read_rgb8`."""
        return self._read(image, rasters.read_native)

    def _read(self, image: int, read: Callable[[Path, int], Native]) -> Native:
        try:
            pixels = read(self.image_path(image), self.entry(image).page)
            self._contents.look(image)
        except RasterError as error:
            self._catalogue.update([image], problem=str(error))
            raise
        self._catalogue.update([image], width=pixels.shape[1], height=pixels.shape[0], problem=None)
        return pixels

    def load_mask(self, image: int, *, is_shown: bool = True) -> Mask | None:
        """(H, W) uint8 class ids, None where there is none. Off the main thread. Raises `MaskError`, `RasterError`.

        One that is not shown to a person is kept aside when another one is saved in its place, if others wrote it.
        Read the journal before the mask: strokes that the mask already contains change nothing when replayed, but
        strokes that a save has just moved from the journal into the mask must not be missed.
        """
        with self._mask_lock(image):
            entry = self.entry(image)
            try:
                mask = self._masks.load(entry.name, partial(self._size, entry), is_shown=is_shown)
            except MaskError:
                if not self._masks.exists(entry.name):  # kept aside
                    self._catalogue.revise([image], without_mask)
                raise
            if mask is not None:
                self.class_table.meet(entry.name, mask)
                self._catalogue.revise([image], with_found_mask, defect=has_defect(mask))
            elif self.entry(image).mask_kind is not None:
                self._catalogue.revise([image], without_mask)
                self.report(f"The mask of {entry.name} is not on disk any more.")
        return mask

    def has_mask(self, image: int) -> bool:
        """Whether there is one on disk. Reads the disk."""
        return self._masks.exists(self.entry(image).name)

    def save_mask(
        self, image: int, mask: Mask | None, kind: MaskKind, *, journal_mark: int | None = None
    ) -> ImageEntry:
        """Save atomically, then drop the journal up to `journal_mark`: take that mark together with the mask.

        Without a mark all that was appended before this call is dropped. None for a mask takes the mask away (it is
        kept aside). Off the main thread. Raises `MaskError`, `FolderError`; the last saved mask is then intact.
        """
        journal = self.journal(image)
        upto = journal.mark() if journal_mark is None else journal_mark
        with self._mask_lock(image):
            entry = self.entry(image)
            if upto < self._saved_upto.get(image, 0):  # overtaken by a later save
                return entry
            if mask is None:
                self._masks.take_away(entry.name)
                self._catalogue.revise([image], without_mask)
            else:
                self.class_table.meet(entry.name, mask)
                self._masks.save(entry.name, mask, self._size(entry, like=mask.shape))
                self._catalogue.revise([image], partial(with_mask, kind=kind), defect=has_defect(mask))
            self._saved_upto[image] = upto
            journal.clear(upto)
        return self.entry(image)

    def journal(self, image: int) -> Journal:
        """The journal of an image: always the same object."""
        journal = self._journals.get(image)
        if journal is None:
            name = self.entry(image).name
            journal = Journal(
                self._layout.journal(name), writer=self._writer, aside=partial(self._layout.aside, f"{name}.journal")
            )
            journal = self._journals.setdefault(image, journal)
        return journal

    def unsaved(self) -> list[ImageEntry]:
        """Images, vanished ones too, with strokes that are in no mask yet; after `open`, of an earlier session.

        Reads the disk.
        """
        entries = [image.entry for image in self._catalogue.images()] if self._has_journals() else []
        return [entry for entry in entries if self._layout.journal(entry.name).exists()]

    def set_strokes_aside(self, image: int, *, why: str) -> None:
        """Strokes that cannot be brought back are kept aside, and that is reported; returns at once."""
        name = self.entry(image).name
        self.journal(image).set_aside(
            lambda kept: self.report(f"Unsaved strokes of {name} do not fit it. They were kept as {kept}. ({why})")
        )

    def set_tag(self, ids: Iterable[int], tag: Tag) -> list[ImageEntry]:
        """Returns the entries that changed."""
        return self._catalogue.update(ids, tag=tag)

    def set_review(self, ids: Iterable[int], review: Review) -> list[ImageEntry]:
        """Returns the entries that changed."""
        return self._catalogue.update(ids, review=review)

    def set_domain(self, ids: Iterable[int], domain: Domain) -> list[ImageEntry]:
        """Returns the entries that changed."""
        return self._catalogue.update(ids, domain=domain)

    def decide(self, decisions: Iterable[Decision]) -> Outcome:
        """Carry out what a person said of many images, each wholly or not at all. Off the main thread.

        Raises `FolderError` where nothing can be written; nothing was changed then.
        """
        return self._deciding.decide(decisions)

    def has_strokes(self, image: int) -> bool:
        """Whether an image has strokes that are not in its mask. Reads the disk."""
        journal = self._journals.get(image)
        return (journal is not None and journal.waiting > 0) or self._layout.journal(self.entry(image).name).exists()

    def identify(self, image: int) -> ImageEntry:
        """Know content and size of an image's file without decoding it. Off the main thread. Raises `RasterError`."""
        self._contents.look(image)
        self._size(self.entry(image))
        return self.entry(image)

    def read_kept_mask(self, kept: Path) -> Mask:
        """(H, W) uint8 of a mask that was kept aside. Off the main thread. Raises `RasterError`."""
        return rasters.read_mask(kept)

    def network(self) -> NetworkInUse | None:
        """The network that was chosen, else the starter that comes with CrackStudio, else None."""
        return self._state.network()

    def use_network(self, checkpoint: Path, *, label: str) -> None:
        """Choose the network that proposes from now on."""
        self._state.use_network(checkpoint, label=label)

    def classes(self) -> tuple[DefectClass, ...]:
        """What the values in the masks mean; `class_table` changes them."""
        return self.class_table.classes()

    def class_users(self, identity: int) -> Iterator[Looked]:
        """Which images hold a class, piece by piece, as their masks were saved last. Off the main thread."""
        return class_users(self._masks, identity)

    def remember(self, key: str, value: Value) -> None:
        """Keep a small thing of the window with the project."""
        self._state.remember(key, value)

    def recall(self, key: str, default: Value = None) -> Value:
        """What was remembered."""
        return self._state.recall(key, default)

    def unwritten(self) -> Unwritten:
        """What would be lost now; masks that are not saved yet lie in journals."""
        steps = sum(journal.waiting for journal in list(self._journals.values()))
        return Unwritten(steps=steps, is_whole=self._writer.is_idle)

    def flush(self) -> None:
        """Wait until everything is on disk; raises `FolderError` where it cannot be written just now."""
        self._writer.settle()

    def close(self) -> None:
        """End a scan, write all, back up, unlock.

        Raises `FolderError` with what could not be written; it is closed even so.
        """
        self._closed = True
        try:
            with self._scanning:
                self._writer.close()
        finally:
            self._database.close()
            self._lock.release()

    def _mask_lock(self, image: int) -> threading.Lock:
        return self._mask_locks.setdefault(image, threading.Lock())

    def _sweep(self) -> None:
        """Once: what a kill has left half-written."""
        if not self._swept:
            self._swept = True
            for folder in self._layout.written:
                atomic.sweep(folder)

    def _touch(self, ids: Iterable[int]) -> None:
        self._writer.touch(ids)

    def _check_home(self) -> None:
        """A drive that was pulled out: a folder made anew in its place would hide what is on it."""
        if not self.home.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the project's folder is not there any more", str(self.home))
        self._lock.beat()

    def _tell_taken_back(self, names: list[str]) -> None:
        if names:
            self.report(
                f"The studio ended in the middle of a batch. Taken back to what it was before: {_some(names)}. The "
                "other images are either as before or as they were to be."
            )

    def _size(self, entry: ImageEntry, like: tuple[int, ...] | None = None) -> tuple[int, int]:
        """(height, width); the file has the last word where the database does not know it, or not `like` a mask."""
        known = self._known_size(entry.id)
        if known is None or (like is not None and known != like):
            known = rasters.size_of(self.folder / entry.path, page=entry.page)
            self._catalogue.update([entry.id], height=known[0], width=known[1])
        return known

    def _known_size(self, image: int) -> tuple[int, int] | None:
        entry = self.entry(image)
        return None if entry.height is None or entry.width is None else (entry.height, entry.width)

    def _has_journals(self) -> bool:
        return any(files for _, _, files in os.walk(self._layout.journals))

    def _relink(self, new: int, old: int) -> bool:
        """The file of `new` is that of the vanished image `old`, whose mask, proposals and strokes go along."""
        before, after = self.entry(old).name, self.entry(new).name
        if new in self._journals:  # a person has it open, with strokes of its own perhaps
            self.report(
                f"{after} looks like {before}, which is not there any more, but was open already. Nothing was moved; "
                f"the mask of {before} is kept and comes back when the file has its old name again."
            )
            return False
        with self._mask_lock(old):
            self._masks.move(before, after)
            self.proposals.move(before, after)
            self.journal(old).move(self._layout.journal(after))
            self._catalogue.relink(new, old)
        return True


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
