"""The real engine process: one JSON line each, and the end of stdin is the end."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crackstudio.core import wire
from crackstudio.core.runs import CheckpointCard, RunState
from crackstudio.engine.checkpoint import save_checkpoint
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.project.run_folder import RunFolder

CHEAP = {"tile": 32, "batch": 2, "width": 4, "depth": 2}


class Engine:
    """An engine process as the studio sees it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crackstudio", "engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self.events: list[wire.AnyEvent] = []

    def send(self, command: wire.Command) -> None:
        assert self.process.stdin
        self.process.stdin.write(wire.encode(command))
        self.process.stdin.flush()

    def until(self, kind: type) -> wire.AnyEvent:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.append(wire.decode_event(line))
            if isinstance(self.events[-1], kind):
                return self.events[-1]
        raise AssertionError(self.process.stderr.read().decode())

    def end(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=20)
        self.events += [wire.decode_event(line) for line in out.splitlines(keepends=True)]
        return self.process.returncode, err.decode()


@contextmanager
def running() -> Iterator[Engine]:
    """An engine that does not outlive the block."""
    engine = Engine()
    try:
        yield engine
    finally:
        engine.process.kill()
        for stream in (engine.process.stdin, engine.process.stdout, engine.process.stderr):
            if stream:
                stream.close()
        engine.process.wait()


@pytest.fixture(scope="module")
def shared() -> Iterator[Engine]:
    """One engine for what leaves it as it was; a start costs seconds."""
    with running() as engine:
        engine.until(wire.Ready)
        yield engine


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    card = CheckpointCard(method="unet", settings={"width": 4, "depth": 2}, threshold=0.4, step=0, tile=32)
    save_checkpoint(tmp_path / "c.safetensors", UNetMethod(UNetConfig(width=4, depth=2)), card)
    return tmp_path / "c.safetensors"


def image(drawn: Path, out: Path, number: int) -> wire.ImageToPropose:
    return wire.ImageToPropose(id=number, image=str(drawn / f"images/{number}.png"), out=str(out / f"{number}.png"))


def test_the_first_word_names_the_methods_with_their_forms(shared: Engine) -> None:
    ready = shared.events[0]
    assert isinstance(ready, wire.Ready)
    assert {card.key for card in ready.methods} >= {"unet", "segdec", "attention-cyclegan"}
    assert all(card.settings for card in ready.methods)
    assert ready.device


def test_it_proposes_and_a_bad_checkpoint_fails_its_images_only(
    shared: Engine, checkpoint: Path, drawn: Path, tmp_path: Path
) -> None:
    asked = tuple(image(drawn, tmp_path, number) for number in range(3))
    shared.events.clear()
    shared.send(wire.Propose(images=asked[:2], checkpoint=str(tmp_path / "gone.safetensors")))
    shared.until(wire.QueueEmptied)
    assert [event.id for event in shared.events if isinstance(event, wire.ProposalFailed)] == [0, 1]
    shared.send(wire.Propose(images=asked, checkpoint=str(checkpoint)))
    assert shared.until(wire.QueueEmptied).proposed == 3
    assert sorted(tmp_path.glob("?.png")) == [tmp_path / f"{number}.png" for number in range(3)]


def test_stop_is_seen_while_training_and_the_engine_lives_on(
    shared: Engine, make_run: Callable[..., RunFolder]
) -> None:
    shared.events.clear()
    shared.send(wire.Train(run=str(make_run("unet", steps=1_000_000, **CHEAP).path)))
    shared.until(wire.Stepped)
    shared.send(wire.Pause())
    shared.until(wire.Paused)
    shared.send(wire.Resume())
    shared.until(wire.Resumed)
    shared.send(wire.Stop())
    assert shared.until(wire.Stopped).checkpoint == "checkpoints/best.safetensors"
    again = make_run("unet", name="again", steps=1, **CHEAP)
    shared.send(wire.Train(run=str(again.path)))
    assert shared.until(wire.Finished) == list(again.events())[-1]
    assert all(event.at > 0 for event in shared.events)


def test_nonsense_is_noted_and_the_end_of_stdin_stops_a_run_within_a_step(make_run: Callable[..., RunFolder]) -> None:
    run = make_run("unet", steps=1_000_000, tile=256, batch=8, width=16)  # a step takes seconds on one thread
    with running() as engine:
        engine.process.stdin.write(b"no json\n\xff\xfe\n{}\n")
        engine.send(wire.Train(run=str(run.path)))
        engine.until(wire.PreviewSaved)
        code, said = engine.end()
    assert code == 0
    assert said.count("no command") == 3
    assert isinstance(engine.events[-1], wire.Stopped)
    assert run.state() is RunState.STOPPED


def test_a_killed_engine_leaves_a_run_that_goes_on(shared: Engine, make_run: Callable[..., RunFolder]) -> None:
    run = make_run("unet", steps=30, **CHEAP)
    with running() as engine:
        engine.send(wire.Train(run=str(run.path)))
        while (saved := engine.until(wire.CheckpointSaved)).best or saved.step < 10:
            pass
    shared.send(wire.Train(run=str(run.path)))
    assert shared.until(wire.Started).resumed_at >= 10
    shared.until(wire.Finished)
    assert run.state() is RunState.FINISHED


def test_what_anybody_prints_goes_to_stderr(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from crackstudio.engine.serve import _take_stdout\n"
        "events = _take_stdout()\n"
        "print('from python'); os.write(1, b'from C\\n'); sys.stdout.flush()\n"
        "events.write(b'{}\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == {}
    assert b"from python" in done.stderr
    assert b"from C" in done.stderr


def test_nothing_heavy_is_imported_before_stdout_is_taken() -> None:
    code = "import sys, crackstudio.engine.serve; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_proposals_can_be_put_first_and_forgotten() -> None:
    from crackstudio.engine.desk import Waiting

    def asked(*ids: int) -> tuple[wire.ImageToPropose, ...]:
        return tuple(wire.ImageToPropose(id=number, image="", out="") for number in ids)

    waiting = Waiting()
    waiting.add(wire.Propose(images=asked(1, 2, 3), checkpoint="a"))
    taking = waiting.images_for("a")
    assert next(taking).id == 1
    waiting.add(wire.Propose(images=asked(8, 9), checkpoint="a", first=True))
    waiting.add(wire.Propose(images=asked(4), checkpoint="b"))
    assert [one.id for one in taking] == [8, 9, 2, 3]
    assert waiting.next_checkpoint() == "b"
    waiting.clear()
    assert waiting.next_checkpoint() is None
