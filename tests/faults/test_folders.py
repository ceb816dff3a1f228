"""Folders that are empty, unreadable, read-only, vanished, oddly named or slow, under the real window."""

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from crackstudio.project import atomic, rasters, walk
from crackstudio.project.project import Project
from crackstudio.studio.widgets.main_window import MainWindow

TICKS = 20
"""So often the window must turn while a disk does not answer."""


def refused(*_args, **_how):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_an_empty_folder_says_what_to_do_and_takes_images_that_come(window, tmp_path, told, qtbot):
    folder = tmp_path / "空 empty"
    folder.mkdir()
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: bool(told(window)))
    (words,) = told(window)
    assert "No images in this folder" in words
    assert "look again" in words
    rasters.write_png(folder / "a.png", np.zeros((9, 9, 3), np.uint8))
    window.actions["rescan"].trigger()
    qtbot.waitUntil(lambda: window.session.image is not None)


def test_a_folder_that_cannot_be_listed_is_told_and_forgets_nothing(
    opened, folder, paint, told, qtbot, monkeypatch, show
):
    painted = paint(opened)
    scandir = os.scandir
    with monkeypatch.context() as patch:
        patch.setattr(walk.os, "scandir", lambda path=".": refused() if Path(path) == folder else scandir(path))
        opened.actions["rescan"].trigger()
        qtbot.waitUntil(lambda: bool(told(opened)))
    (words,) = told(opened)
    assert "cannot be listed" in words
    assert "What was known of it is kept" in words
    assert len(opened.session.entries()) == 4
    show(opened, "裂缝 1.png")
    show(opened, "裂缝 0.png")
    assert np.array_equal(opened.session.image.editor.array(), painted)


def test_a_sub_folder_that_cannot_be_listed_keeps_its_images(opened, folder, told, qtbot, monkeypatch):
    rasters.write_png(folder / "远 far" / "x.png", np.zeros((9, 9, 3), np.uint8))
    with qtbot.waitSignal(opened.session._opening.scanned):
        opened.actions["rescan"].trigger()
    scandir = os.scandir
    with monkeypatch.context() as patch:
        patch.setattr(walk.os, "scandir", lambda path=".": refused() if Path(path).name == "远 far" else scandir(path))
        with qtbot.waitSignal(opened.session._opening.scanned):
            opened.actions["rescan"].trigger()
    qtbot.waitUntil(lambda: bool(told(opened)))
    (words,) = told(opened)
    assert "远 far" in words
    assert len(opened.session.entries()) == 5


def test_a_read_only_folder_names_the_way_out_which_works(window, folder, tmp_path, told, qtbot, monkeypatch, paint):
    mkdir = Path.mkdir
    with monkeypatch.context() as patch:
        patch.setattr(
            Path,
            "mkdir",
            lambda path, *args, **how: refused() if path.is_relative_to(folder) else mkdir(path, *args, **how),
        )
        window.session.open_folder(folder)
        qtbot.waitUntil(lambda: bool(told(window)))
        (words,) = told(window)
        assert "Permission denied" in words
        assert "--project" in words
        window.session.open_folder(folder, home=tmp_path / "elsewhere")
        qtbot.waitUntil(lambda: window.session.image is not None)
        painted = paint(window)
        window.actions["close_project"].trigger()
    assert not (folder / ".crackstudio").exists()
    assert np.array_equal(rasters.read_mask(tmp_path / "elsewhere" / "masks" / "裂缝 0.png.png"), painted)


def test_a_folder_that_vanishes_while_open_is_told_and_gets_the_strokes_when_it_is_back(
    opened, folder, paint, told, qtbot, show
):
    opened.image_list.set_thumbnails(None)
    opened.session.reading.finish()
    opened.session.project.flush()
    away = folder.with_name("away")
    folder.rename(away)
    painted = paint(opened)
    other = next(entry.id for entry in opened.session.entries() if entry.name == "裂缝 3.png")
    opened.session.open_image(other)
    qtbot.waitUntil(lambda: any("裂缝 3.png" in words for words in told(opened)))
    qtbot.waitUntil(lambda: any("could not be saved" in words for words in told(opened)))
    assert opened.session.entry.name == "裂缝 0.png"
    assert not folder.exists()
    away.rename(folder)
    show(opened, "裂缝 3.png")
    opened.session.save_all()
    opened.session.writing.finish()
    opened.session.project.flush()
    assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / "裂缝 0.png.png"), painted)
    assert opened.close()


