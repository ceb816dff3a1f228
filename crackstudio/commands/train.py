"""`crackstudio train`: a run without the studio, by the same loop."""

import contextlib
import json as json_text
import math
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console

from crackstudio.commands.progress import bar
from crackstudio.core import wire
from crackstudio.core.errors import CrackStudioError, RasterError, RunError, SettingError
from crackstudio.core.images import Tag
from crackstudio.core.runs import NeedKind, RunSpec, RunState, Snapshot
from crackstudio.project import rasters
from crackstudio.project.class_file import read_classes
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.run_folder import RunFolder, checkpoint_at, command_line, new_run
from crackstudio.project.snapshot import snapshot_of_folder
from crackstudio.project.walk import require_folder

if TYPE_CHECKING:
    from crackstudio.engine.method import Method

LARGE, LOOKED_AT = 4, 200
"""Crops to an image from which one crop is likely to miss its crack; images that are enough to tell their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """What the command line asks for; see `RunSpec`. `out` is the run's folder, None for a new one in the project.

    `tiles` is a table of tile tags, see `project.tile_table`. `project` is where that is kept, if not below `folder`.
    """

    folder: Path
    spec: RunSpec
    masks: Path | None = None
    tiles: Path | None = None
    project: Path | None = None
    out: Path | None = None


def parsed(settings: list[str]) -> dict[str, bool | int | float | str]:
    """`name=value` pairs. Raises `SettingError` for one that is none."""
    pairs = [setting.partition("=") for setting in settings]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise SettingError(f"--set {name}{equals}{value} is not name=value.")
    return {name: value for name, _, value in pairs}


def train_command(request: TrainRequest, *, json: bool) -> None:
    """Train and print how it ended. Raises `CrackStudioError` where no network came of it."""
    run = _prepared(request)
    end = _train(run)
    if isinstance(end, wire.Failed) or end.checkpoint is None:
        raise RunError(end.message if isinstance(end, wire.Failed) else "Stopped before there was a network to keep.")
    checkpoint = run.path / end.checkpoint
    from crackstudio.engine.checkpoint import read_card

    card = read_card(checkpoint)
    if json:
        told = {"run": str(run.path), "checkpoint": str(checkpoint), "step": end.step, "best_step": card.step}
        print(json_text.dumps({**told, "threshold": card.threshold, "scores": card.scores}))
        return
    console = Console(highlight=False)
    scores = ", ".join(f"{name} {value:.3f}" for name, value in card.scores.items() if value is not None)
    console.print(f"{checkpoint}: the best of {end.step} steps is step {card.step}, threshold {card.threshold:.3f}")
    if scores:
        console.print(f"On the validation images: {scores}")
    console.print(f"Propose with it: crackstudio propose FOLDER --model {run.path} --out DIR", soft_wrap=True)


def _prepared(request: TrainRequest) -> RunFolder:
    """The run's folder with its snapshot and request; one that was interrupted goes on where it was."""
    from crackstudio.engine.cards import config_for
    from crackstudio.engine.methods import method_class
    from crackstudio.engine.needs import require

    spec = request.spec
    method = method_class(spec.method)
    config_for(method, spec)  # says what is wrong before anything is written
    if request.out is not None and (request.out / "run.json").exists():
        run = RunFolder(request.out)
        command = command_line(
            spec, folder=request.folder, masks=request.masks, tiles=request.tiles, project=request.project
        )
        if run.record().command != command or run.state() is not RunState.INTERRUPTED:
            raise RunError(f"{run.path} holds another run. It was left as it is; choose another --out.")
        return run
    if request.out is not None and request.out.exists() and (request.out.is_file() or any(request.out.iterdir())):
        raise RunError(f"{request.out} is not empty and holds no run. It was left as it is; choose another --out.")
    require_folder(request.folder)
    home = request.project or request.folder / HOME_NAME
    run = RunFolder(request.out) if request.out else new_run(Layout(home).runs, spec.method)
    try:
        snapshot = snapshot_of_folder(
            request.folder, masks=request.masks, tiles=request.tiles, project=request.project, run=run, report=_say
        )
        require(method.card, snapshot)
        about_tags = _about_tiles(method, spec, snapshot), _about_instances(method, spec, snapshot)
        for words in filter(None, (*about_tags, _about_classes(request, home))):
            _say(words)
    except CrackStudioError:
        shutil.rmtree(run.path, ignore_errors=True)  # it was empty, and holds nothing but copies yet
        raise
    run.write_request(
        spec, snapshot, folder=request.folder, masks=request.masks, tiles=request.tiles, project=request.project
    )
    return run


