"""A checkpoint over images: maps on disk, in pieces or whole, and what is said of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from crackstudio.core.runs import CheckpointCard
from crackstudio.core.wire import ImageToPropose, ProposalFailed, Proposed
from crackstudio.engine.checkpoint import save_checkpoint
from crackstudio.engine.control import Control, Interrupted
from crackstudio.engine.methods.segdec import SegDec, SegDecConfig
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.engine.proposer import Proposer, uncertainty
from crackstudio.project import rasters


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "unet.safetensors"
    card = CheckpointCard(method="unet", settings={"width": 4, "depth": 2}, threshold=0.4, step=0, tile=32)
    torch.manual_seed(0)
    save_checkpoint(path, UNetMethod(UNetConfig(width=4, depth=2)), card)
    return path


def pictures(folder: Path, sizes: list[tuple[int, int]]) -> list[ImageToPropose]:
    random = np.random.default_rng(0)
    asked = []
    for number, size in enumerate(sizes):
        rasters.write_png(folder / f"{number}.png", random.integers(0, 256, (*size, 3), dtype=np.uint8))
        asked.append(
            ImageToPropose(id=number, image=str(folder / f"{number}.png"), out=str(folder / f"maps/{number}.png"))
        )
    return asked


def test_every_image_gets_a_map_of_its_size_and_an_event(checkpoint: Path, tmp_path: Path) -> None:
    sizes = [(64, 48), (64, 48), (33, 70), (1, 1), (64, 48)]
    events = list(Proposer(checkpoint, device="cpu").propose(pictures(tmp_path, sizes)))
    assert sorted(event.id for event in events) == [0, 1, 2, 3, 4]
    for event in events:
        assert isinstance(event, Proposed)
        crack_map = rasters.read_mask(Path(event.out))
        assert crack_map.shape == sizes[event.id]
        assert event.threshold == 0.4
        assert event.share == pytest.approx(np.mean(crack_map / 255 >= 0.4))
        assert 0 <= event.score <= 1
        assert event.cracked is None
        assert event.checkpoint == str(checkpoint)


def test_images_that_go_through_together_get_the_maps_they_get_alone(checkpoint: Path, tmp_path: Path) -> None:
    asked, proposer = pictures(tmp_path, [(64, 64)] * 4), Proposer(checkpoint, device="cpu")
    list(proposer.propose(asked))
    together = [rasters.read_mask(Path(one.out)).astype(int) for one in asked]
    for one, found in zip(asked, together, strict=True):
        list(proposer.propose([one]))
        assert abs(rasters.read_mask(Path(one.out)).astype(int) - found).max() <= 1


def darkness(_: object, images: Tensor) -> Tensor:
    return 1 - images.mean(dim=1, keepdim=True)


def test_large_images_go_in_pieces_that_leave_no_seam(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UNetMethod, "crack_map", darkness)
    rows, columns = np.mgrid[:700, :1500]
    smooth = ((np.sin(rows / 60) + np.cos(columns / 90) + 2) * 60).astype(np.uint8)
    rasters.write_png(tmp_path / "large.png", np.dstack([smooth] * 3))
    asked = ImageToPropose(id=1, image=str(tmp_path / "large.png"), out=str(tmp_path / "map.png"))
    list(Proposer(checkpoint, device="cpu").propose([asked]))
    assert abs(rasters.read_mask(tmp_path / "map.png").astype(int) - (255 - smooth)).max() <= 1


def test_an_unreadable_image_fails_alone(checkpoint: Path, tmp_path: Path) -> None:
    asked = pictures(tmp_path, [(32, 32), (32, 32), (32, 32)])
    Path(asked[1].image).write_bytes(b"nothing")
    events = {event.id: event for event in Proposer(checkpoint, device="cpu").propose(asked)}
    assert isinstance(events[1], ProposalFailed)
    assert "1.png" in events[1].message
    assert isinstance(events[0], Proposed)
    assert isinstance(events[2], Proposed)


def test_a_map_that_cannot_be_saved_fails_alone(checkpoint: Path, tmp_path: Path) -> None:
    asked = pictures(tmp_path, [(32, 32), (32, 32)])
    (tmp_path / "file").write_bytes(b"")
    bad = ImageToPropose(id=0, image=asked[0].image, out=str(tmp_path / "file" / "map.png"))
    events = {event.id: event for event in Proposer(checkpoint, device="cpu").propose([bad, asked[1]])}
    assert "could not be saved" in events[0].message
    assert isinstance(events[1], Proposed)


def test_a_method_that_judges_images_gives_its_probability(tmp_path: Path) -> None:
    card = CheckpointCard(method="segdec", settings={"width": 2}, threshold=0.5, step=0, tile=64)
    save_checkpoint(tmp_path / "s.safetensors", SegDec(SegDecConfig(width=2)), card)
    (event,) = Proposer(tmp_path / "s.safetensors", device="cpu").propose(pictures(tmp_path, [(64, 64)]))
    assert isinstance(event, Proposed)
    assert event.cracked is not None
    assert 0 <= event.cracked <= 1


def test_images_are_asked_for_only_a_few_ahead(checkpoint: Path, tmp_path: Path) -> None:
    taken: list[int] = []

    def asking() -> Iterator[ImageToPropose]:
        for one in pictures(tmp_path, [(32, 32)] * 30):
            taken.append(one.id)
            yield one

    events = Proposer(checkpoint, device="cpu").propose(asking())
    next(events)
    assert len(taken) <= 15
    events.close()


def test_stop_ends_it(checkpoint: Path, tmp_path: Path) -> None:
    control = Control()
    control.stop()
    with pytest.raises(Interrupted):
        list(Proposer(checkpoint, device="cpu").propose(pictures(tmp_path, [(32, 32)]), control=control))


@given(threshold=st.floats(0.02, 0.98), seed=st.integers(0, 99))
def test_uncertainty_is_a_share(threshold: float, seed: int) -> None:
    crack_map = np.random.default_rng(seed).integers(0, 256, (20, 20), dtype=np.uint8)
    assert 0 <= uncertainty(crack_map, threshold=threshold) <= 1


def test_a_faint_crack_is_less_sure_than_a_clear_one_and_an_empty_map_is_sure() -> None:
    clear, faint, empty = (np.zeros((100, 100), np.uint8) for _ in range(3))
    clear[50], faint[50] = 250, 130
    scores = [uncertainty(found, threshold=0.5) for found in (empty, clear, faint)]
    assert scores == sorted(scores)
    assert scores[0] == scores[1] == 0
    assert scores[2] > 0.9
