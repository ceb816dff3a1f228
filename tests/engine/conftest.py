"""Runs on drawn images, cheap enough for one core."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings

from crackstudio.core.images import MaskKind, Split, Tag
from crackstudio.core.runs import RunRecord, RunSpec, Snapshot, SnapshotItem
from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters
from crackstudio.project.run_folder import RunFolder

SIDE = 64

# a loaded machine is no fault of the code
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`images/N.png`, even ones cracked, and `masks/N.png`."""
    folder = tmp_path_factory.mktemp("drawn")
    for number in range(8):
        picture = draw(number, cracked=number % 2 == 0, height=SIDE, width=SIDE)
        rasters.write_png(folder / f"images/{number}.png", picture.image)
        rasters.write_png(folder / f"masks/{number}.png", picture.mask)
    return folder


@pytest.fixture
def make_item(drawn: Path) -> Callable[..., SnapshotItem]:
    """`make_item(number, masked=..)`: images 6 and 7 are for validation. A mask is absolute, which joins to itself."""

    def made(number: int, *, masked: bool = True) -> SnapshotItem:
        return SnapshotItem(
            name=f"{number}.png",
            image=str(drawn / f"images/{number}.png"),
            tag=Tag.INTACT if number % 2 else Tag.CRACKED,
            mask=str(drawn / f"masks/{number}.png") if masked else None,
            mask_kind=MaskKind.EXACT if masked else None,
            split=Split.VALIDATION if number >= 6 else Split.TRAIN,
        )

    return made


@pytest.fixture
def make_run(make_item: Callable[..., SnapshotItem], tmp_path: Path) -> Callable[..., RunFolder]:
    """A run folder as the project writes it: `make_run(method, steps=.., masked=.., **settings)`."""

    def made(
        method: str, *, masked: bool = True, name: str = "run", seed: int = 0, **spec_and_settings: object
    ) -> RunFolder:
        fields = {
            key: spec_and_settings.pop(key) for key in ("steps", "minutes", "start_from") if key in spec_and_settings
        }
        items = tuple(make_item(number, masked=masked) for number in range(8))
        spec = RunSpec(method=method, seed=seed, device="cpu", settings=spec_and_settings, **fields)
        run = RunFolder(tmp_path / name)
        run.write_snapshot(Snapshot(items=items, digest="of-the-test"))
        run.write_record(
            RunRecord(id=name, spec=spec, created="2026-01-01", snapshot_digest="of-the-test", images=8, command="")
        )
        return run

    return made


@pytest.fixture
def rgb(drawn: Path) -> np.ndarray:
    return rasters.read_rgb8(drawn / "images/0.png")