def _about_tiles(method: "type[Method]", spec: RunSpec, snapshot: Snapshot) -> str:
    """How many tiles are learnt from, and what to do where a crop is too small to show the crack of its tile."""
    from crackstudio.engine.cards import config_for
    from crackstudio.engine.needs import stock_of

    stock = stock_of(snapshot)
    asked = {need.kind for need in method.card.needs}
    if not stock.tile_side or NeedKind.CRACKED not in asked:
        return ""
    crop = config_for(method, spec).tile
    words = (
        f"{stock.cracked_tiles:,} tiles tagged cracked, {stock.intact_tiles:,} intact, of up to {stock.tile_side} px."
    )
    if crop < stock.tile_side:
        words += f" A crop of {crop} px may miss the crack of its tile: --set tile={stock.tile_side} shows all of it."
    return words


def _about_instances(method: "type[Method]", spec: RunSpec, snapshot: Snapshot) -> str:
    """What to do where images that are tagged as a whole are much larger than the one crop that is taken for them."""
    from crackstudio.engine.cards import config_for, settings_from

    config = config_for(method, spec)
    if settings_from(config).get("instances") != 1:
        return ""
    whole = [item for item in snapshot.items if item.tag is Tag.CRACKED and not item.mask and item.tiles is None]
    crops = []
    for item in whole[:: 1 + len(whole) // LOOKED_AT]:
        with contextlib.suppress(RasterError):  # training leaves it out and says so
            crops.append(math.prod(rasters.size_of(Path(item.image), item.page)) / config.tile**2)
    if not crops or median(crops) <= LARGE:
        return ""
    return (
        f"An image tagged cracked is {median(crops):.0f} times as large as a crop of {config.tile} px, which may well "
        "miss its crack: --set instances=8 takes the loudest of eight, once --from names a network that finds some."
    )


def _about_classes(request: TrainRequest, home: Path) -> str:
    """That the classes of a project's masks count alike, where there are several."""
    names = [kind.name for kind in read_classes(Layout(home)).classes]
    if request.masks is not None or len(names) == 1:
        return ""
    return f"{', '.join(names)}: any of these classes counts as defect. Networks do not tell classes apart yet."


def _say(words: str) -> None:
    Console(highlight=False, soft_wrap=True, stderr=True).print(words)


def _train(run: RunFolder) -> wire.Finished | wire.Stopped | wire.Failed:
    from crackstudio.engine.control import Control
    from crackstudio.engine.trainer import train_run

    control = Control()
    before = signal.signal(signal.SIGINT, lambda *_: control.stop())  # Ctrl+C keeps the best
    try:
        with bar(unit="{task.fields[words]}") as progress:
            task = progress.add_task("Training", total=None, words="starting")

            def show(event: wire.AnyEvent) -> None:
                if isinstance(event, wire.Stepped):
                    total = event.seconds + event.seconds_left if event.seconds_left is not None else None
                    speed = f", {event.steps_per_second:.1f}/s" if event.steps_per_second else ""
                    progress.update(task, completed=event.seconds, total=total, words=f"step {event.step}{speed}")
                elif isinstance(event, wire.GuardChanged) and event.state != "healthy":
                    progress.console.print(f"Step {event.step}: {event.words}")

            return train_run(run, on_event=show, control=control)
    finally:
        signal.signal(signal.SIGINT, before)


def spec_of(
    *,
    method: str,
    preset: str | None,
    settings: list[str],
    start_from: Path | None,
    seed: int,
    minutes: float | None,
    steps: int | None,
    device: str,
) -> RunSpec:
    """The request as a run keeps it. Raises `SettingError`, and `CheckpointError` for a `start_from` without one."""
    if minutes is not None and steps is not None:
        raise SettingError("give --minutes or --steps, not both.")
    return RunSpec(
        method=method,
        preset=preset,
        settings=parsed(settings),
        start_from=str(checkpoint_at(start_from)) if start_from else None,
        seed=seed,
        minutes=minutes,
        steps=steps,
        device=device,
    )
