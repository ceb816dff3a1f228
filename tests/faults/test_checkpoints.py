"""Foreign and damaged checkpoints are refused in words, by the engine and by the studio, and nothing is executed."""

import json
import pickle
import random
import re
import struct
from pathlib import Path

import pytest
import torch

import crackstudio
from crackstudio.core.errors import CheckpointError
from crackstudio.core.runs import CheckpointCard
from crackstudio.engine.checkpoint import (
    load_method,
    load_state,
    read_card,
    save_checkpoint,
    start_from,
)
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.studio import checkpoint_card

CARD = CheckpointCard(method="unet", settings={"width": 4, "depth": 1}, threshold=0.3, step=7, tile=32)
DAMAGES = 60
EXECUTES = re.compile(
    r"^\s*(import|from)\s+(pickle|dill|cloudpickle|joblib|shelve|marshal)\b|torch\.load\(|allow_pickle", re.MULTILINE
)
"""What runs code of the file that it reads."""

DEEP = "[" * 100_000


def small() -> UNetMethod:
    return UNetMethod(UNetConfig(width=4, depth=1))


def packed(head: object) -> bytes:
    data = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<Q", len(data)) + data


class Trap:
    """Sprung by whoever unpickles it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.place,))


FOREIGN = {
    "empty": b"",
    "text": b"this is no network",
    "zeros": bytes(4096),
    "endless head": struct.pack("<Q", 2**63) + b"{}",
    "long head": struct.pack("<Q", 2**40) + b"{}",
    "a list": packed([1, 2]),
    "a number": packed(7),
    "metadata is text": packed({"__metadata__": "x"}),
    "card is no JSON": packed({"__metadata__": {"crackstudio.card": "{torn"}}),
    "card is a number": packed({"__metadata__": {"crackstudio.card": "7"}}),
    "card goes deep": packed({"__metadata__": {"crackstudio.card": DEEP}}),
    "head goes deep": packed(DEEP.encode()),
    "another program's": packed({"__metadata__": {"format": "pt"}}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_refused_by_engine_and_studio(tmp_path, name):
    path = tmp_path / "模型 a.safetensors"
    path.write_bytes(FOREIGN[name])
    for read in (
        read_card,
        load_method,
        lambda path: start_from(small(), path),
        lambda path: load_state(path, small()),
    ):
        with pytest.raises(CheckpointError) as caught:
            read(path)
        assert str(path) in str(caught.value)
    assert checkpoint_card.read_card(path) is None


@pytest.mark.parametrize("wrap", [pickle.dumps, None], ids=["pickle", "torch.save"])
def test_a_pickle_is_refused_and_not_executed(tmp_path, wrap):
    path, sprung = tmp_path / "a.safetensors", tmp_path / "sprung"
    if wrap is None:
        torch.save({"weights": Trap(sprung)}, path)
    else:
        path.write_bytes(wrap({"weights": Trap(sprung)}))
    for read in (read_card, load_method, lambda path: load_state(path, small())):
        with pytest.raises(CheckpointError):
            read(path)
    assert checkpoint_card.read_card(path) is None
    assert not sprung.exists()


def test_whatever_bytes_change_it_loads_or_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, small(), CARD)
    whole = path.read_bytes()
    head = 8 + struct.unpack_from("<Q", whole)[0]
    chance = random.Random(5)
    refused = 0
    for _ in range(DAMAGES):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            damaged[chance.randrange(head)] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice((None, None, chance.randrange(len(whole))))])
        checkpoint_card.read_card(path)
        try:
            load_method(path)
        except CheckpointError:
            refused += 1
    assert refused > DAMAGES // 2


def test_no_pickle_anywhere():
    for path in Path(crackstudio.__file__).parent.rglob("*.py"):
        assert EXECUTES.search(path.read_text(encoding="utf-8")) is None, path
