"""Classes: kept beside the masks, never mistaken for one another, and found again in whatever mask holds them."""

import sqlite3
from contextlib import closing

import msgspec
import numpy as np
import pytest

from crackstudio.core.classes import COLOURS, CRACK
from crackstudio.core.errors import ProjectError
from crackstudio.core.images import MaskKind
from crackstudio.project import rasters
from crackstudio.project.class_file import read_classes
from crackstudio.project.class_table import ClassTable, Kept
from crackstudio.project.layout import Layout
from crackstudio.project.project import Project


@pytest.fixture
def table():
    return ClassTable(Kept(), keep=lambda _kept: None)


def mask_of(*values, size=(20, 30)):
    mask = np.zeros(size, np.uint8)
    mask.flat[: len(values)] = values
    return mask


def names(table):
    return [(kind.id, kind.name) for kind in table.classes()]


def heard(table):
    told = []
    table.listen(told.append)
    return told


def test_classes_are_added_renamed_and_recoloured(table):
    spall = table.add("  spall \n of   concrete ")
    assert (spall.id, spall.name, spall.colour) == (2, "spall of concrete", COLOURS[1])
    table.rename(1, "fissure")
    table.recolour(2, "#00ff00")
    assert names(table) == [(1, "fissure"), (2, "spall of concrete")]
    assert table.classes()[1].colour == "#00ff00"


@pytest.mark.parametrize("name", ["", "   ", "crack", "CRACK "])
def test_a_name_is_not_empty_and_not_there_twice(table, name):
    with pytest.raises(ProjectError, match="Nothing was changed"):
        table.add(name)
    assert names(table) == [(1, "crack")]


def test_a_class_may_be_written_otherwise(table):
    table.rename(1, "Crack")
    assert names(table) == [(1, "Crack")]


def test_an_id_never_means_something_else(table):
    table.add("spall")
    table.remove(2)
    assert table.add("rust").id == 3
    assert names(table) == [(1, "crack"), (3, "rust")]


def test_the_class_of_cracks_stays(table):
    with pytest.raises(ProjectError, match="stays"):
        table.remove(CRACK.id)


def test_a_removed_class_is_back_as_it_was_where_a_mask_holds_it(table):
    table.add("spall")
    table.recolour(2, "#112233")
    table.remove(2)
    told = heard(table)
    table.meet("a.png", mask_of(1, 2, 255))
    assert [(met.image, met.classes[0].name, met.classes[0].colour) for met in told] == [("a.png", "spall", "#112233")]
    assert names(table) == [(1, "crack"), (2, "spall")]


def test_values_that_nobody_named_become_classes_and_are_told_once(table):
    table.meet("a.png", mask_of(9, 7, 255))
    told = heard(table)
    table.meet("b.png", mask_of(7))
    assert names(table) == [(1, "crack"), (7, "class 7"), (9, "class 9")]
    assert [(met.image, len(met.classes)) for met in told] == [("a.png", 2)]
    assert table.add("spall").id == 2


@pytest.mark.parametrize("way", ["undo of its removal", "met in a mask"])
def test_a_class_that_is_back_beside_one_of_its_name_gets_a_name_of_its_own(table, way):
    table.add("spall")
    table.remove(2)
    table.add("Spall")
    if way == "met in a mask":
        table.meet("a.png", mask_of(2))
    else:
        table.restore(2, place=1)
    assert sorted(names(table)) == [(1, "crack"), (2, "spall (2)"), (3, "Spall")]


def test_an_unnamed_value_is_not_called_like_another_class(table):
    table.rename(1, "class 7")
    table.meet("a.png", mask_of(7))
    assert names(table) == [(1, "class 7"), (7, "class 7 (7)")]


def test_shades_of_a_picture_become_no_classes_but_their_values_stay_out_of_use(table):
    told = heard(table)
    table.meet("photo.png", mask_of(*range(2, 200)))
    assert names(table) == [(1, "crack")]
    assert told[0].shades == 198
    assert table.add("spall").id == 200


