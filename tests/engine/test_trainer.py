"""The loop: what a run says and leaves, how it ends, pauses, resumes and fails."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

from crackstudio.core import wire
from crackstudio.core.images import Tag
from crackstudio.core.runs import RunSpec, Snapshot
from crackstudio.engine import evaluate
from crackstudio.engine.checkpoint import load_method, read_card
from crackstudio.engine.control import Control
from crackstudio.engine.methods import methods, unet
from crackstudio.engine.trainer import train_run
from crackstudio.project import rasters
from crackstudio.project.run_folder import STATE, RunFolder

MakeRun = Callable[..., RunFolder]
CHEAP = {"tile": 32, "batch": 2, "width": 4, "depth": 2}


def trained(run: RunFolder, control: Control | None = None) -> list[wire.AnyEvent]:
    events: list[wire.AnyEvent] = []
    train_run(run, on_event=events.append, control=control)
    return events


def of_kind(events: list[wire.AnyEvent], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_a_run_tells_its_story_and_leaves_it_on_disk(make_run: MakeRun) -> None:
    run = make_run("unet", steps=30, **CHEAP)
    events = trained(run)
    assert isinstance(events[0], wire.Started)
    assert isinstance(events[1], wire.Scored)
    assert isinstance(events[-1], wire.Finished)
    assert [event.step for event in of_kind(events, wire.Scored)] == [0, 10, 20, 30]
    assert of_kind(events, wire.Stepped)[-1].losses.keys() == {"bce", "dice"}
    assert list(run.events()) == events
    for preview in of_kind(events, wire.PreviewSaved):
        assert {"image", "crack map"} <= preview.pictures.keys()
        sizes = {rasters.read_image(run.path / picture).array.shape[:2] for picture in preview.pictures.values()}
        assert sizes == {(64, 64)}


def test_the_best_checkpoint_has_the_best_score_and_its_threshold(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "ENOUGH", 1)
    run = make_run("unet", steps=30, **CHEAP)
    events = trained(run)
    best = max(of_kind(events, wire.Scored), key=lambda event: event.scores["iou"])
    method, card = load_method(run.checkpoint_best)
    assert (card.step, card.threshold, card.scores["iou"]) == (best.step, best.threshold, best.scores["iou"])
    assert card.snapshot_digest == "of-the-test"
    assert card.tile == 32
    assert isinstance(method, unet.UNetMethod)
    assert events[-1].scores["iou"] == best.scores["iou"]


def test_the_same_seed_gives_the_same_run_and_another_a_different_one(make_run: MakeRun) -> None:
    def last_weights(name: str, seed: int) -> dict[str, torch.Tensor]:
        run = make_run("unet", name=name, seed=seed, steps=12, **CHEAP)
        trained(run)
        method, _ = load_method(run.checkpoint_last)
        return method.networks()["unet"].state_dict()

    first, again, other = last_weights("a", 3), last_weights("b", 3), last_weights("c", 4)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_a_run_without_masks_finds_a_threshold_and_ends(make_run: MakeRun) -> None:
    run = make_run("segdec", masked=False, steps=10, tile=64, batch=2, width=2)
    events = trained(run)
    assert isinstance(events[-1], wire.Finished)
    assert "iou" not in of_kind(events, wire.Scored)[-1].scores
    assert 0 < of_kind(events, wire.Scored)[-1].threshold < 1


def test_a_killed_run_continues_at_its_last_state(make_run: MakeRun) -> None:
    whole, broken = (
        make_run("unet", name="whole", steps=20, **CHEAP),
        make_run("unet", name="broken", steps=20, **CHEAP),
    )
    trained(whole)

    def die_at_15(event: wire.AnyEvent) -> None:
        if getattr(event, "step", 0) >= 15:
            raise KeyboardInterrupt  # as a kill, this is not caught

    with pytest.raises(KeyboardInterrupt):
        train_run(broken, on_event=die_at_15)
    events = trained(broken)
    assert of_kind(events, wire.Started)[0].resumed_at == 10
    assert isinstance(events[-1], wire.Finished)
    one, two = (load_method(run.checkpoint_last)[0].networks()["unet"].state_dict() for run in (whole, broken))
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_pictures_that_cannot_be_written_cost_the_run_nothing_else(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run("unet", steps=10, **CHEAP)
    run.previews.write_bytes(b"no folder")
    events = trained(run)
    assert isinstance(events[-1], wire.Finished)
    assert of_kind(events, wire.PreviewSaved) == []
    assert run.checkpoint_last.exists()
    assert "no previews of step 10" in capsys.readouterr().err


def test_a_run_that_cannot_be_saved_says_so_and_goes_on_once_it_can(make_run: MakeRun) -> None:
    run = make_run("unet", steps=20, **CHEAP)
    checkpoints = run.checkpoint_best.parent
    checkpoints.write_bytes(b"no folder")
    failed = trained(run)[-1]
    assert isinstance(failed, wire.Failed)
    assert failed.message.startswith("The run cannot be saved at step 0 (")
    assert failed.checkpoint is None
    checkpoints.unlink()
    assert isinstance(trained(run)[-1], wire.Finished)


@pytest.mark.parametrize("hurried", [False, True])
def test_stop_ends_in_the_middle_and_keeps_what_there_is(make_run: MakeRun, hurried: bool) -> None:
    run, control = make_run("unet", steps=100_000, **CHEAP), Control()
    events: list[wire.AnyEvent] = []

    def stop_soon(event: wire.AnyEvent) -> None:
        events.append(event)
        if isinstance(event, wire.Stepped):
            control.stop(hurried=hurried)

    end = train_run(run, on_event=stop_soon, control=control)
    assert isinstance(end, wire.Stopped)
    assert end.checkpoint == "checkpoints/best.safetensors"
    assert (run.path / STATE).exists()
    assert end.step < 10
    scored_at = [scored.step for scored in of_kind(events, wire.Scored)]
    assert scored_at == ([0] if hurried else [0, end.step])


def test_pause_holds_within_a_step_and_resume_goes_on(make_run: MakeRun) -> None:
    run, control = make_run("unet", steps=15, **CHEAP), Control()
    paused, events = threading.Event(), []

    def listen(event: wire.AnyEvent) -> None:
        events.append(event)
        if isinstance(event, wire.Stepped) and not paused.is_set():
            control.pause()
        if isinstance(event, wire.Paused):
            paused.set()

    training = threading.Thread(target=train_run, args=(run,), kwargs={"on_event": listen, "control": control})
    training.start()
    assert paused.wait(20)
    said = len(events)
    training.join(0.3)
    assert training.is_alive()
    assert len(events) == said
    control.resume()
    training.join(30)
    kinds = [type(event) for event in events]
    assert kinds.index(wire.Paused) < kinds.index(wire.Resumed)
    assert kinds[-1] is wire.Finished
    assert events[-2].at - events[0].at > 0.3
    assert of_kind(events, wire.Stepped)[-1].seconds < events[-1].at - events[0].at - 0.25


def test_stop_ends_a_paused_run(make_run: MakeRun) -> None:
    control = Control()
    control.pause()
    control.stop()
    assert isinstance(trained(make_run("unet", steps=10, **CHEAP), control)[-1], wire.Stopped)


def test_a_pinned_image_joins_the_previews(make_run: MakeRun, drawn) -> None:
    control = Control()
    control.pin(wire.Preview(name="mine", image=str(drawn / "images/1.png")))
    control.pin(wire.Preview(name="broken", image=str(drawn / "images/none.png")))
    events = trained(make_run("unet", steps=10, **CHEAP), control)
    probes = {event.probe for event in of_kind(events, wire.PreviewSaved)}
    assert "mine" in probes
    assert "broken" not in probes


def test_minutes_limit_a_run_and_the_time_left_falls(make_run: MakeRun) -> None:
    events = trained(make_run("unet", minutes=0.05, **CHEAP))
    assert isinstance(events[-1], wire.Finished)
    left = [event.seconds_left for event in of_kind(events, wire.Stepped)]
    assert left == sorted(left, reverse=True)
    assert all(event.seconds < 3 for event in of_kind(events, wire.Stepped)[:-1])


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a broken step does."""

    raises: Exception | None = None
    loss: float = 0.1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(loss=float("nan")), "no longer a number"),
        (Fault(raises=RuntimeError("DefaultCPUAllocator: can't allocate memory")), "tile or batch"),
        (Fault(raises=MemoryError()), "tile or batch"),
        (Fault(raises=ZeroDivisionError("by zero")), "by zero"),
    ],
)
def test_a_broken_step_ends_the_run_and_says_what_was_kept(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, fault: Fault, words: str
) -> None:
    def step(*_: object) -> dict[str, torch.Tensor]:
        if fault.raises:
            raise fault.raises
        return {"bce": torch.tensor(fault.loss)}

    monkeypatch.setattr(unet.UNetMethod, "train_step", step)
    events = trained(make_run("unet", steps=10, **CHEAP))
    assert isinstance(events[-1], wire.Failed)
    assert words in events[-1].message
    assert "best checkpoint was kept" in events[-1].message
    assert events[-1].checkpoint == "checkpoints/best.safetensors"
    assert "Traceback" in events[-1].cause


