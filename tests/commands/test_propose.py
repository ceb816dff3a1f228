"""`propose` never writes over a picture that it has not made itself."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from crackstudio.commands import propose
from crackstudio.commands.propose import propose_folder
from crackstudio.core.errors import FolderError
from crackstudio.core.wire import AnyEvent
from crackstudio.project import proposals_file, rasters

IMAGE = np.full((40, 50, 3), 128, np.uint8)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    rasters.write_png(tmp_path / "images" / "a.png", IMAGE)
    return tmp_path / "images"


def test_it_does_not_write_over_the_images(images: Path) -> None:
    with pytest.raises(FolderError, match="Nothing was done"):
        propose_folder(images, out=images)
    assert (rasters.read_rgb8(images / "a.png") == IMAGE).all()


def test_it_does_not_write_over_masks(images: Path, tmp_path: Path) -> None:
    mask = np.eye(40, 50, dtype=np.uint8)
    rasters.write_png(tmp_path / "masks" / "a.png", mask)
    with pytest.raises(FolderError, match="Nothing was done"):
        propose_folder(images, out=tmp_path / "masks")
    assert (rasters.read_mask(tmp_path / "masks" / "a.png") == mask).all()


def test_it_does_not_mix_maps_and_masks(images: Path, tmp_path: Path) -> None:
    rasters.write_png(tmp_path / "masks" / "road" / "b.png", IMAGE)
    with pytest.raises(FolderError, match=r"road/b\.png"):
        propose_folder(images, out=tmp_path / "masks")


def test_it_does_not_write_over_a_proposal_that_somebody_corrected(images: Path, tmp_path: Path) -> None:
    propose_folder(images, out=tmp_path / "masks", device="cpu", binary=True)
    corrected = np.eye(40, 50, dtype=np.uint8)
    rasters.write_png(tmp_path / "masks" / "a.png", corrected)
    with pytest.raises(FolderError, match="Nothing was done"):
        propose_folder(images, out=tmp_path / "masks", device="cpu", binary=True)
    assert (rasters.read_mask(tmp_path / "masks" / "a.png") == corrected).all()


def test_what_is_corrected_while_it_proposes_stays(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasters.write_png(images / "b.png", IMAGE)
    maps, corrected = tmp_path / "maps", np.eye(40, 50, dtype=np.uint8)
    propose_folder(images, out=maps, device="cpu")

    def meanwhile(events: Iterable[AnyEvent], **_: object) -> Iterator[AnyEvent]:
        for number, event in enumerate(events):
            if number == 0:
                rasters.write_png(maps / "b.png", corrected)
            yield event
        rasters.write_png(maps / "a.png", corrected)  # after its turn

    monkeypatch.setattr(propose, "tracked", meanwhile)
    _, problems = propose_folder(images, out=maps, device="cpu")
    assert list(problems) == ["b.png"]
    assert all((rasters.read_mask(maps / name) == corrected).all() for name in ("a.png", "b.png"))
    assert proposals_file.untouched(maps) == {}
    with pytest.raises(FolderError, match="2 pictures"):
        propose_folder(images, out=maps, device="cpu")


def test_what_was_cut_short_can_be_done_again(images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rasters.write_png(images / "b.png", IMAGE)

    def interrupted(events: Iterable[AnyEvent], **_: object) -> Iterator[AnyEvent]:
        yield next(iter(events))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(propose, "tracked", interrupted)
        with pytest.raises(KeyboardInterrupt):
            propose_folder(images, out=tmp_path / "maps", device="cpu")
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == ["a.png", "proposals.json"]
    proposals, _ = propose_folder(images, out=tmp_path / "maps", device="cpu")
    assert sorted(proposals.maps) == ["a.png", "b.png"]


def test_its_own_maps_are_renewed(images: Path, tmp_path: Path) -> None:
    propose_folder(images, out=tmp_path / "maps", device="cpu")
    proposals, problems = propose_folder(images, out=tmp_path / "maps", device="cpu", binary=True)
    assert list(proposals.maps) == ["a.png"]
    assert problems == {}
    assert set(np.unique(rasters.read_mask(tmp_path / "maps" / "a.png"))) <= {0, 255}
