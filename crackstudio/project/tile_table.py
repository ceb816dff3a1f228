"""Tile tags out of a table, as other programs and people with spreadsheets keep them.

UTF-8, cells apart by commas, semicolons or tabs. The first line names the columns, in any order; others do not count:

    image               path relative to the folder of images, or the file's name or stem where no other has it
    left, top           px, of the area's corner, from the top left corner of the image as it is seen
    width, height       px; or `side` in place of both
    tag                 cracked or 1, intact or 0

Each row stands for its own area, be it cut at regular steps, cut off at the border or overlapping others.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from crackstudio.core.errors import TableError
from crackstudio.core.images import Tag
from crackstudio.core.tiles import AreaTags, TileArea
from crackstudio.project import rasters

_TAGS = {"cracked": Tag.CRACKED, "1": Tag.CRACKED, "intact": Tag.INTACT, "0": Tag.INTACT}
_DELIMITERS = (",", ";", "\t")

Picture = tuple[Path, int]
"""File and page."""


def tags_of_table(table: Path, pictures: Mapping[str, Picture]) -> dict[str, AreaTags]:
    """What `table` says of these pictures, by their names: relative POSIX paths, and `#page` behind that of a page.

    Raises `TableError`, which names the line and what to do, and `RasterError` for a picture that cannot be read.
    """
    find, said = _Finder(pictures), defaultdict[str, dict[TileArea, tuple[Tag, int]]](dict)
    sizes: dict[str, tuple[int, int]] = {}
    for line, row in _rows(table):
        try:
            name, area, tag = find(row["image"]), _area(row), _tag(row["tag"])
            if name not in sizes:
                sizes[name] = rasters.size_of(*pictures[name])
            _require_within(area, name, *sizes[name])
            before, where = said[name].setdefault(area, (tag, line))
            if before is not tag:
                raise _LineError(f"the same area is {before} in line {where} and {tag} here", "leave one of the two")
        except _LineError as error:
            raise _refused(table, line, error) from error
    if not said:
        raise TableError(f"{table} has no row. Nothing was done; give it one for each area that is cracked or intact.")
    return {name: _tags(areas, *sizes[name]) for name, areas in said.items()}


def _tags(areas: Mapping[TileArea, tuple[Tag, int]], height: int, width: int) -> AreaTags:
    cracked, intact = (
        tuple(sorted(area for area, (found, _) in areas.items() if found is tag)) for tag in (Tag.CRACKED, Tag.INTACT)
    )
    return AreaTags(width=width, height=height, cracked=cracked, intact=intact)


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of its line, and the cells of every row that is not empty."""
    text = _text(table)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    columns: list[str] = []
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not columns:
                columns = _columns(table, cells)
            elif any(cells):
                padded = [*cells, *[""] * (len(columns) - len(cells))]
                yield rows.line_num, dict(zip(columns, padded, strict=False))
    except csv.Error as error:
        raise _refused(
            table, rows.line_num, _LineError(f"it is no row of a table ({error})", "mend its quotes")
        ) from error


def _text(table: Path) -> str:
    try:
        data = table.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise TableError(f"{table} cannot be read ({reason}). Nothing was done; name a CSV file.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(table, line, _LineError("it is not UTF-8", "save the table as “CSV UTF-8”")) from error


def _columns(table: Path, cells: list[str]) -> list[str]:
    columns = [cell.lower() for cell in cells]
    size = ("side",) if "side" in columns else ("width", "height")
    missing = [name for name in ("image", "left", "top", *size, "tag") if name not in columns]
    if missing:
        named = "name image, left, top, width, height (or side) and tag in its first line"
        raise _refused(table, 1, _LineError(f"there is no column {', '.join(missing)}", named))
    return columns


def _area(row: Mapping[str, str]) -> TileArea:
    side = "side" if "width" not in row or "height" not in row else None
    top, left = _pixels(row, "top"), _pixels(row, "left")
    height, width = _pixels(row, side or "height"), _pixels(row, side or "width")
    return TileArea(top, left, height, width)


def _pixels(row: Mapping[str, str], column: str) -> int:
    try:
        number = float(row[column])
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        raise _LineError(f"{column} is {row[column]!r}", "give a whole number of pixels")
    return int(number)


def _tag(word: str) -> Tag:
    if word.lower() not in _TAGS:
        raise _LineError(f"the tag is {word!r}", "give cracked or intact, or 1 or 0")
    return _TAGS[word.lower()]


def _require_within(area: TileArea, name: str, height: int, width: int) -> None:
    top, left, high, wide = area
    if min(top, left) < 0 or min(high, wide) < 1 or top + high > height or left + wide > width:
        raise _LineError(
            f"{wide} x {high} px at {left},{top} do not lie within {name}, which is {width} x {height} px",
            "count from its top left corner as it is seen",
        )


def _refused(table: Path, line: int, why: "_LineError") -> TableError:
    return TableError(f"{table}, line {line}: {why.what}. Nothing was done; {why.todo}.")


class _LineError(Exception):
    """What is wrong with a line, and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


class _Finder:
    """The picture that a word means: by path, then by path without suffix, by file name, by stem."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self._found = [defaultdict[str, list[str]](list) for _ in range(4)]
        for name in names:
            path = PurePosixPath(name)
            for found, word in zip(self._found, (name, str(path.with_suffix("")), path.name, path.stem), strict=True):
                found[word].append(name)

    def __call__(self, word: str) -> str:
        """Raises _LineError where there is none, or several."""
        posix = PurePosixPath(word.replace("\\", "/")).as_posix()
        matches = next((found[key] for found in self._found for key in (word, posix) if key in found), [])
        if not matches:
            raise _LineError(f"there is no image {word!r}", "give its path relative to the folder of images")
        if len(matches) > 1:
            raise _LineError(
                f"{word!r} may be {', '.join(matches[:3])}", "give its path relative to the folder of images"
            )
        return matches[0]
