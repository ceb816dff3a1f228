"""Progress bars with the time left, on stderr, so that stdout stays the result's."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Thing = TypeVar("Thing")


def bar(*, unit: str = "") -> Progress:
    """A bar that shows done of all, time spent and time left; nothing where stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn() if not unit else TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def tracked(things: Iterable[Thing], *, total: int, words: str) -> Iterator[Thing]:
    """Go through `things` under a bar."""
    with bar() as progress:
        yield from progress.track(things, total=total, description=words)
