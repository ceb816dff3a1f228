"""A disk that takes nothing: told once, however much of the project waits for it, and again when all of it is saved."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from crackstudio.studio import telling
from crackstudio.studio.session import Session

_PROJECT = 0
"""Beside images, whose ids begin at 1: strokes, tags and reviews, which the project tries again by itself."""


class SaveTrouble(QObject):
    """Hears of masks from the session and of the rest from the project."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._waiting: set[int] = set()
        session.save_failed.connect(self._take_mask)
        session.disk_failed.connect(self._take_project)  # from the writer's thread
        session.disk_mended.connect(self._mend)
        session.saved.connect(self._look)
        session.project_closed.connect(self._forget)

    def _take_mask(self, image: int, error: Exception) -> None:
        self._begin(image, str(error))

    def _take_project(self, words: str) -> None:
        self._begin(_PROJECT, words)

    def _forget(self) -> None:
        self._waiting.clear()

    def _begin(self, what: int, error: str) -> None:
        if self._session.project is None:  # closed without saving
            return
        is_first = not self._waiting
        self._waiting.add(what)
        if is_first:
            self._session.tell(telling.not_saved(error, again=self._session.save_all))

    def _mend(self) -> None:
        self._session.save_all()
        self._keep_waiting(lambda what: what != _PROJECT)

    def _look(self) -> None:
        desk = self._session.desk
        self._keep_waiting(lambda what: what == _PROJECT or (desk is not None and desk.is_ahead(what)))

    def _keep_waiting(self, waits: Callable[[int], bool]) -> None:
        had, self._waiting = self._waiting, {what for what in self._waiting if waits(what)}
        if had and not self._waiting:
            self._session.tell(telling.saved_again())
