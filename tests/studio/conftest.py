"""A small folder, a fake engine, and the real window over both."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from closing import close_window
from loop_watch import LoopWatch
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from crackstudio.project import rasters
from crackstudio.studio.app import build_window
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

FAKE_ENGINE = Path(__file__).parent / "fake_engine.py"
Engine = Callable[[str], tuple[str, ...]]
EXCUSES = {("crackstudio/studio/app.py", "_end"): "the window has gone from the screen: what it started ends"}
"""What may hold the event loop up for more than 50 ms, and why."""


@pytest.fixture
def engine() -> Engine:
    """The command line of an engine that behaves in the given manner."""
    return lambda manner: (sys.executable, str(FAKE_ENGINE), manner)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six cracked and two intact images of 48 x 64 pixels, and one that is no image."""
    random = np.random.default_rng(0)
    for tag, count in (("cracked", 6), ("intact", 2)):
        for number in range(count):
            path = tmp_path / "images" / tag / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            rasters.write_png(path, random.integers(90, 140, (48, 64, 3), np.uint8))
    return tmp_path / "images"


@pytest.fixture
def loop_watch(qtbot: QtBot) -> Iterator[LoopWatch]:
    """Fails the test where the event loop is held up for more than 50 ms."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the windows of the tests before
    watch = LoopWatch(excuses=EXCUSES)
    watch.start()
    yield watch
    watch.stop()
    watch.verdict()


@pytest.fixture
def make_window(
    qtbot: QtBot, tmp_path: Path, engine: Engine, loop_watch: LoopWatch
) -> Iterator[Callable[..., MainWindow]]:
    """Builds the studio over a fake engine; every window is closed in the end."""
    windows: list[MainWindow] = []

    def make(manner: str = "") -> MainWindow:
        window = build_window(Settings(tmp_path / "studio.ini"), engine=engine(manner))
        windows.append(window)
        with loop_watch.excused("a window is built, laid out and painted for the first time"):
            window.show()
            qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        close_window(window)
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()


@pytest.fixture
def open_folder(qtbot: QtBot) -> Callable[[MainWindow, Path], None]:
    """Open a folder in a window and wait until it is scanned and an image is shown."""

    def open_it(window: MainWindow, folder: Path) -> None:
        with qtbot.waitSignal(window.session.project_opened):
            window.session.open_folder(folder)
        qtbot.waitUntil(lambda: window.session.image is not None and len(window.session.entries()) == 8)

    return open_it


@pytest.fixture
def opened(window: MainWindow, folder: Path, open_folder: Callable[[MainWindow, Path], None]) -> MainWindow:
    """The window with `folder` open and its first image on the canvas."""
    open_folder(window, folder)
    return window


@pytest.fixture
def proposed(opened: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window with a proposal for every image, by a network of the fake engine."""
    assert opened.session.project is not None
    starter = opened.session.project.home / "fake.safetensors"
    starter.write_bytes(b"")
    opened.session.project.use_network(starter, label="fake")
    opened.proposing.start()
    opened.actions["propose"].trigger()
    qtbot.waitUntil(lambda: all(entry.proposed_by for entry in opened.session.entries()), timeout=15_000)
    image = opened.session.image
    qtbot.waitUntil(lambda: image is not None and image.proposal is not None)
    return opened
