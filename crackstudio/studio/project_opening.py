"""Opening a folder and scanning it, off the thread; what was asked for last wins."""

import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.leaving import Leaving

WAY_MS = 150
"""So long a scan waits: the first painting of an image and of its panels takes several turns of the window's loop."""
LONGEST_WAIT_S = 0.5
"""A scan goes on after that, whatever became of the window's turns."""


class Opening(QObject):
    """Opens projects and scans them."""

    opened = Signal(object, list)
    """`Project`, and the ids of images with strokes that an earlier sitting did not save."""
    scanned = Signal()
    progressed = Signal(int)
    """Images found so far."""
    failed = Signal(object, object)
    """Folder and exception."""
    delayed = Signal(object)
    """The project before is still being closed; what opens the next one all the same."""

    def __init__(
        self, *, reading: Background, writing: Background, leaving: Leaving, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reading, self._writing, self._leaving = reading, writing, leaving
        self._stop = threading.Event()
        self._may_scan = threading.Event()
        self._may_scan.set()
        self._way = QTimer(self, singleShot=True, interval=WAY_MS)
        self._way.timeout.connect(self._may_scan.set)
        self._asked = 0
        self._wanted: tuple[Path, Path | None] | None = None

    def open(self, folder: Path, *, home: Path | None) -> None:
        """Open `folder` behind what is still written; `opened` or `failed` follows. Too late, it is closed again."""
        self._asked += 1
        self._wanted = (folder, home)
        read = partial(self._read, folder, home, asked=self._asked)
        self._leaving.wait(lambda: None, done=read, failed=lambda _error: None, tell=lambda: self.delayed.emit(read))

    def is_opening(self, folder: Path, *, home: Path | None) -> bool:
        """Whether just this was asked for and has not come yet."""
        return self._wanted == (folder, home)

    def give_way(self) -> None:
        """The window has much to do in the turns of its loop that follow: a scan waits for `WAY_MS`.

        Each call into Qt lets the scan's Python in, which the window then waits for.
        """
        self._may_scan.clear()
        self._way.start()

    def scan(self, project: Project) -> None:
        """Bring the list up to date with the folder; `scanned` follows."""
        self._stop.set()
        stop = self._stop = threading.Event()

        def progress(count: int) -> None:
            self.progressed.emit(count)
            self._may_scan.wait(LONGEST_WAIT_S)

        self._reading.submit(
            lambda: project.scan(on_progress=progress, stop=stop),
            done=lambda _outcome: None if stop.is_set() else self.scanned.emit(),
            lane="scan",
        )

    def stop(self) -> None:
        """End a scan, and let no project open that was asked for before."""
        self._asked += 1
        self._wanted = None
        self._stop.set()
        self._reading.forget("scan")

    def _read(self, folder: Path, home: Path | None, *, asked: int) -> None:
        def take(found: tuple[Project, list[int]]) -> None:
            project, unsaved = found
            if asked == self._asked:
                self._wanted = None
                self.opened.emit(project, unsaved)
            else:
                self._writing.submit(project.close)

        self._reading.submit(
            lambda: _opened(folder, home),
            done=take,
            failed=lambda error: self._fail(folder, error),
            urgent=True,
        )

    def _fail(self, folder: Path, error: Exception) -> None:
        self._wanted = None
        self.failed.emit(folder, error)


def _opened(folder: Path, home: Path | None) -> tuple[Project, list[int]]:
    project = Project.open(folder, home=home)
    project.entries()  # listed here: of 100 000 images the window would wait for it
    return project, [entry.id for entry in project.unsaved()]
