"""The open project and the open image: the studio's state, and the signals everything else listens to. No widgets.

Verbs are called by the window; what came of them is signalled. Everything slow runs in `reading` and `writing`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from crackstudio.core.errors import CrackStudioError, NewerProjectError, ProjectLockedError
from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.desk import Desk, OpenImage
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.project_opening import Opening

LAST_IMAGE = "last image"


class Session(QObject):
    """One sitting. At most one project and one image are open."""

    project_opened = Signal(object)
    """`Project`."""
    project_closed = Signal()
    entries_reset = Signal()
    """The set of images changed; ask `project.entries()`."""
    entries_changed = Signal(list)
    """`ImageEntry` of images whose tag, review, mask or proposal changed."""
    image_opened = Signal(object)
    """`OpenImage`, or None when none is open."""
    mask_edited = Signal()
    """The open image's mask got or lost a step."""
    proposal_changed = Signal(object)
    """`OpenImage` that is open and has a new proposal."""
    saved = Signal(object)
    """`datetime`."""
    notice_raised = Signal(object)
    """`Notice`."""
    message_given = Signal(str)
    """A line that may pass by."""
    reported = Signal(str)
    """What the project says of its disk, from whatever thread."""

    def __init__(self, *, reading: Background, writing: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reading, self.writing = reading, writing
        self.project: Project | None = None
        self.image: OpenImage | None = None
        self.order: Callable[[], Sequence[int]] = tuple
        """The listed image ids, in the order one walks them."""
        self._desk: Desk | None = None
        self._opening = Opening(reading=reading, parent=self)
        self._opening.opened.connect(self._enter)
        self._opening.scanned.connect(self._take_scan)
        self._opening.progressed.connect(lambda count: self.message_given.emit(f"{count:,} images found…"))
        self._opening.failed.connect(self._tell_open_failure)
        self._confirming = False
        for background in (reading, writing):
            background.work_failed.connect(self.tell_failure)

    # --- project ---

    def open_folder(self, folder: Path, *, home: Path | None = None) -> None:
        """Open a folder of images in place of the one that is open; scanning goes on in the background."""
        self.close_project()
        self._opening.open(folder, home=home)

    def rescan(self) -> None:
        """Look for new, moved and lost images."""
        if self.project is not None:
            self._opening.scan(self.project)

    def close_project(self) -> None:
        """Save everything, then let go of the project. Waits for the disk."""
        self._opening.stop()
        project, desk = self.project, self._desk
        if project is None or desk is None:
            return
        self._remember_image()
        desk.close()
        self.project, self.image, self._desk = None, None, None
        self.image_opened.emit(None)
        self.project_closed.emit()
        desk.deleteLater()
        self.writing.finish()
        try:
            project.close()
        except CrackStudioError as error:
            self.tell_failure(error)

    def entries(self) -> list[ImageEntry]:
        """All images of the project."""
        return self.project.entries() if self.project else []

    # --- image ---

    @property
    def entry(self) -> ImageEntry | None:
        """What is known of the open image."""
        return self.project.entry(self.image.id) if self.project and self.image else None

    def open_image(self, identity: int) -> None:
        """Leave the open image (saving it) and open another one."""
        if self._desk is None:
            return
        if self.image is not None:
            self.image.editor.finish_stroke()
            self._desk.save(self.image.id)
        self._desk.open(identity)

    @property
    def is_unsaved(self) -> bool:
        """Whether the open mask has steps that are not in its PNG yet."""
        return self._desk is not None and self.image is not None and self._desk.is_unsaved(self.image.id)

    def step(self, by: int) -> None:
        """Go along the list."""
        order = self.order()
        if not order:
            return
        here = self._place(order)
        there = 0 if here is None else min(max(here + by, 0), len(order) - 1)
        if there != here:
            self.open_image(order[there])

    def open_next_unreviewed(self) -> bool:
        """Go to the next listed image that is not confirmed, from here on and round; False where there is none."""
        following = self._next_unreviewed()
        if following is None:
            self.notice_raised.emit(
                Notice(
                    title="Every listed image is confirmed",
                    words="Retrain to learn from them, or show other images by the filter.",
                    tone=Tone.GOOD,
                    topic="queue",
                    seconds=8,
                )
            )
            return False
        self.open_image(following)
        return True

    def save(self) -> None:
        """Save now."""
        if self._desk is not None:
            self._desk.save_all()
            self.message_given.emit("Saved.")

    def save_all(self) -> None:
        """Put every unsaved mask in the writing queue: what is submitted to `writing` after this finds them on disk."""
        if self._desk is not None:
            self._desk.save_all()

    # --- review ---

    def accept(self) -> None:
        """Confirm the mask (an untouched one takes the proposal first) and go on to the next unreviewed image."""
        image = self.image
        if image is None:
            return
        with_proposal = image.editor.touched or self._confirm_step(image.editor.take_proposal)
        if not with_proposal:
            self.notice_raised.emit(
                Notice(
                    title="There is no mask and no proposal to accept",
                    words="Propose first, paint, or confirm that nothing is here with Ctrl+Enter.",
                    topic="accept",
                    seconds=8,
                )
            )
            return
        image.editor.finish_stroke()
        self._confirm(image)

    def confirm_nothing(self) -> None:
        """Confirm that the open image has no defect: an empty mask (undoable), tagged intact."""
        image = self.image
        if image is None or self.project is None:
            return
        self._confirm_step(image.editor.clear)
        self._changed(self.project.set_tag([image.id], Tag.INTACT))
        self._confirm(image)

    def set_review(self, review: Review) -> None:
        """Say how far the open image is."""
        if self.project is not None and self.image is not None:
            self._changed(self.project.set_review([self.image.id], review))

    def toggle_flag(self) -> None:
        """Flag the open image for later, or take the flag off."""
        entry = self.entry
        if entry is not None and self.image is not None:
            self.set_review(self._review_without_confirmation() if entry.review is Review.FLAGGED else Review.FLAGGED)

    def take_confirmation_back(self) -> None:
        """Make a confirmed image unconfirmed; its mask stays."""
        if self.image is not None:
            self.set_review(self._review_without_confirmation())

    def set_tag(self, tag: Tag) -> None:
        """Tag the open image."""
        if self.project is not None and self.image is not None:
            self._changed(self.project.set_tag([self.image.id], tag))

    def set_kind(self, kind: MaskKind) -> None:
        """Say what the open mask's pixels mean."""
        if self.image is not None and self.image.editor.kind is not kind:
            self.image.editor.set_kind(kind)

    def take_proposal(self) -> None:
        """Replace the open mask by its proposal at the threshold of the moment; undoable."""
        if self.image is not None and not self.image.editor.take_proposal():
            self.message_given.emit("This image has no proposal yet.")

    def set_threshold(self, threshold: float) -> None:
        """Set the open image's threshold."""
        if self.image is not None:
            self.image.threshold = threshold
            self.image.threshold_moved = True

    # --- proposals, for the one who runs the proposer ---

    def take_proposals_in(self, entries: Iterable[ImageEntry]) -> None:
        """Entries whose proposals have just arrived on disk."""
        changed = list(entries)
        self._changed(changed)
        for entry in changed:
            if self._desk is not None:
                self._desk.refresh_proposal(entry.id, done=self._show_proposal)

    def _show_proposal(self, image: OpenImage) -> None:
        if self.image is image:
            self.proposal_changed.emit(image)

    # --- telling ---

    def tell(self, notice: Notice) -> None:
        """Raise a notice."""
        self.notice_raised.emit(notice)

    def tell_failure(self, error: Exception) -> None:
        """The default way of a failure: its own words where it is one of ours, what it is otherwise."""
        ours = isinstance(error, CrackStudioError)
        self.notice_raised.emit(
            Notice(
                title=str(error).split(". ", 1)[0] if ours else f"Something went wrong: {type(error).__name__}",
                words=(str(error).partition(". ")[2] if ours else str(error))
                or "Nothing was lost; the masks on disk are as they were.",
                tone=Tone.BAD,
                topic=f"failure {error}",
            )
        )

    # --- inside ---

    def _enter(self, project: Project) -> None:
        self.project = project
        desk = Desk(project, reading=self.reading, writing=self.writing, parent=self)
        desk.opened.connect(self._show_image)
        desk.open_failed.connect(self._tell_image_failure)
        desk.edited.connect(self._take_edit)
        desk.saved.connect(self._take_saved)
        desk.save_failed.connect(self._tell_save_failure)
        self._desk = desk
        self.project_opened.emit(project)
        self.entries_reset.emit()
        self._reopen_image()
        self._opening.scan(project)

    def _take_scan(self) -> None:
        self.entries_reset.emit()
        if self.project is None:
            return
        count = len(self.project.entries())
        self.message_given.emit(f"{count:,} images.")
        if count == 0:
            self.notice_raised.emit(
                Notice(
                    title="No images in this folder",
                    words="JPEG, PNG, BMP, WebP and TIFF are read, in sub-folders too. Open another folder, or copy "
                    "images here and look again (F5).",
                    tone=Tone.WARNING,
                    topic="scan",
                )
            )
        elif self.image is None:
            self._reopen_image()

    def _reopen_image(self) -> None:
        assert self.project is not None
        order = self.order()
        kept = self.project.recall(LAST_IMAGE)
        known = {entry.name: entry.id for entry in self.project.entries()} if kept else {}
        first = known.get(kept) if isinstance(kept, str) else None
        if first is None and order:
            first = order[0]
        if first is not None:
            self.open_image(first)

    def _remember_image(self) -> None:
        entry = self.entry
        if self.project is not None and entry is not None:
            self.project.remember(LAST_IMAGE, entry.name)

    def _show_image(self, image: OpenImage) -> None:
        self.image = image
        self.image_opened.emit(image)
        if self.project is not None:
            self._changed([self.project.entry(image.id)])
        if image.recovered:
            self._tell_recovery(image)
        following = self._next_unreviewed()
        if following is not None and self._desk is not None:
            self._desk.prefetch(following)

    def _take_edit(self, identity: int) -> None:
        if self.project is None or self._desk is None:
            return
        entry, image = self.project.entry(identity), self.image
        if image is not None and image.id == identity and not self._confirming:
            wanted = Review.CORRECTED if image.editor.touched else self._review_without_confirmation()
            if entry.review is not wanted and not (wanted is Review.UNSEEN and entry.review is Review.FLAGGED):
                self._changed(self.project.set_review([identity], wanted))
            self.mask_edited.emit()

    def _review_without_confirmation(self) -> Review:
        entry = self.entry
        if self.image is not None and self.image.editor.touched:
            return Review.CORRECTED
        return Review.PROPOSED if entry is not None and entry.proposed_by else Review.UNSEEN

    def _confirm_step(self, act: Callable[[], object]) -> bool:
        """An edit that belongs to a confirmation: it does not make the image `corrected` in between."""
        self._confirming = True
        try:
            return bool(act())
        finally:
            self._confirming = False

    def _confirm(self, image: OpenImage) -> None:
        assert self.project is not None
        assert self._desk is not None
        self._changed(self.project.set_review([image.id], Review.CONFIRMED))
        self._desk.save(image.id)
        self.mask_edited.emit()
        self.open_next_unreviewed()

    def _take_saved(self, entry: ImageEntry, when: datetime) -> None:
        self._changed([entry])
        self.saved.emit(when)

    def _changed(self, entries: list[ImageEntry]) -> None:
        if entries:
            self.entries_changed.emit(entries)

    def _place(self, order: Sequence[int]) -> int | None:
        if self.image is None or self.image.id not in order:
            return None
        return order.index(self.image.id)

    def _next_unreviewed(self) -> int | None:
        order = self.order()
        if self.project is None or not order:
            return None
        here = self._place(order)
        start = 0 if here is None else here + 1
        for index in range(len(order)):
            identity = order[(start + index) % len(order)]
            if self.image is not None and identity == self.image.id:
                continue
            entry = self.project.entry(identity)
            if entry.review is not Review.CONFIRMED and entry.problem is None:
                return identity
        return None

    def _tell_recovery(self, image: OpenImage) -> None:
        strokes, image.recovered = image.recovered, 0
        self.notice_raised.emit(
            Notice(
                title=f"{strokes} unsaved stroke{'s' if strokes > 1 else ''} brought back",
                words="The studio ended before this mask was saved; the journal had the strokes. They are saved with the mask now.",
                tone=Tone.GOOD,
                topic="recovery",
                seconds=15,
            )
        )
        if self._desk is not None:
            self._desk.save(image.id)

    def _tell_open_failure(self, folder: Path, error: Exception) -> None:
        offers: tuple[Offer, ...] = ()
        if not isinstance(error, ProjectLockedError | NewerProjectError):
            offers = (Offer(words="Try again", act=lambda: self.open_folder(folder)),)
        title, _, words = str(error).partition(". ")
        self.notice_raised.emit(Notice(title=title, words=words, tone=Tone.BAD, topic="open", offers=offers))

    def _tell_image_failure(self, identity: int, error: Exception) -> None:
        if self.project is not None:
            self._changed([self.project.entry(identity)])
        title, _, words = str(error).partition(". ")
        self.notice_raised.emit(
            Notice(
                title=title,
                words=words or "The image that was open stays open.",
                tone=Tone.WARNING,
                topic="image",
                offers=(Offer(words="Next image", act=lambda: self._skip(identity)),),
            )
        )

    def _skip(self, identity: int) -> None:
        order = list(self.order())
        if identity in order and order.index(identity) + 1 < len(order):
            self.open_image(order[order.index(identity) + 1])

    def _tell_save_failure(self, identity: int, error: Exception) -> None:
        name = self.project.entry(identity).name if self.project else "The mask"
        self.notice_raised.emit(
            Notice(
                title=f"{name} could not be saved",
                words=f"{error} The mask on disk is as it was, every stroke is kept in the journal, and saving is "
                "tried again within half a minute.",
                tone=Tone.BAD,
                topic="save",
                offers=(Offer(words="Save again", act=self.save),),
            )
        )