def test_nan_is_written_as_null(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unet.UNetMethod, "train_step", lambda *_: {"bce": torch.tensor(float("nan"))})
    run = make_run("unet", steps=10, **CHEAP)
    trained(run)
    lines = [json.loads(line) for line in run.events_path.read_text().splitlines() if line]
    assert [line["losses"] for line in lines if line["event"] == "stepped"] == [{"bce": None}]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"method": "unet", "settings": {"tile": 7}}, "tile = 7"),
        ({"method": "nothing"}, "no method 'nothing'"),
        ({"method": "unet", "preset": "best"}, "no preset 'best'"),
        ({"method": "unet", "device": "cuda:9"}, "no device 'cuda:9'"),
        ({"method": "unet", "start_from": "/no/such.safetensors"}, "no checkpoint at"),
    ],
)
def test_a_request_that_cannot_be_met_fails_in_one_clear_line(make_run: MakeRun, spec: dict, words: str) -> None:
    run = make_run("unet", steps=10)
    run.write_record(msgspec.structs.replace(run.record(), spec=RunSpec(steps=10, **spec)))
    events = trained(run)
    assert len(events) == 1
    assert words in events[0].message
    assert "\n" not in events[0].message


def test_a_method_without_what_it_needs_says_so(make_run: MakeRun) -> None:
    events = trained(make_run("unet", masked=False, steps=10, **CHEAP))
    assert "U-Net needs 1 confirmed mask with a defect; you have 0." in events[-1].message


