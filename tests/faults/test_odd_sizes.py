"""Pictures of a single pixel, or a single row, go through an engine; what is no picture costs itself alone."""

import numpy as np
import pytest

from crackstudio.core import locations, wire
from crackstudio.core.runs import CheckpointCard
from crackstudio.engine.checkpoint import save_checkpoint
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.engine.proposer import Proposer
from crackstudio.project import rasters

SIZES = [(1, 1), (1, 60_000), (2, 3), (60_000, 1), (7, 1000)]


@pytest.fixture
def tiny(tmp_path):
    card = CheckpointCard(method="unet", settings={"width": 4, "depth": 2}, threshold=0.4, step=0, tile=32)
    save_checkpoint(tmp_path / "tiny.safetensors", UNetMethod(UNetConfig(width=4, depth=2)), card)
    return tmp_path / "tiny.safetensors"


def events(checkpoint, images, out):
    wishes = [
        wire.ImageToPropose(id=number, image=str(image), out=str(out / f"{number}.png"))
        for number, image in enumerate(images)
    ]
    return {event.id: event for event in Proposer(checkpoint).propose(wishes)}


def drawn(folder, sizes):
    for number, size in enumerate(sizes):
        rasters.write_png(folder / f"{number}.png", np.full((*size, 3), 40 * number, np.uint8))
        yield folder / f"{number}.png"


def test_every_size_gets_a_map_of_its_own_size(tiny, tmp_path):
    found = events(tiny, drawn(tmp_path, SIZES), tmp_path / "out")
    assert len(found) == len(SIZES)
    for number, size in enumerate(SIZES):
        assert isinstance(found[number], wire.Proposed)
        assert rasters.size_of(tmp_path / "out" / f"{number}.png") == size


def test_the_starter_takes_a_single_pixel(tmp_path):
    found = events(locations.starter(), drawn(tmp_path, [(1, 1), (2, 3)]), tmp_path / "out")
    assert all(isinstance(event, wire.Proposed) for event in found.values())


def test_what_is_no_picture_fails_in_words_and_the_others_go_on(tiny, tmp_path):
    good = list(drawn(tmp_path, [(40, 60), (50, 60)]))
    bad = [tmp_path / name for name in ("none.png", "empty.png", "text.jpg")]
    bad[1].write_bytes(b"")
    bad[2].write_bytes(b"no picture")
    found = events(tiny, [good[0], *bad, good[1]], tmp_path / "out")
    assert [isinstance(found[number], wire.Proposed) for number in range(5)] == [True, False, False, False, True]
    for number, path in enumerate(bad, 1):
        assert str(path) in found[number].message
