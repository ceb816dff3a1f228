"""Scanning: only what changed is looked at; what vanishes comes back; what is renamed keeps its mask."""

import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import tifffile

from crackstudio.core.errors import FolderError, RasterError
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project import rasters, scanning
from crackstudio.project.catalogue import GONE
from crackstudio.project.project import Project

MASK = np.eye(20, 30, dtype=np.uint8)


def names(project):
    return [entry.name for entry in project.entries()]


def test_a_second_scan_finds_nothing_new(project):
    outcome = project.scan()
    assert (outcome.added, outcome.vanished, outcome.changed) == ((), (), ())


def test_new_files_appear_in_the_order_of_their_paths(project, folder, drawn, id_of):
    rasters.write_png(folder / "aa" / "new.png", drawn(50))
    outcome = project.scan()
    assert outcome.added == (id_of(project, "aa/new.png"),)
    assert names(project) == sorted(names(project))


def test_entries_are_there_while_the_scan_goes_on(opened):
    project = opened(scan=False)
    seen = []
    project.scan(on_progress=lambda count: seen.append((count, len(project.entries()))))
    assert seen[0][0] == seen[0][1] == 2
    assert seen[-1] == (8, 8)


def test_a_stopped_scan_says_nothing_is_gone(project, folder):
    shutil.rmtree(folder / "cracked")
    stop = threading.Event()
    stop.set()
    assert project.scan(stop=stop).vanished == ()
    assert len(names(project)) == 8


def test_hidden_folders_mask_folders_and_other_files_are_left_out(opened, folder, drawn):
    for name in (".hidden/a.png", ".a.png", "masks/a.png", "cracked/Masks/a.png"):
        rasters.write_png(folder / name, drawn(1))
    (folder / "notes.txt").write_text("no picture")
    (folder / "folder.png").mkdir()
    assert len(names(opened())) == 8


def test_vanished_files_are_kept_and_come_back_with_their_masks(project, folder, tmp_path, id_of):
    image = id_of(project, "cracked/0.png")
    project.read_rgb8(image)
    project.save_mask(image, MASK, MaskKind.REGION)
    project.set_review([image], Review.CONFIRMED)
    (folder / "cracked").rename(tmp_path / "away")
    assert image in project.scan().vanished
    assert "cracked/0.png" not in names(project)
    assert project.entry(image).problem == GONE
    assert project.runs.stock().masks == 0
    (tmp_path / "away").rename(folder / "cracked")
    assert image in project.scan().added
    entry = project.entry(image)
    assert (entry.mask_kind, entry.review, entry.problem) == (MaskKind.REGION, Review.CONFIRMED, None)
    assert (project.load_mask(image) == MASK).all()


def test_a_renamed_file_takes_its_mask_proposals_and_strokes_along(opened, folder, id_of):
    project = opened()
    image = id_of(project, "cracked/0.png")
    project.read_rgb8(image)
    project.save_mask(image, MASK, MaskKind.REGION)
    project.set_review([image], Review.CONFIRMED)
    project.journal(image).append(b"stroke")
    rasters.write_png(project.proposals.path(image), MASK)
    project.close()
    (folder / "cracked" / "0.png").rename(folder / "renamed 桥.png")
    project = opened()
    assert "cracked/0.png" not in names(project)
    entry = project.entry(id_of(project, "renamed 桥.png"))
    assert (entry.mask_kind, entry.review, entry.tag) == (MaskKind.REGION, Review.CONFIRMED, Tag.CRACKED)
    assert (project.load_mask(entry.id) == MASK).all()
    assert project.proposals.load(entry.id) is not None
    assert project.journal(entry.id).read() == [b"stroke"]
    assert project.scan().added == ()
    project.close()
    assert len(names(opened(scan=False))) == 8


