"""What is worked out of the mask while a person paints, off the thread, and shown as a layer."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from crackstudio.studio.background import Background
from crackstudio.studio.mask_editor import MaskEditor

Found = TypeVar("Found")

_PAUSE_MS = 120
_LANE = "map"


class LiveMap(QObject, Generic[Found]):
    """Follows one editor; `found` is what was last worked out, stale results are dropped."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: Found | None = None
        self._editor: MaskEditor | None = None
        self._wanted = False
        self._background = Background(threads=1, parent=self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._work)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    def follow(self, editor: MaskEditor | None) -> None:
        """Show that of another mask."""
        if self._editor is not None:
            self._editor.mask_changed.disconnect(self._pause_again)
            self._editor.state_changed.disconnect(self._pause_again)
        self._editor = editor
        if editor is not None:
            editor.mask_changed.connect(self._pause_again)
            editor.state_changed.connect(self._pause_again)
        self._set(None)
        self._work()

    def set_wanted(self, wanted: bool) -> None:
        """Nothing is worked out while nobody looks."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._work()

    def close(self) -> None:
        """Wait for the work that has begun, and do no more."""
        self._pause.stop()
        self._background.close()

    @abstractmethod
    def _job(self, editor: MaskEditor) -> Callable[[], Found | None] | None:
        """What to work out on another thread; None where there is nothing to show."""

    def _pause_again(self) -> None:
        if self._wanted:
            self._pause.start()

    def _work(self) -> None:
        self._background.forget(_LANE)
        job = self._job(self._editor) if self._editor is not None else None
        if job is None:
            self._set(None)
        elif self._wanted:
            self._background.submit(job, done=self._set, lane=_LANE)

    def _set(self, found: Found | None) -> None:
        if found is not None or self.found is not None:
            self.found = found
            self.changed.emit()
