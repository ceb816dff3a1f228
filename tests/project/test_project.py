"""The project as the studio uses it: asking is instant, what is saved is whole, nothing is overwritten unseen."""

import errno
import threading
from pathlib import Path

import numpy as np
import pytest

from crackstudio.core import locations, wire
from crackstudio.core.classes import CRACK
from crackstudio.core.errors import FolderError, MaskError, ProjectError, RasterError
from crackstudio.core.images import Domain, MaskKind, Review, Tag
from crackstudio.project import atomic, rasters
from crackstudio.project.project import Project
from crackstudio.project.state import NetworkInUse

MASK = np.zeros((20, 30), np.uint8)
MASK[3:6, 4:20] = 1
MASK[10] = 255


def test_folder_names_tag_and_everything_comes_back_after_closing(opened, folder, id_of):
    project = opened()
    assert [entry.name for entry in project.entries()][:3] == ["a.png", "b.png", "cracked/0.png"]
    assert {entry.tag for entry in project.entries() if entry.path.startswith("intact")} == {Tag.INTACT}
    image = id_of(project, "a.png")
    changed = project.set_tag([image], Tag.CRACKED)
    assert [entry.tag for entry in changed] == [Tag.CRACKED]
    assert project.set_tag([image], Tag.CRACKED) == []
    project.set_domain([image], Domain.TARGET)
    project.set_review([image], Review.FLAGGED)
    project.remember("zoom", {"last": "a.png", "scale": 2.5})
    project.read_rgb8(image)
    kept = project.entries()
    project.close()
    again = opened(scan=False)
    assert again.entries() == kept
    assert again.recall("zoom") == {"last": "a.png", "scale": 2.5}
    assert again.recall("nothing", default=3) == 3


def test_reading_records_size_and_digest(project, id_of, drawn):
    image = id_of(project, "a.png")
    assert (project.read_rgb8(image) == drawn(6)).all()
    entry = project.entry(image)
    assert (entry.width, entry.height) == (30, 20)
    assert len(entry.digest) == 64


def test_a_broken_picture_is_marked_until_it_can_be_read(project, folder, id_of):
    image, path = id_of(project, "a.png"), folder / "a.png"
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    with pytest.raises(RasterError):
        project.read_rgb8(image)
    assert "a.png" in project.entry(image).problem
    path.write_bytes(whole)
    project.read_rgb8(image)
    assert project.entry(image).problem is None


@pytest.mark.parametrize("kind", MaskKind)
def test_a_mask_comes_back_and_opens_elsewhere(opened, folder, id_of, kind):
    project = opened()
    image = id_of(project, "cracked/0.png")
    assert project.load_mask(image) is None
    entry = project.save_mask(image, MASK, kind)
    assert (entry.mask_kind, entry.review) == (kind, Review.CORRECTED)
    path = folder / ".crackstudio" / "masks" / "cracked" / "0.png.png"
    assert (rasters.read_mask(path) == MASK).all()
    project.close()
    again = opened(scan=False)
    assert (again.load_mask(image) == MASK).all()
    assert again.entry(image).mask_kind is kind


def test_saving_clears_the_journal_up_to_the_mark_only(project, id_of):
    image = id_of(project, "a.png")
    journal = project.journal(image)
    journal.append(b"in the mask")
    mark = journal.mark()
    journal.append(b"after it")
    project.save_mask(image, MASK, MaskKind.EXACT, journal_mark=mark)
    project.flush()
    assert journal.read() == [b"after it"]
    assert [entry.name for entry in project.unsaved()] == ["a.png"]
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.flush()
    assert journal.read() == []
    assert project.unsaved() == []


def test_a_save_that_was_overtaken_does_not_undo_the_later_one(project, id_of):
    image = id_of(project, "a.png")
    journal = project.journal(image)
    early = journal.mark()
    journal.append(b"stroke")
    project.save_mask(image, MASK, MaskKind.EXACT, journal_mark=journal.mark())
    project.save_mask(image, np.zeros_like(MASK), MaskKind.EXACT, journal_mark=early)
    assert (project.load_mask(image) == MASK).all()