@pytest.mark.parametrize(
    ("retagged", "target", "expected"),
    [(None, "intact", Tag.INTACT), (None, "other", Tag.CRACKED), (Tag.UNKNOWN, "intact", Tag.UNKNOWN)],
)
def test_a_moved_file_takes_the_tag_of_its_new_folder_unless_a_person_gave_one(
    project, folder, id_of, retagged, target, expected
):
    image = id_of(project, "cracked/1.png")
    project.read_rgb8(image)
    if retagged is not None:
        project.set_tag([image], retagged)
    (folder / target).mkdir(exist_ok=True)
    (folder / "cracked" / "1.png").rename(folder / target / "moved.png")
    project.scan()
    assert project.entry(id_of(project, f"{target}/moved.png")).tag is expected


def test_a_moved_project_keeps_everything(opened, folder, id_of):
    project = opened()
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.close()
    moved = folder.rename(folder.with_name("another place"))
    again = Project.open(moved)
    assert again.scan().added == ()
    assert (again.load_mask(image) == MASK).all()
    again.close()


def test_a_changed_file_is_read_anew(project, folder, id_of, drawn):
    image = id_of(project, "a.png")
    project.read_rgb8(image)
    rasters.write_png(folder / "a.png", drawn(77, 9, 8))
    assert project.scan().changed == (image,)
    assert project.entry(image).digest is None
    assert project.read_rgb8(image).shape == (9, 8, 3)


def confirm(project, *images):
    for image in images:
        project.read_rgb8(image)
        project.save_mask(image, MASK, MaskKind.EXACT)
    project.set_review(images, Review.CONFIRMED)


def reports_of(project):
    said = []
    project.listen(said.append)
    return said


def replace_by(path, content):
    """As a copying program does it: another time, and here the same size in pixels."""
    rasters.write_png(path, content)
    touch(path)


def touch(path):
    later = path.stat().st_mtime_ns + 10**10
    os.utime(path, ns=(later, later))


def test_replaced_files_keep_their_masks_but_are_not_confirmed_any_more(project, folder, id_of, drawn):
    images = [id_of(project, f"cracked/{number}.png") for number in range(3)]
    confirm(project, *images)
    project.set_review(images[2:], Review.FLAGGED)
    said = reports_of(project)
    for number in range(3):
        replace_by(folder / "cracked" / f"{number}.png", drawn(70 + number))
    assert set(project.scan().changed) == set(images)
    assert [project.entry(image).review for image in images] == [Review.CORRECTED, Review.CORRECTED, Review.FLAGGED]
    assert all((project.load_mask(image) == MASK).all() for image in images)
    assert len(said) == 1
    assert said[0].startswith("The files of 3 images (cracked/0.png, cracked/1.png, cracked/2.png) hold other pictures")
    project.scan()
    project.read_rgb8(images[0])
    assert len(said) == 1


def test_a_touched_file_is_the_same_picture(project, folder, id_of):
    image = id_of(project, "cracked/0.png")
    confirm(project, image)
    said, before = reports_of(project), project.entry(image)
    touch(folder / "cracked" / "0.png")
    project.scan()
    assert project.entry(image) == before
    assert said == []
    assert project.scan().changed == ()


def test_another_picture_in_the_place_of_a_vanished_one_is_not_confirmed(project, folder, id_of, drawn):
    image = id_of(project, "cracked/0.png")
    confirm(project, image)
    said = reports_of(project)
    (folder / "cracked" / "0.png").unlink()
    project.scan()
    replace_by(folder / "cracked" / "0.png", drawn(71))
    assert project.scan().added == (image,)
    assert (project.entry(image).review, len(said)) == (Review.CORRECTED, 1)


def test_a_replaced_file_that_cannot_be_read_just_now_is_looked_at_by_the_next_scan(
    project, folder, id_of, drawn, monkeypatch
):
    image = id_of(project, "cracked/0.png")
    confirm(project, image)
    replace_by(folder / "cracked" / "0.png", drawn(71))

    def refuse(_path):
        raise RasterError("no permission")

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "digest_of", refuse)
        project.scan()
    assert project.entry(image).problem is None
    project.scan()
    assert project.entry(image).review is Review.CORRECTED


