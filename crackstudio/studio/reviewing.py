"""What a person says of the open image: accept, nothing here, flag, tag, kind (the way of the data, 3)."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio import telling
from crackstudio.studio.language import tr
from crackstudio.studio.mending import Mending
from crackstudio.studio.session import Session
from crackstudio.studio.shelf import OpenImage


class Reviewing(QObject):
    """The verbs of review; an edit makes the open image `corrected`, taking it back makes it what it was.

    A verb that comes between two images was meant for the second one, which nobody has seen yet: it is not done.
    """

    def __init__(self, session: Session, *, mending: Mending) -> None:
        super().__init__(session)
        self._session, self._mending = session, mending
        self._confirming = False
        self.many: Callable[[str], bool] = lambda _verb: False
        """Does a verb, by its action's name, to several selected images; False where the open one alone is meant."""
        session.project_opened.connect(self._follow_desk)

    def by_key(self, verb: str, act: Callable[[], None]) -> None:
        """A verb was asked for by key or menu: it is for all selected images, or `act` does it to the open one."""
        if not self.many(verb):
            act()

    def accept(self) -> None:
        """Confirm the mask (an untouched one takes the proposal first) and go on to the next unreviewed image."""
        image = self._meant_image()
        if image is None:
            return
        self._session.finish_work()
        self._mending.once_done(image.editor, lambda: self._accept(image))

    def confirm_nothing(self) -> None:
        """Confirm that the open image has no defect: an empty mask (undoable), tagged intact."""
        image = self._meant_image()
        if image is not None:
            self._session.finish_work()
            self._mending.clear(image.editor, tr("Nothing here"), adopting=lambda clear: self._empty(image, clear))
            self._mending.once_done(image.editor, lambda: self._confirm(image))

    def toggle_flag(self) -> None:
        """Flag the open image for later, or take the flag off."""
        entry = self._session.entry
        image = self._meant_image()
        if entry is not None and image is not None:
            is_flagged = entry.review is Review.FLAGGED
            self._set_review(image, self._without_confirmation(image) if is_flagged else Review.FLAGGED)

    def take_confirmation_back(self) -> None:
        """Make a confirmed image unconfirmed; its mask stays."""
        image = self._meant_image()
        if image is not None:
            self._set_review(image, self._without_confirmation(image))

    def set_tag(self, tag: Tag) -> None:
        """Tag the open image."""
        project, image = self._session.project, self._meant_image()
        if project is not None and image is not None:
            self._session.tell_changed(project.set_tag([image.id], tag))

    def set_kind(self, kind: MaskKind) -> None:
        """Say what the open mask's pixels mean."""
        image = self._meant_image()
        if image is not None and image.editor.kind is not kind:
            image.editor.set_kind(kind)

    def take_proposal(self) -> None:
        """Replace the open mask by its proposal at the threshold of the moment; undoable."""
        image = self._meant_image()
        if image is None:
            return
        again = image.editor.take_again() if image.editor.touched else None
        if again is not None:
            self._mending.change(image.editor, tr("Take proposal"), again)
        elif not image.editor.take_proposal():
            self._session.message_given.emit(tr("This image has no proposal yet."))

    def as_part_of_review(self, act: Callable[[], bool | None]) -> bool:
        """An edit that belongs to a confirmation does not make the image `corrected` in between."""
        self._confirming = True
        try:
            return bool(act())
        finally:
            self._confirming = False

    def _meant_image(self) -> OpenImage | None:
        if self._session.is_between_images:
            self._session.message_given.emit(tr("Nothing was changed: the next image is still being opened."))
            return None
        return self._session.image

    def _accept(self, image: OpenImage) -> None:
        if image.editor.touched or self.as_part_of_review(image.editor.take_proposal):
            self._confirm(image)
        else:
            self._session.tell(telling.nothing_to_accept())

    def _empty(self, image: OpenImage, clear: Callable[[], object]) -> None:
        """Mask and tag are one step to undo."""
        project, stack = self._session.project, image.editor.undo_stack
        if project is None:
            return
        before = project.entry(image.id).tag

        def put(tag: Tag) -> None:
            self._session.tell_changed(project.set_tag([image.id], tag))

        def act() -> None:
            stack.beginMacro(tr("Nothing here"))
            clear()
            stack.push(_Tagging(put, before=before, after=Tag.INTACT))
            stack.endMacro()

        self.as_part_of_review(act)

    def _set_review(self, image: OpenImage, review: Review) -> None:
        project = self._session.project
        if project is not None:
            image.confirmed_content = None
            self._session.tell_changed(project.set_review([image.id], review))

    def _confirm(self, image: OpenImage) -> None:
        self._set_review(image, Review.CONFIRMED)
        image.editor.mark_confirmed()
        self._session.save_image(image.id)
        self._doubt_tag(image)
        if self._session.image is image and not self._session.is_between_images:  # not left while it had to wait
            self._session.open_next_unreviewed()

    def _doubt_tag(self, image: OpenImage) -> None:
        """Tag and confirmed mask may contradict each other; which of them is wrong, a person knows."""
        project = self._session.project
        entry = project.entry(image.id) if project is not None else None
        if project is None or entry is None or entry.tag is not Tag.INTACT or image.editor.mask.is_empty:
            return

        def tag_cracked() -> None:
            if project is self._session.project:
                self._session.tell_changed(project.set_tag([entry.id], Tag.CRACKED))

        def tell(is_cracked: bool) -> None:
            if is_cracked and project is self._session.project:
                self._session.tell(telling.intact_with_cracks(entry.name, tag_cracked=tag_cracked))

        mask = image.editor.snapshot()
        self._session.reading.submit(lambda: _has_defect(mask), done=tell)

    def _follow_desk(self) -> None:
        if self._session.desk is not None:
            self._session.desk.edited.connect(self._follow_edit)

    def _follow_edit(self, identity: int) -> None:
        """Of an image that was left, too: a large step may come late."""
        project, desk = self._session.project, self._session.desk
        image = desk.image(identity) if desk is not None else None
        if project is None or image is None or self._confirming:
            return
        entry = project.entry(identity)
        if entry.review is Review.FLAGGED:
            return
        taken = image.confirmed_content
        was_confirmed = entry.review is Review.CONFIRMED or (taken is not None and taken == entry.digest)
        is_back = was_confirmed and image.editor.is_as_confirmed
        if entry.review is Review.CONFIRMED and not is_back:
            self._session.message_given.emit(
                tr("{name} was changed, so it is not confirmed any more: confirm it again, or undo.", name=entry.name)
            )
        self._set_review(image, Review.CONFIRMED if is_back else self._without_confirmation(image))
        image.confirmed_content = entry.digest if was_confirmed and not is_back else None

    def _without_confirmation(self, image: OpenImage) -> Review:
        if image.editor.touched:
            return Review.CORRECTED
        project = self._session.project
        return Review.PROPOSED if project is not None and project.entry(image.id).proposed_by else Review.UNSEEN


def _has_defect(mask: TiledMask) -> bool:
    counts = mask.counts()
    return bool(counts.sum() > counts[BACKGROUND] + counts[UNSURE])


class _Tagging(QUndoCommand):
    """A change of tag that belongs to an edit."""

    def __init__(self, put: Callable[[Tag], None], *, before: Tag, after: Tag) -> None:
        super().__init__()
        self._put, self._before, self._after = put, before, after

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)