def test_a_mask_confirmed_while_it_is_being_saved_stays_confirmed(project, id_of, monkeypatch):
    image, write = id_of(project, "a.png"), rasters.write_png

    def confirmed_meanwhile(path, array):
        write(path, array)
        project.set_review([image], Review.CONFIRMED)

    monkeypatch.setattr(rasters, "write_png", confirmed_meanwhile)
    entry = project.save_mask(image, MASK, MaskKind.EXACT)
    assert (entry.review, entry.mask_kind) == (Review.CONFIRMED, MaskKind.EXACT)


def test_a_mask_of_another_size_is_refused_and_kept_aside(project, id_of):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    with pytest.raises(MaskError, match="5 x 4 px") as caught:
        project.save_mask(image, np.ones((4, 5), np.uint8), MaskKind.EXACT)
    (kept,) = (project.home / "aside").iterdir()
    assert str(kept) in str(caught.value)
    assert rasters.read_mask(kept).shape == (4, 5)
    assert (project.load_mask(image) == MASK).all()


def test_a_mask_that_no_longer_fits_its_picture_is_kept_aside(project, folder, id_of, drawn):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    rasters.write_png(folder / "a.png", drawn(99, 8, 9))
    assert project.scan().changed == (image,)
    with pytest.raises(MaskError, match="9 x 8 px"):
        project.load_mask(image)
    assert project.entry(image).mask_kind is None
    assert project.load_mask(image) is None
    assert (rasters.read_mask(next((project.home / "aside").iterdir())) == MASK).all()


def test_a_damaged_mask_is_kept_aside(project, id_of):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    (project.home / "masks" / "a.png.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    with pytest.raises(MaskError, match="aside"):
        project.load_mask(image)
    assert project.load_mask(image) is None


def test_a_mask_somebody_else_wrote_is_never_overwritten_unseen(project, id_of):
    told = []
    project.listen(told.append)
    image, path = id_of(project, "a.png"), project.home / "masks" / "a.png.png"
    rasters.write_png(path, MASK * 0 + 7)
    project.save_mask(image, MASK, MaskKind.EXACT)
    (kept,) = (project.home / "aside").iterdir()
    assert (rasters.read_mask(kept) == 7).all()
    assert str(kept) in told[0]
    project.save_mask(image, MASK * 0, MaskKind.EXACT)  # its own one may be replaced
    assert len(told) == 1
    rasters.write_png(path, MASK * 0 + 8)  # changed behind its back
    project.save_mask(image, MASK, MaskKind.EXACT)
    assert len(told) == 2


def test_taking_a_mask_away_keeps_it_aside(project, id_of):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    entry = project.save_mask(image, None, MaskKind.EXACT)
    assert (entry.mask_kind, entry.review) == (None, Review.UNSEEN)
    assert project.load_mask(image) is None
    assert len(list((project.home / "aside").iterdir())) == 1
    project.save_mask(image, None, MaskKind.EXACT)


def test_a_full_disk_keeps_the_old_mask_and_the_strokes(project, id_of, monkeypatch):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.journal(image).append(b"stroke")
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_bytes", no_space)
        with pytest.raises(FolderError, match="intact"):
            project.save_mask(image, MASK * 0, MaskKind.EXACT)
    assert (project.load_mask(image) == MASK).all()
    assert project.journal(image).read() == [b"stroke"]
    project.save_mask(image, MASK * 0, MaskKind.EXACT)
    assert not project.load_mask(image).any()


def test_a_mask_that_cannot_be_taken_away_stays_and_is_told(project, id_of, monkeypatch):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "replace", no_space)
        with pytest.raises(FolderError, match="No space"):
            project.save_mask(image, None, MaskKind.EXACT)
    assert project.entry(image).mask_kind is MaskKind.EXACT
    assert (project.load_mask(image) == MASK).all()


