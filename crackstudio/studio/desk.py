"""The images that lie on the desk: loaded off the thread, with their masks under edit, kept while moving between them.

A mask is saved off the thread when its image is left, by a timer and on closing; until then the journal has it.
"""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.core.errors import MaskError
from crackstudio.core.images import ImageEntry, MaskKind
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.laying import laid
from crackstudio.studio.loading import (
    Loaded,
    Proposal,
    is_light,
    keep_kind,
    load,
    load_proposal,
)
from crackstudio.studio.mask_steps import Replaced
from crackstudio.studio.parting import part_with, unsaved_of
from crackstudio.studio.shelf import OpenImage, Shelf
from crackstudio.studio.thresholds import chosen_threshold

AUTOSAVE_MS = 30_000
Pixels = NDArray[np.uint8]


class Desk(QObject):
    """Loads, keeps and saves images of one project."""

    opened = Signal(object)
    """`OpenImage`."""
    open_failed = Signal(int, object)
    """Image id and exception."""
    edited = Signal(int)
    """A mask got or lost a step."""
    saved = Signal(object, object)
    """The changed `ImageEntry` and when."""
    save_failed = Signal(int, object)

    def __init__(
        self, project: Project, *, reading: Background, writing: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._reading, self._writing = project, reading, writing
        self._shelf = Shelf()
        self._waiting: deque[int] = deque()
        """To be prefetched, the likeliest first."""
        self._autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self.save_all)
        self._autosave.start()

    def open(self, identity: int) -> None:
        """Put an image on the desk; `opened` follows, unless another one is asked for before."""
        known = self._shelf.images.get(identity)
        if known is not None and known.picture is not None and not self.is_outdated(identity):
            self._reading.forget("open")
            self._shelf.loading.pop("open", None)
            self._shelf.lay_open(identity)
            self.opened.emit(known)
            return
        self._shelf.loading["open"] = identity
        self._waiting.clear()
        path = self._project.entry(identity).path
        self._reading.submit(
            lambda: load(self._project, identity, is_edited=known is not None),
            done=lambda loaded: self._present(identity, loaded),
            failed=lambda error: self._fail(identity, error, path=path),
            lane="open",
            urgent=True,
        )

    def prefetch(self, identities: Iterable[int]) -> None:
        """Load images that will be wanted soon, the likeliest first, one at a time, where there is room.

        Failures are told when they are opened.
        """
        self._shelf.wanted = tuple(identities)
        self._waiting = deque(self._shelf.wanted)
        self._prefetch_next()

    def fetch(
        self,
        identity: int,
        *,
        lane: str,
        done: Callable[[], None] = lambda: None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Put an image on the desk without opening it, if there is room; then `done`, also where it cannot be read.

        Not if it is not wanted any more when it has been read.
        """
        room, is_edited = self._shelf.room_for(identity), identity in self._shelf.images

        def read() -> Loaded | None:
            is_fitting = is_light(self._project, identity, room=room)
            return load(self._project, identity, is_edited=is_edited) if is_fitting else None

        self._reading.submit(
            read,
            done=lambda loaded: self._keep(identity, loaded if is_wanted() else None, done=done),
            failed=lambda _error: done(),
            lane=lane,
        )

    def refresh_proposal(self, identity: int, *, done: Callable[[OpenImage], None]) -> None:
        """Read an image's proposal again, if it lies on the desk."""
        image = self._shelf.images.get(identity)
        if image is None:
            return

        def take(maps: tuple[Proposal | None, Pixels | None]) -> None:
            self._set_maps(image, *maps)
            done(image)

        self._reading.submit(
            lambda: (load_proposal(self._project, identity), self._project.proposals.load_previous(identity)),
            done=take,
            lane=f"proposal {identity}",
            urgent=True,
        )

    def is_outdated(self, identity: int) -> bool:
        """Whether the file is known to have been written since its picture was read."""
        image = self._shelf.images.get(identity)
        return image is not None and image.digest != self._project.entry(identity).digest

    def is_unsaved(self, identity: int) -> bool:
        """Whether an image's mask has steps that are not on disk as a PNG."""
        return self._shelf.is_unsaved(identity)

    @property
    def has_unsaved(self) -> bool:
        """Whether any mask has such steps."""
        return any(map(self.is_unsaved, self._shelf.images))

    def is_ahead(self, identity: int) -> bool:
        """Whether the mask on disk is an older one than that on the desk."""
        return self.is_unsaved(identity) or self._shelf.saving[identity] > 0

    def save(self, identity: int) -> None:
        """Save one mask off the thread, if it has unsaved steps."""
        image = self._shelf.images.get(identity)
        if image is None or not self.is_unsaved(identity) or image.editor.is_stroking:
            return
        revision, kind = image.editor.revision, image.editor.kind
        snapshot = image.editor.snapshot()
        mark = self._project.journal(identity).mark()
        touched = image.editor.touched
        self._shelf.saved_revision[identity] = revision
        if not touched:
            keep_kind(self._project, identity, kind)
        self._shelf.saving[identity] += 1
        self._writing.submit(
            lambda: self._project.save_mask(
                identity, snapshot.to_array() if touched else None, kind, journal_mark=mark
            ),
            done=self._take_saved,
            failed=lambda error: self._save_failed(identity, error),
        )

    def save_all(self) -> None:
        """Save every mask with unsaved steps."""
        for identity in list(self._shelf.images):
            self.save(identity)

    def image(self, identity: int) -> OpenImage | None:
        """The image, if it lies on the desk."""
        return self._shelf.images.get(identity)

    def large_masks(self) -> dict[int, TiledMask]:
        """Masks on the desk that take too long to be replaced at once, for another thread to read."""
        images = self._shelf.images.items()
        return {identity: image.editor.snapshot() for identity, image in images if image.editor.is_large}

    def revisions(self) -> dict[int, int]:
        """How far each mask on the desk has come."""
        return {identity: image.editor.revision for identity, image in self._shelf.images.items()}

    def take_over(
        self,
        identity: int,
        mask: Pixels | None,
        *,
        kind: MaskKind,
        text: str,
        revision: int | None,
        ready: Replaced | None = None,
    ) -> bool:
        """A mask was saved past the desk (None: taken away): let the one here follow, as an undo step.

        `ready` is how, worked out already. False where it has changed since `revision` (None: it was not here then):
        what was painted stays and is saved.
        """
        image = self._shelf.images.get(identity)
        if image is None:
            self._load_again(identity)
            return True
        editor, since = image.editor, 0 if revision is None else revision
        if editor.is_stroking or editor.revision != since:
            self._shelf.saved_revision[identity] = -1
            return False
        if mask is not None and mask.shape != (editor.mask.height, editor.mask.width):
            if identity != self._shelf.open:  # of the picture that was there before: it is read anew when it is wanted
                self._shelf.put_away(identity)
            return True
        editor.become(text, mask, kind=kind, ready=ready)
        self._shelf.saved_revision[identity] = editor.revision
        return True

    def close(self) -> None:
        """Queue every unsaved mask; what still loads is not wanted any more, and nothing is told."""
        self.blockSignals(True)
        self._autosave.stop()
        for lane in ("open", "prefetch", "recovery"):
            self._reading.forget(lane)
        self.save_all()
        for image in self._shelf.images.values():
            image.let_go()
        self._shelf.images.clear()

    def _prefetch_next(self) -> None:
        while self._waiting and "prefetch" not in self._shelf.loading:
            identity = self._waiting.popleft()
            known = self._shelf.images.get(identity)
            if known is None or known.picture is None:
                self._shelf.loading["prefetch"] = identity
                done, is_wanted = self._go_on_prefetching, partial(self._is_wanted, identity)
                self.fetch(identity, lane="prefetch", done=done, is_wanted=is_wanted)

    def _is_wanted(self, identity: int) -> bool:
        return identity in (*self._shelf.wanted, self._shelf.loading.get("open"))

    def _go_on_prefetching(self) -> None:
        """One that was asked for meanwhile is there now, before it is read a second time."""
        here = self._shelf.loading.pop("prefetch")
        image = self._shelf.images.get(here)
        if self._shelf.loading.get("open") == here and image is not None and image.picture is not None:
            self.open(here)
        self._prefetch_next()

    def _load_again(self, identity: int) -> None:
        """It may have been read before its mask was replaced."""
        if self._shelf.loading.get("prefetch") == identity:
            self._reading.forget("prefetch")
            self._go_on_prefetching()
        if self._shelf.loading.get("open") == identity:
            self.open(identity)

    def _take_saved(self, entry: ImageEntry) -> None:
        self._shelf.saving[entry.id] -= 1
        self.saved.emit(entry, datetime.now().astimezone())

    def _save_failed(self, identity: int, error: Exception) -> None:
        self._shelf.saving[identity] -= 1
        self._shelf.saved_revision[identity] = -1
        self.save_failed.emit(identity, error)

    def _present(self, identity: int, loaded: Loaded) -> None:
        there = self._shelf.images.get(identity)
        if there is not None and not there.fits(loaded.picture):
            self._part_with(there)
            return
        if not self._is_whole(identity, loaded):
            self.open(identity)
            return
        self._shelf.loading.pop("open", None)
        try:
            image = self._place(identity, loaded)
        except MaskError as error:  # the picture was replaced while it was read
            self.open_failed.emit(identity, error)
        else:
            self.opened.emit(image)

    def _fail(self, identity: int, error: Exception, *, path: str) -> None:
        """A scan may have found it elsewhere since it was looked for."""
        if self._project.entry(identity).path != path:
            self.open(identity)
        else:
            self.open_failed.emit(identity, error)

    def _part_with(self, image: OpenImage) -> None:
        """Its file holds a picture of another size now, which is opened in its place."""

        def take() -> None:
            self._shelf.put_away(image.id)
            if self._shelf.loading.get("open") == image.id:
                self.open(image.id)

        self._writing.submit(
            partial(part_with, self._project, unsaved_of(image) if self.is_unsaved(image.id) else None, image.id),
            done=lambda _none: take(),
            failed=lambda error: self.open_failed.emit(image.id, error),
        )

    def _is_whole(self, identity: int, loaded: Loaded) -> bool:
        """Not if it was put away after its picture alone was asked for, or the picture is of another size."""
        image = self._shelf.images.get(identity)
        return loaded.has_work if image is None else image.fits(loaded.picture)

    def _keep(self, identity: int, loaded: Loaded | None, *, done: Callable[[], None]) -> None:
        if loaded is not None and self._is_whole(identity, loaded):
            with suppress(MaskError):
                self._place(identity, loaded, opens=False)
        done()

    def _place(self, identity: int, loaded: Loaded, *, opens: bool = True) -> OpenImage:
        image = self._shelf.images.get(identity)
        if image is None:
            image = self._new_image(identity, loaded)
            self._shelf.images[identity] = image
        else:
            image.picture, image.digest = loaded.picture, loaded.digest
        self._set_maps(image, loaded.proposal, loaded.previous_map)
        if opens:
            self._shelf.lay_open(identity)
        else:
            self._shelf.images.move_to_end(identity, last=False)
        self._shelf.tidy(keep={identity, *self._shelf.before(identity)})
        return image

    def _new_image(self, identity: int, loaded: Loaded) -> OpenImage:
        image = laid(self._project, identity, loaded, proposal_source=lambda: self._proposal_of(identity), parent=self)
        if loaded.left is not None:
            self._shelf.saved_revision[identity] = -1  # also where the mask has them: the journal has done its work
        image.editor.state_changed.connect(lambda: self.edited.emit(identity))
        image.editor.undo_stack.indexChanged.connect(lambda _index: self.edited.emit(identity))  # after canUndo
        return image

    def _proposal_of(self, identity: int) -> tuple[Pixels, float] | None:
        image = self._shelf.images.get(identity)
        if image is None or image.proposal is None:
            return None
        return image.proposal.crack_map, image.threshold

    def _set_maps(self, image: OpenImage, proposal: Proposal | None, previous_map: Pixels | None) -> None:
        image.proposal, image.previous_map = proposal, previous_map
        if proposal is not None:
            chosen = chosen_threshold(self._project, image.id, made_by=proposal.made_by)
            image.threshold = proposal.own_threshold if chosen is None else chosen
