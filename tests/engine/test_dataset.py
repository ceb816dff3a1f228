"""Crops of a snapshot's images: where they are cut, what they carry, what is kept."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind, Tag
from crackstudio.core.runs import SnapshotItem
from crackstudio.engine.augment import jittered, turned
from crackstudio.engine.batches import Batches, draws
from crackstudio.engine.dataset import Aim, Dataset
from crackstudio.engine.method import Feed, Stream
from crackstudio.imaging.weighting import distance_weights
from crackstudio.project import rasters

torch = pytest.importorskip("torch")
CPU = torch.device("cpu")


def dataset_of(
    folder: Path, rgb: np.ndarray, mask: np.ndarray | None, *, feed: Feed, tag: Tag = Tag.CRACKED, **fields: object
) -> Dataset:
    rasters.write_png(folder / "a.png", rgb)
    if mask is not None:
        rasters.write_png(folder / "masks/a.png", mask)
    name = "masks/a.png" if mask is not None else None
    item = SnapshotItem(name="a.png", image=str(folder / "a.png"), tag=tag, mask=name, **fields)
    return Dataset([item], folder=folder, feed=feed)


def one_pixel_crack(height: int = 90, width: int = 70) -> tuple[np.ndarray, np.ndarray]:
    """The image shows its mask, so that a crop can be checked against itself."""
    mask = np.zeros((height, width), np.uint8)
    mask[11, 60] = 1
    return np.repeat(mask[..., None] * 200, 3, axis=2), mask


def test_a_crop_aimed_at_a_crack_has_it_and_shows_it_where_the_mask_says(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, *one_pixel_crack(), feed=Feed(height=32, width=32))
    random = np.random.default_rng(0)
    for _ in range(50):
        crop = dataset.crop(0, aim=Aim.ON_CRACK, random=random)
        assert crop.cracked
        assert np.array_equal(crop.mask * 200, crop.rgb[..., 0])


def test_a_crop_aimed_clear_of_cracks_has_none_and_is_tagged_so(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, *one_pixel_crack(), feed=Feed(height=16, width=16))
    crop = dataset.crop(0, aim=Aim.CLEAR, random=np.random.default_rng(0))
    assert not crop.cracked
    assert crop.has_mask


@pytest.mark.parametrize("size", [(40, 20), (20, 200), (1, 1), (5, 9)])
def test_small_images_are_padded_to_the_feed(tmp_path: Path, size: tuple[int, int]) -> None:
    rgb, mask = np.full((*size, 3), 90, np.uint8), np.ones(size, np.uint8)
    crop = dataset_of(tmp_path, rgb, mask, feed=Feed(height=48, width=64)).crop(
        0, aim=Aim.ON_CRACK, random=np.random.default_rng(0)
    )
    assert crop.rgb.shape == (48, 64, 3)
    assert crop.mask.shape == crop.weights.shape == (48, 64)


def test_a_mere_tag_weighs_nothing_and_an_intact_image_has_the_empty_mask(tmp_path: Path) -> None:
    rgb, random = np.zeros((32, 32, 3), np.uint8), np.random.default_rng(0)
    cracked = dataset_of(tmp_path, rgb, None, feed=Feed(height=32, width=32)).crop(0, aim=Aim.ON_CRACK, random=random)
    assert (cracked.cracked, cracked.has_mask, cracked.weights.max()) == (True, False, 0)
    intact = dataset_of(tmp_path, rgb, None, feed=Feed(height=32, width=32), tag=Tag.INTACT).crop(
        0, aim=Aim.CLEAR, random=random
    )
    assert (intact.cracked, intact.has_mask, intact.weights.min()) == (False, True, 1)


def test_unsure_pixels_weigh_nothing_and_are_no_crack(tmp_path: Path) -> None:
    mask = np.zeros((32, 32), np.uint8)
    mask[4:8] = 255
    crop = dataset_of(tmp_path, np.zeros((32, 32, 3), np.uint8), mask, feed=Feed(height=32, width=32)).crop(
        0, aim=Aim.ANYWHERE, random=np.random.default_rng(0)
    )
    assert not crop.cracked
    assert not crop.mask.any()
    assert (crop.weights == 0).sum() == 4 * 32


def test_region_labels_carry_distance_weights_and_exact_masks_do_not(tmp_path: Path) -> None:
    mask = np.zeros((32, 32), np.uint8)
    mask[8:24, 8:24] = 1
    feed = Feed(height=32, width=32, turns=False, power=2, positive_weight=3)
    rgb, random = np.zeros((32, 32, 3), np.uint8), np.random.default_rng(0)
    region = dataset_of(tmp_path, rgb, mask, feed=feed, mask_kind=MaskKind.REGION)
    exact = dataset_of(tmp_path, rgb, mask, feed=feed, mask_kind=MaskKind.EXACT)
    wanted = distance_weights(mask, power=2, positive_weight=3)
    assert np.array_equal(region.crop(0, aim=Aim.ANYWHERE, random=random).weights, wanted)
    assert (exact.crop(0, aim=Aim.ANYWHERE, random=random).weights == 1).all()


def test_dilated_masks_are_wider_and_leave_unsure_pixels_unsure(tmp_path: Path) -> None:
    mask = np.zeros((33, 33), np.uint8)
    mask[16, 16], mask[16, 18] = 1, 255
    feed = Feed(height=33, width=33, turns=False, dilate=7)
    crop = dataset_of(tmp_path, np.zeros((33, 33, 3), np.uint8), mask, feed=feed).crop(
        0, aim=Aim.ANYWHERE, random=np.random.default_rng(0)
    )
    assert crop.mask.sum() == 7 * 7 - 1
    assert crop.weights[16, 18] == 0


@given(seed=st.integers(0, 10_000), side=st.integers(20, 90))
def test_zoomed_crops_keep_their_size_and_their_places(
    tmp_path_factory: pytest.TempPathFactory, seed: int, side: int
) -> None:
    mask = np.zeros((90, 70), np.uint8)
    mask[30:60, 20:50] = 1
    folder = tmp_path_factory.mktemp("zoom")
    feed = Feed(height=side, width=side, zoom=0.5)
    dataset = dataset_of(folder, np.repeat(200 * mask[..., None], 3, axis=2), mask, feed=feed)
    crop = dataset.crop(0, aim=Aim.ON_CRACK, random=np.random.default_rng(seed))
    assert crop.rgb.shape == (side, side, 3)
    assert set(np.unique(crop.mask)) <= {0, 1}
    assert np.mean((crop.rgb[..., 0] > 100) == (crop.mask > 0)) > 0.9


def test_only_what_fits_the_budget_is_kept(tmp_path: Path) -> None:
    rgb, _ = one_pixel_crack()
    rasters.write_png(tmp_path / "a.png", rgb)
    items = [SnapshotItem(name=str(n), image=str(tmp_path / "a.png"), tag=Tag.INTACT) for n in range(3)]
    dataset = Dataset(items, folder=tmp_path, feed=Feed(height=8, width=8), budget=2 * rgb.nbytes)
    first = [dataset.picture(index) for index in range(3)]
    assert [dataset.picture(index) is first[index] for index in range(3)] == [True, True, False]


def test_a_mask_of_another_size_is_refused_by_name(tmp_path: Path) -> None:
    dataset = dataset_of(
        tmp_path, np.zeros((20, 20, 3), np.uint8), np.zeros((10, 20), np.uint8), feed=Feed(height=8, width=8)
    )
    with pytest.raises(MaskError, match=r"a\.png is 20 x 10"):
        dataset.picture(0)


def test_turns_are_the_same_for_image_mask_and_weights() -> None:
    rows, columns = np.mgrid[:12, :12]
    pattern = (rows * 12 + columns).astype(np.uint8)
    random = np.random.default_rng(0)
    seen = set()
    for _ in range(60):
        rgb, mask, weights = turned((np.dstack([pattern] * 3), pattern, pattern.astype(np.float32)), random=random)
        assert np.array_equal(rgb[..., 0], mask)
        assert np.array_equal(mask, weights)
        seen.add(mask.tobytes())
    assert len(seen) == 8


def test_jitter_stays_in_range_and_none_changes_nothing() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (8, 9, 3), dtype=np.uint8)
    assert jittered(rgb, strength=0.0, random=np.random.default_rng(0)) is rgb
    changed = jittered(rgb, strength=0.5, random=np.random.default_rng(0))
    assert changed.shape == rgb.shape
    assert changed.dtype == np.uint8
    for channel in range(3):  # brighter stays brighter
        order = np.argsort(rgb[..., channel], axis=None, kind="stable")
        assert (np.diff(changed[..., channel].ravel()[order].astype(int)) >= 0).all()
    assert not np.array_equal(changed, rgb)


def test_a_little_jitter_changes_little() -> None:
    rgb = np.random.default_rng(1).integers(40, 200, (8, 9, 3), dtype=np.uint8)
    changed = jittered(rgb, strength=0.01, random=np.random.default_rng(0))
    assert abs(changed.astype(int) - rgb).max() <= 6


def snapshot_items(drawn: Path, *, tags: str, masked: str = "") -> list[SnapshotItem]:
    """`tags` such as "cci": one image per letter."""
    kinds = {"c": Tag.CRACKED, "i": Tag.INTACT, "?": Tag.UNKNOWN}
    return [
        SnapshotItem(
            name=str(number),
            image=str(drawn / "images/0.png"),
            tag=kinds[letter],
            mask=str(drawn / "masks/0.png") if str(number) in masked else None,
        )
        for number, letter in enumerate(tags)
    ]


def test_streams_hold_what_they_promise(drawn: Path) -> None:
    dataset = Dataset(snapshot_items(drawn, tags="cci?", masked="13"), folder=drawn, feed=Feed(height=32, width=32))

    def of(stream: Stream) -> tuple[list[int], list[int]]:
        with_defect, without = draws(dataset, stream)
        return [draw.index for draw in with_defect], [draw.index for draw in without]

    assert of(Stream.CRACKED) == ([0, 1, 3], [])
    assert of(Stream.INTACT) == ([], [2])
    assert of(Stream.MASKED) == ([1, 3], [2])
    assert of(Stream.BALANCED) == ([0, 1, 3], [2])
    assert of(Stream.ANY) == ([0, 1, 2, 3], [])


def test_without_intact_images_quiet_parts_of_masked_ones_take_their_place(drawn: Path) -> None:
    dataset = Dataset(snapshot_items(drawn, tags="cc", masked="01"), folder=drawn, feed=Feed(height=16, width=16))
    with Batches(dataset, {Stream.BALANCED: 4}, seed=0) as batches:
        sample = batches.next(CPU)[Stream.BALANCED]
    assert sample.cracked.tolist() == [1, 0, 1, 0]
    assert sample.has_mask.all()


def test_batches_repeat_with_the_seed_and_can_start_in_the_middle(drawn: Path) -> None:
    dataset = Dataset(
        snapshot_items(drawn, tags="ccii", masked="0"), folder=drawn, feed=Feed(height=32, width=32, jitter=0.3)
    )

    def batch(step: int, *, first_step: int) -> torch.Tensor:
        with Batches(dataset, {Stream.BALANCED: 3}, seed=4, first_step=first_step) as batches:
            for _ in range(step - first_step):
                batches.next(CPU)
            return batches.next(CPU)[Stream.BALANCED].images

    assert torch.equal(batch(5, first_step=0), batch(5, first_step=5))
    assert not torch.equal(batch(5, first_step=0), batch(4, first_step=0))


def test_a_damaged_image_is_replaced_by_the_next(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    items = [
        *snapshot_items(drawn, tags="i"),
        SnapshotItem(name="b", image=str(tmp_path / "broken.png"), tag=Tag.INTACT),
    ]
    dataset = Dataset(items, folder=drawn, feed=Feed(height=32, width=32))
    with Batches(dataset, {Stream.INTACT: 4}, seed=0) as batches:
        assert batches.next(CPU)[Stream.INTACT].images.shape == (4, 3, 32, 32)
    assert "broken.png" in capsys.readouterr().err


def test_batches_are_channels_last(drawn: Path) -> None:
    dataset = Dataset(snapshot_items(drawn, tags="i"), folder=drawn, feed=Feed(height=32, width=32))
    with Batches(dataset, {Stream.INTACT: 2}, seed=0) as batches:
        assert batches.next(CPU)[Stream.INTACT].images.is_contiguous(memory_format=torch.channels_last)
