"""The verbs of review on many images at once: off the main thread, told in one notice, taken back as one step."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from crackstudio.core.images import ImageEntry, MaskKind, Review
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project.deciding import Decided
from crackstudio.project.project import Project
from crackstudio.studio import telling
from crackstudio.studio.errand import Errand
from crackstudio.studio.language import joined, later, tr
from crackstudio.studio.mask_steps import Replaced, replaced
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.reviewing import Reviewing
from crackstudio.studio.session import Session
from crackstudio.studio.verbs import Left, Piece, TakingBack, Verb, carry_out, take_back, taking_back

NOTICE_SECONDS = 30
MOST_PAST = 20
"""Batches that can be taken back: one of 100 000 images holds about 30 MB."""
_DONE = {
    Verb.CRACKED: later("{count:,} {count:image|images} tagged cracked"),
    Verb.INTACT: later("{count:,} {count:image|images} tagged intact"),
    Verb.UNKNOWN: later("{count:,} {count:image|images} not tagged any more"),
    Verb.ACCEPT: later("{count:,} {count:image|images} confirmed"),
    Verb.NOTHING: later("{count:,} {count:image|images} confirmed: nothing here"),
    Verb.FLAG: later("{count:,} {count:image|images} flagged"),
    Verb.UNFLAG: later("{count:,} {count:image|images} not flagged any more"),
    Verb.UNCONFIRM: later("{count:,} {count:image|images} not confirmed any more"),
}
_DOING = {
    **dict.fromkeys((Verb.CRACKED, Verb.INTACT, Verb.UNKNOWN), later("Tagging")),
    **dict.fromkeys((Verb.ACCEPT, Verb.NOTHING), later("Confirming")),
    Verb.FLAG: later("Flagging"),
    Verb.UNFLAG: later("Taking flags off"),
    Verb.UNCONFIRM: later("Taking confirmations back"),
}
_TAKING_BACK = later("Putting back")
_TAKEN_BACK = later("{count:,} {count:image|images} put back as they were")


@dataclass(slots=True, kw_only=True)
class _Going:
    """The batch that is being done; `steps` lead back, `undoes` are those that it takes."""

    errand: Errand
    doing: str
    words: str
    total: int
    undoes: list[TakingBack] | None = None
    looked_at: int = 0
    done: int = 0
    steps: list[TakingBack] = field(default_factory=list)
    left: Counter[Left] = field(default_factory=Counter)
    revisions: dict[int, int] = field(default_factory=dict)
    masks: Mapping[int, TiledMask] = field(default_factory=dict)
    """The large ones on the desk, as of `revisions`."""
    ready: Mapping[int, Replaced] = field(default_factory=dict)
    """How masks on the desk follow the piece that has come, where that was worked out."""


class Batch(QObject):
    """Does one batch at a time; remembers those of this sitting, so that the last one can be taken back."""

    progressed = Signal(object, int, int)
    """What is being done, to how many images so far, of how many."""
    ended = Signal()
    """Nothing is being done any more, or what can be undone has changed."""

    def __init__(self, session: Session, *, reviewing: Reviewing) -> None:
        super().__init__(session)
        self._session, self._reviewing = session, reviewing
        self._past: deque[list[TakingBack]] = deque(maxlen=MOST_PAST)
        self._going: _Going | None = None
        self._undoes_next = False
        session.project_closed.connect(self._forget)

    @property
    def is_busy(self) -> bool:
        """Whether a batch is being done or taken back."""
        return self._going is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is a batch to take back."""
        return bool(self._past) or self.is_busy

    def act(self, verb: Verb, ids: Sequence[int]) -> None:
        """Do it to these images, which are looked at off the thread: asking 100 000 for their flags takes 25 ms."""
        project = self._free_project()
        if project is None or not ids:
            return
        pieces = carry_out(project, verb, ids)
        self._start(_Going(errand=self._errand(pieces), doing=_DOING[verb], words=_DONE[verb], total=len(ids)))

    def undo(self) -> None:
        """Take the last batch back, as one step. One that is being done is stopped first."""
        if self._going is not None:
            self._undoes_next = self._going.undoes is None
            self.stop()
            return
        project = self._free_project()
        if project is not None and self._past:
            steps = self._past.pop()
            errand, total = self._errand(take_back(project, steps)), len(steps)
            self._start(_Going(errand=errand, doing=_TAKING_BACK, words=_TAKEN_BACK, total=total, undoes=steps))

    def stop(self) -> None:
        """Leave the images that were not come to as they are."""
        if self._going is not None:
            self._going.errand.stop()

    def _free_project(self) -> Project | None:
        if self.is_busy:
            self._session.message_given.emit(tr("The batch before is still being done."))
            return None
        return self._session.project

    def _errand(self, pieces: Iterator[Piece]) -> Errand:
        errand = Errand(map(self._made_ready, pieces), on=self._session.writing, parent=self)
        errand.came.connect(self._take)
        errand.ended.connect(self._finish)
        errand.failed.connect(self._fail)
        return errand

    def _made_ready(self, piece: Piece) -> Piece:
        """On the errand's thread: how large masks on the desk will follow."""
        masks = self._going.masks if self._going is not None else {}
        for decision in (decided.decision for decided in piece.decided):
            before, mask = masks.get(decision.id), decision.mask
            if (
                decision.redraws
                and before is not None
                and (mask is None or mask.shape == (before.height, before.width))
            ):
                piece.ready[decision.id] = replaced(before, mask)
        return piece

    def _start(self, going: _Going) -> None:
        if self._session.image is not None:
            self._session.image.editor.finish_stroke()
        self._session.save_all()  # goes before the errand on the same thread
        self._going = going
        self._note_revisions()
        self.progressed.emit(tr(going.doing), 0, going.total)
        going.errand.start()

    def _take(self, piece: Piece) -> None:
        going, project = self._going, self._session.project
        if going is None or project is None:
            return
        if piece.verb is not None:  # flagging may have turned out to take flags off
            going.doing, going.words = _DOING[piece.verb], _DONE[piece.verb]
        going.looked_at, going.ready = going.looked_at + piece.looked_at, piece.ready
        going.left.update(piece.left)
        changed: dict[int, ImageEntry] = {}
        for decided in piece.decided:
            if self._follow(going, decided):
                going.steps.append(taking_back(decided))
                going.done += 1
            else:
                going.left[Left.CHANGED] += 1
                project.set_review([decided.entry.id], Review.CORRECTED)
            changed[decided.entry.id] = project.entry(decided.entry.id)
        self._session.tell_changed(changed.values())
        self._note_revisions()
        if piece.trouble is not None:
            self._session.tell_failure(piece.trouble)
        self.progressed.emit(tr(going.doing), going.looked_at, going.total)

    def _follow(self, going: _Going, decided: Decided) -> bool:
        """Let an image on the desk follow; False where a person painted it in the same moment."""
        desk, decision = self._session.desk, decided.decision
        if desk is None:
            return True
        identity = decision.id
        if decision.redraws and not self._reviewing.as_part_of_review(
            lambda: desk.take_over(
                identity,
                decision.mask,
                kind=decision.after.kind or MaskKind.EXACT,
                text=tr("Batch"),
                revision=going.revisions.get(identity),
                ready=going.ready.get(identity),
            )
        ):
            return False
        image = desk.image(identity)
        if image is not None and decision.before.review is not decision.after.review:
            image.confirmed_content = None
            if decision.after.review is Review.CONFIRMED:
                image.editor.mark_confirmed()
        return True

    def _note_revisions(self) -> None:
        if self._going is not None and self._session.desk is not None:
            self._going.revisions, self._going.masks = self._session.desk.revisions(), self._session.desk.large_masks()

    def _finish(self) -> None:
        going, self._going = self._going, None
        if going is None:
            return
        if going.undoes is None and going.steps:
            self._past.append(going.steps)
        elif going.undoes is not None and going.looked_at < len(going.undoes):
            self._past.append(going.undoes[going.looked_at :])
        self.ended.emit()
        if self._undoes_next:
            self._undoes_next = False
            self.undo()
        else:
            self._session.tell(_told(going, undo=self.undo))

    def _fail(self, error: Exception) -> None:
        self._finish()
        self._session.tell(telling.failure(error))

    def _forget(self) -> None:
        self._past.clear()
        self._going = None
        self._undoes_next = False
        self.ended.emit()


def _told(going: _Going, *, undo: telling.Act) -> Notice:
    title = tr(going.words, count=going.done) if going.done else tr("No image was changed")
    parts = [tr("{count:,} {why}", count=count, why=tr(why)) for why, count in going.left.most_common()]
    waiting = going.total - going.looked_at
    if waiting:
        parts.append(tr("{count:,} not come to", count=waiting))
    words = tr("Left as they were: {parts}.", parts=joined(parts)) if parts else ""
    offers = (Offer(words=tr("Undo"), act=undo),) if going.done and going.undoes is None else ()
    return Notice(
        title=title,
        words=words,
        tone=Tone.GOOD if going.done else Tone.PLAIN,
        topic="batch",
        offers=offers,
        seconds=NOTICE_SECONDS,
    )
