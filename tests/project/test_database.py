"""The database: migrated with a backup, mended from its backup, never opened when it is newer."""

import sqlite3
from contextlib import closing

import pytest

from crackstudio.core.errors import FolderError, NewerProjectError
from crackstudio.core.images import Domain, ImageEntry, MaskKind, Review, Tag
from crackstudio.project import database
from crackstudio.project.database import Database, Stored
from crackstudio.project.layout import Layout
from crackstudio.project.project import Project

FULL = Stored(
    entry=ImageEntry(
        id=7,
        path="路/a.tif",
        page=2,
        width=3,
        height=4,
        digest="ab",
        tag=Tag.CRACKED,
        review=Review.FLAGGED,
        mask_kind=MaskKind.REGION,
        proposed_by="starter",
        threshold=0.25,
        score=0.5,
        domain=Domain.TARGET,
        problem="none",
    ),
    bytes=2**40,
    modified=2**62,
    gone=True,
    defect=False,
)
BARE = Stored(entry=ImageEntry(id=1, path="a.png"))


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path)


def test_every_field_comes_back(layout):
    with closing(Database(layout)) as db:
        db.save([FULL, BARE], [], {"key": b"value"})
        db.save([], [BARE.entry.id], {})
    with closing(Database(layout)) as db:
        assert db.load() == [FULL]
        assert db.load_state() == {"key": b"value"}
        assert db.repaired == ""


def test_a_failing_batch_leaves_nothing_half_done(layout):
    with closing(Database(layout)) as db:
        db.save([BARE], [], {})
        with pytest.raises(sqlite3.Error):
            db.save([FULL], [BARE.entry.id], {"key": object()})
        assert db.load() == [BARE]


@pytest.mark.parametrize("damage", ["rubbish", "cut", "empty", "gone", "no table"])
def test_a_damaged_database_is_restored_from_its_backup(layout, damage):
    with closing(Database(layout)) as db:
        db.save([FULL, *(Stored(entry=ImageEntry(id=n, path=f"{n}.png")) for n in range(8, 400))], [], {})
    path = layout.database
    whole = path.read_bytes()
    match damage:
        case "rubbish":
            path.write_bytes(b"rubbish" * 1000)
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.write_bytes(b"")
        case "gone":
            path.unlink()
        case _:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("DROP TABLE images")
    with closing(Database(layout)) as db:
        assert len(db.load()) == 393
        assert FULL in db.load()
        assert "last time the project was closed" in db.repaired
    if damage in ("rubbish", "cut"):
        assert any((layout.home / "aside").iterdir())


def test_a_damaged_database_without_a_backup_begins_anew_and_says_so(layout):
    layout.database.write_bytes(b"rubbish" * 1000)
    with closing(Database(layout)) as db:
        assert db.load() == []
        assert "no backup" in db.repaired


def test_the_rollback_journal_of_a_damaged_database_does_not_ruin_the_restored_one(layout):
    with closing(Database(layout)) as db:
        db.save([FULL], [], {})
    layout.database.write_bytes(b"rubbish" * 1000)
    journal = layout.database.with_name("project.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 2000)
    with closing(Database(layout)) as db:
        assert db.load() == [FULL]
    with closing(Database(layout)) as db:
        assert db.load() == [FULL]


def test_a_project_of_a_newer_version_is_refused_and_left_alone(folder):
    Project.open(folder).close()
    path = Layout(folder / ".crackstudio").database
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA user_version = 99; INSERT OR REPLACE INTO state VALUES ('format', '99');")
        connection.execute("DROP TABLE images")  # whatever a newer version may have done
    before = path.read_bytes()
    with pytest.raises(NewerProjectError, match="99"):
        Project.open(folder)
    assert path.read_bytes() == before
    with pytest.raises(NewerProjectError):  # not the lock: the first try let go of it
        Project.open(folder)


def test_an_older_project_is_migrated_after_a_backup(layout, monkeypatch):
    with closing(Database(layout)) as db:
        db.save([FULL], [], {})
    now = len(database.MIGRATIONS)
    monkeypatch.setattr(
        database, "MIGRATIONS", (*database.MIGRATIONS, "CREATE TABLE more (id INTEGER); INSERT INTO more VALUES (1);")
    )
    with closing(Database(layout)) as db:
        assert db.load() == [FULL]
    with closing(sqlite3.connect(layout.database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (now + 1,)
        assert connection.execute("SELECT id FROM more").fetchall() == [(1,)]
    with closing(sqlite3.connect(layout.home / f"project.db.format{now}")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (now,)
        assert connection.execute("SELECT path FROM images").fetchall() == [(FULL.entry.path,)]


def test_a_migration_that_fails_changes_nothing(layout, monkeypatch):
    with closing(Database(layout)) as db:
        db.save([FULL], [], {})
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, "CREATE TABLE more (id INTEGER); NO SQL;"))
        with pytest.raises(FolderError, match="Nothing in it was changed"):
            Database(layout)
    with closing(Database(layout)) as db:
        assert db.load() == [FULL]


def test_reading_a_project_that_somebody_has_open(opened, folder):
    project = opened()
    project.flush()
    images = database.read_only(Layout(project.home))
    assert [image.entry for image in images] == project.entries()
    assert database.read_only(Layout(folder / "nothing")) == []


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN])
def test_a_database_that_cannot_be_opened_just_now_is_not_taken_for_damaged(folder, monkeypatch, code):
    project = Project.open(folder)
    project.scan()
    project.close()
    layout = Layout(project.home)
    before = layout.database.read_bytes()

    def busy(_connection):
        error = sqlite3.OperationalError("just now")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(database, "_version", busy)
        with pytest.raises(FolderError, match="just now"):
            Project.open(folder)
    assert layout.database.read_bytes() == before
    assert not (layout.home / "aside").exists()
    again = Project.open(folder)
    assert len(again.entries()) == 8
    assert again._reports == []
    again.close()
