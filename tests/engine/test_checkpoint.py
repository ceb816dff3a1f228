"""Checkpoints and states: what is in them, and what is refused."""

import io
import pickle
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from crackstudio.core.errors import CheckpointError
from crackstudio.core.runs import CheckpointCard
from crackstudio.engine.checkpoint import (
    Progress,
    load_method,
    load_state,
    read_card,
    save_checkpoint,
    save_state,
    start_from,
)
from crackstudio.engine.method import Sample, Stream
from crackstudio.engine.methods.segdec import SegDec, SegDecConfig
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod

CARD = CheckpointCard(
    method="unet",
    settings={"width": 4, "depth": 1},
    threshold=0.3,
    step=7,
    tile=32,
    scores={"iou": 0.5, "image_ap": None},
)


def small(**settings: object) -> UNetMethod:
    return UNetMethod(UNetConfig(**{"width": 4, "depth": 1, **settings}))


def step(method: UNetMethod, seed: int = 0) -> float:
    images = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed))
    masks = (images[:, :1] > 0.5).float()
    sample = Sample(
        images=images, cracked=torch.ones(2), masks=masks, weights=torch.ones_like(masks), has_mask=torch.ones(2).bool()
    )
    return sum(float(loss) for loss in method.train_step({Stream.MASKED: sample}, 0.3).values())


def test_the_card_can_be_read_without_the_weights(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small(), CARD)
    assert read_card(tmp_path / "a.safetensors") == CARD
    assert not list(tmp_path.glob("*.part"))


def test_a_state_continues_exactly_where_it_was(tmp_path: Path) -> None:
    first = small()
    for number in range(3):
        step(first, number)
    save_state(tmp_path / "s.safetensors", first, Progress(step=3, seconds=1.5))
    drawn = torch.rand(1)
    second = small()
    assert load_state(tmp_path / "s.safetensors", second) == Progress(step=3, seconds=1.5)
    assert torch.equal(torch.rand(1), drawn)
    assert [step(first, n) for n in range(3, 6)] == [step(second, n) for n in range(3, 6)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged or no checkpoint"),
        (b"no tensors at all", "damaged or no checkpoint"),
        (pickle.dumps({"weights": [1, 2]}), "damaged or no checkpoint"),
        (b"\xff" * 64, "damaged or no checkpoint"),
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match=words):
        load_method(tmp_path / "a.safetensors")


def test_a_pickle_is_never_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "sprung",))

    buffer = io.BytesIO()
    torch.save({"a": Trap()}, buffer)
    (tmp_path / "a.safetensors").write_bytes(buffer.getvalue())
    with pytest.raises(CheckpointError):
        load_method(tmp_path / "a.safetensors")
    assert not (tmp_path / "sprung").exists()


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small(), CARD)
    whole = (tmp_path / "a.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(whole[:-100])
    with pytest.raises(CheckpointError, match="damaged"):
        load_method(tmp_path / "a.safetensors")


def test_safetensors_without_a_card_are_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match="has no card"):
        read_card(tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "gone"}, "no method 'gone'"),
        ({"settings": {"width": 8, "depth": 1}}, "do not fit"),
        ({"settings": {"colour": 1}}, "no setting 'colour'"),
        ({"format": 99}, "newer CrackStudio"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(tmp_path: Path, change: dict, words: str) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small(), msgspec.structs.replace(CARD, **change))
    with pytest.raises(CheckpointError, match=words):
        load_method(tmp_path / "a.safetensors")


def test_a_damaged_card_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors", {"crackstudio.card": '{"method": 3}'})
    with pytest.raises(CheckpointError, match=r"card of .* is damaged"):
        read_card(tmp_path / "a.safetensors")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no checkpoint at .*gone\.safetensors"):
        read_card(tmp_path / "gone.safetensors")


def test_a_run_starts_only_from_its_own_method(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small(), CARD)
    with pytest.raises(CheckpointError, match="trained by unet"):
        start_from(SegDec(SegDecConfig(width=2)), tmp_path / "a.safetensors")


def test_a_state_of_other_settings_is_refused(tmp_path: Path) -> None:
    save_state(tmp_path / "s.safetensors", small(), Progress(step=1, seconds=1))
    with pytest.raises(CheckpointError, match="does not fit this run"):
        load_state(tmp_path / "s.safetensors", small(width=8))


def test_a_state_that_says_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    save_state(path, small(), Progress(step=1, seconds=1))
    whole = path.read_bytes()
    start = whole.index(b'{\\"step')
    end = whole.index(b"}", start) + 1
    path.write_bytes(whole[:start] + b"[]".ljust(end - start) + whole[end:])
    with pytest.raises(CheckpointError, match="does not fit this run"):
        load_state(path, small())
