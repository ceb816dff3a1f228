"""A disk that is full, or a permission that is taken away, while one paints: told once, nothing lost, tried again."""

import contextlib
import errno
import os
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest
from closing import close_window

from crackstudio.core.errors import FolderError
from crackstudio.core.images import MaskKind, Review
from crackstudio.core.runs import RunSpec
from crackstudio.project import database, frames, rasters
from crackstudio.project.project import Project
from crackstudio.studio import desk

FULL = OSError(errno.ENOSPC, "No space left on device")
REFUSED = PermissionError(errno.EACCES, "Permission denied")
MASK = np.ones((48, 64), np.uint8)


@pytest.fixture(params=[FULL, REFUSED], ids=["full", "refused"])
def broken_disk(request, monkeypatch):
    """`with broken_disk():` nothing can be written to any file: masks, journals, database."""

    @contextlib.contextmanager
    def break_it():
        def fail(*_args):
            raise request.param

        def fail_in_sqlite(*_args):
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            patch.setattr(frames, "append", fail)
            patch.setattr(database.Database, "save", fail_in_sqlite)
            yield

    return break_it


def masks_on_disk(folder):
    return {path.name: rasters.read_mask(path) for path in (folder / ".crackstudio" / "masks").glob("*.png")}


def test_painting_goes_on_and_everything_is_saved_when_it_can_be(
    opened, folder, paint, show, told, broken_disk, qtbot, monkeypatch
):
    saved = paint(opened)
    opened.actions["save"].trigger()
    opened.session.writing.finish()
    opened.session.project.flush()
    with broken_disk():
        mask = paint(opened, y=30)
        for _ in range(3):
            opened.actions["save"].trigger()
            opened.session.writing.finish()
        show(opened, "裂缝 1.png")
        other = paint(opened, y=40)
        opened.session.save_all()
        opened.session.writing.finish()
        with pytest.raises(FolderError):
            opened.session.project.flush()
        qtbot.waitUntil(lambda: bool(told(opened)))
        (words,) = told(opened)
        assert "could not be saved" in words
        assert "strokes are kept" in words
        assert "free some space or give the permission back" in words
        assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], saved)
        assert list(masks_on_disk(folder)) == ["裂缝 0.png.png"]
        assert not opened.close()
        qtbot.waitUntil(lambda: any("Not closed" in words for words in told(opened)))
        assert len(told(opened)) == 1
        assert opened.isVisible()
        assert np.array_equal(opened.session.image.editor.array(), other)
    opened.session._desk._autosave.timeout.emit()
    opened.session.writing.finish()
    opened.session.project.flush()
    assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], mask)
    assert np.array_equal(masks_on_disk(folder)["裂缝 1.png.png"], other)
    assert list((folder / ".crackstudio" / "masks").glob(".*")) == []
    qtbot.waitUntil(lambda: [words.partition(" | ")[0] for words in told(opened)] == ["Everything is saved again"])
    close_window(opened)


def test_a_notice_that_was_closed_does_not_come_again_with_every_try(opened, paint, told, broken_disk, qtbot):
    with broken_disk():
        paint(opened)
        opened.actions["save"].trigger()
        opened.session.writing.finish()
        qtbot.waitUntil(lambda: bool(told(opened)))
        opened.notices.cards()[0].dismiss()
        for y in (10, 30):
            paint(opened, y=y)
            opened.session._desk._autosave.timeout.emit()
            opened.session.writing.finish()
            with pytest.raises(FolderError):
                opened.session.project.flush()
        assert told(opened) == []


def test_strokes_alone_that_cannot_be_written_are_told_and_masks_follow_when_the_disk_is_well(
    opened, folder, paint, told, broken_disk, qtbot
):
    with broken_disk():
        mask = paint(opened)
        qtbot.waitUntil(lambda: bool(told(opened)))
        assert "could not be saved" in told(opened)[0]
    opened.session.project.flush()
    qtbot.waitUntil(lambda: "Everything is saved again" in told(opened)[0])
    opened.session.writing.finish()
    assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], mask)