def test_strokes_wait_in_memory_for_a_full_disk_are_told_once_and_written_in_the_end(opened, id_of, monkeypatch):
    project = opened()
    project.flush()
    image, told = id_of(project, "a.png"), []
    project.listen(told.append)
    with monkeypatch.context() as patch:
        patch.setattr("crackstudio.project.frames.append", no_space)
        for number in range(3):
            project.journal(image).append(b"%d" % number)
            with pytest.raises(FolderError, match="memory"):
                project.flush()
        assert project.journal(image).read() == [b"0", b"1", b"2"]
    project.flush()
    assert project.journal(image).read() == [b"0", b"1", b"2"]
    assert len(told) == 2
    assert "No space" in told[0]
    assert "again" in told[1]


def test_a_drive_pulled_out_is_told_and_everything_is_written_when_it_is_back(project, folder, id_of):
    told = []
    project.flush()
    project.listen(told.append)
    image, away = id_of(project, "a.png"), folder.with_name("pulled out")
    project.read_rgb8(image)
    project.flush()  # SQLite words a write that is under way then in its own way
    folder.rename(away)
    project.journal(image).append(b"stroke")
    project.set_tag([image], Tag.INTACT)
    with pytest.raises(FolderError, match="not there any more"):
        project.flush()
    with pytest.raises(FolderError, match="not there any more"):
        project.save_mask(image, MASK, MaskKind.EXACT)
    assert not folder.exists()
    assert "not there any more" in told[0]
    away.rename(folder)
    project.flush()
    assert project.journal(image).read() == [b"stroke"]
    project.save_mask(image, MASK, MaskKind.EXACT)


def no_space(*_args):
    raise OSError(errno.ENOSPC, "No space left on device")


def proposed(project, image, value, *, label):
    (asked,) = project.proposals.ask([image])
    rasters.write_png(Path(asked.out), np.full((20, 30), value, np.uint8))
    event = wire.Proposed(id=image, out=asked.out, checkpoint="c", threshold=0.4, score=0.7, share=0.1)
    return project.proposals.record(event, label=label)


def test_a_new_network_keeps_the_proposal_before_it(project, id_of):
    image = id_of(project, "a.png")
    assert project.proposals.load(image) is None
    entry = proposed(project, image, 10, label="starter")
    assert (entry.proposed_by, entry.threshold, entry.score, entry.review) == ("starter", 0.4, 0.7, Review.PROPOSED)
    assert project.proposals.load(image).max() == 10
    proposed(project, image, 20, label="starter")
    assert project.proposals.load_previous(image) is None
    assert project.proposals.previous_network(image) is None
    proposed(project, image, 30, label="run 2")
    assert project.proposals.load(image).max() == 30
    assert project.proposals.load_previous(image).max() == 20
    assert project.proposals.previous_network(image) == "starter"
    project.flush()
    assert project.proposals.path(image).exists()
    assert project.proposals.previous_path(image).exists()


def test_two_proposals_of_a_new_network_at_once_keep_the_one_of_the_network_before(project, id_of, monkeypatch):
    image = id_of(project, "a.png")
    proposed(project, image, 10, label="starter")
    project.flush()
    with monkeypatch.context() as patch:
        patch.setattr(project._writer, "do", lambda _key, _act: None)  # busy with something else
        proposed(project, image, 20, label="run 2")
        proposed(project, image, 30, label="run 2")
    assert project.proposals.load(image).max() == 30
    assert project.proposals.load_previous(image).max() == 10


def test_an_engine_may_write_to_the_place_itself(project, id_of):
    image = id_of(project, "a.png")
    rasters.write_png(project.proposals.path(image), MASK)
    out = str(project.proposals.path(image))
    project.proposals.record(
        wire.Proposed(id=image, out=out, checkpoint="c", threshold=0.5, score=0, share=0), label="starter"
    )
    project.flush()
    assert (project.proposals.load(image) == MASK).all()


def test_a_proposal_touches_neither_mask_nor_review(project, id_of):
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.set_review([image], Review.CONFIRMED)
    assert proposed(project, image, 10, label="starter").review is Review.CONFIRMED
    assert (project.load_mask(image) == MASK).all()


