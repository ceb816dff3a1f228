"""The open project and the open image: the studio's state, and the signals everything else listens to. No widgets.

Verbs are called by the window; what came of them is signalled. Everything slow runs in `reading` and `writing`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from crackstudio.core.images import ImageEntry, Review
from crackstudio.project.project import Project
from crackstudio.studio import telling
from crackstudio.studio.background import Background
from crackstudio.studio.desk import Desk
from crackstudio.studio.language import tr
from crackstudio.studio.leaving import Act, Leaving
from crackstudio.studio.notice import Notice
from crackstudio.studio.project_opening import Opening
from crackstudio.studio.shelf import OpenImage
from crackstudio.studio.thresholds import choose_threshold

LAST_IMAGE = "last image"


class Session(QObject):
    """One sitting. At most one project and one image are open."""

    project_opened = Signal(object)
    """`Project`."""
    project_closed = Signal()
    entries_reset = Signal()
    """The set of images changed; ask `entries()`."""
    scanned = Signal()
    """The images are those of the folder as it is now."""
    entries_changed = Signal(list)
    """`ImageEntry` of images whose tag, review, mask or proposal changed."""
    image_opened = Signal(object)
    """`OpenImage`, or None when none is open."""
    work_ending = Signal()
    """The open image is about to be left or confirmed: what a tool has in hand is to become a step."""
    mask_edited = Signal()
    """The open image's mask got or lost a step."""
    threshold_moved = Signal()
    """A person moved the open image's."""
    proposal_changed = Signal(object)
    """`OpenImage` that is open and has a new proposal."""
    saved = Signal(object)
    """`datetime`."""
    notice_raised = Signal(object)
    """`Notice`."""
    message_given = Signal(object)
    """A line that may pass by."""
    save_failed = Signal(int, object)
    """Image id and exception: a mask is not on disk; it is tried again."""
    disk_failed = Signal(str)
    """Strokes, tags and reviews cannot be brought to disk; they are tried again."""
    disk_mended = Signal()
    wait_ended = Signal()
    """The disk is not waited for any more."""
    reported = Signal(str)
    """What the project says of its disk, from whatever thread."""

    def __init__(self, *, reading: Background, writing: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reading, self.writing = reading, writing
        self.project: Project | None = None
        self.image: OpenImage | None = None
        self.is_between_images = False
        """Another image was asked for; until it is there, or cannot be opened, `image` is the one before."""
        self.order: Callable[[], Sequence[int]] = tuple
        """The listed image ids, in the order one walks them."""
        self.settle: Callable[[], None] = lambda: None
        """Wait for what is being worked out of masks."""
        self._desk: Desk | None = None
        self.unsaved: Sequence[int] = ()
        """Images with strokes that an earlier sitting did not save, as of opening the project."""
        self._is_new = False
        self._trouble: Exception | None = None
        """Why a mask could not be saved, since somebody waits for all of them."""
        self.has_given_up = False
        """Whether a person did not wait for a disk that may never answer."""
        self._leaving = Leaving(writing=writing, parent=self)
        self._leaving.ended.connect(self.wait_ended)
        self._opening = Opening(reading=reading, writing=writing, leaving=self._leaving, parent=self)
        self._opening.delayed.connect(self._tell_closing)
        self._opening.opened.connect(self._enter)
        self._opening.scanned.connect(self._take_scan)
        self._opening.progressed.connect(self._take_progress)
        self._opening.failed.connect(
            lambda folder, error: self.tell(telling.open_failed(error, again=lambda: self.open_folder(folder)))
        )
        self.reported.connect(lambda words: self.tell(telling.report(words)))
        for background in (reading, writing):
            background.work_failed.connect(self.tell_failure)

    # The project

    def open_folder(self, folder: Path, *, home: Path | None = None) -> None:
        """Open a folder of images in place of the one that is open; scanning goes on in the background."""

        def go_there() -> None:
            self.let_go()
            self._opening.open(folder, home=home)

        if not self._opening.is_opening(folder, home=home):
            self.when_saved(go_there)

    def rescan(self) -> None:
        """Look for new, moved and lost images."""
        if self.project is not None:
            self._opening.scan(self.project)

    def close_project(self) -> None:
        """Save everything, then let go of the project; it stays open where it cannot be saved."""
        self.when_saved(self.let_go)

    def when_saved(self, act: Act) -> None:
        """Save everything, then `act`; where the disk does not take it, or takes long, a person decides.

        At once where no project is open.
        """
        project, desk = self.project, self._desk
        if project is None or desk is None:
            act()
            return
        self._trouble = None
        self.finish_work()
        self.settle()
        desk.save_all()
        self.writing.finish_asked.emit()
        self.message_given.emit(tr("Saving before closing…"))
        self._leaving.wait(
            project.flush,
            done=lambda: self._act_if_saved(project, act),
            failed=lambda error: self._stay(error, act),
            tell=lambda: self._tell_saving(project, act),
        )

    def let_go(self) -> None:
        """Let go of the project and close it off the thread; what is not saved is lost: `when_saved` before."""
        self._leaving.cancel()
        self._opening.stop()
        project, desk = self.project, self._desk
        if project is None or desk is None:
            return
        desk.close()
        self.image, self._desk, self.is_between_images = None, None, False
        self.image_opened.emit(None)
        self.project = None
        self.project_closed.emit()
        self.writing.submit(  # what could not be written was told or given up before
            project.close, done=lambda _none: desk.deleteLater(), failed=lambda _error: desk.deleteLater()
        )

    def entries(self) -> list[ImageEntry]:
        """All images of the project."""
        return self.project.entries() if self.project else []

    # The image

    @property
    def entry(self) -> ImageEntry | None:
        """What is known of the open image."""
        return self.project.entry(self.image.id) if self.project and self.image else None

    @property
    def desk(self) -> Desk | None:
        """The images that were opened, while a project is."""
        return self._desk

    @property
    def is_unsaved(self) -> bool:
        """Whether the open mask has steps that are not in its PNG yet."""
        return self._desk is not None and self.image is not None and self._desk.is_unsaved(self.image.id)

    def open_image(self, identity: int) -> None:
        """Leave the open image (saving it) and open another one."""
        if self._desk is None:
            return
        self._leave_image()
        self.is_between_images = True
        self._desk.open(identity)

    def step(self, by: int) -> None:
        """Go along the list."""
        order = self.order()
        here = self._place(order)
        there = 0 if here is None else min(max(here + by, 0), len(order) - 1)
        if order and there != here:
            self.open_image(order[there])

    def open_next_unreviewed(self) -> None:
        """Go to the next listed image that is not confirmed, from here on and round."""
        following = self._next_unreviewed()
        if following is None:
            self.tell(telling.all_confirmed())
        else:
            self.open_image(following)

    def undo(self) -> None:
        """Take the open mask's last step back, or the stroke that is being drawn."""
        if self.image is not None and self.image.editor.is_stroking:
            self.image.editor.cancel_stroke()
        elif self.image is not None and self.image.tiles.is_sweeping:
            self.image.tiles.cancel()
        elif self.image is not None:
            self.image.editor.undo_stack.undo()

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if self.image is not None:
            self.image.editor.undo_stack.redo()

    def set_threshold(self, threshold: float) -> None:
        """Set the open image's threshold for the network that proposed it; another one comes with its own."""
        if self.image is not None and self.project is not None and self.image.proposal is not None:
            proposal, self.image.threshold = self.image.proposal, threshold
            chosen = None if threshold == proposal.own_threshold else threshold
            choose_threshold(self.project, self.image.id, chosen, made_by=proposal.made_by)
            self.threshold_moved.emit()

    def is_on_disk(self, identity: int) -> bool:
        """Whether an image's mask is on disk as it is on the desk."""
        return self._desk is None or not self._desk.is_ahead(identity)

    def finish_work(self) -> None:
        """Let what is being drawn on the open image become a step: a stroke, or the draft of a tool."""
        if self.image is not None:
            self.work_ending.emit()
            self.image.editor.finish_stroke()

    def save_image(self, identity: int) -> None:
        """Save one mask, off the thread."""
        if self._desk is not None:
            self._desk.save(identity)

    def save_all(self) -> None:
        """Queue every unsaved mask: what is submitted to `writing` after this finds them on disk."""
        if self._desk is not None:
            self._desk.save_all()

    # Telling

    def tell(self, notice: Notice) -> None:
        """Raise a notice."""
        self.notice_raised.emit(notice)

    def tell_failure(self, error: Exception) -> None:
        """The default way of a failure."""
        self.tell(telling.failure(error))

    def tell_changed(self, entries: Iterable[ImageEntry]) -> None:
        """Signal entries that changed."""
        changed = list(entries)
        if changed:
            self.entries_changed.emit(changed)

    def take_proposals_in(self, entries: Iterable[ImageEntry]) -> None:
        """Entries whose proposals have just arrived on disk."""
        changed = list(entries)
        self.tell_changed(changed)
        for entry in changed:
            if self._desk is not None:
                self._desk.refresh_proposal(entry.id, done=self._show_proposal)

    # Inside

    def _enter(self, project: Project, unsaved: Sequence[int]) -> None:
        self.project, self.unsaved = project, unsaved
        desk = self._desk = Desk(project, reading=self.reading, writing=self.writing, parent=self)
        desk.opened.connect(self._show_image)
        desk.open_failed.connect(self._tell_image_failure)
        desk.edited.connect(self._take_edit)
        desk.saved.connect(self._take_saved)
        desk.save_failed.connect(self._take_trouble)
        self.project_opened.emit(project)
        self.entries_reset.emit()
        self._open_first()
        self._is_new = not self.entries() and project.recall(LAST_IMAGE) is None
        self._opening.scan(project)

    def _take_progress(self, count: int) -> None:
        self.message_given.emit(tr("{count:,} {count:image|images} found…", count=count))
        if self.project is not None and self._is_new:  # what was moved is only known when all are found
            self._is_new = False
            self._opening.give_way()
            self.entries_reset.emit()
            self._open_first()

    def _take_scan(self) -> None:
        self.entries_reset.emit()
        self.scanned.emit()
        count = len(self.entries())
        self.message_given.emit(tr("{count:,} {count:image|images}.", count=count))
        if count == 0:
            self.tell(telling.no_images())
        elif self.image is not None and self._desk is not None and self._desk.is_outdated(self.image.id):
            self._open_anew(self.image.id)
        elif self.image is None and not self.is_between_images:
            self._open_first()

    def _open_anew(self, identity: int) -> None:
        """The file holds another picture now; nobody paints on the one before until that is there."""
        self._leave_image()
        self.image = None
        self.image_opened.emit(None)
        self.open_image(identity)

    def _open_first(self) -> None:
        """The image that was open last, or the first one."""
        assert self.project is not None
        entries, kept = self.entries(), self.project.recall(LAST_IMAGE)
        first = next((entry for entry in entries if kept is not None and entry.name == kept), None)
        if first is None and entries:
            first = min(entries, key=lambda entry: (entry.path, entry.page))
        if first is not None:
            self.open_image(first.id)

    def _show_image(self, image: OpenImage) -> None:
        if self.project is None or self._desk is None:
            return
        self._opening.give_way()
        self._leave_image()  # strokes made while this one loaded
        self.image, self.is_between_images = image, False
        self.image_opened.emit(image)
        self.tell_changed([self.project.entry(image.id)])
        self.project.remember(LAST_IMAGE, self.project.entry(image.id).name)
        self._desk.prefetch(self._soon_wanted())

    def _leave_image(self) -> None:
        self.finish_work()
        if self.image is not None and self._desk is not None:
            self._desk.save(self.image.id)

    def _show_proposal(self, image: OpenImage) -> None:
        if self.image is image:
            self.proposal_changed.emit(image)

    def _take_edit(self, identity: int) -> None:
        if self.image is not None and self.image.id == identity:
            self.mask_edited.emit()

    def _take_saved(self, entry: ImageEntry, when: datetime) -> None:
        self.tell_changed([entry])
        self.saved.emit(when)

    def _take_trouble(self, identity: int, error: Exception) -> None:
        self._trouble = self._trouble or error
        self.save_failed.emit(identity, error)

    def _act_if_saved(self, project: Project, act: Act) -> None:
        """One may have gone on meanwhile."""
        self.finish_work()
        if self._trouble is not None:
            self._stay(self._trouble, act)
        elif (self._desk is not None and self._desk.has_unsaved) or not project.unwritten().is_whole:
            self.when_saved(act)
        else:
            act()

    def _stay(self, error: Exception, act: Act) -> None:
        self.tell(telling.not_closed(error, again=self.save_all, anyway=act))

    def _tell_saving(self, project: Project, act: Act) -> None:
        loss = project.unwritten()

        def go_anyway() -> None:
            if project.unwritten() != loss:  # one has painted since
                self._tell_saving(project, act)
            else:
                self.let_go()
                self._start_anew(act)

        self.tell(telling.still_saving(loss, stay=self._leaving.cancel, anyway=go_anyway))

    def _tell_closing(self, go_on: Act) -> None:
        self.tell(telling.still_closing(anyway=lambda: self._start_anew(go_on)))

    def _start_anew(self, act: Act) -> None:
        """What waits for the disk goes on by itself, for as long as there is a process."""
        self.has_given_up = True
        self._leaving.cancel()
        self.reading.start_anew()
        self.writing.start_anew()
        act()

    def _place(self, order: Sequence[int]) -> int | None:
        if self.image is None or self.image.id not in order:
            return None
        return order.index(self.image.id)

    def _soon_wanted(self) -> list[int]:
        """The next image, the one before, and the next unreviewed one, which may be far."""
        order = self.order()
        here = self._place(order)
        near = order[:1] if here is None else (*order[here + 1 : here + 2], *order[max(0, here - 1) : here])
        following = self._next_unreviewed()
        return list(dict.fromkeys([*near, *(() if following is None else (following,))]))

    def _next_unreviewed(self) -> int | None:
        order = self.order()
        if self.project is None:
            return None
        here = self._place(order)
        start = 0 if here is None else here + 1
        for identity in (*order[start:], *order[: max(0, start - 1)]):
            entry = self.project.entry(identity)
            if entry.review is not Review.CONFIRMED and entry.problem is None:
                return identity
        return None

    def _tell_image_failure(self, identity: int, error: Exception) -> None:
        self.is_between_images = False
        if self.project is not None:
            self.tell_changed([self.project.entry(identity)])
            self.tell(telling.image_failed(error, skip=lambda: self._open_after(identity)))

    def _open_after(self, identity: int) -> None:
        order = list(self.order())
        if identity in order[:-1]:
            self.open_image(order[order.index(identity) + 1])
