"""An engine that speaks the wire and trains nothing. The word after its name says how it misbehaves."""

import os
import signal
import sys
from pathlib import Path

import msgspec
import numpy as np

from crackstudio.core import wire
from crackstudio.core.errors import CrackStudioError
from crackstudio.core.runs import CheckpointCard, MethodCard, Need, NeedKind, Preset, Setting
from crackstudio.project import rasters

CARDS = (
    MethodCard(
        key="unet",
        title="U-Net",
        summary="Learns masks.",
        needs=(Need(kind=NeedKind.MASKS, at_least=1),),
        uses="masks",
        paper="Ronneberger 2015",
        settings=(
            Setting(name="width", default=32, help="Channels", minimum=8, maximum=128),
            Setting(name="rate", default=2e-4, help="Learning rate", minimum=0, maximum=1),
            Setting(name="flips", default=True, help="Flip images"),
            Setting(name="loss", default="bce", help="Loss", choices=("bce", "dice")),
        ),
        presets=(Preset(name="small", title="Small", settings={"width": 16}),),
    ),
    MethodCard(
        key="attention-cyclegan",
        title="Attention CycleGAN",
        summary="Learns from tags.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=1), Need(kind=NeedKind.INTACT, at_least=1)),
        uses="tags",
        paper="RepairerGAN",
        settings=(Setting(name="tile", default=96, help="Side of the crops", minimum=32, maximum=1024),),
    ),
)


def say(event: wire.Event) -> None:
    sys.stdout.buffer.write(wire.encode(event))
    sys.stdout.buffer.flush()


def checkpoint(path: Path, *, step: int) -> None:
    """A safetensors file that holds a card and no weights."""
    card = CheckpointCard(method="unet", settings={"width": 32}, threshold=0.4, step=step, tile=64)
    head = msgspec.json.encode({"__metadata__": {"crackstudio.card": msgspec.json.encode(card).decode()}})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(head).to_bytes(8, "little") + head)


def propose(command: wire.Propose) -> None:
    """A bright bar: in rows 0..7 by a run's network, in columns 0..7 by any other."""
    for image in command.images:
        try:
            height, width = rasters.size_of(Path(image.image), image.page)
        except CrackStudioError as error:
            say(wire.ProposalFailed(id=image.id, message=str(error)))
            continue
        crack_map = np.full((height, width), 10, np.uint8)
        if "runs" in command.checkpoint or "models" in command.checkpoint:
            crack_map[:8] = 220
        else:
            crack_map[:, :8] = 220
        rasters.write_png(Path(image.out), crack_map)
        say(
            wire.Proposed(
                id=image.id, out=image.out, checkpoint=command.checkpoint, threshold=0.4, score=0.3, share=0.1
            )
        )
    say(wire.QueueEmptied(proposed=len(command.images), seconds=0.1))


def train(run: Path, manner: str) -> None:
    say(wire.Started(device="cpu", precision="float32", parameters=10, images=3, steps=100))
    say(wire.Stepped(step=1, losses={"seg": 1.0, "tag": 0.5}, seconds=0.5, seconds_left=9, steps_per_second=2))
    sys.stderr.write("training\n")
    sys.stderr.flush()
    if manner == "crash":
        sys.exit(3)
    if manner == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if manner == "fail":
        say(wire.Failed(message="The loss is no number any more.", cause="seg=nan", step=1))
        return
    (run / "previews").mkdir(exist_ok=True)
    rasters.write_png(run / "previews" / "1.png", np.full((8, 12), 90, np.uint8))
    say(wire.PreviewSaved(step=1, probe="a", pictures={"crack map": "previews/1.png", "gone": "previews/2.png"}))
    say(wire.Stepped(step=2, losses={"seg": None, "tag": 0.4}, seconds=1, seconds_left=8))
    say(wire.GuardChanged(step=2, state="healthy", words="attention is well"))
    checkpoint(run / "checkpoints" / "best.safetensors", step=2)
    say(wire.Scored(step=2, scores={"iou": 0.5, "f1": 0.6}, threshold=0.4, best=True))
    say(wire.CheckpointSaved(step=2, path="checkpoints/best.safetensors", best=True))
    if manner != "endless":
        say(wire.Finished(step=2, checkpoint="checkpoints/best.safetensors", scores={"iou": 0.5}))


def obey(command: wire.AnyCommand, manner: str) -> None:
    match command:
        case wire.Train():
            train(Path(command.run), manner)
        case wire.Propose() if manner == "proposer-crash":
            sys.exit(5)
        case wire.Propose():
            propose(command)
        case wire.Pause():
            say(wire.Paused(step=2))
        case wire.Resume():
            say(wire.Resumed(step=2))
        case wire.Stop():
            say(wire.Stopped(step=2, checkpoint="checkpoints/best.safetensors"))
        case _:
            pass


def main() -> None:
    manner = sys.argv[1] if len(sys.argv) > 1 else ""
    if manner == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if manner == "mute":
        sys.exit(7)
    if manner == "garbage":
        sys.stdout.buffer.write(b'this is no event\n{"event": "unheard-of"}\n')
    say(wire.Ready(methods=CARDS, device="cpu, fake"))
    for line in sys.stdin.buffer:
        obey(wire.decode_command(line), manner)
    while manner == "deaf":
        signal.pause()


main()
