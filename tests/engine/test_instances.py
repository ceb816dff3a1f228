"""Bags of crops: what is cut of an image, which crop of it is trained on, and that one crop is as it always was."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from crackstudio.core import wire
from crackstudio.core.images import Tag
from crackstudio.core.runs import SnapshotItem
from crackstudio.engine.batches import Batches
from crackstudio.engine.checkpoint import load_method
from crackstudio.engine.dataset import Aim, Dataset
from crackstudio.engine.instances import AT_ONCE, loudest_crops
from crackstudio.engine.method import Feed, Method, Sample, Stream
from crackstudio.engine.methods import methods
from crackstudio.engine.trainer import train_run
from crackstudio.project import rasters
from crackstudio.project.run_folder import RunFolder

CPU = torch.device("cpu")
CHEAP = {"tile": 32, "batch": 2, "width": 8}
CRACK_ROW = 15
MakeItem = Callable[..., SnapshotItem]
MakeRun = Callable[..., RunFolder]


def numbered(count: int, *, brightest: tuple[int, ...] = ()) -> Sample:
    """Crops that all know their number; those of `brightest` are white."""
    images = torch.full((count, 3, 8, 8), 0.2)
    images[list(brightest)] = 1.0
    number = torch.arange(float(count))
    maps = number.view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    return Sample(images=images, cracked=number, masks=maps, weights=maps, has_mask=number > 3)


def brightness(images: Tensor) -> Tensor:
    return images.mean(dim=(1, 2, 3))


def test_of_each_bag_the_loudest_crop_is_left_with_all_that_is_known_of_it() -> None:
    sample = numbered(12, brightest=(2, 4, 11))
    chosen = loudest_crops(sample, brightness, instances=4)
    assert chosen.cracked.tolist() == [2, 4, 11]
    for field in fields(Sample):
        whole, some = getattr(sample, field.name), getattr(chosen, field.name)
        assert torch.equal(some, whole[[2, 4, 11]]), field.name
    assert chosen.images.is_contiguous(memory_format=torch.channels_last)


def test_it_is_asked_without_gradients_and_never_of_more_crops_than_a_step_can_hold() -> None:
    weight, asked = torch.ones(1, requires_grad=True), []

    def loudness(images: Tensor) -> Tensor:
        asked.append(len(images))
        loud = weight * brightness(images)
        assert not loud.requires_grad
        return loud

    loudest_crops(numbered(3 * AT_ONCE), loudness, instances=3)
    assert asked == [AT_ONCE] * 3


def test_a_bag_of_one_is_not_looked_at() -> None:
    sample = numbered(3)
    assert loudest_crops(sample, lambda _: pytest.fail("it was looked at"), instances=1) is sample


def test_a_bag_of_one_is_the_crop_that_would_have_been_cut(drawn: Path, make_item: MakeItem) -> None:
    feed = Feed(height=32, width=32, jitter=0.3)
    dataset = Dataset([make_item(0), make_item(2, masked=False), make_item(1)], folder=drawn, feed=feed)
    for index in range(3):
        one, other = np.random.default_rng(index), np.random.default_rng(index)
        (crop,) = dataset.bag(index, aim=Aim.ON_CRACK, random=one)
        same = dataset.crop(index, aim=Aim.ON_CRACK, random=other)
        assert crop.rgb.tobytes() == same.rgb.tobytes()
        assert one.bit_generator.state == other.bit_generator.state, "more was drawn than before"


def test_a_bag_holds_different_crops_of_its_image_and_one_crop_where_a_mask_has_chosen(
    drawn: Path, make_item: MakeItem
) -> None:
    items = [make_item(0, masked=False), make_item(2)]
    dataset = Dataset(items, folder=drawn, feed=Feed(height=16, width=16, instances=6))
    tagged, masked = (dataset.bag(index, aim=Aim.ON_CRACK, random=np.random.default_rng(0)) for index in range(2))
    assert len(tagged) == len(masked) == 6
    assert len({crop.rgb.tobytes() for crop in tagged}) == 6
    assert len({crop.rgb.tobytes() for crop in masked}) == 1
    assert all(crop.cracked for crop in (*tagged, *masked))


def test_the_crops_of_an_image_follow_each_other_in_a_batch(tmp_path: Path) -> None:
    items = []
    for number, tag in enumerate((Tag.CRACKED, Tag.CRACKED, Tag.INTACT, Tag.INTACT)):
        rasters.write_png(tmp_path / f"{number}.png", np.full((40, 40, 3), 10 * number, np.uint8))
        items.append(SnapshotItem(name=str(number), image=str(tmp_path / f"{number}.png"), tag=tag))
    dataset = Dataset(items, folder=tmp_path, feed=Feed(height=16, width=16, instances=3))
    with Batches(dataset, {Stream.CRACKED: 2, Stream.INTACT: 4}, seed=0) as batches:
        batch = batches.next(CPU)
    for stream, count in ((Stream.CRACKED, 2), (Stream.INTACT, 4)):
        bags = (255 * batch[stream].images[:, 0, 0, 0]).round().view(count, 3)
        assert (bags == bags[:, :1]).all()
        assert len(set(bags[:, 0].tolist())) == 2
    assert batch[Stream.CRACKED].cracked.all()
    assert not batch[Stream.INTACT].cracked.any()


def surface(count: int, *, cracked: int | None = None, seed: int) -> Tensor:
    """Bright noise; one of them may have a dark line across it."""
    images = np.random.default_rng(seed).uniform(0.6, 0.8, (count, 3, 32, 32)).astype(np.float32)
    if cracked is not None:
        images[cracked, :, CRACK_ROW : CRACK_ROW + 2] = 0.1
    return torch.from_numpy(images)


def bags(instances: int, *, seed: int, cracked: int) -> dict[Stream, Sample]:
    """Two bags of either tag; of each cracked one, crop `cracked` alone has a crack."""

    def sample(images: Tensor, *, tag: float) -> Sample:
        empty = torch.zeros(len(images), 1, 32, 32)
        known = torch.full((len(images),), tag)
        return Sample(images=images, cracked=known, masks=empty, weights=empty, has_mask=known == 0)

    some = [surface(instances, cracked=cracked, seed=seed + 1000 * bag) for bag in range(2)]
    none = surface(2 * instances, seed=seed + 5000)
    return {Stream.CRACKED: sample(torch.cat(some), tag=1.0), Stream.INTACT: sample(none, tag=0.0)}


def with_instances(key: str, instances: int) -> Method:
    torch.manual_seed(0)
    kind = methods()[key]
    return kind(msgspec.convert({**CHEAP, "instances": instances, "rate": 2e-3}, kind.Config))


@pytest.mark.parametrize(
    ("key", "network"), [("attention-cyclegan", "repairer"), ("attention-classifier", "classifier")]
)
def test_crops_without_a_crack_are_not_trained_as_cracked(key: str, network: str) -> None:
    method, seen = with_instances(key, 4), []
    for step in range(50):
        method.train_step(bags(4, seed=step, cracked=step % 4), 0.1)

    def note(*passed: tuple[Tensor, ...]) -> None:
        seen.append(passed[1][0])

    method.networks()[network].register_forward_hook(note)
    for step in range(50, 54):
        seen.clear()
        method.train_step(bags(4, seed=step, cracked=step % 4), 0.1)
        trained = next(images for images in seen if len(images) == 4)  # 2 cracked and 2 intact of 8 and 8
        darkest = trained.mean(dim=1).amin(dim=(1, 2)) < 0
        assert darkest.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("key", "settings"),
    [("attention-cyclegan", {"pool": 0, "distil": 0.2}), ("attention-classifier", {}), ("cam", {})],
)
def test_a_killed_run_of_bags_goes_on_as_if_it_had_not_been(
    make_run: MakeRun, key: str, settings: dict[str, float]
) -> None:
    settings = {**CHEAP, **settings, "instances": 3}
    whole, broken = (make_run(key, name=name, steps=20, masked=False, **settings) for name in ("whole", "broken"))
    for run in (whole, broken):  # it needs four of each tag
        snapshot = run.snapshot()
        run.write_snapshot(msgspec.structs.replace(snapshot, items=snapshot.items * 2))
    train_run(whole, on_event=lambda _event: None)

    def die_at_15(event: wire.AnyEvent) -> None:
        if getattr(event, "step", 0) >= 15:
            raise KeyboardInterrupt  # as a kill, this is not caught

    with pytest.raises(KeyboardInterrupt):
        train_run(broken, on_event=die_at_15)
    events: list[wire.AnyEvent] = []
    assert isinstance(train_run(broken, on_event=events.append), wire.Finished)
    assert isinstance(events[0], wire.Started)
    assert events[0].resumed_at == 10
    one, two = (load_method(run.checkpoint_last)[0] for run in (whole, broken))
    states = [method.networks()[method.proposer()].state_dict() for method in (one, two)]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
