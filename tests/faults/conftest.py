"""Real folders below a path with spaces and Chinese characters, and the real window over them."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from closing import close_window
from numpy.typing import NDArray
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.studio.app import build_window
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

FAKE_ENGINE = Path(__file__).parents[1] / "studio" / "fake_engine.py"
MASK = np.ones((48, 64), np.uint8)
"""Of the confirmed images."""


def picture(seed: int, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures of 48 x 64 pixels, `裂缝 0.png` to `裂缝 3.png`."""
    root = tmp_path / "桥梁 bridge 7" / "图像 images"
    for number in range(4):
        rasters.write_png(root / f"裂缝 {number}.png", picture(number))
    return root


@pytest.fixture
def reviewed(folder: Path) -> Path:
    """The folder with a confirmed mask and the tag *cracked* on its first two images."""
    project = Project.open(folder)
    project.scan()
    for entry in project.entries()[:2]:
        project.read_rgb8(entry.id)
        project.save_mask(entry.id, MASK, MaskKind.REGION)
        project.set_review([entry.id], Review.CONFIRMED)
        project.set_tag([entry.id], Tag.CRACKED)
    project.remember("last image", "裂缝 1.png")
    project.close()
    return folder


@pytest.fixture
def leave_strokes(folder: Path) -> Callable[..., NDArray[np.uint8]]:
    """`leave_strokes("裂缝 0.png", 12, 30)`: strokes in these rows of a killed sitting; the mask as it was then."""

    def leave(name: str, *rows: int) -> NDArray[np.uint8]:
        project = Project.open(folder)
        project.scan()
        image = next(entry.id for entry in project.entries() if entry.name == name)
        project.read_rgb8(image)
        editor = MaskEditor(48, 64, mask=project.load_mask(image), journal=project.journal(image).append)
        for y in rows:
            editor.begin_stroke(20, y, size=5, value=1)
            editor.extend_stroke(40, y)
            editor.finish_stroke()
        project.close()
        return editor.array()

    return leave


@pytest.fixture
def press() -> Callable[[MainWindow, str], None]:
    """Press the button of a notice, by its words."""

    def press_it(window: MainWindow, words: str) -> None:
        buttons = [button for card in window.notices.cards() for button in card.findChildren(QPushButton)]
        (button,) = [button for button in buttons if button.text() == words]
        button.click()

    return press_it


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The studio over an engine that trains nothing; closed in the end."""
    window = build_window(Settings(tmp_path / "studio.ini"), engine=(sys.executable, str(FAKE_ENGINE), ""))
    window.show()
    yield window
    close_window(window)
    window.deleteLater()


@pytest.fixture
def open_folder(qtbot: QtBot) -> Callable[[MainWindow, Path], None]:
    """Open a folder in a window; returns when it is scanned and an image is shown."""

    def open_it(window: MainWindow, folder: Path) -> None:
        with qtbot.waitSignal(window.session._opening.scanned):
            window.session.open_folder(folder)
        qtbot.waitUntil(lambda: window.session.image is not None)

    return open_it


@pytest.fixture
def opened(window: MainWindow, folder: Path, open_folder: Callable[[MainWindow, Path], None]) -> MainWindow:
    """The window with `folder` open and its first image on the canvas."""
    open_folder(window, folder)
    return window


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[MainWindow, str], None]:
    """Go to an image by its name."""

    def show_it(window: MainWindow, name: str) -> None:
        image = next(entry.id for entry in window.session.entries() if entry.name == name)
        window.session.open_image(image)
        qtbot.waitUntil(lambda: window.session.image is not None and window.session.image.id == image)

    return show_it


@pytest.fixture
def paint() -> Callable[..., NDArray[np.uint8]]:
    """`paint(window, x=20, y=20)`: a stroke on the open image, and the mask after it."""

    def paint_it(window: MainWindow, *, x: float = 20, y: float = 20) -> NDArray[np.uint8]:
        assert window.session.image is not None
        editor = window.session.image.editor
        editor.begin_stroke(x, y, size=6, value=1)
        editor.extend_stroke(x + 10, y)
        editor.finish_stroke()
        return editor.array()

    return paint_it


@pytest.fixture
def told() -> Callable[[MainWindow], list[str]]:
    """What the notices say, newest first."""
    return lambda window: [f"{card.notice.title} | {card.notice.words}" for card in window.notices.cards()]