def test_a_permission_that_is_lost_while_saving_is_told_once_and_the_old_mask_is_whole(
    opened, folder, paint, told, monkeypatch
):
    """Of the masks alone: everything else can be written."""
    first = paint(opened)
    opened.actions["save"].trigger()
    opened.session.writing.finish()
    replace = Path.replace

    def refuse(source, target):
        if target.parent.name == "masks":
            raise REFUSED
        return replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        second = paint(opened, y=35)
        for _ in range(3):
            opened.actions["save"].trigger()
            opened.session.writing.finish()
        (words,) = told(opened)
        assert "Permission denied" in words
        assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], first)
        assert len(opened.session.project.journal(opened.session.image.id).read()) == 1
    opened.actions["save"].trigger()
    opened.session.writing.finish()
    assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], second)
    assert "Everything is saved again" in told(opened)[0]


def test_saving_is_tried_again_by_itself(opened, folder, paint, broken_disk, qtbot, monkeypatch):
    mask = paint(opened)
    with broken_disk():
        opened.actions["save"].trigger()
        opened.session.writing.finish()
        assert opened.session.is_unsaved
    assert desk.AUTOSAVE_MS <= 30_000
    opened.session._desk._autosave.setInterval(1)
    with qtbot.waitSignal(opened.session.saved):
        pass
    assert np.array_equal(masks_on_disk(folder)["裂缝 0.png.png"], mask)


def test_a_run_for_which_there_is_no_room_does_not_begin_and_can_be_asked_for_again(
    window, reviewed, open_folder, told, broken_disk, qtbot
):
    open_folder(window, reviewed)
    with broken_disk():
        window.retraining.retrain(RunSpec(method="unet"))
        qtbot.waitUntil(lambda: any("The disk refused" in words for words in told(window)))
        assert any("Free some space" in words for words in told(window))
        assert not any("A fault" in words for words in told(window))
        assert not window.retraining.is_running
    assert window.session.project.runs.all() == []
    window.retraining.retrain(RunSpec(method="unet"))
    qtbot.waitUntil(lambda: window.retraining.is_running, timeout=15_000)


def test_the_journal_stays_until_the_row_of_its_mask_is_written(folder, monkeypatch):
    """A kill in between must not cost what only the row and the journal say: that it is a region label."""
    project = Project.open(folder)
    project.scan()
    image = project.entries()[0].id
    project.journal(image).append(b"kind")
    project.flush()

    def fail(*_args):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(database.Database, "save", fail)
        project.save_mask(image, MASK, MaskKind.REGION)
        with pytest.raises(FolderError, match="disk is full"):
            project.flush()
        assert frames.read(folder / ".crackstudio" / "journal" / "裂缝 0.png.journal")[0] == [b"kind"]
    project.flush()
    assert project.journal(image).read() == []
    project.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit that the operating system keeps")
def test_a_limit_of_the_operating_system_itself(folder):
    """No file may grow: real writes fail half-way, for root too, of masks, journals and SQLite alike."""
    import resource

    project = Project.open(folder)
    project.scan()
    told: list[str] = []
    project.listen(told.append)
    image = project.entries()[0].id
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.journal(image).append(b"first")
    project.flush()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0).integers(0, 2, (48, 64), np.uint8)
    journal = (folder / ".crackstudio" / "journal" / "裂缝 0.png.journal").read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(journal) + 10, hard))
    try:
        with pytest.raises(FolderError, match="intact"):
            project.save_mask(image, noise, MaskKind.EXACT)
        project.journal(image).append(b"second" * 50)
        project.set_review([image], Review.CONFIRMED)
        for _ in range(2):
            with pytest.raises(FolderError, match="strokes are kept in memory"):
                project.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (folder / ".crackstudio" / "journal" / "裂缝 0.png.journal").read_bytes() == journal
    assert (masks_on_disk(folder)["裂缝 0.png.png"] == MASK).all()
    project.flush()
    assert project.journal(image).read() == [b"first", b"second" * 50]
    assert len(told) == 2
    assert "can be written again" in told[1]
    project.save_mask(image, noise, MaskKind.EXACT)
    project.close()
    again = Project.open(folder)
    assert again._reports == []
    assert again.entry(image).review is Review.CONFIRMED
    assert np.array_equal(again.load_mask(image), noise)
    again.close()