def test_an_image_that_vanishes_costs_that_image_alone(opened, folder, paint, told, qtbot, show):
    (folder / "裂缝 2.png").unlink()
    painted = paint(opened)
    gone = next(entry.id for entry in opened.session.entries() if entry.name == "裂缝 2.png")
    opened.session.open_image(gone)
    qtbot.waitUntil(lambda: bool(told(opened)))
    (words,) = told(opened)
    assert "No such file" in words
    assert np.array_equal(opened.session.image.editor.array(), painted)
    show(opened, "裂缝 3.png")
    assert told(opened) == []


@pytest.mark.parametrize("name", ["a b  c", "桥梁 裂缝", "é ü ñ", "100% #1 [x] 'q' ;&", "x" * 200, ".hidden"])
def test_odd_names_of_folders_and_files_go_round(window, tmp_path, open_folder, paint, told, name):
    folder = tmp_path / name
    rasters.write_png(folder / f"{name.lstrip('.')[:100]}.png", np.zeros((48, 64, 3), np.uint8))
    open_folder(window, folder)
    painted = paint(window)
    window.actions["close_project"].trigger()
    open_folder(window, folder)
    assert np.array_equal(window.session.image.editor.array(), painted)
    assert told(window) == []


class Slow:
    """A share that does not answer until it is told to."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()

    def before(self, act):
        def wait(*args, **how):
            self.asked.set()
            self.answers.wait(30)
            return act(*args, **how)

        return wait


@pytest.fixture
def slow():
    share = Slow()
    yield share
    share.answers.set()


def turns(window: MainWindow, qtbot) -> None:
    """The event loop goes round, and the window paints."""
    ticks: list[int] = []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start()
    window.update()
    qtbot.waitUntil(lambda: len(ticks) >= TICKS)
    timer.stop()


def test_a_slow_share_does_not_hold_the_window_while_a_folder_opens(window, folder, slow, qtbot, monkeypatch):
    monkeypatch.setattr(Project, "scan", slow.before(Project.scan))
    window.session.open_folder(folder)
    qtbot.waitUntil(slow.asked.is_set)
    turns(window, qtbot)
    slow.answers.set()
    qtbot.waitUntil(lambda: window.session.image is not None)


def test_a_slow_share_does_not_hold_the_open_image_while_another_is_read(
    opened, paint, slow, qtbot, monkeypatch, show, told
):
    opened.session.reading.finish()
    monkeypatch.setattr(Project, "read_native", slow.before(Project.read_native))
    other = next(entry.id for entry in opened.session.entries() if entry.name == "裂缝 3.png")
    opened.session.open_image(other)
    qtbot.waitUntil(slow.asked.is_set)
    painted = paint(opened)
    turns(opened, qtbot)
    assert opened.session.entry.name == "裂缝 0.png"
    slow.answers.set()
    qtbot.waitUntil(lambda: opened.session.entry.name == "裂缝 3.png")
    show(opened, "裂缝 0.png")
    assert np.array_equal(opened.session.image.editor.array(), painted)
    assert told(opened) == []


def test_a_slow_share_does_not_hold_the_brush_while_a_mask_is_saved(opened, folder, paint, slow, qtbot, monkeypatch):
    first = paint(opened)
    monkeypatch.setattr(atomic, "write_bytes", slow.before(atomic.write_bytes))
    opened.actions["save"].trigger()
    qtbot.waitUntil(slow.asked.is_set)
    second = paint(opened, y=35)
    assert not np.array_equal(first, second)
    turns(opened, qtbot)
    slow.answers.set()
    assert opened.close()
    assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / "裂缝 0.png.png"), second)
