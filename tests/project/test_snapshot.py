"""Snapshots: only what a person stands by, frozen, on sides that never change."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.errors import FolderError, MaskError, RunError
from crackstudio.core.images import Domain, MaskKind, Review, Split, Tag
from crackstudio.core.runs import RunSpec
from crackstudio.project import proposals_file, rasters
from crackstudio.project.digest import digest_of
from crackstudio.project.proposals_file import ProposalsFile
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.snapshot import choose_sides, snapshot_of_folder, split_of

CRACK = np.eye(20, 30, dtype=np.uint8)
EMPTY = np.zeros((20, 30), np.uint8)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "run")


def by_name(snapshot):
    return {item.name: item for item in snapshot.items}


def confirm(project, image, mask, kind=MaskKind.EXACT):
    project.read_rgb8(image)
    project.save_mask(image, mask, kind)
    project.set_review([image], Review.CONFIRMED)


def test_only_confirmed_masks_and_tags_are_taken(project, run, id_of):
    confirm(project, id_of(project, "a.png"), CRACK, MaskKind.REGION)
    project.save_mask(id_of(project, "b.png"), CRACK, MaskKind.EXACT)  # not confirmed, not tagged
    project.save_mask(id_of(project, "cracked/0.png"), CRACK, MaskKind.EXACT)  # not confirmed, but tagged
    confirm(project, id_of(project, "cracked/1.png"), EMPTY)  # "nothing here" against its folder's tag
    project.set_review([id_of(project, "intact/2.png")], Review.FLAGGED)
    items = by_name(project.runs.freeze(run))
    assert sorted(items) == ["a.png", "cracked/0.png", "cracked/1.png", "cracked/2.png", "intact/0.png", "intact/1.png"]
    a = items["a.png"]
    assert (a.tag, a.mask_kind, a.mask) == (Tag.CRACKED, MaskKind.REGION, "masks/a.png.png")
    assert (rasters.read_mask(run.path / a.mask) == CRACK).all()
    assert (items["cracked/0.png"].tag, items["cracked/0.png"].mask) == (Tag.CRACKED, None)
    assert (items["cracked/1.png"].tag, items["cracked/1.png"].mask is None) == (Tag.INTACT, False)
    assert (items["intact/0.png"].tag, items["intact/0.png"].mask) == (Tag.INTACT, None)
    assert run.snapshot() == project.runs.freeze(run)


def test_images_of_the_target_domain_need_no_tag(project, run, id_of):
    project.set_domain([id_of(project, "b.png")], Domain.TARGET)
    assert by_name(project.runs.freeze(run))["b.png"].domain is Domain.TARGET
    assert project.runs.stock().target_images == 1


def test_painting_goes_on_without_touching_the_snapshot(project, run, id_of):
    image = id_of(project, "a.png")
    confirm(project, image, CRACK)
    item = by_name(project.runs.freeze(run))["a.png"]
    project.save_mask(image, EMPTY, MaskKind.EXACT)
    assert (rasters.read_mask(run.path / item.mask) == CRACK).all()


def test_the_digest_is_over_fields_and_masks(project, tmp_path, id_of):
    def digest(name):
        return project.runs.freeze(RunFolder(tmp_path / name)).digest

    image = id_of(project, "a.png")
    confirm(project, image, CRACK)
    first = digest("1")
    assert digest("2") == first
    project.save_mask(image, CRACK[::-1].copy(), MaskKind.EXACT)
    second = digest("3")
    project.save_mask(image, CRACK[::-1].copy(), MaskKind.REGION)
    assert len({first, second, digest("4")}) == 3


@given(st.lists(DIGESTS, min_size=1, max_size=40, unique=True))
def test_sides_stay_when_images_are_added_and_no_group_is_left_without_training(digests):
    groups = [int(digest[8], 16) % 2 for digest in digests]
    sides = choose_sides(digests, groups=groups)
    for group in set(groups):
        chosen = [side for side, other in zip(sides, groups, strict=True) if other == group]
        assert Split.TRAIN in chosen
    for digest, side in zip(digests, sides, strict=True):
        if side is Split.VALIDATION:
            assert split_of(digest) is Split.VALIDATION


def test_about_a_fifth_is_for_validation():
    chance = np.random.default_rng(0)
    sides = [split_of(chance.bytes(32).hex()) for _ in range(4000)]
    assert 0.17 < sides.count(Split.VALIDATION) / 4000 < 0.23


def test_a_renamed_image_stays_on_its_side(project, folder, tmp_path, id_of):
    before = {item.name: item.split for item in project.runs.freeze(RunFolder(tmp_path / "1")).items}
    for number in range(3):
        (folder / "cracked" / f"{number}.png").rename(folder / "cracked" / f"renamed {number}.png")
    project.scan()
    after = {item.name: item.split for item in project.runs.freeze(RunFolder(tmp_path / "2")).items}
    for number in range(3):
        assert after[f"cracked/renamed {number}.png"] is before[f"cracked/{number}.png"]


def test_the_stock_counts_what_the_snapshot_takes(project, run, id_of):
    confirm(project, id_of(project, "a.png"), CRACK, MaskKind.REGION)
    confirm(project, id_of(project, "cracked/0.png"), CRACK)
    confirm(project, id_of(project, "cracked/1.png"), EMPTY)
    stock, items = project.runs.stock(), project.runs.freeze(run).items
    assert (stock.images, stock.masks, stock.regions, stock.source_masks) == (8, 2, 1, 2)
    assert stock.cracked == sum(item.tag is Tag.CRACKED for item in items) == 3
    assert stock.intact == sum(item.tag is Tag.INTACT for item in items) == 4
    defects = [item for item in items if item.mask and item.tag is Tag.CRACKED]
    assert stock.validation_masks == sum(item.split is Split.VALIDATION for item in defects)


def test_a_file_that_has_just_vanished_is_left_out_of_a_run(project, folder, run, id_of):
    image = id_of(project, "cracked/0.png")
    (folder / "cracked" / "0.png").unlink()
    assert "cracked/0.png" not in by_name(project.runs.freeze(run))
    assert "cannot be read" in project.entry(image).problem


def replace_by(path, content):
    rasters.write_png(path, content)
    later = path.stat().st_mtime_ns + 10**10
    os.utime(path, ns=(later, later))


def test_a_mask_does_not_train_on_another_picture_that_no_scan_has_seen(project, folder, run, id_of, drawn):
    first, second = id_of(project, "cracked/0.png"), id_of(project, "cracked/1.png")
    confirm(project, first, CRACK)
    confirm(project, second, CRACK)
    said = []
    project.listen(said.append)
    replace_by(folder / "cracked" / "0.png", drawn(70))
    items = by_name(project.runs.freeze(run))
    assert (items["cracked/0.png"].mask, items["cracked/1.png"].mask) == (None, "masks/cracked/1.png.png")
    assert (project.entry(first).review, project.entry(second).review) == (Review.CORRECTED, Review.CONFIRMED)
    assert (project.load_mask(first) == CRACK).all()
    assert [words.split(".png")[0] for words in said] == ["The file of cracked/0"]


def test_a_mask_confirmed_again_on_the_other_picture_trains(project, folder, run, id_of, drawn):
    image = id_of(project, "cracked/0.png")
    confirm(project, image, CRACK)
    replace_by(folder / "cracked" / "0.png", drawn(70))
    project.read_rgb8(image)
    assert project.entry(image).review is Review.CORRECTED
    project.set_review([image], Review.CONFIRMED)
    assert by_name(project.runs.freeze(run))["cracked/0.png"].mask is not None
    project.scan()
    assert project.entry(image).review is Review.CONFIRMED


def test_a_touched_file_trains_with_its_mask(project, folder, run, id_of):
    image = id_of(project, "cracked/0.png")
    confirm(project, image, CRACK)
    os.utime(folder / "cracked" / "0.png", ns=(10**18, 10**18))
    before = project.entry(image)
    assert by_name(project.runs.freeze(run))["cracked/0.png"].mask is not None
    assert project.entry(image) == before


def test_a_run_is_made_ready_for_an_engine(project, folder, id_of):
    confirm(project, id_of(project, "a.png"), CRACK)
    spec = RunSpec(method="unet", settings={"flip": True, "rate": 0.5}, seed=3, minutes=2)
    run = project.runs.create(spec)
    record = run.record()
    assert record.spec == spec
    assert record.id == run.id
    assert run.id.endswith("-unet")
    assert record.images == len(run.snapshot().items) == 7
    assert record.snapshot_digest == run.snapshot().digest
    assert record.command == (
        f"crackstudio train '{folder}' --method unet --set flip=true --set rate=0.5 --seed 3 --minutes 2"
    )
    other = project.runs.create(spec)
    assert [one.path for one in project.runs.all()] == sorted([run.path, other.path])


def test_a_run_that_is_not_wanted_any_more_is_given_up_at_the_next_image(project, monkeypatch):
    stop, hashed = threading.Event(), []

    def hash_and_stop(path):
        hashed.append(path)
        stop.set()
        return digest_of(path)

    monkeypatch.setattr("crackstudio.project.contents.digest_of", hash_and_stop)
    with pytest.raises(RunError, match="given up"):
        project.runs.create(RunSpec(method="unet"), stop=stop)
    assert len(hashed) == 1
    assert list((project.home / "runs").iterdir()) == []


def test_a_folder_without_a_project_is_read_and_not_touched(folder, run):
    before = sorted(folder.rglob("*"))
    items = by_name(snapshot_of_folder(folder, masks=None, run=run))
    assert sorted(folder.rglob("*")) == before
    assert len(items) == 6
    assert items["cracked/0.png"].tag is Tag.CRACKED
    assert items["cracked/0.png"].image == str(folder / "cracked" / "0.png")


def test_masks_beside_a_folder_are_found_and_checked(folder, run, tmp_path):
    masks = folder / "truth"
    rasters.write_png(masks / "cracked" / "0.png", CRACK * 255)
    rasters.write_png(masks / "a.png", CRACK * 255)
    rasters.write_png(masks / "b.png", EMPTY)
    snapshot = snapshot_of_folder(folder, masks=masks, run=run)
    items = by_name(snapshot)
    assert (items["a.png"].tag, items["b.png"].tag) == (Tag.CRACKED, Tag.INTACT)
    assert (rasters.read_mask(run.path / items["a.png"].mask) == CRACK).all()
    assert items["cracked/1.png"].mask is None
    assert not any(name.startswith("truth") for name in items)
    assert run.snapshot() == snapshot
    rasters.write_png(masks / "a.png", np.ones((3, 4), np.uint8))
    with pytest.raises(MaskError, match="4 x 3 px"):
        snapshot_of_folder(folder, masks=masks, run=RunFolder(tmp_path / "2"))


def test_proposals_that_nobody_changed_are_no_masks_beside_those_of_a_person(folder, run, tmp_path):
    masks = tmp_path / "masks"
    for name in ("a.png", "b.png"):
        rasters.write_png(masks / name, CRACK * 255)
    digests = {name: digest_of(masks / name) for name in ("a.png", "b.png")}
    made = {"threshold": 0.5, "method": "unet", "checkpoint": "", "digest": "", "maps": {}, "digests": digests}
    proposals_file.write(masks, ProposalsFile(**made))
    said = []

    def masked(name):
        snapshot = snapshot_of_folder(folder, masks=masks, run=RunFolder(tmp_path / name), report=said.append)
        return [item.name for item in snapshot.items if item.mask]

    assert masked("1") == ["a.png", "b.png"], "pseudo-masks alone are what was asked for"
    assert said == []
    rasters.write_png(masks / "b.png", np.flipud(CRACK) * 255)
    assert masked("2") == ["b.png"]
    assert "1 of 2 masks" in said[0]


def test_the_command_line_takes_the_confirmed_masks_of_a_project(project, folder, run, tmp_path, id_of):
    confirm(project, id_of(project, "a.png"), CRACK, MaskKind.REGION)
    project.flush()
    of_project = project.runs.freeze(RunFolder(tmp_path / "other"))
    assert snapshot_of_folder(folder, masks=None, run=run) == of_project


def test_the_command_line_leaves_the_mask_of_another_picture_out(project, folder, run, id_of, drawn):
    image = id_of(project, "cracked/0.png")
    confirm(project, image, CRACK)
    project.flush()
    replace_by(folder / "cracked" / "0.png", drawn(70))
    said = []
    items = by_name(snapshot_of_folder(folder, masks=None, run=run, report=said.append))
    assert items["cracked/0.png"].mask is None
    assert len(said) == 1


def test_a_project_kept_elsewhere_is_named(opened, folder, run, tmp_path, id_of):
    project = opened(home=tmp_path / "home")
    confirm(project, id_of(project, "a.png"), CRACK)
    run_of_project = project.runs.create(RunSpec(method="unet"))
    project.flush()
    words = run_of_project.record().command.split()
    home = Path(words[words.index("--project") + 1])
    assert snapshot_of_folder(folder, masks=None, project=home, run=run) == run_of_project.snapshot()
    with pytest.raises(FolderError, match="holds no project"):
        snapshot_of_folder(folder, masks=None, project=tmp_path / "nothing", run=run)


def test_no_folder_is_a_clear_error(tmp_path, run):
    with pytest.raises(FolderError, match="no folder"):
        snapshot_of_folder(tmp_path / "nothing", masks=None, run=run)


def test_a_folder_of_masks_among_the_images_is_none_of_them_however_it_is_named(folder, run, monkeypatch):
    rasters.write_png(folder / "truth" / "a.png", CRACK * 255)
    monkeypatch.chdir(folder.parent)
    snapshot = snapshot_of_folder(Path(folder.name), masks=folder / "truth", run=run)
    assert [item.name for item in snapshot.items if item.mask] == ["a.png"]
