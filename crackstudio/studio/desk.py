"""The images that lie on the desk: loaded off the thread, with their masks under edit, kept while moving between them.

A mask is saved off the thread when its image is left, by a timer and on closing; until then the journal has it.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.core.errors import MaskError
from crackstudio.core.images import ImageEntry, MaskKind
from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.tile_editor import TileEditor

AUTOSAVE_MS = 30_000
MOST_EDITORS = 64
"""Images whose undo is kept: patches, not pictures."""
PICTURE_BYTES = 600 * 2**20
"""Decoded pictures kept for going back and forth."""
DEFAULT_THRESHOLD = 0.5
FIRST_VIEW = (1600, 1000)
"""Device pixels for which a picture is prepared off the thread."""
_KIND = "kind of untouched"

Pixels = NDArray[np.uint8]


@dataclass(slots=True, kw_only=True)
class Proposal:
    """A crack map on the desk: (H, W) uint8, who made it, the threshold that came with it, pixels per value."""

    crack_map: Pixels
    made_by: str
    own_threshold: float
    histogram: NDArray[np.int64]


@dataclass(slots=True, kw_only=True)
class OpenImage:
    """One image on the desk. Its picture is dropped when others need the room, its editor is kept longer."""

    id: int
    picture: ImagePyramid | None
    editor: MaskEditor
    tiles: TileEditor
    proposal: Proposal | None = None
    previous_map: Pixels | None = None
    threshold: float = DEFAULT_THRESHOLD
    threshold_moved: bool = False
    recovered: int = 0
    confirmed_content: str | None = None
    """Digest of the file as it was when an edit took the confirmation away; the editor knows when it is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one image needs, read from disk."""

    picture: ImagePyramid
    mask: Pixels | None
    strokes: tuple[bytes, ...]
    proposal: Proposal | None
    previous_map: Pixels | None


@dataclass(slots=True)
class _Shelf:
    """Editors and what of them is saved, by image, and the image that is open."""

    images: OrderedDict[int, OpenImage] = field(default_factory=OrderedDict)
    saved_revision: dict[int, int] = field(default_factory=dict)
    open: int | None = None
    loading: dict[str, int] = field(default_factory=dict)
    """What was asked for last, by lane."""
    saving: Counter[int] = field(default_factory=Counter)
    """Saves that have not ended yet."""


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
        self._shelf = _Shelf()
        self._autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self.save_all)
        self._autosave.start()

    def open(self, identity: int) -> None:
        """Put an image on the desk; `opened` follows, unless another one is asked for before."""
        known = self._shelf.images.get(identity)
        if known is not None and known.picture is not None:
            self._reading.forget("open")
            self._shelf.loading.pop("open", None)
            self._shelf.images.move_to_end(identity)
            self._shelf.open = identity
            self.opened.emit(known)
            return
        self._shelf.loading["open"] = identity
        self._reading.submit(
            lambda: load(self._project, identity),
            done=lambda loaded: self._present(identity, loaded),
            failed=lambda error: self.open_failed.emit(identity, error),
            lane="open",
            urgent=True,
        )

    def prefetch(self, identity: int) -> None:
        """Load an image that will be wanted soon; failures are told when it is opened."""
        known = self._shelf.images.get(identity)
        if known is None or known.picture is None:
            self._shelf.loading["prefetch"] = identity
            self._reading.submit(
                lambda: load(self._project, identity),
                done=lambda loaded: self._keep(identity, loaded),
                failed=lambda _error: None,
                lane="prefetch",
            )

    def refresh_proposal(self, identity: int, *, done: Callable[[OpenImage], None]) -> None:
        """Read an image's proposal again, if it lies on the desk."""
        image = self._shelf.images.get(identity)
        if image is None:
            return

        def take(maps: tuple[Proposal | None, Pixels | None]) -> None:
            _set_maps(image, *maps)
            done(image)

        self._reading.submit(
            lambda: (load_proposal(self._project, identity), self._project.load_previous_proposal(identity)),
            done=take,
            lane=f"proposal {identity}",
            urgent=True,
        )

    def is_unsaved(self, identity: int) -> bool:
        """Whether an image's mask has steps that are not on disk as a PNG."""
        image = self._shelf.images.get(identity)
        return image is not None and image.editor.revision != self._shelf.saved_revision.get(identity, 0)

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
            self._project.remember(f"{_KIND} {identity}", kind)
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

    def revisions(self) -> dict[int, int]:
        """How far each mask on the desk has come."""
        return {identity: image.editor.revision for identity, image in self._shelf.images.items()}

    def moved_thresholds(self) -> dict[int, float]:
        """Where a person has moved the threshold."""
        return {identity: image.threshold for identity, image in self._shelf.images.items() if image.threshold_moved}

    def take_over(self, identity: int, mask: Pixels | None, *, kind: MaskKind, text: str, revision: int | None) -> bool:
        """A mask was saved past the desk (None: taken away): let the one here follow, as an undo step.

        False where it has changed since `revision` (None: it was not here then): what was painted stays and is saved.
        """
        image = self._shelf.images.get(identity)
        if image is None:
            self._load_again(identity)
            return True
        editor, since = image.editor, 0 if revision is None else revision
        if editor.is_stroking or editor.revision != since:
            self._shelf.saved_revision[identity] = -1
            return False
        editor.become(text, mask, kind=kind)
        self._shelf.saved_revision[identity] = editor.revision
        return True

    def close(self) -> None:
        """Save all and wait for it; what still loads is not wanted any more."""
        self._autosave.stop()
        for lane in ("open", "prefetch"):
            self._reading.forget(lane)
        self.save_all()
        self._writing.finish()
        for image in self._shelf.images.values():
            _let_go(image)
        self._shelf.images.clear()

    def _load_again(self, identity: int) -> None:
        """It may have been read before its mask was replaced."""
        if self._shelf.loading.get("prefetch") == identity:
            self._reading.forget("prefetch")
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
        self._shelf.loading.pop("open", None)
        try:
            image = self._place(identity, loaded)
        except MaskError as error:  # the journal is of an image of another size; it stays as it is
            self.open_failed.emit(identity, error)
        else:
            self.opened.emit(image)

    def _keep(self, identity: int, loaded: Loaded) -> None:
        with suppress(MaskError):
            self._place(identity, loaded, opens=False)

    def _place(self, identity: int, loaded: Loaded, *, opens: bool = True) -> OpenImage:
        image = self._shelf.images.get(identity)
        if image is None:
            image = self._new_image(identity, loaded)
            self._shelf.images[identity] = image
        else:
            image.picture = loaded.picture
        _set_maps(image, loaded.proposal, loaded.previous_map)
        self._shelf.images.move_to_end(identity, last=opens)
        if opens:
            self._shelf.open = identity
        self._tidy(keep={identity, self._shelf.open})
        return image

    def _new_image(self, identity: int, loaded: Loaded) -> OpenImage:
        entry, picture = self._project.entry(identity), loaded.picture
        journal = self._project.journal(identity)
        editor = MaskEditor(
            picture.height,
            picture.width,
            mask=loaded.mask,
            kind=kind_of(self._project, entry),
            proposal_source=lambda: self._proposal_of(identity),
            journal=journal.append,
        )
        image = OpenImage(
            id=identity,
            picture=picture,
            editor=editor,
            tiles=self._tiles_of(identity, picture, editor),
            recovered=len(loaded.strokes),
        )
        image.editor.setParent(self)
        image.editor.replay(loaded.strokes)
        image.editor.state_changed.connect(lambda: self.edited.emit(identity))
        image.editor.undo_stack.indexChanged.connect(lambda _index: self.edited.emit(identity))  # after canUndo
        return image

    def _tiles_of(self, identity: int, picture: ImagePyramid, editor: MaskEditor) -> TileEditor:
        book = self._project.tiles
        tiles = TileEditor(
            book.tags(identity, width=picture.width, height=picture.height),
            side=book.side,
            undo_stack=editor.undo_stack,
            keep=lambda tags: book.keep(identity, tags),
        )
        tiles.setParent(editor)
        return tiles

    def _proposal_of(self, identity: int) -> tuple[Pixels, float] | None:
        image = self._shelf.images.get(identity)
        if image is None or image.proposal is None:
            return None
        return image.proposal.crack_map, image.threshold

    def _tidy(self, *, keep: set[int | None]) -> None:
        """Drop the pictures, then the editors, that were used longest ago; of unsaved ones the editor stays."""
        images = self._shelf.images
        total = sum(_picture_bytes(image) for image in images.values())
        for identity, image in images.items():
            if total <= PICTURE_BYTES:
                break
            if identity not in keep:
                total -= _picture_bytes(image)
                image.picture = image.proposal = image.previous_map = None
        surplus = len(images) - MOST_EDITORS
        for identity in [one for one in images if one not in keep and not self.is_unsaved(one)][: max(0, surplus)]:
            _let_go(images.pop(identity))
            self._shelf.saved_revision.pop(identity, None)


