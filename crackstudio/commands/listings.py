"""`crackstudio methods` and `crackstudio models`: what can be trained, and what has been."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from crackstudio.core import locations
from crackstudio.core.errors import CheckpointError, FolderError
from crackstudio.core.runs import CheckpointCard, MethodCard, Setting
from crackstudio.engine.cards import method_cards
from crackstudio.engine.checkpoint import read_card


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint file, its size in MiB, and its card; or what is wrong with it."""

    path: str
    mib: float
    card: CheckpointCard | None = None
    problem: str = ""


def list_methods(*, json: bool) -> None:
    """Print every method's card."""
    cards = method_cards()
    if json:
        print(msgspec.json.encode({"methods": cards}).decode())
        return
    console = Console()
    for card in cards:
        _print_method(console, card)


def list_models(folder: Path | None, *, json: bool) -> None:
    """Print the card of every checkpoint that came with CrackStudio, and of the project's in `folder`."""
    listed = list(_checkpoints(folder))
    if json:
        print(msgspec.json.encode({"models": listed}).decode())
        return
    console = Console()
    if not listed:
        console.print("There is no checkpoint yet; `crackstudio train` makes one.")
    for found in listed:
        console.print(f"[bold]{found.path}[/] ({found.mib:.1f} MiB)", soft_wrap=True)
        if found.card:
            _print_card(console, found.card)
        else:
            console.print(f"  [red]{found.problem}[/]", soft_wrap=True)


def _checkpoints(folder: Path | None) -> Iterator[Listed]:
    roots = [locations.models()]
    if folder is not None:
        if not folder.is_dir():
            raise FolderError(f"{folder} is no folder. Name a folder with a project, a run, or nothing.")
        roots.append(folder)
    for root in roots:
        for path in sorted(root.rglob("*.safetensors")):
            if path.name.endswith(".state.safetensors"):
                continue
            mib = path.stat().st_size / 2**20
            try:
                yield Listed(path=str(path), mib=mib, card=read_card(path))
            except CheckpointError as error:
                yield Listed(path=str(path), mib=mib, problem=str(error))


def _print_method(console: Console, card: MethodCard) -> None:
    needs = ", ".join(map(str, card.needs))
    console.print(f"\n[bold]{card.key}[/]  {card.title}")
    console.print(f"  {card.summary}\n  needs {needs}; uses {card.uses}\n  {card.paper}", highlight=False)
    if card.notes:
        console.print(f"  {card.notes}", highlight=False)
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=True)
    for setting in card.settings:
        table.add_row(f"--set {setting.name}={setting.default}", _range(setting), setting.help)
    console.print(table)
    for preset in card.presets:
        console.print(f"  --preset {preset.name}: {preset.title}", highlight=False)


def _range(setting: Setting) -> str:
    if setting.choices:
        return " | ".join(setting.choices)
    low = "" if setting.minimum is None else f"{setting.minimum:g}"
    high = "" if setting.maximum is None else f"{setting.maximum:g}"
    return f"{low} .. {high} {setting.unit}".strip(" .") if low or high else setting.unit


def _print_card(console: Console, card: CheckpointCard) -> None:
    scores = ", ".join(f"{name} {value:.3f}" for name, value in card.scores.items() if value is not None)
    console.print(
        f"  {card.method}, step {card.step}, threshold {card.threshold:.3f}, tile {card.tile} px", highlight=False
    )
    for line in (scores, card.notes):
        if line:
            console.print(f"  {line}", highlight=False)
