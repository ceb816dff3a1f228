"""Images proposed per second, decode and encode included, against the bare forward on the same tiles.

    python tests/benchmarks/bench_proposing.py [CHECKPOINT] [--images 60] [--size 480 320]

Without a checkpoint: an untrained U-Net of the default size.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch
from report import exit_code, row

from crackstudio.core.runs import CheckpointCard
from crackstudio.core.wire import ImageToPropose, Proposed
from crackstudio.engine.checkpoint import load_method, save_checkpoint
from crackstudio.engine.device import choose_place, put
from crackstudio.engine.forward import proposing, to_images
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.engine.proposer import OVERLAP, PIECE, Proposer
from crackstudio.imaging.synthesis import draw
from crackstudio.imaging.tiling import tiles
from crackstudio.project import rasters

BAR = 0.9
TURNS = 4
"""Of each, since a machine's speed changes by the minute."""


def bare(checkpoint: Path, images: list[ImageToPropose], *, piece: int) -> float:
    """Seconds for the forward alone on pieces already cut."""
    method, _ = load_method(checkpoint)
    place = choose_place()
    for network in method.networks().values():
        put(network, place)
    pictures = [rasters.read_rgb8(Path(image.image)) for image in images]
    pieces = [
        rgb[tile.rows, tile.columns] for rgb in pictures for tile in tiles(*rgb.shape[:2], size=piece, overlap=OVERLAP)
    ]
    batches = [to_images([each], place) for each in pieces]
    with proposing(method, place=place):
        method.propose(batches[0])
        began = time.perf_counter()
        for batch in batches:
            method.propose(batch)
    return time.perf_counter() - began


def whole(checkpoint: Path, images: list[ImageToPropose]) -> float:
    """Seconds with everything round it."""
    proposer = Proposer(checkpoint)
    list(proposer.propose(images[:1]))
    began = time.perf_counter()
    events = list(proposer.propose(images))
    assert all(isinstance(event, Proposed) for event in events)
    return time.perf_counter() - began


def untrained(folder: Path) -> Path:
    """A U-Net of the default size."""
    torch.manual_seed(0)
    path = folder / "unet.safetensors"
    save_checkpoint(
        path, UNetMethod(UNetConfig()), CheckpointCard(method="unet", settings={}, threshold=0.5, step=0, tile=128)
    )
    return path


def main() -> int:
    """Once for images that go through whole, once for a large one in pieces."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--size", type=int, nargs=2, default=(320, 480), metavar=("HEIGHT", "WIDTH"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checkpoint = asked.checkpoint or untrained(folder)
        large = (4 * asked.size[0], 4 * asked.size[1])
        for size, count, piece in (
            (tuple(asked.size), asked.images, max(asked.size)),
            (large, asked.images // 15, PIECE),
        ):
            images = []
            for number in range(count):
                drawn = draw(number % 8, cracked=True, height=asked.size[0], width=asked.size[1]).image
                path = folder / f"{size[0]}-{number}.png"
                rasters.write_png(path, drawn.repeat(size[0] // asked.size[0], 0).repeat(size[1] // asked.size[1], 1))
                images.append(ImageToPropose(id=number, image=str(path), out=str(folder / f"maps/{path.name}")))
            turns = [(bare(checkpoint, images, piece=piece), whole(checkpoint, images)) for _ in range(TURNS)]
            seconds, all_of_it = (sum(took) / TURNS for took in zip(*turns, strict=True))
            what = f"proposing {count} images of {size[1]} x {size[0]}, {choose_place().name}: against the bare forward"
            row(what, seconds / all_of_it, BAR, "x", at_least=True)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