def kind_of(project: Project, entry: ImageEntry) -> MaskKind:
    """An untouched image has no mask that keeps the kind chosen for it; the project does."""
    return entry.mask_kind or MaskKind(str(project.recall(f"{_KIND} {entry.id}", MaskKind.EXACT)))


def load(project: Project, identity: int) -> Loaded:
    """Read what one image needs. Any thread. Raises RasterError, MaskError."""
    picture = ImagePyramid(project.read_rgb8(identity))
    picture.prepare(width=FIRST_VIEW[0], height=FIRST_VIEW[1])
    strokes = tuple(project.journal(identity).read())  # before the mask: a save in between moves them into it
    return Loaded(
        picture=picture,
        mask=project.load_mask(identity),
        strokes=strokes,
        proposal=load_proposal(project, identity),
        previous_map=project.load_previous_proposal(identity),
    )


def load_proposal(project: Project, identity: int) -> Proposal | None:
    """Read an image's proposal. Any thread."""
    crack_map = project.load_proposal(identity)
    if crack_map is None:
        return None
    entry: ImageEntry = project.entry(identity)
    return Proposal(
        crack_map=crack_map,
        made_by=entry.proposed_by or "an unknown network",
        own_threshold=entry.threshold if entry.threshold is not None else DEFAULT_THRESHOLD,
        histogram=np.bincount(crack_map.ravel(), minlength=256),
    )


def _let_go(image: OpenImage) -> None:
    image.editor.undo_stack.blockSignals(True)  # it tells of its own end
    image.editor.deleteLater()


def _set_maps(image: OpenImage, proposal: Proposal | None, previous_map: Pixels | None) -> None:
    image.proposal, image.previous_map = proposal, previous_map
    if proposal is not None and not image.threshold_moved:
        image.threshold = proposal.own_threshold


def _picture_bytes(image: OpenImage) -> int:
    return 4 * image.picture.height * image.picture.width if image.picture else 0
