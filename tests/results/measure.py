"""Measure what is missing: `make results`, or `python tests/results/measure.py [NAME ...]` for some rows.

Each row is a run of the command line and leaves one JSON in `tests/results/measured/`: what is there is not measured
again, so it can be ended and begun anew at any time. A row to be measured again is deleted first. In the end the table
of the README is written.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import table
from data import prepared
from rows import Row, rows

from crackstudio.core import wire
from crackstudio.core.stability import stability
from crackstudio.project.run_folder import RunFolder

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MEASURED = HERE / "measured"
SCRATCH = ROOT / "weak"
"""Ignored by git: data, runs and maps."""


def measured(row: Row, *, source: Path) -> dict[str, object]:
    """Train, propose and evaluate one row, each by its command."""
    data = prepared(row.data, source=source, folder=SCRATCH / "data")
    run, maps = SCRATCH / "runs" / row.name, SCRATCH / "maps" / row.name
    for old in (run, maps):
        shutil.rmtree(old, ignore_errors=True)
    trained_on = ["whole/images", "--masks", str(data / "whole/masks")] if row.uses_masks else ["train"]
    began = time.monotonic()
    _crackstudio("train", str(data / trained_on[0]), *trained_on[1:], *_asked(row), "--out", str(run), may_fail=True)
    seconds = time.monotonic() - began
    found = _of_run(RunFolder(run)) | {"wall_seconds": round(seconds)}
    if row.figures:
        _crackstudio("propose", str(data / "test/images"), "--model", str(run), "--out", str(maps))
        found |= json.loads(_crackstudio("evaluate", str(maps), str(data / "test/masks"), "--json"))
    command = RunFolder(run).record().command.replace(f"{ROOT}/", "")
    return {"row": row.name, "command": command, **found, "machine": _machine()}


def _asked(row: Row) -> list[str]:
    settings = [word for name, value in row.settings.items() for word in ("--set", f"{name}={value}")]
    limit = ["--minutes", str(row.minutes)] if row.steps is None else ["--steps", str(row.steps)]
    return ["--method", row.method, "--preset", row.preset, *settings, "--seed", str(row.seed), *limit]


def _of_run(run: RunFolder) -> dict[str, object]:
    events = list(run.events())
    started = next(event for event in events if isinstance(event, wire.Started))
    steps = max((event.step for event in events if isinstance(event, wire.Stepped)), default=0)
    guard = [f"{one.step} {one.state}: {one.words}" for one in events if isinstance(one, wire.GuardChanged)]
    losses = [value for event in events if isinstance(event, wire.Stepped) for value in event.losses.values()]
    return {
        "state": str(run.state()),
        "steps": steps,
        "parameters": started.parameters,
        "finite": all(value is not None for value in losses),
        "stability": stability(events).healthy,
        "guard": guard,
        "said": next((event.message for event in events if isinstance(event, wire.Failed)), ""),
    }


def _crackstudio(*words: str, may_fail: bool = False) -> str:
    done = subprocess.run([sys.executable, "-m", "crackstudio", *words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode and not may_fail:
        raise SystemExit(f"crackstudio {' '.join(words)} ended with {done.returncode}")
    return done.stdout


def _machine() -> str:
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return f"{os.cpu_count()} cores of {processor}, {datetime.now(UTC):%Y-%m-%d}"


def main(names: list[str]) -> None:
    """Every row that has no file yet, or those of `names`."""
    source = Path(os.environ.get("DATA", ROOT.parent / "shared" / "data"))
    MEASURED.mkdir(exist_ok=True)
    for row in rows():
        kept = MEASURED / f"{row.name}.json"
        if kept.exists() or (names and row.name not in names):
            continue
        print(f"{row.name}: {row.title}", flush=True)
        found = measured(row, source=source)
        kept.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    table.write(MEASURED)


if __name__ == "__main__":
    main(sys.argv[1:])