def test_there_is_an_end_of_classes(table):
    for number in range(2, 255):
        table.add(f"kind {number}")
    with pytest.raises(ProjectError, match="254"):
        table.add("one more")


def test_they_are_there_again_and_any_program_can_read_them(project, folder):
    project.class_table.add("spall")
    project.class_table.rename(1, "裂缝")
    project.close()
    text = (folder / ".crackstudio" / "classes.json").read_text("utf-8")
    assert '"裂缝"' in text
    assert msgspec.json.decode(text)["classes"][1] == {"id": 2, "name": "spall", "colour": COLOURS[1]}
    again = Project.open(folder)
    assert names(again) == [(1, "裂缝"), (2, "spall")]
    assert read_classes(Layout(again.home)).classes == again.classes()
    again.close()


@pytest.mark.parametrize(
    "damage",
    [
        None,
        b"",
        b'{"torn',
        b"[]",
        b"\xff\xfe",
        b'{"classes": [{"id": 0, "name": "x", "colour": "#123456"}]}',
        b'{"classes": [{"id": 1, "name": "x", "colour": "red"}]}',
        b'{"classes": [{"id": 1, "name": "x", "colour": "#123456"}, {"id": 1, "name": "y", "colour": "#123456"}]}',
    ],
)
def test_a_damaged_or_lost_list_comes_from_the_database(project, folder, damage):
    project.class_table.add("spall")
    path = project.home / "classes.json"
    project.close()
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    again = Project.open(folder)
    told = []
    again.listen(told.append)
    assert names(again) == [(1, "crack"), (2, "spall")]
    again.close()
    assert read_classes(Layout(again.home)).classes[1].name == "spall"
    kept = [place.read_bytes() for place in (again.home / "aside").glob("classes.json*")]
    assert kept == ([] if damage is None else [damage])
    assert len(told) == len(kept)


def test_a_damaged_copy_costs_nothing_while_the_file_is_whole(project, folder):
    project.class_table.add("spall")
    project.close()
    with closing(sqlite3.connect(folder / ".crackstudio" / "project.db")) as database, database:
        database.execute("INSERT OR REPLACE INTO state VALUES ('classes', ?)", (b'{"torn',))
    again = Project.open(folder)
    assert names(again) == [(1, "crack"), (2, "spall")]
    again.close()


def test_without_file_and_copy_the_masks_tell_which_classes_there_are(project, folder, id_of):
    project.class_table.add("spall")
    project.save_mask(id_of(project, "a.png"), mask_of(1, 2, 255), MaskKind.EXACT)
    project.close()
    (project.home / "classes.json").write_bytes(b"torn")
    with closing(sqlite3.connect(project.home / "project.db")) as database, database:
        database.execute("DELETE FROM state")
    again = Project.open(folder)
    again.load_mask(id_of(again, "a.png"))
    assert names(again) == [(1, "crack"), (2, "class 2")]
    again.close()


def test_a_mask_keeps_every_value_that_it_holds(project, id_of):
    image = id_of(project, "a.png")
    mask = mask_of(1, 2, 7, 254, 255)
    path = project.home / "masks" / "a.png.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    rasters.write_png(path, mask)
    assert (project.load_mask(image) == mask).all()
    assert names(project) == [(1, "crack"), (2, "class 2"), (7, "class 7"), (254, "class 254")]
    project.save_mask(image, mask, MaskKind.EXACT)
    assert (rasters.read_image(path).array == mask).all()


def test_who_holds_a_class_is_read_from_the_masks(project, id_of):
    for name, values in (("a.png", (1, 2)), ("b.png", (1,)), ("cracked/0.png", (2,))):
        project.save_mask(id_of(project, name), mask_of(*values), MaskKind.EXACT)
    (project.home / "masks" / "torn.png.png").write_bytes(b"torn")
    *_, last = project.class_users(2)
    assert (last.done, last.of, last.names) == (4, 4, ("a.png", "cracked/0.png"))
    *_, last = project.class_users(3)
    assert last.names == ()
