"""Tagged tiles: what is cut from them, and which methods draw them."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crackstudio.core.errors import MaskError, RasterError
from crackstudio.core.images import Split, Tag
from crackstudio.core.runs import SnapshotItem
from crackstudio.core.tiles import TileTags
from crackstudio.engine.batches import Batches, draws
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.evaluate import Jury
from crackstudio.engine.method import Feed, Stream
from crackstudio.project import rasters

torch = pytest.importorskip("torch")
CPU = torch.device("cpu")
MakeItem = Callable[..., SnapshotItem]


def told_apart(tags: TileTags) -> np.ndarray:
    """Each tile has a colour of its own: red and green count tiles from 1, blue is what nobody has tagged."""
    rgb = np.zeros((tags.height, tags.width, 3), np.uint8)
    for place in range(tags.rows * tags.columns):
        top, left, height, width = tags.area(place)
        blue = 255 if tags.tag_at(place) is Tag.UNKNOWN else 0
        rgb[top : top + height, left : left + width] = (1 + place // 250, 1 + place % 250, blue)
    return rgb


def tile_dataset(folder: Path, tags: TileTags, *, crop: int, tag: Tag = Tag.UNKNOWN) -> Dataset:
    path = folder / f"{tags.width}x{tags.height}.png"
    rasters.write_png(path, told_apart(tags))
    item = SnapshotItem(name="a.png", image=str(path), tag=tag, tiles=tags)
    return Dataset([item], folder=folder, feed=Feed(height=crop, width=crop))


@st.composite
def tagged_grids(draw: st.DrawFn) -> TileTags:
    size, width, height = draw(st.integers(4, 60)), draw(st.integers(20, 200)), draw(st.integers(20, 200))
    tags = TileTags.none(size=size, width=width, height=height)
    cells = draw(st.binary(min_size=len(tags.cells), max_size=len(tags.cells)))
    tags = msgspec.structs.replace(tags, cells=bytes(cell % 3 for cell in cells))
    return tags.tagged({0}, Tag.CRACKED).tagged({len(cells) - 1}, Tag.INTACT) if len(cells) > 1 else tags


@given(tags=tagged_grids(), crop=st.integers(8, 90))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_crop_of_a_side_lies_in_one_tile_of_that_side(tmp_path: Path, tags: TileTags, crop: int) -> None:
    if not (tags.count(Tag.CRACKED) and tags.count(Tag.INTACT)):
        return
    dataset = tile_dataset(tmp_path, tags, crop=crop)
    with Batches(dataset, {Stream.CRACKED: 4, Stream.INTACT: 4}, seed=1) as batches:
        for _ in range(4):
            batch = batches.next(CPU)
            for stream, tag in ((Stream.CRACKED, Tag.CRACKED), (Stream.INTACT, Tag.INTACT)):
                for image in (batch[stream].images * 255).round().byte().permute(0, 2, 3, 1).numpy():
                    (colour,) = np.unique(image.reshape(-1, 3), axis=0)  # one tile alone
                    place = 250 * (int(colour[0]) - 1) + int(colour[1]) - 1
                    assert tags.tag_at(place) is tag
                    assert image.shape == (crop, crop, 3)
            assert batch[Stream.CRACKED].cracked.all()
            assert not batch[Stream.INTACT].cracked.any()


def test_every_tagged_tile_has_its_turn(tmp_path: Path) -> None:
    tags = TileTags.none(size=10, width=100, height=100).tagged(range(7), Tag.CRACKED).tagged(range(50, 90), Tag.INTACT)
    dataset = tile_dataset(tmp_path, tags, crop=10)
    cracked, intact = draws(dataset, Stream.BALANCED)
    assert (len(cracked), len(intact)) == (7, 40)
    areas = [tags.area(place) for place in tags.places(Tag.CRACKED)]
    names = {dataset.items[draw.index].name for draw in cracked}
    assert names == {f"a.png {area.left},{area.top}" for area in areas}


def test_the_image_is_decoded_once_for_all_its_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = TileTags.none(size=10, width=100, height=100).tagged(range(60), Tag.CRACKED)
    dataset = tile_dataset(tmp_path, tags, crop=10)
    read, decoded = [], rasters.read_rgb8
    monkeypatch.setattr(rasters, "read_rgb8", lambda path, **how: read.append(path) or decoded(path, **how))
    kept = sum(dataset.picture(index).nbytes for index in dataset.tagged)
    assert (len(read), kept) == (1, 60 * 300)


@pytest.mark.parametrize("stream", [Stream.MASKED, Stream.SOURCE, Stream.TARGET])
def test_methods_of_masks_and_domains_know_no_tiles(tmp_path: Path, stream: Stream, make_item: MakeItem) -> None:
    tags = TileTags.none(size=10, width=64, height=64).tagged([0], Tag.CRACKED).tagged([5], Tag.INTACT)
    plain = [make_item(number) for number in range(4)]
    intact = [msgspec.structs.replace(item, mask=None, mask_kind=None) for item in plain if item.tag is Tag.INTACT]
    items = [item for item in plain if item.tag is Tag.CRACKED] + intact
    tiled = [item if item.mask else msgspec.structs.replace(item, tiles=tags) for item in items]
    feed = Feed(height=16, width=16)
    assert draws(Dataset(tiled, folder=tmp_path, feed=feed), stream) == draws(
        Dataset(items, folder=tmp_path, feed=feed), stream
    )


def test_an_image_with_tile_tags_is_not_drawn_whole_and_others_are_as_before(
    tmp_path: Path, make_item: MakeItem
) -> None:
    tags = TileTags.none(size=16, width=64, height=64).tagged([3], Tag.INTACT)
    items = [msgspec.structs.replace(make_item(0, masked=False), tiles=tags), make_item(2, masked=False)]
    dataset = Dataset(items, folder=tmp_path, feed=Feed(height=16, width=16))
    assert [draw.index for draw in draws(dataset, Stream.CRACKED)[0]] == [1]
    assert [draw.index for draw in draws(dataset, Stream.INTACT)[1]] == [2]


def test_probes_of_tags_are_tiles_and_judges_are_images(tmp_path: Path, make_item: MakeItem) -> None:
    tags = TileTags.none(size=16, width=64, height=64).tagged([1, 2], Tag.CRACKED).tagged([3], Tag.INTACT)
    tiled = msgspec.structs.replace(make_item(1, masked=False), tiles=tags, split=Split.VALIDATION, tag=Tag.CRACKED)
    dataset = Dataset([tiled, make_item(6)], folder=tmp_path, feed=Feed(height=16, width=16))
    jury = Jury(dataset, seed=0)
    assert sorted(probe.rgb.shape for probe in jury.cracked) == [(16, 16, 3), (16, 16, 3), (64, 64, 3)]
    assert [probe.name for probe in jury.intact] == ["1.png 48,0"]
    assert [probe.name for probe in jury.validation] == ["6.png"]


def test_a_damaged_image_with_many_tiles_does_not_end_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = TileTags.none(size=10, width=300, height=300).rest_tagged(Tag.CRACKED)
    few = TileTags.none(size=10, width=100, height=100).tagged([0], Tag.CRACKED)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    broken = SnapshotItem(name="b", image=str(tmp_path / "broken.png"), tag=Tag.CRACKED, tiles=many)
    sound = tile_dataset(tmp_path, few, crop=10).items[0]
    feed = Feed(height=10, width=10)
    with Batches(Dataset([broken, sound], folder=tmp_path, feed=feed), {Stream.CRACKED: 2}, seed=0) as batches:
        assert batches.next(CPU)[Stream.CRACKED].images.shape == (2, 3, 10, 10)
    assert "broken.png" in capsys.readouterr().err
    with (
        Batches(Dataset([broken], folder=tmp_path, feed=feed), {Stream.CRACKED: 2}, seed=0) as batches,
        pytest.raises(RasterError, match="broken"),
    ):
        batches.next(CPU)


def test_tags_of_an_image_of_another_size_are_refused_by_name(tmp_path: Path) -> None:
    tags = TileTags.none(size=10, width=100, height=100).tagged([0], Tag.CRACKED)
    dataset = tile_dataset(tmp_path, tags, crop=10)
    rasters.write_png(tmp_path / "100x100.png", np.zeros((90, 100, 3), np.uint8))
    with pytest.raises(MaskError, match=r"a\.png are of 100 x 100 px, the image has 100 x 90"):
        dataset.picture(1)
