"""`project.db`: every line of SQL is here.

No WAL: it is unsafe on network drives, and one writer thread that commits in batches has no use for it.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from crackstudio.core.errors import FolderError, NewerProjectError
from crackstudio.core.images import Domain, ImageEntry, MaskKind, Review, Tag
from crackstudio.core.tiles import TileTags
from crackstudio.project import atomic
from crackstudio.project.layout import Layout

MIGRATIONS = (
    """
    CREATE TABLE images (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL, page INTEGER NOT NULL, width INTEGER, height INTEGER, digest TEXT,
        tag TEXT NOT NULL, review TEXT NOT NULL, mask_kind TEXT, proposed_by TEXT, threshold REAL, score REAL,
        domain TEXT NOT NULL, problem TEXT,
        bytes INTEGER NOT NULL, modified INTEGER NOT NULL, gone INTEGER NOT NULL, defect INTEGER
    );
    CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL);
    """,
    "CREATE TABLE tiles (image INTEGER PRIMARY KEY, tags BLOB NOT NULL);",
)
"""One script a version; never edited once released, only added to. `PRAGMA user_version` counts those applied.

The state says the same once more: a changed byte in the header must not pass for the project of a newer version.
"""

_WITH_TILES = 2


class Stored(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry and what only the project needs of it.

    `bytes` and `modified` (ns) are the file's at the last scan; `gone`: the file was not there; `defect`: whether
    the mask has one, None where it was not looked at; `tiles`: what was said of its tiles.
    """

    entry: ImageEntry
    bytes: int = 0
    modified: int = 0
    gone: bool = False
    defect: bool | None = None
    tiles: TileTags | None = None


class Database:
    """One connection, used by one thread at a time. `repaired` says what had to be mended on the way in.

    Raises `NewerProjectError`, and `FolderError` where it cannot be opened just now (busy, a full or failing disk).
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.repaired = ""
        self._changed = False
        self._read: list[Stored] | None = None
        try:
            self._connection = self._open_sound()
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            raise FolderError(
                f"{layout.database} cannot be opened just now ({error}). Nothing in it was changed; end what else has "
                "it open, see that the disk has room, then open the folder again."
            ) from error

    def load(self) -> list[Stored]:
        """Every image."""
        images, self._read = self._read, None
        return _load(self._connection) if images is None else images

    def load_state(self) -> dict[str, bytes]:
        """Every value that was put by key."""
        return dict(self._connection.execute("SELECT key, value FROM state WHERE key <> 'format'"))

    def save(self, images: Iterable[Stored], removed: Iterable[int], state: dict[str, bytes]) -> None:
        """All of it or, on `sqlite3.Error`, none."""
        self._read = None
        kept, gone = list(images), [(image,) for image in removed]
        with self._connection:
            self._connection.executemany(_DELETE, gone)
            self._connection.executemany(_UPSERT, map(_row, kept))
            self._save_tiles(kept, gone)
            self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", state.items())
        self._changed = True

    def _save_tiles(self, images: list[Stored], removed: list[tuple[int]]) -> None:
        without = [(image.entry.id,) for image in images if image.tiles is None]
        tagged = [(image.entry.id, msgspec.msgpack.encode(image.tiles)) for image in images if image.tiles is not None]
        self._connection.executemany("DELETE FROM tiles WHERE image = ?", [*removed, *without])
        self._connection.executemany("INSERT OR REPLACE INTO tiles VALUES (?, ?)", tagged)

    def close(self) -> None:
        """With a backup if anything was written."""
        if self._changed:
            with contextlib.suppress(OSError, sqlite3.Error):  # the database itself is sound: a backup may wait
                self._back_up(self._layout.database_backup)
            self._changed = False
        self._connection.close()

    def _open_sound(self) -> sqlite3.Connection:
        path = self._layout.database
        if not _has_content(path) and not _has_content(self._layout.database_backup):
            return _connect(path)  # a new project
        if _has_content(path):
            if self._is_sound(path):
                return _connect(path)
            self.repaired = f"The project's database was damaged and was kept as {self._set_aside()}; "
        else:
            self.repaired = "The project's database was gone; "
        if self._restore():
            self.repaired += "tags and reviews are those of the last time the project was closed. Masks are untouched."
        else:
            self.repaired += "there was no backup, so tags come from the folders' names again. Masks are untouched."
        return _connect(path)

    def _is_sound(self, path: Path) -> bool:
        """Reads all of it, for `load`: SQLite does not notice a byte that changed within a value.

        Raises `sqlite3.Error` where that cannot be told just now: a sound one must not make way for its backup.
        """
        try:
            with contextlib.closing(_connect(path)) as connection:
                if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    return False
                version = _version(connection)
                if _contradicts(connection, version):
                    return False
                if 0 < version <= len(MIGRATIONS):
                    connection.execute(_SELECT + " LIMIT 1").fetchone()
                if version == len(MIGRATIONS):
                    self._read = _load_true(connection)
                return True
        except (KeyError, TypeError, ValueError):
            return False
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code is None or code & 0xFF in _DAMAGE:  # none: a text that is no text; the higher bits are details
                return False
            raise

    def _set_aside(self) -> Path:
        """The damaged file, and with it its rollback journal, which would ruin what takes its place."""
        path = self._layout.database
        damaged = self._layout.aside(path.name)
        damaged.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(path, damaged)
        journal = path.with_name(path.name + "-journal")
        if journal.exists():
            atomic.replace(journal, damaged.with_name(damaged.name + "-journal"))
        return damaged

    def _restore(self) -> bool:
        backup = self._layout.database_backup
        if not (_has_content(backup) and self._is_sound(backup)):
            return False
        shutil.copyfile(backup, self._layout.database)
        return True

    def _migrate(self) -> None:
        version = _version(self._connection)
        if version > len(MIGRATIONS):
            self._connection.close()
            raise NewerProjectError(
                f"{self._layout.home} was written by a newer CrackStudio (format {version}, this one knows "
                f"{len(MIGRATIONS)}). Nothing was changed; update CrackStudio to open it."
            )
        if 0 < version < len(MIGRATIONS):
            self._back_up(self._layout.home / f"project.db.format{version}")
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            try:
                self._connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; {_SAY_FORMAT} COMMIT;")
            except sqlite3.Error:
                self._connection.close()
                raise
        if _said_format(self._connection) is None:
            self._connection.executescript(_SAY_FORMAT)

    def _back_up(self, target: Path) -> None:
        fresh = target.with_name(target.name + ".part")
        fresh.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(fresh)) as copy:
            self._connection.backup(copy)
        atomic.replace(fresh, target)


def read_only(layout: Layout) -> list[Stored]:
    """The images of a project that another process may have open; empty where there is no database."""
    if not layout.database.exists():
        return []
    uri = f"{layout.database.absolute().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            return _load(connection)
    except sqlite3.Error as error:
        raise FolderError(
            f"{layout.database} cannot be read ({error}). Nothing was changed; open the folder in the studio once."
        ) from error


_COLUMNS = (
    "id, path, page, width, height, digest, tag, review, mask_kind, proposed_by, threshold, score, domain, problem, "
    "bytes, modified, gone, defect"
)
_SELECT = f"SELECT {_COLUMNS} FROM images"  # noqa: S608 constant names
_UPSERT = f"INSERT OR REPLACE INTO images ({_COLUMNS}) VALUES (?{', ?' * _COLUMNS.count(',')})"  # noqa: S608
_DELETE = "DELETE FROM images WHERE id = ?"


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""What SQLite says of a file that is no sound database of ours; the last one: it lacks a table or a column."""


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _contradicts(connection: sqlite3.Connection, version: int) -> bool:
    """Whether the state says otherwise. Formats up to 2 may say nothing there; a newer one always does."""
    said = _said_format(connection) if version else None
    return said != version if said is not None else version > len(MIGRATIONS)