def test_a_replaced_stack_takes_the_confirmation_of_its_pages_back(project, folder, id_of):
    path = folder / "stack.tif"
    stack = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(path, stack, photometric="minisblack")
    project.scan()
    page = id_of(project, "stack.tif#2")
    confirm(project, page)
    tifffile.imwrite(path, stack + 1, photometric="minisblack")
    touch(path)
    project.scan()
    assert project.entry(page).review is Review.CORRECTED


def test_pages_of_a_tiff_are_images_of_their_own(project, folder, id_of):
    path = folder / "stack.tif"
    tifffile.imwrite(path, np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30), photometric="minisblack")
    project.scan()
    assert [name for name in names(project) if name.startswith("stack")] == ["stack.tif", "stack.tif#1", "stack.tif#2"]
    assert project.scan().added == ()
    page = id_of(project, "stack.tif#2")
    assert project.read_rgb8(page).shape == (20, 30, 3)
    project.save_mask(page, MASK, MaskKind.EXACT)
    assert (project.home / "masks" / "stack.tif#2.png").exists()
    tifffile.imwrite(path, np.zeros((20, 30), np.uint16), photometric="minisblack")
    assert page in project.scan().vanished
    assert [name for name in names(project) if name.startswith("stack")] == ["stack.tif"]


def test_masks_on_disk_that_the_database_forgot_are_found(opened, folder, id_of):
    project = opened()
    project.save_mask(id_of(project, "cracked/0.png"), MASK, MaskKind.EXACT)
    project.close()
    for path in (folder / ".crackstudio").glob("project.db*"):
        path.unlink()
    project = opened()
    entry = project.entry(id_of(project, "cracked/0.png"))
    assert (entry.mask_kind, entry.review) == (MaskKind.EXACT, Review.CORRECTED)
    assert (project.load_mask(entry.id) == MASK).all()


def test_a_folder_that_cannot_be_listed_keeps_its_images(project, monkeypatch):
    told = []
    project.listen(told.append)
    listed = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: refused() if Path(path).name == "cracked" else listed(path))
    assert project.scan().vanished == ()
    assert len(names(project)) == 8
    assert "cracked/" in told[0]


def refused():
    raise PermissionError(13, "Permission denied")


def test_a_vanished_folder_is_a_clear_error_and_nothing_is_forgotten(project, folder, monkeypatch):
    monkeypatch.setattr(os, "scandir", lambda _path: refused())
    with pytest.raises(FolderError, match="cannot be listed"):
        project.scan()
    assert len(names(project)) == 8


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_back_up_do_not_go_round_for_ever(opened, folder, tmp_path, drawn):
    rasters.write_png(tmp_path / "beside" / "x.png", drawn(3))
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "beside").symlink_to(tmp_path / "beside", target_is_directory=True)
    project = opened()
    assert len(names(project)) == 9
    assert "beside/x.png" in names(project)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_are_left_out_and_told(opened, folder, drawn):
    told = []
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.png")).write_bytes(rasters.png_bytes(drawn(1)))
    project = opened()
    project.listen(told.append)
    assert len(names(project)) == 8
    assert "1 files" in told[0]
    project.flush()


def test_an_empty_folder_is_a_project_without_images(tmp_path):
    project = Project.open(tmp_path)
    assert project.scan().added == ()
    assert project.entries() == []
    assert project.runs.stock().images == 0
    project.close()


def test_an_image_renamed_while_it_is_being_painted_is_saved_under_its_new_name(project, folder, id_of):
    told = []
    project.listen(told.append)
    image = id_of(project, "a.png")
    project.read_rgb8(image)
    journal = project.journal(image)
    project.save_mask(image, 1 - MASK, MaskKind.EXACT)
    journal.append(b"before")
    project.flush()
    (folder / "a.png").rename(folder / "renamed.png")
    outcome = project.scan()
    assert outcome.added == (image,)
    assert outcome.vanished == ()
    assert project.entry(image).name == "renamed.png"
    journal.append(b"after")
    project.flush()
    assert project.journal(image).read() == [b"before", b"after"]
    assert [entry.name for entry in project.unsaved()] == ["renamed.png"]
    project.save_mask(image, MASK, MaskKind.EXACT)
    assert (project.load_mask(image) == MASK).all()
    project.flush()
    assert project.unsaved() == []
    assert not (project.home / "masks" / "a.png.png").exists()
    assert told == []


