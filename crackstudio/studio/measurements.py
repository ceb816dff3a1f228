"""The folder's measurements as a table on disk: off the thread, from what is known already, all of it or nothing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from crackstudio.core.errors import MaskError
from crackstudio.core.figures import MaskFigures
from crackstudio.project.measurements import rows_of, write_csv
from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.errand import Errand
from crackstudio.studio.finding import PIECE_SECONDS, Finder
from crackstudio.studio.language import tr
from crackstudio.studio.session import Session
from crackstudio.studio.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many masks are in the table, and how many images have none that counts."""

    path: Path
    masks: int
    left_out: int


class Measurements(QObject):
    """Writes one table at a time."""

    progressed = Signal(int, int)
    """Masks measured so far, and of how many."""
    written = Signal(object)
    """`Written`."""
    stopped = Signal()
    """Before anything was written."""
    failed = Signal(object, object)
    """The path that was asked for, and the exception; nothing was written."""

    def __init__(self, session: Session, figures: Survey[MaskFigures], *, on: Background) -> None:
        """`on` is the thread of `figures`."""
        super().__init__(session)
        self._session, self._figures, self._on = session, figures, on
        self._errand: Errand | None = None
        self._path = Path()
        self._written: Written | None = None
        session.project_closed.connect(self._forget)

    def export(self, path: Path) -> None:
        """Write the measurements of all confirmed exact masks, those that are just being saved included."""
        project, finder = self._session.project, self._figures.finder
        if project is None or finder is None:
            return
        if self._errand is not None:
            self._session.message_given.emit(tr("The measurements before are still being exported."))
            return
        self._path, self._written = path, None
        errand = self._errand = Errand(_pieces(project, finder, path), on=self._on, parent=self)
        errand.came.connect(self._take)
        errand.ended.connect(self._finish)
        errand.failed.connect(self._fail)
        if self._session.image is not None:
            self._session.image.editor.finish_stroke()
        self._session.save_all()
        self._session.writing.submit(lambda: None, done=lambda _none: self._start(errand))  # goes behind the saves

    def stop(self) -> None:
        """Write nothing after all."""
        if self._errand is not None:
            self._errand.stop()

    def _start(self, errand: Errand) -> None:
        if errand is self._errand:
            errand.start()

    def _take(self, piece: tuple[int, int] | Written) -> None:
        if self.sender() is not self._errand:
            return
        if isinstance(piece, Written):
            self._written = piece
        else:
            self.progressed.emit(*piece)

    def _finish(self) -> None:
        if self.sender() is not self._errand:
            return
        self._errand = None
        if self._written is None:
            self.stopped.emit()
        else:
            self.written.emit(self._written)

    def _fail(self, error: Exception) -> None:
        if self.sender() is self._errand:
            self._errand = None
            self.failed.emit(self._path, error)

    def _forget(self) -> None:
        self.stop()
        self._errand = None


def _pieces(project: Project, finder: Finder[MaskFigures], path: Path) -> Iterator[tuple[int, int] | Written]:
    overwrites = path.exists()  # as a person was told when the place was chosen
    entries, until = project.sources.to_measure(), time.monotonic() + PIECE_SECONDS
    figures: dict[str, MaskFigures] = {}
    for entry in entries:
        found = finder.one(entry)
        if found is None:
            raise MaskError(f"The mask of {entry.name} is not on disk any more. Nothing was written.")
        figures[entry.name] = found
        if time.monotonic() > until:
            yield len(figures), len(entries)
            until = time.monotonic() + PIECE_SECONDS
    if path.exists() and not overwrites:
        raise FileExistsError(f"{path} has come to be there meanwhile. It was left as it is.")
    write_csv(path, rows_of(figures, classes=project.classes()))
    yield Written(path=path, masks=len(figures), left_out=len(project.entries()) - len(figures))
