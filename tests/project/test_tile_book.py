"""Tile tags: kept with the project, wherever it goes, and taken along by a snapshot."""

import os
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from crackstudio.core.images import MaskKind, Review, Split, Tag
from crackstudio.core.tiles import DEFAULT_TILE, TileTags
from crackstudio.project import database, rasters
from crackstudio.project.database import Database
from crackstudio.project.layout import Layout
from crackstudio.project.project import Project
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.snapshot import snapshot_of_folder

SIZE = {"width": 30, "height": 20}
TAGS = TileTags.none(size=10, **SIZE).tagged([0, 1], Tag.CRACKED).tagged([5], Tag.INTACT)
EMPTY = np.zeros((20, 30), np.uint8)


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "run")


@pytest.fixture
def tag(id_of):
    def tag_tiles(project, name, tags=TAGS):
        image = id_of(project, name)
        project.read_rgb8(image)  # as the studio does before it shows them
        project.tiles.keep(image, tags)
        return image

    return tag_tiles


def cells(project, image, **size):
    return project.tiles.tags(image, **(size or SIZE)).cells


def replace_by(path, content):
    rasters.write_png(path, content)
    later = path.stat().st_mtime_ns + 10**10
    os.utime(path, ns=(later, later))


def item(snapshot, name):
    return {item.name: item for item in snapshot.items}.get(name)


def test_they_are_there_again_in_a_moved_project(opened, folder, tag):
    project = opened()
    image = tag(project, "a.png")
    project.tiles.choose_side(64)
    project.close()
    again = Project.open(folder.rename(folder.with_name("another place")))
    assert cells(again, image) == TAGS.cells
    assert again.tiles.side == 64
    again.close()


def test_a_sweep_is_on_disk_once_the_writer_had_its_turn(project, tag):
    image = tag(project, "a.png")
    project.flush()
    (stored,) = (one for one in database.read_only(Layout(project.home)) if one.entry.id == image)
    assert stored.tiles is not None
    assert stored.tiles.cells == TAGS.cells


def test_a_renamed_image_takes_them_along(project, folder, tag, id_of):
    tag(project, "a.png")
    (folder / "a.png").rename(folder / "b2.png")
    project.scan()
    assert cells(project, id_of(project, "b2.png")) == TAGS.cells


def test_tags_taken_back_are_gone_from_disk(opened, tag):
    project = opened()
    image = tag(project, "a.png")
    project.tiles.keep(image, TAGS.tagged([0, 1, 5], Tag.UNKNOWN))
    project.close()
    assert opened(scan=False).tiles.tags(image, **SIZE).is_empty
    with closing(sqlite3.connect(Layout(project.home).database)) as connection:
        assert connection.execute("SELECT count(*) FROM tiles").fetchone() == (0,)


def test_another_side_is_for_images_without_tags(project, tag, id_of):
    image, other = tag(project, "a.png"), id_of(project, "b.png")
    assert project.tiles.tags(other, **SIZE).size == project.tiles.side == DEFAULT_TILE
    project.tiles.choose_side(200)
    assert project.tiles.tags(image, **SIZE).size == 10
    assert project.tiles.tags(other, **SIZE).size == 200


def test_a_project_of_before_is_migrated_and_read_as_it_is(layout_of_before):
    assert [one.tiles for one in database.read_only(layout_of_before)] == [None]
    with closing(Database(layout_of_before)) as db:
        assert db.repaired == ""
        assert [one.entry.path for one in db.load()] == ["a.png"]
    assert (layout_of_before.home / "project.db.format1").exists()


@pytest.fixture
def layout_of_before(tmp_path, monkeypatch):
    layout = Layout(tmp_path)
    with closing(sqlite3.connect(layout.database)) as connection:
        connection.executescript(f"{database.MIGRATIONS[0]} PRAGMA user_version = 1;")
        connection.execute(
            "INSERT INTO images (id, path, page, tag, review, domain, bytes, modified, gone) "
            "VALUES (1, 'a.png', 0, 'unknown', 'unseen', 'source', 0, 0, 0)"
        )
        connection.commit()
    return layout


