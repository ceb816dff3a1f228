"""A folder of images as a project: the only writer of masks, and the only place that knows what is where.

Asking and tagging is instant and safe on the studio's main thread: it happens in memory, and one writer thread brings
it to disk. Whatever decodes or saves a picture says so, and belongs off that thread.
"""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackstudio.core import wire
from crackstudio.core.classes import DefectClass
from crackstudio.core.errors import FolderError, MaskError, RasterError, RunError
from crackstudio.core.images import Domain, ImageEntry, MaskKind, Review, Tag
from crackstudio.core.runs import RunSpec, Snapshot, Stock
from crackstudio.imaging.depth import Native
from crackstudio.project import atomic, rasters
from crackstudio.project.catalogue import Catalogue, other_pictures
from crackstudio.project.class_file import open_classes
from crackstudio.project.class_users import Looked, class_users
from crackstudio.project.database import Database
from crackstudio.project.deciding import Deciding, Decision, Outcome
from crackstudio.project.digest import digest_of
from crackstudio.project.journal import Journal
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.locking import Lock
from crackstudio.project.masks import Mask, MaskStore
from crackstudio.project.proposals import ProposalStore
from crackstudio.project.revisions import with_found_mask, with_mask, with_proposal, without_mask
from crackstudio.project.run_folder import RunFolder, new_run
from crackstudio.project.scanning import Scan, ScanOutcome
from crackstudio.project.snapshot import build_snapshot, drafts_of_project, has_defect, in_doubt, is_as_scanned
from crackstudio.project.sources import Sources
from crackstudio.project.state import NetworkInUse, State, Value
from crackstudio.project.stock import count_stock
from crackstudio.project.tile_book import TileBook
from crackstudio.project.writer import Writer

__all__ = ["NetworkInUse", "Project", "Value"]

