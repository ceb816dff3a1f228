"""Folders that are empty, unreadable, read-only, vanished, oddly named or slow, under the real window."""

import contextlib
import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from closing import close_project, close_window
from PySide6.QtCore import QTimer

from crackstudio.core.errors import ProjectLockedError
from crackstudio.project import atomic, rasters, walk
from crackstudio.project.database import Database
from crackstudio.project.project import Project
from crackstudio.studio import retraining
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.mask_steps import replayed
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
        close_project(window)
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
    close_window(opened)


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
    close_project(window)
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
    close_window(opened)
    assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / "裂缝 0.png.png"), second)


@pytest.fixture
def other(tmp_path):
    """Another folder, with one image."""
    rasters.write_png(tmp_path / "另 other" / "a.png", np.zeros((48, 64, 3), np.uint8))
    return tmp_path / "另 other"


def mask_on_disk(folder):
    """What a studio would show of the first image; waits until another one has let go of the folder."""
    project = None
    while project is None:
        with contextlib.suppress(ProjectLockedError):
            project = Project.open(folder)
    try:
        image = next(entry.id for entry in project.entries() if entry.name == "裂缝 0.png")
        strokes, mask = project.journal(image).read(), project.load_mask(image)
        editor = MaskEditor(48, 64, mask=mask)
        left = replayed(strokes, editor.mask)
        if left is not None:
            editor.bring_back(left)
        return editor.array()
    finally:
        project.close()


def test_a_slow_share_does_not_hold_the_window_while_another_folder_is_opened(
    opened, folder, other, paint, slow, qtbot, monkeypatch
):
    paint(opened)
    monkeypatch.setattr(atomic, "write_bytes", slow.before(atomic.write_bytes))
    opened.session.open_folder(other)
    qtbot.waitUntil(slow.asked.is_set)
    turns(opened, qtbot)
    assert opened.session.project.folder == folder
    painted = paint(opened, y=35)  # nobody is kept from going on
    with qtbot.waitSignal(opened.session.project_opened):
        slow.answers.set()
    assert opened.session.project.folder == other
    assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / "裂缝 0.png.png"), painted)


def test_a_slow_share_does_not_hold_the_window_while_a_project_is_backed_up(
    opened, folder, other, slow, qtbot, monkeypatch, open_folder, told
):
    monkeypatch.setattr(Database, "close", slow.before(Database.close))
    opened.actions["close_project"].trigger()
    qtbot.waitUntil(slow.asked.is_set)
    turns(opened, qtbot)
    assert opened.session.project is None
    opened.session.open_folder(folder)  # the same again: it is locked until it is closed
    turns(opened, qtbot)
    with qtbot.waitSignal(opened.session.project_opened):
        slow.answers.set()
    assert opened.session.project.folder == folder


def test_nobody_has_to_wait_for_the_backup_of_the_project_before(opened, other, slow, qtbot, monkeypatch, told, press):
    monkeypatch.setattr(Database, "close", slow.before(Database.close))
    opened.actions["close_project"].trigger()
    qtbot.waitUntil(slow.asked.is_set)
    opened.session.open_folder(other)
    opened.session._leaving._patience.start(1)
    qtbot.waitUntil(lambda: any("still being closed" in words for words in told(opened)))
    with qtbot.waitSignal(opened.session.project_opened):
        press(opened, "Do not wait")
    assert not slow.answers.is_set()


def test_a_share_that_hangs_keeps_no_window_and_what_is_in_the_journal_is_not_lost(
    opened, folder, paint, slow, qtbot, monkeypatch, told, press
):
    painted = paint(opened)
    opened.session.project.flush()
    monkeypatch.setattr(atomic, "write_bytes", slow.before(atomic.write_bytes))
    assert not opened.close()
    qtbot.waitUntil(slow.asked.is_set)
    turns(opened, qtbot)
    assert opened.isVisible()
    assert told(opened) == []
    opened.close()  # who asks twice is told at once
    (words,) = told(opened)
    assert "Saving before closing" in words
    assert "loses nothing" in words
    press(opened, "Close at once")
    assert not opened.isVisible()
    slow.answers.set()
    assert np.array_equal(mask_on_disk(folder), painted)


def test_who_closes_while_nothing_can_be_written_is_told_what_that_costs(
    opened, paint, slow, qtbot, monkeypatch, told, press
):
    opened.session.project.flush()
    monkeypatch.setattr(opened.session.project._writer, "_check", slow.before(lambda: None))
    paint(opened)
    qtbot.waitUntil(slow.asked.is_set)
    opened.close()
    turns(opened, qtbot)
    opened.session._leaving._patience.start(1)
    qtbot.waitUntil(lambda: bool(told(opened)))
    assert "loses the last 1 step of painting" in told(opened)[0]
    paint(opened, y=35)
    press(opened, "Close at once")  # what it costs has changed since it was told
    assert opened.isVisible()
    assert "loses the last 2 steps of painting" in told(opened)[0]
    press(opened, "Close at once")
    assert not opened.isVisible()


def test_who_would_rather_stay_stays_and_everything_is_saved(
    opened, folder, paint, slow, qtbot, monkeypatch, told, press
):
    painted = paint(opened)
    monkeypatch.setattr(atomic, "write_bytes", slow.before(atomic.write_bytes))
    opened.close()
    opened.close()
    press(opened, "Stay open")
    with qtbot.waitSignal(opened.session.saved):
        slow.answers.set()
    turns(opened, qtbot)
    assert opened.isVisible()
    assert told(opened) == []
    assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / "裂缝 0.png.png"), painted)


def test_a_slow_share_does_not_hold_the_window_while_a_run_is_made_ready(
    window, reviewed, open_folder, slow, qtbot, monkeypatch
):
    open_folder(window, reviewed)
    network = window.session.project.home / "mine.safetensors"
    network.write_bytes(b"")
    window.session.project.use_network(network, label="mine")
    monkeypatch.setattr(retraining, "read_card", slow.before(retraining.read_card))
    window.actions["retrain"].trigger()
    qtbot.waitUntil(slow.asked.is_set)
    turns(window, qtbot)
    assert not window.retraining.is_running
    with qtbot.waitSignal(window.retraining.run_started):
        slow.answers.set()