def test_a_proposal_of_another_size_is_not_shown(project, id_of):
    image = id_of(project, "a.png")
    project.read_rgb8(image)
    rasters.write_png(project.proposals.path(image), np.zeros((4, 4), np.uint8))
    assert project.proposals.load(image) is None


def test_the_starter_proposes_until_a_network_is_chosen(opened, folder, tmp_path, monkeypatch):
    starter = tmp_path / "starter.safetensors"
    monkeypatch.setattr(locations, "starter", lambda: starter)
    project = opened(scan=False)
    assert project.network() is None
    starter.write_bytes(b"weights")
    assert project.network() == NetworkInUse(path=starter, label="starter")
    chosen = project.home / "runs" / "r" / "best.safetensors"
    atomic.write_bytes(chosen, b"weights")
    project.use_network(chosen, label="run r")
    assert project.network() == NetworkInUse(path=chosen, label="run r")
    project.close()
    moved = folder.rename(folder.with_name("moved 路"))
    again = Project.open(moved)
    assert again.network().path == moved / ".crackstudio" / "runs" / "r" / "best.safetensors"
    again.network().path.unlink()
    assert again.network().label == "starter"
    again.close()


def test_the_class_of_a_new_project_is_crack(project):
    assert project.classes() == (CRACK,)


def test_an_unknown_image_is_a_clear_error(project):
    with pytest.raises(ProjectError, match="no image 999"):
        project.entry(999)
    with pytest.raises(ProjectError):
        project.set_tag([999], Tag.INTACT)


@pytest.mark.parametrize("what", ["missing", "a file"])
def test_what_is_no_folder_is_refused(tmp_path, what):
    path = tmp_path / "x"
    if what == "a file":
        path.write_bytes(b"")
    with pytest.raises(FolderError, match="no folder"):
        Project.open(path)
    assert path.exists() == (what == "a file")


def test_where_nothing_can_be_written_another_home_is_named_and_works(folder, tmp_path):
    (folder / ".crackstudio").write_bytes(b"a file where the home would be: no permission stops root")
    with pytest.raises(FolderError, match="--project"):
        Project.open(folder)
    project = Project.open(folder, home=tmp_path / "elsewhere" / "home")
    project.scan()
    image = project.entries()[0].id
    project.save_mask(image, MASK, MaskKind.EXACT)
    project.close()
    assert (tmp_path / "elsewhere" / "home" / "masks" / "a.png.png").exists()


def test_a_read_only_folder_is_told(folder, monkeypatch):
    def refused(_path, *_args, **_how):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(FolderError, match=r"Permission denied.*--project"):
        Project.open(folder)


def test_a_home_inside_the_folder_is_not_scanned(folder):
    project = Project.open(folder, home=folder / "my project")
    project.scan()
    image = project.entries()[0].id
    project.save_mask(image, MASK, MaskKind.EXACT)
    assert project.scan().added == ()
    project.close()


def test_many_threads_may_ask_and_change(project):
    ids = [entry.id for entry in project.entries()]

    def work(tag):
        for _ in range(50):
            project.set_tag(ids, tag)
            project.entries()
            project.runs.stock()

    threads = [threading.Thread(target=work, args=(tag,)) for tag in Tag]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    project.flush()
    kept = project.entries()
    assert len({entry.tag for entry in kept}) == 1


def test_closing_twice_is_harmless(opened):
    project = opened()
    project.close()
    project.close()


def test_loading_and_saving_at_once_raises_no_false_alarm(project, id_of):
    told = []
    project.listen(told.append)
    image = id_of(project, "a.png")
    project.save_mask(image, MASK, MaskKind.EXACT)

    def load():
        for _ in range(30):
            assert project.load_mask(image) is not None

    loader = threading.Thread(target=load)
    loader.start()
    for _ in range(30):
        project.save_mask(image, MASK, MaskKind.EXACT)
    loader.join()
    assert told == []
