"""What `train` does before its first step, and what it leaves where it cannot begin."""

from dataclasses import replace
from pathlib import Path

import pytest

from crackstudio.commands.evaluate import evaluate_folders
from crackstudio.commands.propose import propose_folder
from crackstudio.commands.train import TrainRequest, _about_classes, train_command
from crackstudio.core.errors import FolderError, NeedsError, RunError, TableError
from crackstudio.core.images import Tag
from crackstudio.core.runs import RunSpec, Snapshot
from crackstudio.core.tiles import TileTags
from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.project.run_folder import RunFolder

UNET = RunSpec(method="unet", steps=1)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is no folder"):
        train_command(TrainRequest(folder=tmp_path / "imgaes", spec=UNET), json=False)
    assert list(tmp_path.iterdir()) == []


def test_that_classes_count_alike_is_said_where_there_are_several(tmp_path: Path) -> None:
    project = Project.open(tmp_path)
    request = TrainRequest(folder=tmp_path, spec=UNET)
    assert not _about_classes(request, project.home)
    project.class_table.add("spall")
    project.close()
    assert _about_classes(request, project.home).startswith("crack, spall: any of these classes counts as defect")
    assert not _about_classes(TrainRequest(folder=tmp_path, spec=UNET, masks=tmp_path), project.home)


def test_an_interrupted_run_goes_on_with_its_own_images_only(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    run = RunFolder(tmp_path / "run")
    run.write_request(UNET, Snapshot(items=(), digest=""), folder=tmp_path / "one")
    with pytest.raises(RunError, match="holds another run"):
        train_command(TrainRequest(folder=tmp_path / "two", spec=UNET, out=run.path), json=False)


def test_a_run_that_cannot_begin_leaves_nothing_behind(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "images" / "cracked" / "a.png", draw(1, cracked=True, height=64, width=64).image)
    with pytest.raises(NeedsError, match="needs 1 confirmed mask"):
        train_command(TrainRequest(folder=tmp_path / "images", spec=UNET, out=tmp_path / "run"), json=False)
    assert not (tmp_path / "run").exists()


def test_a_folder_of_other_things_is_no_place_for_a_run(tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "images" / "cracked" / "a.png", draw(1, cracked=True, height=64, width=64).image)
    with pytest.raises(RunError, match="is not empty"):
        train_command(TrainRequest(folder=tmp_path / "images", spec=UNET, out=tmp_path / "images"), json=False)
    assert (tmp_path / "images" / "cracked" / "a.png").exists()


@pytest.mark.parametrize(("method", "settings"), [("attention-cyclegan", {"width": 8}), ("segdec", {"width": 2})])
def test_tile_tags_of_a_project_kept_elsewhere_are_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, settings: dict[str, int]
) -> None:
    rasters.write_png(tmp_path / "images" / "bridge.png", draw(1, cracked=True, height=300, width=400).image)
    project = Project.open(tmp_path / "images", home=tmp_path / "project")
    project.scan()
    (image,) = (entry.id for entry in project.entries())
    project.read_rgb8(image)
    tags = TileTags.none(size=100, width=400, height=300)
    project.tiles.keep(image, tags.tagged(range(5), Tag.CRACKED).tagged(range(7, 12), Tag.INTACT))
    project.close()
    spec = RunSpec(method=method, steps=2, settings={"tile": 32, "batch": 2, **settings}, device="cpu")
    request = TrainRequest(
        folder=tmp_path / "images", spec=spec, project=tmp_path / "project", out=tmp_path / "run"
    )  # fmt: skip
    train_command(request, json=True)
    told = capsys.readouterr()
    assert '"step": 2' in told.out
    assert "5 tiles tagged cracked, 5 intact, of up to 100 px." in told.err
    assert "--set tile=100" in told.err


def test_train_then_propose_then_evaluate(tmp_path: Path) -> None:
    for number in range(6):
        drawn = draw(number, cracked=number % 2 == 0, height=64, width=64)
        name = f"{number}.png"
        rasters.write_png(tmp_path / "images" / ("cracked" if drawn.cracked else "intact") / name, drawn.image)
        rasters.write_png(tmp_path / "masks" / name, drawn.mask * 255)
    spec = RunSpec(method="unet", steps=2, settings={"width": 4, "tile": 32})
    run = tmp_path / "run"
    train_command(TrainRequest(folder=tmp_path / "images", spec=spec, masks=tmp_path / "masks", out=run), json=True)
    proposals, problems = propose_folder(tmp_path / "images", out=tmp_path / "maps", model=run)
    assert not problems
    assert len(proposals.maps) == 6
    evaluation = evaluate_folders(tmp_path / "maps", tmp_path / "masks")
    assert evaluation.images == 6
    assert evaluation.threshold == proposals.threshold


def tagged_folder(folder: Path, *, side: int) -> Path:
    """Four cracked and four intact images."""
    for number in range(8):
        drawn = draw(number, cracked=number < 4, height=side, width=side)
        rasters.write_png(folder / ("cracked" if drawn.cracked else "intact") / f"{number}.png", drawn.image)
    return folder


@pytest.mark.parametrize(
    ("side", "settings", "said"),
    [(160, {}, True), (160, {"instances": 2}, False), (160, {"tile": 96}, False), (48, {}, False)],
)
def test_that_a_crop_may_miss_the_crack_of_a_large_image_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], side: int, settings: dict[str, int], said: bool
) -> None:
    spec = RunSpec(method="cam", steps=1, settings={"tile": 32, "batch": 1, "width": 4, **settings}, device="cpu")
    folder = tagged_folder(tmp_path / "images", side=side)
    train_command(TrainRequest(folder=folder, spec=spec, out=tmp_path / "run"), json=True)
    told = capsys.readouterr().err
    assert ("25 times as large as a crop of 32 px" in told) is said
    assert ("--set instances=8" in told) is said


def test_a_method_without_instances_is_not_told_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = RunSpec(method="segdec", steps=1, settings={"tile": 32, "batch": 1, "width": 2}, device="cpu")
    folder = tagged_folder(tmp_path / "images", side=160)
    train_command(TrainRequest(folder=folder, spec=spec, out=tmp_path / "run"), json=True)
    assert "instances" not in capsys.readouterr().err


def test_areas_of_a_table_are_trained_on_and_its_faults_leave_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rasters.write_png(tmp_path / "images" / "bridge.png", draw(1, cracked=True, height=300, width=400).image)
    table = tmp_path / "tiles.csv"
    areas = [f"bridge;{left};{top};48;{int(top < 150)}" for left in range(0, 352, 100) for top in (0, 90, 200, 252)]
    table.write_text("\ufeffimage;left;top;side;tag\r\n" + "\r\n".join(areas) + "\r\n", encoding="utf-8")
    spec = RunSpec(method="cam", steps=2, settings={"tile": 32, "batch": 2, "width": 4}, device="cpu")
    request = TrainRequest(folder=tmp_path / "images", spec=spec, tiles=table, out=tmp_path / "run")
    train_command(request, json=True)
    told = capsys.readouterr()
    assert '"step": 2' in told.out
    assert "8 tiles tagged cracked, 8 intact, of up to 48 px." in told.err
    assert f"--tiles {table}" in RunFolder(tmp_path / "run").record().command
    table.write_text("image;left;top;side;tag\nbridge;390;0;48;1\n")
    with pytest.raises(TableError, match="line 2"):
        train_command(replace(request, out=tmp_path / "other"), json=False)
    assert not (tmp_path / "other").exists()
