"""Tile tags out of tables: as spreadsheets and scripts write them, and what is said of those that cannot be used."""

from pathlib import Path

import numpy as np
import pytest

from crackstudio.core.errors import RasterError, TableError
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.core.tiles import AreaTags, TileArea, TileTags
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.snapshot import snapshot_of_folder
from crackstudio.project.tile_table import tags_of_table

HEADER = "image,left,top,width,height,tag\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`a.png` and `road/b.png` of 60 x 40 px, `cracked/c.png` and `intact/c.png` of 30 x 20."""
    for name, size in (("a", (40, 60)), ("road/b", (40, 60)), ("cracked/c", (20, 30)), ("intact/c", (20, 30))):
        noise = np.random.default_rng(len(name)).integers(0, 256, (*size, 3), dtype=np.uint8)
        rasters.write_png(tmp_path / "images" / f"{name}.png", noise)
    return tmp_path / "images"


def table(folder: Path, text: str | bytes) -> Path:
    path = folder.parent / "tiles.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(folder: Path, text: str | bytes) -> dict[str, AreaTags]:
    pictures = {path.relative_to(folder).as_posix(): (path, 0) for path in sorted(folder.rglob("*.png"))}
    return tags_of_table(table(folder, text), pictures)


def test_every_row_tags_its_own_area(folder: Path) -> None:
    rows = "a.png,0,0,16,16,cracked\na.png,16,0,16,16,intact\na.png,48,32,12,8,intact\na.png,8,8,16,16,cracked\n"
    assert told(folder, HEADER + rows) == {
        "a.png": AreaTags(
            width=60,
            height=40,
            cracked=(TileArea(0, 0, 16, 16), TileArea(8, 8, 16, 16)),
            intact=(TileArea(0, 16, 16, 16), TileArea(32, 48, 8, 12)),
        )
    }