def _said_format(connection: sqlite3.Connection) -> int | None:
    row = connection.execute("SELECT value FROM state WHERE key = 'format'").fetchone()
    try:
        return None if row is None else int(row[0])
    except ValueError:
        return None


_SAY_FORMAT = """
    INSERT OR REPLACE INTO state SELECT 'format', CAST(user_version AS BLOB) FROM pragma_user_version;
"""


# three times as fast as `Tag(value)`: half of what opening a project of 100 000 images takes
_TAGS = {str(tag): tag for tag in Tag}
_REVIEWS = {str(review): review for review in Review}
_KINDS = {str(kind): kind for kind in MaskKind}
_DOMAINS = {str(domain): domain for domain in Domain}


def _load(connection: sqlite3.Connection) -> list[Stored]:
    tiles = _load_tiles(connection)
    return [
        Stored(
            entry=ImageEntry(
                id=row[0],
                path=row[1],
                page=row[2],
                width=row[3],
                height=row[4],
                digest=row[5],
                tag=_TAGS[row[6]],
                review=_REVIEWS[row[7]],
                mask_kind=_KINDS.get(row[8]),
                proposed_by=row[9],
                threshold=row[10],
                score=row[11],
                domain=_DOMAINS[row[12]],
                problem=row[13],
            ),
            bytes=row[14],
            modified=row[15],
            gone=bool(row[16]),
            defect=None if row[17] is None else bool(row[17]),
            tiles=tiles.get(row[0]),
        )
        for row in connection.execute(_SELECT + " ORDER BY path, page")
    ]


def _load_tiles(connection: sqlite3.Connection) -> dict[int, TileTags]:
    """Raises `ValueError` for damaged ones."""
    if _version(connection) < _WITH_TILES:  # read by the command line, which changes nothing
        return {}
    found = connection.execute("SELECT image, tags FROM tiles")
    return {image: msgspec.msgpack.decode(tags, type=TileTags) for image, tags in found}


def _load_true(connection: sqlite3.Connection) -> list[Stored]:
    """Raises `KeyError`, `TypeError`, `ValueError` or a codeless `sqlite3.Error` where a value cannot be true."""
    images = _load(connection)
    entries = [image.entry for image in images]
    sum(entry.id + entry.page + (entry.width or 0) + (entry.height or 0) for entry in entries)
    sum((entry.threshold or 0) + (entry.score or 0) for entry in entries)
    sum(image.bytes + image.modified for image in images)
    bytes.fromhex("".join(entry.digest or "" for entry in entries))
    for _, value in connection.execute("SELECT key, value FROM state WHERE key <> 'format'"):
        memoryview(value)
    return images


def _row(image: Stored) -> tuple[object, ...]:
    entry = image.entry
    return (
        entry.id,
        entry.path,
        entry.page,
        entry.width,
        entry.height,
        entry.digest,
        entry.tag,
        entry.review,
        entry.mask_kind,
        entry.proposed_by,
        entry.threshold,
        entry.score,
        entry.domain,
        entry.problem,
        image.bytes,
        image.modified,
        image.gone,
        image.defect,
    )
