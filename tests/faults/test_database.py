"""A database that was damaged on purpose, or that a newer version wrote, under the real window."""

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from closing import close_project

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project.project import Project

MASK = np.ones((48, 64), np.uint8)
FLIPS = 400


@pytest.fixture
def home(reviewed):
    return reviewed / ".crackstudio"


def look(project):
    return [(entry.name, entry.tag, entry.review, entry.mask_kind) for entry in project.entries()]


@pytest.mark.parametrize("damage", ["rubbish", "torn", "one letter"])
def test_it_is_restored_from_its_backup_and_told(home, folder, window, open_folder, told, damage):
    path = home / "project.db"
    whole = path.read_bytes()
    match damage:
        case "rubbish":
            path.write_bytes(b"rubbish" * 3000)
        case "torn":
            path.write_bytes(whole[: len(whole) // 2])
        case _:
            path.write_bytes(whole.replace(b"confirmed", b"conf\xffrmed", 1))
    damaged = path.read_bytes()
    open_folder(window, folder)
    (words,) = told(window)
    assert "damaged" in words
    assert "Masks are untouched" in words
    assert [entry[1:] for entry in look(window.session.project)[:2]] == [
        (Tag.CRACKED, Review.CONFIRMED, MaskKind.REGION)
    ] * 2
    assert window.session.entry.name == "裂缝 1.png"
    assert (window.session.image.editor.array() == MASK).all()
    assert damaged in [kept.read_bytes() for kept in (home / "aside").iterdir()]


def test_whatever_bytes_change_the_project_opens_with_what_it_had(home, folder):
    path, backup = home / "project.db", home / "project.db.backup"
    whole, kept = path.read_bytes(), backup.read_bytes()
    chance = random.Random(3)
    for _ in range(FLIPS):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4, 40))):
            damaged[chance.randrange(len(whole))] = chance.randrange(256)
        path.write_bytes(damaged)
        backup.write_bytes(kept)
        project = Project.open(folder)
        project.scan()
        project.network()
        project.runs.stock()
        assert (project.load_mask(project.entries()[0].id) == MASK).all()
        project.flush()
        project.close()


@pytest.mark.parametrize("key", ["studio.last image", "network", "classes"])
def test_a_damaged_small_thing_costs_that_alone(home, folder, window, open_folder, told, key):
    with closing(sqlite3.connect(home / "project.db")) as database, database:
        database.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, b'{"torn'))
    open_folder(window, folder)
    (words,) = told(window)
    assert key in words
    assert "untouched" in words
    assert look(window.session.project)[0][1:] == (Tag.CRACKED, Review.CONFIRMED, MaskKind.REGION)


def test_a_project_of_a_newer_version_is_refused_in_words_and_left_alone(home, folder, window, qtbot, told):
    path = home / "project.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA user_version = 99; INSERT OR REPLACE INTO state VALUES ('format', '99');")
    before = path.read_bytes()
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: bool(told(window)))
    (words,) = told(window)
    assert "newer CrackStudio" in words
    assert "Nothing was changed" in words
    assert window.session.project is None
    assert path.read_bytes() == before


def test_a_size_that_is_wrong_in_the_database_costs_no_mask(home, folder, window, open_folder, told, paint):
    with closing(sqlite3.connect(home / "project.db")) as database, database:
        database.execute("UPDATE images SET height = 47")
    open_folder(window, folder)
    assert (window.session.image.editor.array() == MASK).all()
    painted = paint(window)
    close_project(window)
    assert told(window) == []
    open_folder(window, folder)
    assert np.array_equal(window.session.image.editor.array(), painted)
    project = window.session.project
    assert (project.load_mask(project.entries()[0].id) == MASK).all()
    assert not (home / "aside").exists()