@pytest.mark.parametrize(
    "text",
    [
        "image,left,top,width,height,tag\na.png,4,8,16,16,cracked\n",
        "tag,side,top,left,image\n1,16,8,4,a.png\n",
        "\ufeffImage;Left;Top;Side;Tag\r\na.png;4;8;16;CRACKED\r\n;;;;\r\n",
        "image\tleft\ttop\tside\ttag\tscore\na\t4.0\t8\t16\tCracked\t0.97\n",
        'image,left,top,width,height,side,tag\n"./a.png", 4, 8, 16, 16, 99, cracked\n\na.png,4,8,16,16,999,1',
    ],
)
def test_what_spreadsheets_and_scripts_write_says_the_same(folder: Path, text: str) -> None:
    assert told(folder, text) == {"a.png": AreaTags(width=60, height=40, cracked=(TileArea(8, 4, 16, 16),))}


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("road/b.png", "road/b.png"),
        ("road\\b.png", "road/b.png"),
        ("road/b", "road/b.png"),
        ("b.png", "road/b.png"),
        ("b", "road/b.png"),
        ("intact/c.png", "intact/c.png"),
        ("cracked/c", "cracked/c.png"),
    ],
)
def test_an_image_goes_by_its_path_or_what_is_enough_of_it(folder: Path, word: str, name: str) -> None:
    assert list(told(folder, f"{HEADER}{word},0,0,8,8,1\n")) == [name]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("image,left,top,width,tag\n", "line 1: there is no column height. .*or side"),
        ("name;left;top;side\n", "line 1: there is no column image, tag"),
        ("", "has no row"),
        (HEADER, "has no row"),
        (HEADER + "a.png,0,0,8,8,1\nz.png,0,0,8,8,1\n", "line 3: there is no image 'z.png'"),
        (HEADER + "c.png,0,0,8,8,1\n", r"line 2: 'c.png' may be cracked/c.png, intact/c.png\. .* relative"),
        (HEADER + "a.png,53,0,8,8,1\n", r"line 2: 8 x 8 px at 53,0 do not lie within a.png, which is 60 x 40 px"),
        (HEADER + "a.png,0,33,8,8,1\n", "line 2: .* do not lie within"),
        (HEADER + "a.png,-1,0,8,8,1\n", "line 2: .* do not lie within"),
        (HEADER + "a.png,0,0,0,8,1\n", "line 2: .* do not lie within"),
        (HEADER + "a.png,0,0,8,8,maybe\n", "line 2: the tag is 'maybe'.* give cracked or intact"),
        (HEADER + "a.png,0,0,8,8\n", "line 2: the tag is ''"),
        (HEADER + "a.png,0,0,8.5,8,1\n", r"line 2: width is '8\.5'.* whole number of pixels"),
        (HEADER + "a.png,,0,8,8,1\n", "line 2: left is ''"),
        (HEADER + "a.png,inf,0,8,8,1\n", "line 2: left is 'inf'"),
        (
            HEADER + "a,0,0,8,8,1\na,8,0,8,8,0\na.png,0,0,8,8,0\n",
            "line 4: the same area is cracked in line 2 and intact",
        ),
        (
            (HEADER + "a.png,0,0,8,8,1\nstraße.png,0,0,8,8,1\n").encode("latin-1"),
            "line 3: it is not UTF-8.*“CSV UTF-8”",
        ),
        (HEADER.encode("utf-16"), "line 1: it is not UTF-8"),
        (HEADER + 'a.png,0,0,8,8,"1\n', "line 2: it is no row of a table"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_and_what_to_do(folder: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(TableError, match=words) as refused:
        told(folder, text)
    assert str(refused.value).startswith(str(folder.parent / "tiles.csv"))
    assert "Nothing was done; " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_table_that_is_not_there_and_an_image_that_is_none(folder: Path) -> None:
    with pytest.raises(TableError, match=r"no\.csv cannot be read"):
        tags_of_table(folder / "no.csv", {})
    (folder / "a.png").write_bytes(b"no picture")
    with pytest.raises(RasterError, match=r"a\.png"):
        told(folder, HEADER + "a.png,0,0,8,8,1\n")


def test_the_rows_of_a_folder_go_into_its_snapshot_beside_the_tags_of_whole_images(folder: Path) -> None:
    path = table(folder, HEADER + "a,0,0,16,16,1\na,16,0,16,16,0\nb,0,0,9,9,0\nintact/c,0,0,9,9,1\n")
    run = RunFolder(folder.parent / "run")
    snapshot = snapshot_of_folder(folder, masks=None, tiles=path, run=run)
    items = {item.name: item for item in snapshot.items}
    assert {name: item.tag for name, item in items.items()} == {
        "a.png": Tag.CRACKED,
        "road/b.png": Tag.UNKNOWN,
        "cracked/c.png": Tag.CRACKED,
        "intact/c.png": Tag.CRACKED,
    }
    assert items["a.png"].tiles == AreaTags(
        width=60, height=40, cracked=(TileArea(0, 0, 16, 16),), intact=(TileArea(0, 16, 16, 16),)
    )
    assert items["cracked/c.png"].tiles is None
    assert run.snapshot() == snapshot


def test_a_mask_tells_more_than_the_table_and_that_is_said(folder: Path) -> None:
    mask = np.zeros((40, 60), np.uint8)
    mask[5] = 255
    rasters.write_png(folder.parent / "masks" / "a.png", mask)
    path, said = table(folder, HEADER + "a,0,0,16,16,0\nb,0,0,9,9,0\n"), []
    run = RunFolder(folder.parent / "run")
    snapshot = snapshot_of_folder(folder, masks=folder.parent / "masks", tiles=path, run=run, report=said.append)
    (item,) = (item for item in snapshot.items if item.name == "a.png")
    assert (item.tag, item.tiles, item.mask) == (Tag.CRACKED, None, "masks/a.png.png")
    assert [words[:13] for words in said] == ["1 of 2 images"]


def test_in_a_project_the_table_goes_before_tile_tags_and_after_masks(folder: Path) -> None:
    project = Project.open(folder)
    project.scan()
    ids = {entry.name: entry.id for entry in project.entries()}
    for name in ("a.png", "road/b.png", "intact/c.png"):
        project.read_rgb8(ids[name])
    grid = TileTags.none(size=20, width=60, height=40).tagged([0], Tag.CRACKED)
    project.tiles.keep(ids["a.png"], grid)
    project.tiles.keep(ids["road/b.png"], grid)
    project.save_mask(ids["intact/c.png"], np.eye(20, 30, dtype=np.uint8), MaskKind.EXACT)
    project.set_review([ids["intact/c.png"]], Review.CONFIRMED)
    project.close()
    path = table(folder, HEADER + "a,0,0,9,9,0\nintact/c,0,0,9,9,0\n")
    snapshot = snapshot_of_folder(folder, masks=None, tiles=path, run=RunFolder(folder.parent / "run"))
    items = {item.name: item for item in snapshot.items}
    assert items["a.png"].tiles == AreaTags(width=60, height=40, intact=(TileArea(0, 0, 9, 9),))
    tiles = items["road/b.png"].tiles
    assert isinstance(tiles, TileTags)
    assert tiles.cells == grid.cells
    assert (items["intact/c.png"].tiles, items["intact/c.png"].mask) == (None, "masks/intact/c.png.png")
