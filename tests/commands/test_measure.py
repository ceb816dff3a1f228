"""`crackstudio measure` on folders of masks, projects, and what is neither."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from crackstudio.commands.measure import measure_command, measure_folder
from crackstudio.core.classes import CRACK as CLASS
from crackstudio.core.classes import DefectClass
from crackstudio.core.errors import FolderError, MaskError, RasterError
from crackstudio.core.images import MaskKind, Review
from crackstudio.project import proposals_file, rasters
from crackstudio.project.class_table import Kept
from crackstudio.project.project import Project
from crackstudio.project.proposals_file import ProposalsFile

CRACK = np.zeros((40, 60), np.uint8)
CRACK[10:13, 5:55] = 1
TWO = CRACK.copy()
TWO[30:35, 5:55], TWO[20, :] = 2, 255


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    rasters.write_png(tmp_path / "masks" / "a.png", CRACK * 255)
    rasters.write_png(tmp_path / "masks" / "deep" / "b.png", TWO)
    rasters.write_png(tmp_path / "masks" / "empty.png", CRACK * 0)
    return tmp_path / "masks"


def test_a_row_for_every_mask_and_each_class(masks: Path) -> None:
    rows = {(row.name, row.class_name): row for row in measure_folder(masks)}
    assert list(rows) == [(name, kind) for name in ("a.png", "deep/b.png", "empty.png") for kind in ("crack", "2")]
    first = rows["a.png", "crack"]
    assert (first.cracks, first.area_px) == (1, 150)
    assert (first.length_px, first.mean_width_px, first.max_width_px) == pytest.approx((50, 3, 3))
    assert first.share == pytest.approx(150 / 2400)
    assert rows["deep/b.png", "2"].mean_width_px == pytest.approx(5)
    assert rows["deep/b.png", "2"].share == pytest.approx(250 / 2340)  # of the pixels that somebody is sure of
    assert rows["a.png", "2"].cracks == rows["empty.png", "crack"].cracks == rows["empty.png", "crack"].length_px == 0


def test_classes_have_the_names_that_the_project_gives_them(masks: Path, tmp_path: Path) -> None:
    for name in ("x", "y"):
        rasters.write_png(tmp_path / "images" / f"{name}.png", np.full((40, 60, 3), 99, np.uint8))
    project = Project.open(tmp_path / "images")
    project.scan()
    project.class_table.rename(1, "Riss")
    project.class_table.add("spall")
    for entry in project.entries():
        project.save_mask(entry.id, TWO, MaskKind.EXACT)
        project.set_review([entry.id], Review.CONFIRMED)
    project.close()
    rows = measure_folder(tmp_path / "images")
    assert [(row.name, row.class_name) for row in rows] == [
        (name, kind) for name in ("x.png", "y.png") for kind in ("Riss", "spall")
    ]
    assert rows[1].mean_width_px == pytest.approx(5)


@pytest.mark.parametrize("inside", ["", "deep"])
def test_a_folder_of_masks_has_the_names_that_lie_beside_it(
    masks: Path, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = (msgspec.structs.replace(CLASS, name="Riss"), DefectClass(id=2, name="spall", colour="#00ff00"))
    (masks.parent / "classes.json").write_bytes(Kept(classes=kinds).data())
    assert {row.class_name for row in measure_folder(masks / inside)} == {"Riss", "spall"}
    monkeypatch.chdir(masks / inside)
    assert {row.class_name for row in measure_folder(Path())} == {"Riss", "spall"}


@pytest.mark.parametrize("text", ["", "[]", '{"classes": ["crack", "spall"]}', '{"names": {"2": "spall"}}'])
def test_what_another_tool_calls_classes_leaves_the_numbers(masks: Path, text: str) -> None:
    (masks.parent / "classes.json").write_text(text, "utf-8")
    assert {row.class_name for row in measure_folder(masks)} == {"crack", "2"}


def test_the_table_as_csv(masks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure_command(masks, out=tmp_path / "new" / "widths.csv", json=False)
    with (tmp_path / "new" / "widths.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == [
        *("name", "class", "cracks", "length_px", "mean_width_px", "max_width_px", "p95_width_px", "area_px", "share")
    ]
    assert len(table) == 6
    assert table[2]["name"] == "deep/b.png"
    assert float(table[2]["p95_width_px"]) == 3
    assert "crack: 2 in 3 masks, 100 px long" in capsys.readouterr().out


def test_one_json_object(masks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure_command(masks, out=None, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["images"] == 3
    assert told["measured"][0]["class"] == "crack"
    assert told["measured"][0]["length_px"] == pytest.approx(50)


def test_from_the_command_line(masks: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "crackstudio", "measure", str(masks), "--out", str(tmp_path / "w.csv"), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["images"] == 3
    assert (tmp_path / "w.csv").exists()


def test_the_table_for_a_reader(masks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure_command(masks, out=None, json=False)
    assert "a.png" in capsys.readouterr().out


def test_masks_without_any_crack_have_rows(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "masks" / "empty.png", CRACK * 0)
    assert [(row.class_name, row.cracks) for row in measure_folder(tmp_path / "masks")] == [("crack", 0)]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_of_a_project_the_confirmed_exact_masks_count(tmp_path: Path, elsewhere: bool) -> None:
    folder, home = tmp_path / "images", tmp_path / "kept" if elsewhere else None
    for name in ("confirmed", "corrected", "flagged", "region"):
        rasters.write_png(folder / f"{name}.png", np.full((40, 60, 3), len(name), np.uint8))
    project = Project.open(folder, home=home)
    try:
        project.scan()
        for entry in project.entries():
            kind = MaskKind.REGION if entry.path == "region.png" else MaskKind.EXACT
            project.save_mask(entry.id, CRACK, kind)
            review = Review.CONFIRMED if kind is MaskKind.REGION else Review(entry.path.removesuffix(".png"))
            project.set_review([entry.id], review)
        project.flush()
        rows = measure_folder(home or folder)  # the studio may have it open
    finally:
        project.close()
    assert [(row.name, row.cracks) for row in rows] == [("confirmed.png", 1)]


def test_a_project_without_confirmed_masks_is_told(tmp_path: Path) -> None:
    Project.open(tmp_path).close()
    with pytest.raises(FolderError, match="no confirmed mask"):
        measure_folder(tmp_path)


def test_crack_maps_are_refused(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "a.png", CRACK * 90)
    maps = ProposalsFile(threshold=0.3, method="unet", checkpoint="c", digest="", maps={})
    proposals_file.write(tmp_path, maps)
    with pytest.raises(MaskError, match="--binary"):
        measure_folder(tmp_path)


def test_photographs_are_refused(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "a.png", np.random.default_rng(0).integers(60, 200, (40, 60, 3)).astype(np.uint8))
    with pytest.raises(RasterError, match="photograph"):
        measure_folder(tmp_path)


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_without_masks_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderError, match="Nothing was"):
        measure_folder(tmp_path / name)


def test_excel_reads_names_beyond_ascii(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "masks" / "裂缝.png", CRACK)
    measure_command(tmp_path / "masks", out=tmp_path / "w.csv", json=True)
    assert (tmp_path / "w.csv").read_bytes().startswith(b"\xef\xbb\xbfname,")
    with (tmp_path / "w.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["裂缝.png"]