_Asked = TypeVar("_Asked")
_THRESHOLD_BEFORE = "threshold before"
_UNTOLD_THRESHOLD = 0.5


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
        self._proposals = ProposalStore(layout, self._writer)
        self.sources = Sources(layout, catalogue=self._catalogue, masks=self._masks, proposals=self._proposals)
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
        if not folder.is_dir():
            raise FolderError(f"{folder} is no folder that can be read. Nothing was changed; open one with images.")
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
                self._tell_replaced(scan.replaced)

    def read_rgb8(self, image: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8. Off the main thread. Raises `RasterError`, and the entry then says why in `problem`."""
        return self._read(image, rasters.read_rgb8)

    def read_native(self, image: int) -> Native:
        """The picture in its own depth, see `rasters.read_native`; else as `read_rgb8`."""
        return self._read(image, rasters.read_native)

    def _read(self, image: int, read: Callable[[Path, int], Native]) -> Native:
        known, path = self._catalogue.image(image), self.image_path(image)
        try:
            pixels = read(path, known.entry.page)
            digest = known.entry.digest if is_as_scanned(known, folder=self.folder) else None
            self._renew({image: digest or digest_of(path)})
        except RasterError as error:
            self._catalogue.update([image], problem=str(error))
            raise
        self._catalogue.update([image], width=pixels.shape[1], height=pixels.shape[0], problem=None)
        return pixels

    def load_mask(self, image: int) -> Mask | None:
        """(H, W) uint8 class ids, None where there is none. Off the main thread. Raises `MaskError`, `RasterError`.

        Read the journal before the mask: strokes that the mask already contains change nothing when replayed, but
        strokes that a save has just moved from the journal into the mask must not be missed.
        """
        with self._mask_lock(image):
            entry = self.entry(image)
            try:
                mask = self._masks.load(entry.name, self._size(entry))
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
                self._masks.save(entry.name, mask, self._size(entry))
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

    def to_propose(self, ids: Iterable[int]) -> tuple[wire.ImageToPropose, ...]:
        """What an engine is asked; `record_proposal` takes its answer in and keeps the proposal before it."""
        entries = map(self.entry, ids)
        return tuple(
            wire.ImageToPropose(
                id=entry.id,
                image=str(self.folder / entry.path),
                page=entry.page,
                out=str(self._layout.incoming_proposal(entry.name)),
            )
            for entry in entries
        )

    def record_proposal(self, event: wire.Proposed, *, label: str) -> ImageEntry:
        """Take a crack map in; the one of another network before it stays as the previous proposal."""
        entry = self.entry(event.id)
        renewed = entry.proposed_by is not None and entry.proposed_by != label
        if renewed and entry.threshold is not None:
            self._state.remember(f"{_THRESHOLD_BEFORE} {entry.id}", entry.threshold)
        self._proposals.take(entry.name, Path(event.out), keep_previous=renewed)
        self._catalogue.revise([event.id], partial(with_proposal, event=event, label=label))
        return self.entry(event.id)

    def proposal_path(self, image: int) -> Path:
        """Where the crack map kept for an image lies."""
        return self._layout.proposal(self.entry(image).name)

    def previous_proposal_path(self, image: int) -> Path:
        """Where the crack map of the network before lies."""
        return self._layout.previous_proposal(self.entry(image).name)

    def previous_threshold(self, image: int) -> float:
        """The threshold that came with the previous proposal, in [0, 1]."""
        kept = self._state.recall(f"{_THRESHOLD_BEFORE} {image}", _UNTOLD_THRESHOLD)
        return kept if isinstance(kept, float) else _UNTOLD_THRESHOLD

    def load_proposal(self, image: int) -> NDArray[np.uint8] | None:
        """(H, W) uint8, None where there is none that fits the image. Off the main thread."""
        return self._fitting(image, self._proposals.load(self.entry(image).name))

    def load_previous_proposal(self, image: int) -> NDArray[np.uint8] | None:
        """The same, of the network before."""
        return self._fitting(image, self._proposals.load(self.entry(image).name, previous=True))

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
        return (journal is not None and journal.is_waiting) or self._layout.journal(self.entry(image).name).exists()

    def identify(self, image: int) -> ImageEntry:
        """Know content and size of an image's file without decoding it. Off the main thread. Raises `RasterError`."""
        known = self._catalogue.image(image)
        digest = known.entry.digest if is_as_scanned(known, folder=self.folder) else None
        self._renew({image: digest or digest_of(self.image_path(image))})
        self._size(self.entry(image))
        return self.entry(image)

    def read_kept_mask(self, kept: Path) -> Mask:
        """(H, W) uint8 of a mask that was kept aside. Off the main thread. Raises `RasterError`."""
        return rasters.read_mask(kept)

    def stock(self) -> Stock:
        """What there is to train on."""
        return count_stock(self._catalogue.images())

    def freeze(self, run: RunFolder, *, stop: threading.Event | None = None) -> Snapshot:
        """Copy the confirmed masks and write `snapshot.json`. Off the main thread: files not seen yet are hashed.

        So are those written since the last scan: a mask whose file holds another picture now is not confirmed any more.
        Raises `RunError` at the next image after `stop` is set.
        """
        doubtful = in_doubt(_until(stop, self._catalogue.images()), folder=self.folder)
        written = {entry.id: self._digest(entry) for entry in _until(stop, doubtful)}
        self._renew({image: digest for image, digest in written.items() if digest is not None})
        drafts = drafts_of_project(
            _until(stop, self._catalogue.images()),
            folder=self.folder,
            masks=self._masks,
            run=run,
            digest=self._first_digest,
        )
        return build_snapshot(drafts, run)

    def create_run(self, spec: RunSpec, *, stop: threading.Event | None = None) -> RunFolder:
        """A run folder with its snapshot and `run.json`, ready for an engine. Off the main thread.

        Raises `RunError` as `freeze` does. A folder left half-made is taken away: it holds nothing but copies.
        """
        run = new_run(self._layout.runs, spec.method)
        try:
            snapshot = self.freeze(run, stop=stop)
            elsewhere = None if self.home == self.folder.absolute() / HOME_NAME else self.home
            run.write_request(spec, snapshot, folder=self.folder, project=elsewhere)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
        return run

    def runs(self) -> list[RunFolder]:
        """Every run, the oldest first. Reads the disk."""
        return [RunFolder(record.parent) for record in sorted(self._layout.runs.glob("*/run.json"))]

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

    def _digest(self, entry: ImageEntry) -> str | None:
        """None for a file that cannot be read, which the entry then says: a run does without it."""
        try:
            return digest_of(self.folder / entry.path)
        except RasterError as error:
            self._catalogue.update([entry.id], problem=str(error))
            return None

    def _first_digest(self, entry: ImageEntry) -> str | None:
        digest = self._digest(entry)
        if digest is not None:
            self._renew({entry.id: digest})
        return digest

    def _renew(self, digests: Mapping[int, str]) -> None:
        self._tell_replaced(self._catalogue.renew(digests))

    def _tell_taken_back(self, names: list[str]) -> None:
        if names:
            self.report(
                f"The studio ended in the middle of a batch. Taken back to what it was before: {_some(names)}. The "
                "other images are either as before or as they were to be."
            )

    def _tell_replaced(self, names: list[str]) -> None:
        if names:
            self.report(other_pictures(names))

    def _size(self, entry: ImageEntry) -> tuple[int, int]:
        known = self._known_size(entry.id)
        if known is None:
            known = rasters.size_of(self.folder / entry.path, page=entry.page)
            self._catalogue.update([entry.id], height=known[0], width=known[1])
        return known

    def _known_size(self, image: int) -> tuple[int, int] | None:
        entry = self.entry(image)
        return None if entry.height is None or entry.width is None else (entry.height, entry.width)

    def _fitting(self, image: int, crack_map: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
        known = self._known_size(image)
        return crack_map if crack_map is not None and known in (None, crack_map.shape) else None

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
            self._proposals.move(before, after)
            self.journal(old).move(self._layout.journal(after))
            self._catalogue.relink(new, old)
        return True


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


def _until(stop: threading.Event | None, images: Iterable[_Asked]) -> Iterator[_Asked]:
    for image in images:
        if stop is not None and stop.is_set():
            raise RunError("The run was given up before it began. Nothing of it was kept; start it anew.")
        yield image
