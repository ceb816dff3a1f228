"""`crackstudio doctor`: what this machine has, what it lacks, and the line that mends each lack."""

import importlib.metadata
import json as json_text
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crackstudio import __version__
from crackstudio.commands.system_libraries import has_display, install_line, missing_packages
from crackstudio.core import locations


class Health(StrEnum):
    """Good; limited: it works, with less; bad: it does not work."""

    GOOD = "good"
    LIMITED = "limited"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `mend` is the line to run or the step to take."""

    what: str
    health: Health
    found: str
    mend: str = ""


_MARKS = {Health.GOOD: "[green]✔[/]", Health.LIMITED: "[yellow]![/]", Health.BAD: "[red]✘[/]"}


def examine(*, json: bool) -> int:
    """Print the findings; 1 where one of them keeps CrackStudio from working."""
    findings = list(_findings())
    if json:
        print(json_text.dumps({"findings": [asdict(finding) for finding in findings]}))
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for finding in findings:
            table.add_row(_MARKS[finding.health], finding.what, finding.found)
            if finding.mend:
                table.add_row("", "", f"[bold]{finding.mend}[/]")
        Console(soft_wrap=True).print(table)
    return int(any(finding.health is Health.BAD for finding in findings))


def _findings() -> Iterator[Finding]:
    yield Finding(
        what="CrackStudio",
        health=Health.GOOD,
        found=f"{__version__} on Python {platform.python_version()}, {platform.platform(terse=True)}",
    )
    yield _qt()
    yield _display()
    yield _device()
    yield _starter()
    yield _chinese_font()
    yield _disk()


def _qt() -> Finding:
    packages = missing_packages(window=has_display())
    if packages:
        lacks = f"lacks {', '.join(packages)}"
        return Finding(what="Qt", health=Health.BAD, found=lacks, mend=install_line(packages))
    version = importlib.metadata.version("PySide6-Essentials")
    return Finding(what="Qt", health=Health.GOOD, found=f"PySide6 {version}, all system libraries are there")


def _display() -> Finding:
    if has_display():
        return Finding(what="Display", health=Health.GOOD, found="there")
    found = "none: train, propose, evaluate and the demo work; the studio needs one"
    return Finding(what="Display", health=Health.LIMITED, found=found)


def _device() -> Finding:
    try:
        from crackstudio.engine.device import choose_place, gpu_hint
    except (ImportError, OSError) as error:
        mend = f'"{sys.executable}" -m pip install --force-reinstall "torch>=2.8,<2.14"'
        return Finding(what="Engine", health=Health.BAD, found=f"torch does not load: {error}", mend=mend)
    place, hint = choose_place(), gpu_hint()
    found = f"{place.name}, {place.precision}, torch {importlib.metadata.version('torch')}"
    if place.device.type == "cpu" and not hint:
        found += "; no GPU was found"
    return Finding(what="Engine", health=Health.LIMITED if hint else Health.GOOD, found=found, mend=hint)


def _starter() -> Finding:
    path = locations.starter()
    if path.is_file():
        return Finding(what="Starter", health=Health.GOOD, found=f"{path} ({path.stat().st_size / 2**20:.1f} MiB)")
    found = f"{path} is missing: the first Propose needs a trained network"
    return Finding(what="Starter", health=Health.LIMITED, found=found, mend="install CrackStudio again")


def _chinese_font() -> Finding:
    places = ("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".local/share/fonts"))
    names = ("*CJK*", "*cjk*", "wqy-*", "*Han*", "*droidsansfallback*", "*DroidSansFallback*", "uming*", "ukai*")
    if sys.platform != "linux" or any(next(Path(place).rglob(name), None) for place in places for name in names):
        return Finding(what="Chinese text", health=Health.GOOD, found="a font is there")
    mend = "sudo apt-get install -y fonts-noto-cjk"
    return Finding(
        what="Chinese text",
        health=Health.LIMITED,
        found="no font: Chinese file names, and the window in Chinese, show as boxes",
        mend=mend,
    )


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    health = Health.GOOD if free > 2 else Health.LIMITED
    return Finding(what="Disk", health=health, found=f"{free:.0f} GiB free here")