def test_strokes_on_the_new_name_are_not_replaced_by_those_of_the_old_one(project, folder, id_of):
    told = []
    project.listen(told.append)
    old = id_of(project, "a.png")
    project.read_rgb8(old)
    project.save_mask(old, MASK, MaskKind.EXACT)

    def paint(_count):
        if any(entry.name == "renamed.png" for entry in project.entries()):
            project.journal(id_of(project, "renamed.png")).append(b"new stroke")

    (folder / "a.png").rename(folder / "renamed.png")
    project.scan(on_progress=paint)
    new = id_of(project, "renamed.png")
    assert b"new stroke" in project.journal(new).read()
    assert new != old
    assert (project.load_mask(old) == MASK).all()
    assert "a.png" in told[0]


def test_a_journal_left_under_the_new_name_is_kept_aside(opened, folder, id_of, drawn):
    project = opened()
    first = id_of(project, "a.png")
    project.read_rgb8(first)
    project.journal(first).append(b"of a")
    other = id_of(project, "b.png")
    project.journal(other).append(b"of b")
    project.close()
    (folder / "b.png").unlink()
    project = opened()
    (folder / "a.png").rename(folder / "b.png")
    project.scan()
    assert project.entry(first).name == "b.png"
    assert project.journal(first).read() == [b"of a"]
    (kept,) = (project.home / "aside").iterdir()
    assert b"of b" in kept.read_bytes()


def test_pages_that_are_gone_stay_gone(project, folder):
    path = folder / "stack.tif"
    tifffile.imwrite(path, np.zeros((3, 20, 30), np.uint16), photometric="minisblack")
    project.scan()
    tifffile.imwrite(path, np.zeros((20, 30), np.uint16), photometric="minisblack")
    project.scan()
    assert project.scan().added == ()
    assert [name for name in names(project) if name.startswith("stack")] == ["stack.tif"]


def test_a_stack_that_cannot_be_read_just_now_loses_no_page(project, folder):
    path = folder / "stack.tif"
    tifffile.imwrite(path, np.zeros((3, 20, 30), np.uint16), photometric="minisblack")
    project.scan()
    path.write_bytes(path.read_bytes()[:4])
    assert project.scan().vanished == ()


def test_closing_ends_a_scan_and_waits_for_it(opened):
    project = opened(scan=False)
    begun, outcomes = threading.Event(), []
    go_on = threading.Event()

    def hold(_count):
        begun.set()
        go_on.wait(30)

    scanning = threading.Thread(target=lambda: outcomes.append(project.scan(on_progress=hold)))
    scanning.start()
    assert begun.wait(30)
    closing = threading.Thread(target=project.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    go_on.set()
    closing.join(30)
    scanning.join(30)
    assert len(outcomes[0].added) < 8


def test_a_file_that_vanishes_while_it_is_listed_is_the_only_one_left_out(project, folder, drawn, monkeypatch):
    rasters.write_png(folder / "upload.png", drawn(5))
    status = os.DirEntry.stat
    listed = os.scandir

    class Vanishing:
        def __init__(self, entry):
            self._entry = entry

        def __getattr__(self, name):
            return getattr(self._entry, name)

        def stat(self):
            if self._entry.name == "upload.png":
                raise FileNotFoundError(2, "No such file or directory", self._entry.path)
            return status(self._entry)

    @contextmanager
    def vanishing():
        with listed(folder) as entries:
            yield map(Vanishing, entries)

    monkeypatch.setattr(os, "scandir", lambda path: vanishing() if Path(path) == folder else listed(path))
    outcome = project.scan()
    assert (outcome.added, outcome.vanished) == ((), ())
    assert len(names(project)) == 8
