"""Surveys: something found out of each image of a project, off the thread, kept beside it, never told when stale."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic

from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.core.images import ImageEntry
from crackstudio.project.kept_answers import Answer, Moment
from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.errand import Errand
from crackstudio.studio.finding import Finder, Found, Look, Piece, Question
from crackstudio.studio.session import Session

WAITING = 48
"""Single images that are waited for; older wishes fall off, as rows do that were scrolled past."""
REST_MS = 60
MOVING_MS = 300


class Survey(QObject, Generic[Answer]):
    """Asks one question. Of single images when they are looked at (`of`), of all when it is told to (`measure`)."""

    answered = Signal(bool)
    """Some images have other answers; True: one of them had an answer before, and has a mask."""
    progressed = Signal(int, int)
    """Images looked at so far, and of how many."""
    measured = Signal()
    """`measure` has come to its end, or was stopped."""

    def __init__(
        self,
        session: Session,
        question: Question[Answer],
        *,
        on: Background,
        is_settled: Callable[[int], bool] = lambda _image: True,
    ) -> None:
        """`on` has one thread. `is_settled`: whether an image (by id) is on disk as a person sees it."""
        super().__init__(session)
        self._session, self._question, self._on, self._is_settled = session, question, on, is_settled
        self._known: dict[int, Found[Answer]] = {}
        self._sitting = 0
        self._finder: Finder[Answer] | None = None
        self._errand: Errand | None = None
        self._again = False
        self._wishes: OrderedDict[int, None] = OrderedDict()
        self._serving: Finder[Answer] | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._serve)
        session.project_opened.connect(self._enter)
        session.project_closed.connect(self._leave)
        session.entries_reset.connect(self._doubt)

    @property
    def finder(self) -> Finder[Answer] | None:
        """For use on the survey's thread."""
        return self._finder

    def of(self, entry: ImageEntry) -> Answer | None:
        """The answer if it holds; else it is wished for."""
        terms = self._terms(entry)
        if terms is None or not self._is_settled(entry.id):
            return None
        if self._holds(entry.id, terms):
            return self._known[entry.id].answer
        self._wish(entry.id)
        return None

    def awaits(self, entry: ImageEntry) -> bool:
        """Whether there will be an answer, or another one."""
        terms = self._terms(entry)
        return terms is not None and not (self._is_settled(entry.id) and self._holds(entry.id, terms))

    def answers(self) -> dict[int, Answer]:
        """By image id: those that hold, and those that held before until there are others. Any thread."""
        known = self._known.copy()
        return {image: found.answer for image, found in known.items() if found.answer is not None}

    def measure(self) -> None:
        """Look at every image whose answer does not hold; `measured` follows."""
        if self._finder is None:
            return
        if self._errand is not None:
            self._again = True
            return
        errand = self._errand = Errand(self._finder.all(self._look()), on=self._on, parent=self)
        errand.came.connect(self._take)
        errand.ended.connect(self._finish)
        errand.failed.connect(self._fail)
        errand.start()

    @property
    def is_measuring(self) -> bool:
        """Whether `measured` is still to come."""
        return self._errand is not None

    def stop(self) -> None:
        """Be content with what is known."""
        self._again = False
        if self._errand is not None:
            self._errand.stop()

    def renew(self, entries: Sequence[ImageEntry]) -> None:
        """Look again at those of these whose answers do not hold any more."""
        if len(entries) > WAITING:
            self.measure()
            return
        for entry in entries:
            if entry.id in self._known:
                self.of(entry)

    def wait_for_rest(self) -> None:
        """A person moves what answers depend on: look when it has come to rest."""
        self._rest.start(MOVING_MS)

    def _terms(self, entry: ImageEntry) -> Moment | None:
        project = self._session.project
        return None if project is None else self._question.terms(project, entry)

    def _look(self) -> Look:
        return Look(sitting=self._sitting, holds=self._holds)

    def _holds(self, image: int, terms: Moment) -> bool:
        known = self._known.get(image)
        return known is not None and known.sitting == self._sitting and known.terms == terms

    def _wish(self, image: int) -> None:
        self._wishes[image] = None
        self._wishes.move_to_end(image)
        if len(self._wishes) > WAITING:
            self._wishes.popitem(last=False)
        if self._serving is None and not self._rest.isActive():
            self._rest.start(REST_MS)

    def _serve(self) -> None:
        finder = self._finder
        if finder is None or self._serving is not None or not self._wishes:
            return
        images, look = list(reversed(self._wishes)), self._look()
        self._wishes.clear()
        self._serving = finder
        self._on.submit(
            lambda: finder.some(images, look),
            done=lambda piece: self._take_some(finder, piece),
            failed=lambda error: self._fail_some(finder, error),
            urgent=True,
        )

    def _take_some(self, finder: Finder[Answer], piece: Piece[Answer]) -> None:
        if finder is self._serving:
            self._serving = None
            self._wishes = OrderedDict.fromkeys([*reversed(piece.left), *self._wishes])
            if self._wishes:
                self._rest.start(0)
            self._take_in(piece)

    def _fail_some(self, finder: Finder[Answer], error: Exception) -> None:
        if finder is self._serving:
            self._serving = None
            self._session.tell_failure(error)

    def _take(self, piece: Piece[Answer]) -> None:
        if self._errand is not None and self.sender() is self._errand:
            self._take_in(piece)
            self.progressed.emit(piece.looked_at, piece.total)

    def _take_in(self, piece: Piece[Answer]) -> None:
        known = piece.found.keys() & self._known.keys()
        renewed = any(piece.project.entry(image).mask_kind is not None for image in known)
        self._known.update(piece.found)
        if piece.found:
            self.answered.emit(renewed)

    def _finish(self) -> None:
        if self.sender() is not self._errand:
            return
        self._errand = None
        if self._again:
            self._again = False
            self.measure()
        else:
            self.measured.emit()

    def _fail(self, error: Exception) -> None:
        self._again = False
        self._finish()
        self._session.tell_failure(error)

    def _enter(self, project: Project) -> None:
        self._finder = Finder(self._question, project)

    def _leave(self) -> None:
        self.stop()
        self._finder = self._errand = self._serving = None
        self._known = {}
        self._wishes.clear()

    def _doubt(self) -> None:
        """Files may have been changed by others."""
        self._sitting += 1