def test_a_run_starts_from_the_weights_of_another(make_run: MakeRun) -> None:
    first = make_run("unet", name="first", steps=10, **CHEAP)
    trained(first)
    second = make_run("unet", name="second", steps=0, start_from=str(first.checkpoint_last), **CHEAP)
    trained(second)
    old, new = (load_method(run.checkpoint_last)[0].networks()["unet"].state_dict() for run in (first, second))
    assert all(torch.equal(old[key], new[key]) for key in old)
    other = make_run("segdec", name="other", steps=1, start_from=str(first.checkpoint_last), tile=64, width=2)
    assert "was trained by unet" in trained(other)[-1].message


def test_unreadable_validation_images_do_not_end_a_run(make_run: MakeRun) -> None:
    run = make_run("unet", steps=10, **CHEAP)
    snapshot = run.snapshot()
    items = [
        msgspec.structs.replace(item, image=item.image + "x") if "6" in item.name else item for item in snapshot.items
    ]
    run.write_snapshot(Snapshot(items=tuple(items), digest="d"))
    assert isinstance(trained(run)[-1], wire.Finished)


class Watcher:
    """A guard that sees a collapse at step 20."""

    def __init__(self, *, stop: bool = False) -> None:
        self.stop = stop
        self.seen: list[int] = []

    def observe(self, step: int, *, cracked_maps: np.ndarray, intact_maps: np.ndarray, losses: dict) -> "Seen":
        assert cracked_maps.ndim == intact_maps.ndim == 3
        self.seen.append(step)
        bad = step == 20
        return Seen("collapsed" if bad else "healthy", "has seen nothing", bad and not self.stop, bad and self.stop)


@dataclass(frozen=True)
class Seen:
    """A verdict."""

    state: str
    words: str
    roll_back: bool
    stop: bool

    @property
    def soften(self) -> bool:
        return self.roll_back


def test_the_guard_rolls_a_run_back(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    softened: list[bool] = []
    monkeypatch.setattr(unet.UNetMethod, "guard", lambda _: Watcher())
    monkeypatch.setattr(unet.UNetMethod, "soften", lambda _: softened.append(True))
    events = trained(make_run("unet", steps=30, **CHEAP))
    changes = of_kind(events, wire.GuardChanged)
    assert [(change.state, change.rolled_back_to) for change in changes] == [
        ("healthy", None),
        ("collapsed", 10),
        ("healthy", None),
    ]
    assert softened == [True]
    assert isinstance(events[-1], wire.Finished)


def test_the_guard_may_end_a_run(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unet.UNetMethod, "guard", lambda _: Watcher(stop=True))
    events = trained(make_run("unet", steps=30, **CHEAP))
    assert isinstance(events[-1], wire.Failed)
    assert "has seen nothing" in events[-1].message
    assert read_card(make_run("unet").checkpoint_best).step <= 10


def test_every_method_goes_through_the_loop(make_run: MakeRun, drawn) -> None:
    for key, kind in methods().items():
        run = make_run(key, name=key, steps=1, tile=64, batch=1, width=8)
        items = run.snapshot().items
        least = {need.kind: need.at_least for need in kind.card.needs}
        times = max(1, max(least.values()) // 2)
        run.write_snapshot(Snapshot(items=items * times, digest="d"))
        assert {Tag.CRACKED, Tag.INTACT} <= {item.tag for item in items}
        events = trained(run)
        assert isinstance(events[-1], wire.Finished), events[-1]
        assert all(
            isinstance(network, nn.Module) for network in load_method(run.checkpoint_best)[0].networks().values()
        )
