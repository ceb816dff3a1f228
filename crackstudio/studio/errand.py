"""Long work in short pieces, so that what a person does meanwhile never waits for more than one piece."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from crackstudio.studio.background import Background

_END = object()


class Errand(QObject):
    """Takes piece after piece from `pieces` on a background thread; somebody who waits for that thread ends it."""

    came = Signal(object)
    """A piece."""
    ended = Signal()
    """There are no more, or it was stopped."""
    failed = Signal(object)
    """The exception that ended it in place of `ended`."""

    def __init__(self, pieces: Iterator[object], *, on: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces, self._on = pieces, on
        self._stopped = False
        on.finish_asked.connect(self.stop)

    def start(self) -> None:
        """Begin, or go on with the next piece."""
        self._on.submit(lambda: next(self._pieces, _END), done=self._take, failed=self._fail)

    def stop(self) -> None:
        """End after the piece that is being made."""
        self._stopped = True

    def _take(self, piece: object) -> None:
        if piece is not _END:
            self.came.emit(piece)
        if piece is _END or self._stopped:
            self.deleteLater()
            self.ended.emit()
        else:
            self.start()

    def _fail(self, error: Exception) -> None:
        self.deleteLater()
        self.failed.emit(error)
