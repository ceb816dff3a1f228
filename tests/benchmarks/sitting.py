"""The real window for a bench, offscreen, and a person's hands: what is timed ends with the painting that it causes."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as the studio has it

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from report import Taken, taken

from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters
from crackstudio.studio import app as studio
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

SIZE = (1600, 1000)
_NONE, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


@contextmanager
def opened_window() -> Iterator[tuple[MainWindow, Path]]:
    """The studio with no project open, and an empty folder; both go in the end."""
    app = QApplication.instance() or studio.make_app()
    with tempfile.TemporaryDirectory() as scratch:
        window = studio.build_window(Settings(Path(scratch) / "studio.ini"))
        window.resize(*SIZE)
        window.show()
        app.processEvents()
        studio.settle()
        (Path(scratch) / "images").mkdir()
        try:
            yield window, Path(scratch) / "images"
        finally:
            window.close()
            wait(lambda: not window.isVisible())
            window.deleteLater()
            app.processEvents()


class Beats:
    """The longest gap between two beats of the event loop since `begin`, 5 ms apart, in milliseconds.

    `gap` is by the clock; `own` is what remains of it without the time in which the window's thread was ready and no
    processor was free (Linux tells it), and at least what it worked. What other threads waited for does not count: with
    a few busy ones that would hide any lock or disk for which the window's own waits. So where one that holds the
    interpreter's lock gets no processor, on an overloaded machine, `own` says too much, but never too little.
    """

    def __init__(self) -> None:
        self._queued = 0.0
        self._timer = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        self.gap = self.own = 0.0
        self._wait_for_processor()
        self._last, self._last_work = time.perf_counter(), time.thread_time()

    def taken(self) -> Taken:
        """The longest gap, and what of it is the studio's own."""
        return Taken(self.gap, self.own)

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        gap = now - self._last
        own = max(work - self._last_work, gap - self._wait_for_processor())
        self.gap, self.own = max(self.gap, 1000 * gap), max(self.own, 1000 * own)
        self._last, self._last_work = now, work

    def _wait_for_processor(self) -> float:
        """Since it was asked last; none where the system does not tell."""
        before = self._queued
        with suppress(OSError):
            self._queued = int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
        return self._queued - before


def wait(until: Callable[[], bool], *, seconds: float = 300) -> None:
    """Run the event loop until `until()` holds, so long at the most."""
    loop, poll = QEventLoop(), QTimer(interval=5)
    poll.timeout.connect(lambda: loop.quit() if until() else None)
    poll.start()
    end = QTimer(singleShot=True, interval=round(1000 * seconds))
    end.timeout.connect(loop.quit)
    end.start()
    loop.exec()


def rest(seconds: float) -> None:
    """Run the event loop for so long."""
    wait(lambda: False, seconds=seconds)


def settle(window: MainWindow) -> None:
    """Run the event loop until an image is shown and nothing is read or written any more."""
    wait(lambda: window.session.image is not None and not window.session.is_between_images)
    for background in (window.session.reading, window.session.writing, window.canvas.background):
        background.finish()
    QApplication.processEvents()


def timed(act: Callable[[], object]) -> Taken:
    """The act, and the painting that follows from it."""

    def whole() -> None:
        act()
        QApplication.processEvents()

    return taken(whole)


def send(
    widget: QWidget,
    kind: QEvent.Type,
    x: float,
    y: float,
    *,
    held: bool = True,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> Taken:
    """One mouse event and its painting."""
    moves = kind == QEvent.Type.MouseMove
    place, down = QPointF(x, y), _LEFT if moves and held else _NONE
    button = _NONE if moves else _LEFT
    at = widget.mapToGlobal(place)
    event = QMouseEvent(kind, place, at, button, down, modifiers)
    return timed(lambda: QApplication.sendEvent(widget, event))


def stroke(widget: QWidget, *, events: int = 400) -> tuple[list[Taken], Taken]:
    """What each movement along loops through a canvas takes, and the release."""
    turn = np.linspace(0, 6 * np.pi, events)
    xs = widget.width() * (0.5 + 0.42 * np.sin(turn))
    ys = widget.height() * (0.5 + 0.42 * np.sin(1.37 * turn))
    send(widget, QEvent.Type.MouseButtonPress, xs[0], ys[0])
    moves = [send(widget, QEvent.Type.MouseMove, x, y) for x, y in zip(xs, ys, strict=True)]
    return moves, send(widget, QEvent.Type.MouseButtonRelease, xs[-1], ys[-1])


def photograph(height: int, width: int) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 of cracked concrete, the same 1000 x 1000 px again and again."""
    patch = draw(0, cracked=True, height=1000, width=1000).image
    return np.tile(patch, (-(-height // 1000), -(-width // 1000), 1))[:height, :width].copy()


def write_jpeg(path: Path, image: NDArray[np.uint8]) -> None:
    """A JPEG of quality 90."""
    import cv2

    path.write_bytes(cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())


def draw_images(folder: Path, *, count: int = 24) -> None:
    """Small images to train on, tagged by their folders."""
    random = np.random.default_rng(0)
    for number in range(count):
        image = random.integers(100, 160, (240, 320, 3), np.uint8)
        cracked = number % 2 == 0
        if cracked:
            image[100:104] = 20
        path = folder / ("cracked" if cracked else "intact") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        rasters.write_png(path, image)
