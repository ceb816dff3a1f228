"""Who judges a run, on what, and what is shown of it."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from crackstudio.core.images import MaskKind, Split
from crackstudio.core.runs import SnapshotItem
from crackstudio.engine import evaluate
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.device import Place, Precision
from crackstudio.engine.evaluate import SIDE, Gallery, Jury
from crackstudio.engine.method import Feed
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.imaging.counts import level_of
from crackstudio.project import rasters

CPU = Place(device=torch.device("cpu"), precision=Precision.FLOAT32)
FEED = Feed(height=32, width=32)


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> UNetMethod:
    """A method that takes darkness for crack."""

    def darkness(_: object, images: Tensor) -> Tensor:
        return 1 - images.mean(dim=1, keepdim=True)

    monkeypatch.setattr(UNetMethod, "crack_map", darkness)
    return UNetMethod(UNetConfig(width=4, depth=1))


MakeItem = Callable[..., SnapshotItem]


def jury_of(items: list[SnapshotItem], folder: Path) -> Jury:
    return Jury(Dataset(items, folder=folder, feed=FEED), seed=0)


def test_validation_images_with_masks_judge(
    make_item: MakeItem, drawn: Path, method: UNetMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "ENOUGH", 1)
    jury = jury_of([make_item(number) for number in range(8)], drawn)
    assert {probe.name for probe in jury.validation} == {"6.png", "7.png"}
    judgement = jury.judge(method, place=CPU)
    assert judgement.rank == judgement.scores["iou"]
    assert 0 < judgement.threshold < 1


def test_too_few_validation_masks_score_but_do_not_choose_the_best(
    make_item: MakeItem, drawn: Path, method: UNetMethod
) -> None:
    judgement = jury_of([make_item(number) for number in range(8)], drawn).judge(method, place=CPU)
    assert judgement.rank is None
    assert judgement.scores["iou"] is not None


def test_exact_masks_judge_alone_and_regions_only_where_there_is_none(make_item: MakeItem, drawn: Path) -> None:
    exact = [msgspec.structs.replace(make_item(number), split=Split.VALIDATION) for number in (0, 2)]
    regions = [msgspec.structs.replace(item, name=f"r{item.name}", mask_kind=MaskKind.REGION) for item in exact]
    assert {probe.name for probe in jury_of(exact + regions, drawn).validation} == {"0.png", "2.png"}
    assert {probe.name for probe in jury_of(regions, drawn).validation} == {"r0.png", "r2.png"}


def test_without_validation_masks_training_masks_lend_a_threshold_but_do_not_judge(
    make_item: MakeItem, drawn: Path, method: UNetMethod
) -> None:
    items = [msgspec.structs.replace(make_item(number), split=Split.TRAIN) for number in range(8)]
    judgement = jury_of(items, drawn).judge(method, place=CPU)
    assert judgement.rank is None
    assert "iou" not in judgement.scores


def test_tags_alone_give_a_threshold_and_tell_how_well_tags_are_told_apart(
    make_item: MakeItem, drawn: Path, method: UNetMethod
) -> None:
    judgement = jury_of([make_item(number, masked=False) for number in range(8)], drawn).judge(method, place=CPU)
    assert judgement.rank is None
    assert set(judgement.scores) == {"image_auroc"}


def test_an_intact_validation_image_alone_is_no_judge(make_item: MakeItem, drawn: Path) -> None:
    items = [make_item(number, masked=number != 6) for number in range(8)]
    assert jury_of(items, drawn).validation == ()


def test_probes_of_large_images_are_cut_at_the_crack_not_shrunk(tmp_path: Path, method: UNetMethod) -> None:
    mask = np.zeros((900, 1400), np.uint8)
    mask[800:880, 1300] = 1
    rasters.write_png(tmp_path / "large.png", np.repeat(200 - 150 * mask[..., None], 3, axis=2))
    rasters.write_png(tmp_path / "mask.png", mask)
    items = [
        SnapshotItem(name="l", image=str(tmp_path / "large.png"), tag="cracked", mask="mask.png", split="validation")
    ]
    jury = jury_of([msgspec.convert(msgspec.to_builtins(item), SnapshotItem) for item in items], tmp_path)
    (probe,) = jury.validation
    assert probe.rgb.shape == (SIDE, SIDE, 3)
    assert probe.shows_crack
    (shown,) = Gallery(tmp_path, jury).show(method, 3, place=CPU, threshold=0.4)
    assert list(shown.pictures) == ["image", "mask", "crack map", "proposal"]
    crack_map, proposal = (
        rasters.read_image(tmp_path / shown.pictures[name]).array for name in ("crack map", "proposal")
    )
    assert np.array_equal(proposal == 255, crack_map >= level_of(0.4))
    assert rasters.read_mask(tmp_path / shown.pictures["mask"]).max() == 255
    assert rasters.read_image(tmp_path / shown.pictures["image"]).array.shape == (SIDE, SIDE, 3)


def test_guard_maps_are_of_one_size(make_item: MakeItem, drawn: Path, method: UNetMethod) -> None:
    jury = jury_of([make_item(number) for number in range(8)], drawn)
    cracked, intact = jury.guard_maps(method, place=CPU, side=80)
    assert cracked.shape == intact.shape == (4, 80, 80)
