"""Folders and files that were moved outside: masks, strokes, proposals, tags and reviews follow by themselves."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from crackstudio.core import wire
from crackstudio.core.errors import RasterError
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.core.runs import RunSpec
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.project.proposals import ProposalStore
from crackstudio.project.run_folder import RunFolder
from crackstudio.studio import desk

MAP = np.arange(48 * 64, dtype=np.uint8).reshape(48, 64)


@pytest.fixture
def opened_project():
    """Open, scan and close a project, in the hands of the test between."""
    projects = []

    def open_it(folder, **how):
        project = Project.open(folder, **how)
        projects.append(project)
        project.scan()
        return project

    yield open_it
    for project in projects:
        if not project._closed:
            project.close()


def entry_of(project, name):
    return next(entry for entry in project.entries() if entry.name == name)


def propose(project, image, label):
    (wish,) = project.proposals.ask([image])
    rasters.write_png(project.home / "made.png", MAP)
    target = project.home / "proposals-incoming" / "x.png"
    target.parent.mkdir(exist_ok=True)
    (project.home / "made.png").rename(target)
    event = wire.Proposed(id=wish.id, out=str(target), checkpoint="c", threshold=0.4, score=0.3, share=0.1)
    project.proposals.record(event, label=label)
    project.flush()


@pytest.fixture
def rich(reviewed, opened_project, leave_strokes):
    """Masks, two generations of proposals, a tag by hand, a run, a network, and strokes that were not saved."""
    project = opened_project(reviewed)
    image = entry_of(project, "裂缝 1.png").id
    propose(project, image, "first")
    propose(project, image, "second")
    project.set_tag([entry_of(project, "裂缝 3.png").id], Tag.INTACT)
    network = project.home / "models" / "n.safetensors"
    network.parent.mkdir()
    network.write_bytes(b"")
    project.use_network(network, label="mine")
    project.runs.create(RunSpec(method="unet"))
    project.close()
    left = leave_strokes("裂缝 2.png", 12)
    return reviewed, left


def check(project, names, left):
    mine, strokes, tagged = (entry_of(project, name) for name in names)
    assert (mine.review, mine.mask_kind, mine.tag) == (Review.CONFIRMED, MaskKind.REGION, Tag.CRACKED)
    assert (project.load_mask(mine.id) == 1).all()
    assert np.array_equal(project.proposals.load(mine.id), MAP)
    assert np.array_equal(project.proposals.load_previous(mine.id), MAP)
    assert mine.proposed_by == "second"
    assert tagged.tag is Tag.INTACT
    assert strokes.name not in [entry.name for entry in project.unsaved()]
    assert np.array_equal(project.load_mask(strokes.id), left)


NAMES = ("裂缝 1.png", "裂缝 2.png", "裂缝 3.png")


def test_a_folder_renamed_outside_is_as_it_was(rich, window, open_folder, told, qtbot, press):
    folder, left = rich
    moved = folder.with_name("别处 elsewhere")
    folder.rename(moved)
    open_folder(window, moved)
    qtbot.waitUntil(lambda: any("brought back" in words for words in told(window)))
    press(window, "Keep them")
    project = window.session.project
    window.session.save_all()
    window.session.writing.finish()
    project.flush()
    check(project, NAMES, left)
    assert project.network().label == "mine"
    qtbot.waitUntil(lambda: window.run_monitor.runs.count() == 1)
    assert [words for words in told(window) if "interrupted" not in words] == []


def test_an_interrupted_run_goes_on_in_a_moved_folder(rich, window, open_folder, told, qtbot, press):
    folder, _ = rich
    moved = folder.with_name("moved")
    folder.rename(moved)
    open_folder(window, moved)
    qtbot.waitUntil(lambda: any("was interrupted" in words for words in told(window)))
    press(window, "Go on training")
    qtbot.waitUntil(lambda: window.retraining.history is not None, timeout=15_000)
    (record,) = (moved / ".crackstudio" / "runs").glob("*/run.json")
    items = RunFolder(record.parent).snapshot().items
    assert len(items) == 3
    assert {Path(item.image).parent for item in items} == {moved}


def test_a_drive_mounted_elsewhere_is_as_it_was_with_its_project_beside_it(
    folder, opened_project, tmp_path, window, qtbot, told
):
    home = tmp_path / "项目 home"
    project = opened_project(folder, home=home)
    image = entry_of(project, "裂缝 1.png").id
    project.read_rgb8(image)
    project.save_mask(image, np.ones((48, 64), np.uint8), MaskKind.EXACT)
    project.close()
    mounted = tmp_path / "mnt" / "drive"
    shutil.copytree(folder, mounted)  # as file systems without fine times have it
    shutil.rmtree(folder)
    window.session.open_folder(mounted, home=home)
    qtbot.waitUntil(lambda: window.session.image is not None)
    with qtbot.waitSignal(window.session.scanned):
        window.actions["rescan"].trigger()
    assert (window.session.project.load_mask(image) == 1).all()
    assert len(window.session.entries()) == 4
    assert told(window) == []


@pytest.mark.parametrize("while_open", [False, True], ids=["while closed", "while open"])
def test_images_moved_between_sub_folders_take_everything_along(
    rich, window, open_folder, qtbot, told, press, while_open
):
    folder, left = rich
    if while_open:
        open_folder(window, folder)
        qtbot.waitUntil(lambda: any("brought back" in words for words in told(window)))
    (folder / "二 b" / "深 deep").mkdir(parents=True)
    for name in NAMES:
        (folder / name).rename(folder / "二 b" / "深 deep" / name)
    if while_open:
        with qtbot.waitSignal(window.session.scanned):
            window.actions["rescan"].trigger()
    else:
        open_folder(window, folder)
        qtbot.waitUntil(lambda: any("brought back" in words for words in told(window)))
    press(window, "Keep them")
    window.session.save_all()
    window.session.writing.finish()
    window.session.project.flush()
    check(window.session.project, [f"二 b/深 deep/{name}" for name in NAMES], left)
    home = folder / ".crackstudio"
    for place in ("masks", "proposals", "proposals-before", "journal"):
        assert [path.name for path in (home / place).glob("*.*")] in ([], ["裂缝 0.png.png"]), place
    assert [words for words in told(window) if "interrupted" not in words] == []


def test_an_image_that_a_scan_finds_elsewhere_while_it_is_opened_is_opened_there(
    rich, window, qtbot, told, monkeypatch
):
    folder, _left = rich
    (folder / "b").mkdir()
    for name in NAMES:
        (folder / name).rename(folder / "b" / name)
    scanned, load = threading.Event(), desk.load

    def late(*asked, **how):
        if scanned.is_set():
            return load(*asked, **how)
        scanned.wait()
        raise RasterError("There is no such file.")

    monkeypatch.setattr(desk, "load", late)
    with qtbot.waitSignal(window.session._opening.scanned):
        window.session.open_folder(folder)
    scanned.set()
    qtbot.waitUntil(lambda: window.session.image is not None)
    assert not any("no such file" in words for words in told(window))


def test_of_two_equal_pictures_each_keeps_its_own_mask(folder, opened_project):
    (folder / "b").mkdir()
    shutil.copy(folder / "裂缝 0.png", folder / "b" / "y.png")
    shutil.copy(folder / "裂缝 0.png", folder / "b" / "x.png")
    project = opened_project(folder)
    for value, name in ((1, "b/x.png"), (2, "b/y.png")):
        image = entry_of(project, name).id
        project.read_rgb8(image)
        project.save_mask(image, np.full((48, 64), value, np.uint8), MaskKind.EXACT)
    (folder / "c").mkdir()
    (folder / "b" / "y.png").rename(folder / "c" / "y.png")
    (folder / "b" / "x.png").rename(folder / "a.png")
    project.scan()
    assert (project.load_mask(entry_of(project, "c/y.png").id) == 2).all()
    assert (project.load_mask(entry_of(project, "a.png").id) == 1).all()


def test_a_file_that_only_has_the_size_of_one_that_was_never_opened_is_new(folder, opened_project):
    project = opened_project(folder)
    image = entry_of(project, "裂缝 3.png").id
    project.set_tag([image], Tag.INTACT)
    (folder / "裂缝 3.png").rename(folder / "other name.png")
    project.scan()
    assert entry_of(project, "other name.png").tag is Tag.UNKNOWN


def test_a_kill_in_the_middle_of_relinking_loses_neither_review_nor_kind(reviewed, opened_project, monkeypatch):
    project = opened_project(reviewed)

    class Killed(BaseException):
        pass

    def kill(*_args):
        raise Killed

    (reviewed / "to").mkdir()
    (reviewed / "裂缝 1.png").rename(reviewed / "to" / "裂缝 1.png")
    with monkeypatch.context() as patch:
        patch.setattr(ProposalStore, "move", kill)  # the mask has its new place, nothing else is done
        with pytest.raises(Killed):
            project.scan()
    project.close()
    project = opened_project(reviewed)
    entry = entry_of(project, "to/裂缝 1.png")
    assert (entry.review, entry.mask_kind) == (Review.CONFIRMED, MaskKind.REGION)
    assert (project.load_mask(entry.id) == 1).all()
