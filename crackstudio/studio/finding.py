"""What a survey asks of each image, and how the answers are found on its thread."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic

import msgspec

from crackstudio.core.errors import CrackStudioError, ProjectError
from crackstudio.core.images import ImageEntry
from crackstudio.project.kept_answers import Answer, KeptAnswers, Moment
from crackstudio.project.project import Project

PIECE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known before looking: which answers hold.

    `sitting` counts up whenever the files may have been changed by others.
    """

    sitting: int
    holds: Callable[[int, Moment], bool]


class Question(ABC, Generic[Answer]):
    """`topic` and `kind` name and type the answers that are kept with the project."""

    topic: str
    kind: type[Answer]

    @abstractmethod
    def terms(self, project: Project, entry: ImageEntry) -> Moment | None:
        """What the answer depends on in this sitting; None where there is nothing to find. Any thread, no disk."""

    @abstractmethod
    def moment(self, project: Project, entry: ImageEntry, terms: Moment) -> Moment | None:
        """What it depends on in every sitting; None where there is nothing after all. Raises OSError."""

    @abstractmethod
    def answer(self, project: Project, entry: ImageEntry, terms: Moment) -> Answer | None:
        """Takes long. Raises `CrackStudioError`, OSError."""


class Found(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True, gc=False):
    """An answer, None where there is none, and what it was found for."""

    sitting: int
    terms: Moment
    answer: Answer | None


@dataclass(slots=True, kw_only=True)
class Piece(Generic[Answer]):
    """What was found, by image id, and the images that were not come to."""

    project: Project
    looked_at: int = 0
    total: int = 0
    found: dict[int, Found[Answer]] = field(default_factory=dict)
    fresh: dict[str, tuple[Moment, Answer]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


class Finder(Generic[Answer]):
    """Finds answers of one project, each once. One thread at a time."""

    def __init__(self, question: Question[Answer], project: Project) -> None:
        self._question, self._project = question, project
        self._kept: KeptAnswers[Answer] = project.sources.kept(question.topic, question.kind)
        self._terms: dict[str, Moment] = {}
        """Of what was found in this sitting, by name."""

    def all(self, look: Look) -> Iterator[Piece[Answer]]:
        """Of every image whose answer does not hold, in pieces of `PIECE_SECONDS`."""
        entries = self._project.entries()
        piece, until = Piece[Answer](project=self._project, total=len(entries)), time.monotonic() + PIECE_SECONDS
        for number, entry in enumerate(entries, 1):
            self._look(entry, look, into=piece)
            piece.looked_at = number
            if time.monotonic() > until:
                yield self._keep(piece)
                piece = Piece(project=self._project, total=len(entries))
                until = time.monotonic() + PIECE_SECONDS
        piece.looked_at = len(entries)
        yield self._keep(piece)

    def some(self, images: Iterable[int], look: Look) -> Piece[Answer]:
        """Of these, as many as one piece holds."""
        piece, until = Piece[Answer](project=self._project), time.monotonic() + PIECE_SECONDS
        for image in images:
            if time.monotonic() > until:
                piece.left.append(image)
            else:
                with suppress(ProjectError):  # taken over by another one meanwhile
                    self._look(self._project.entry(image), look, into=piece)
        return self._keep(piece)

    def one(self, entry: ImageEntry) -> Answer | None:
        """Of one. Raises what the question raises."""
        terms = self._question.terms(self._project, entry)
        if terms is None:
            return None
        answer, moment = self._find(entry, terms)
        if moment is not None and answer is not None:
            self._kept.put({entry.name: (moment, answer)})
        return answer

    def _look(self, entry: ImageEntry, look: Look, *, into: Piece[Answer]) -> None:
        terms = self._question.terms(self._project, entry)
        if terms is None or look.holds(entry.id, terms):
            return
        answer, moment = None, None
        with suppress(CrackStudioError, OSError):  # it is told when the image is opened
            answer, moment = self._find(entry, terms)
        if moment is not None and answer is not None:
            into.fresh[entry.name] = moment, answer
        into.found[entry.id] = Found(sitting=look.sitting, terms=terms, answer=answer)

    def _find(self, entry: ImageEntry, terms: Moment) -> tuple[Answer | None, Moment | None]:
        """The answer, and its moment where it is not kept yet."""
        moment = self._question.moment(self._project, entry, terms)  # first: what comes in between needs another look
        if moment is None:
            return None, None
        is_new = self._terms.setdefault(entry.name, terms) != terms  # perhaps in the same tick of the disk's clock
        self._terms[entry.name] = terms
        kept = None if is_new else self._kept.get(entry.name, moment)
        return (kept, None) if kept is not None else (self._question.answer(self._project, entry, terms), moment)

    def _keep(self, piece: Piece[Answer]) -> Piece[Answer]:
        self._kept.put(piece.fresh)
        piece.fresh = {}
        return piece
