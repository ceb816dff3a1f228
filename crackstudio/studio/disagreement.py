"""How far two networks disagree on each image: worked out off the thread when it is asked for, and kept in memory."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QObject, Signal

from crackstudio.core.images import ImageEntry
from crackstudio.imaging.counts import level_of
from crackstudio.project.project import Project
from crackstudio.studio.desk import DEFAULT_THRESHOLD
from crackstudio.studio.errand import Errand
from crackstudio.studio.session import Session

PIECE_SECONDS = 0.2

Moment = tuple[int, int, float | None, float]
"""Times of both crack maps and their thresholds: another one needs another look."""


@dataclass(slots=True, kw_only=True)
class _Piece:
    looked_at: int
    total: int
    shares: dict[int, float] = field(default_factory=dict)
    moments: dict[int, Moment] = field(default_factory=dict)


class Disagreement(QObject):
    """`shares` are by image id, in [0, 1], of the images that have a present and a previous proposal."""

    progressed = Signal(int, int)
    """Images looked at so far, and of how many."""
    measured = Signal()
    """`shares` are as good as they get."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._moments: dict[int, Moment] = {}
        self._errand: Errand | None = None
        self.shares: dict[int, float] = {}
        session.project_closed.connect(self._forget)

    def measure(self) -> None:
        """Look at what is new since the last time; `measured` follows."""
        project = self._session.project
        if project is None or self._errand is not None:
            return
        pieces = measure(project, known=dict(self._moments))
        errand = self._errand = Errand(pieces, on=self._session.reading, parent=self)
        errand.came.connect(self._take)
        errand.ended.connect(self._finish)
        errand.failed.connect(self._fail)
        errand.start()

    def stop(self) -> None:
        """Be content with what is known."""
        if self._errand is not None:
            self._errand.stop()

    def _take(self, piece: _Piece) -> None:
        if self._errand is not None and self.sender() is self._errand:
            self.shares.update(piece.shares)
            self._moments.update(piece.moments)
            self.progressed.emit(piece.looked_at, piece.total)

    def _finish(self) -> None:
        if self.sender() is self._errand:
            self._errand = None
            self.measured.emit()

    def _fail(self, error: Exception) -> None:
        self._finish()
        self._session.tell_failure(error)

    def _forget(self) -> None:
        self.stop()
        self._errand = None
        self.shares, self._moments = {}, {}


def measure(project: Project, *, known: Mapping[int, Moment]) -> Iterator[_Piece]:
    """Compare the two proposals of every image that has both and is not `known` as it is. Any thread."""
    entries = [entry for entry in project.entries() if entry.proposed_by is not None]
    piece, until = _Piece(looked_at=0, total=len(entries)), time.monotonic() + PIECE_SECONDS
    for number, entry in enumerate(entries, 1):
        moment = _moment(project, entry)
        if moment is not None and known.get(entry.id) != moment:
            share = share_of(project, entry)
            if share is not None:
                piece.shares[entry.id], piece.moments[entry.id] = share, moment
        piece.looked_at = number
        if time.monotonic() > until:
            yield piece
            piece, until = _Piece(looked_at=number, total=len(entries)), time.monotonic() + PIECE_SECONDS
    yield piece


def share_of(project: Project, entry: ImageEntry) -> float | None:
    """The share of pixels on which the two proposals differ, each at its threshold; None where there are not two."""
    now, before = project.load_proposal(entry.id), project.load_previous_proposal(entry.id)
    if now is None or before is None or now.shape != before.shape:
        return None
    here = now >= level_of(_own(entry))
    return float(np.count_nonzero(here != (before >= level_of(project.previous_threshold(entry.id))))) / now.size


def _moment(project: Project, entry: ImageEntry) -> Moment | None:
    try:
        times = [
            path.stat().st_mtime_ns
            for path in (project.proposal_path(entry.id), project.previous_proposal_path(entry.id))
        ]
    except OSError:
        return None
    return times[0], times[1], entry.threshold, project.previous_threshold(entry.id)


def _own(entry: ImageEntry) -> float:
    return DEFAULT_THRESHOLD if entry.threshold is None else entry.threshold