def test_damaged_tags_bring_the_backup_back(opened, tag):
    project = opened()
    image = tag(project, "a.png")
    project.close()
    with closing(sqlite3.connect(Layout(project.home).database)) as connection:
        connection.execute("UPDATE tiles SET tags = x'00'")
        connection.commit()
    said = []
    again = opened(scan=False)
    again.listen(said.append)
    assert "damaged" in said[0]
    assert cells(again, image) == TAGS.cells


def test_a_snapshot_takes_them_in_place_of_the_tag_of_the_whole(project, run, tag):
    tag(project, "a.png")  # no tag of its own
    tag(project, "intact/0.png")  # a crack was found in it
    tag(project, "intact/1.png", TAGS.tagged([0, 1], Tag.UNKNOWN))
    stock, snapshot = project.runs.stock(), project.runs.freeze(run)
    for name in ("a.png", "intact/0.png"):
        assert item(snapshot, name).tag is Tag.CRACKED
        assert item(snapshot, name).tiles.cells == TAGS.cells
    assert item(snapshot, "intact/1.png").tag is Tag.INTACT
    assert item(snapshot, "cracked/0.png").tiles is None
    assert (stock.cracked, stock.intact, stock.cracked_tiles, stock.intact_tiles, stock.tile_side) == (3, 1, 4, 3, 10)
    assert run.snapshot() == snapshot


def test_the_seal_knows_of_them(project, tmp_path, tag):
    before = project.runs.freeze(RunFolder(tmp_path / "1")).digest
    tag(project, "a.png")
    assert project.runs.freeze(RunFolder(tmp_path / "2")).digest != before


def test_a_confirmed_mask_tells_more(project, run, tag):
    image = tag(project, "a.png")
    project.save_mask(image, EMPTY, MaskKind.EXACT)
    project.set_review([image], Review.CONFIRMED)
    found = item(project.runs.freeze(run), "a.png")
    assert (found.tiles, found.tag) == (None, Tag.INTACT)
    assert project.runs.stock().cracked_tiles == 0


def test_some_of_each_kind_of_tile_is_left_to_train_on(project, run, tag, folder):
    """However the only two images with tiles fall: neither kind may be on the validation side alone."""
    tag(project, "a.png", TAGS.tagged([5], Tag.UNKNOWN))
    tag(project, "b.png", TAGS.tagged([0, 1], Tag.UNKNOWN))
    snapshot = project.runs.freeze(run)
    assert {item(snapshot, name).split for name in ("a.png", "b.png")} == {Split.TRAIN}


def test_they_do_not_train_on_another_picture_and_come_back_when_somebody_tags_it(
    project, folder, tmp_path, tag, drawn
):
    image = tag(project, "a.png")
    said = []
    project.listen(said.append)
    replace_by(folder / "a.png", drawn(70))
    assert item(project.runs.freeze(RunFolder(tmp_path / "1")), "a.png") is None
    assert project.runs.stock().cracked_tiles == 0
    assert [words.split(" holds")[0] for words in said] == ["The file of a.png"]
    assert cells(project, image) == TAGS.cells  # to be looked at on the new picture
    project.tiles.keep(image, TAGS.tagged([2], Tag.CRACKED))
    assert item(project.runs.freeze(RunFolder(tmp_path / "2")), "a.png").tiles.count(Tag.CRACKED) == 3


def test_those_of_a_picture_of_another_size_are_kept_aside(project, folder, tag, drawn):
    image = tag(project, "a.png")
    replace_by(folder / "a.png", drawn(70, 50, 60))
    project.scan()
    said = []
    project.listen(said.append)
    assert project.tiles.tags(image, width=60, height=50).is_empty
    project.tiles.keep(image, TileTags.none(size=10, width=60, height=50).tagged([3], Tag.INTACT))
    project.flush()
    (aside,) = (project.home / "aside").glob("a.png.tiles.json*")
    assert b"cells" in aside.read_bytes()
    assert str(aside) in said[-1]


def test_the_command_line_takes_them_from_the_project(project, folder, run, tag, tmp_path, drawn):
    tag(project, "a.png")
    tag(project, "b.png")
    project.flush()
    replace_by(folder / "b.png", drawn(71))
    said = []
    snapshot = snapshot_of_folder(folder, masks=None, project=project.home, run=run, report=said.append)
    assert item(snapshot, "a.png").tiles.cells == TAGS.cells
    assert item(snapshot, "b.png") is None
    assert "b.png" in said[0]
