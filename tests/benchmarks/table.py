"""All benchmarks, one table: `make bench`, or `python tests/benchmarks/table.py [NAME ...]` for some of them.

Each bench is a program of its own and can be run alone. One that fails does not keep the others from running.
Exit code 1: a bar was missed, or a bench broke off.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from report import HEAD, ROWS, Row, is_missed, line

HERE = Path(__file__).parent
PACKAGES = {"PySide6": "PySide6-Essentials", "OpenCV": "opencv-python", "NumPy": "numpy", "torch": "torch"}


def run(bench: Path, rows: Path) -> bool:
    """Run one, its own output between the others'; whether all was well."""
    print(f"\n== {bench.stem}", flush=True)
    began = time.perf_counter()
    done = subprocess.run([sys.executable, bench], env={**os.environ, ROWS: str(rows)}, check=False)
    print(f"   {time.perf_counter() - began:.0f} s", flush=True)
    return done.returncode == 0


def machine() -> str:
    """Cores, processor, memory and versions."""
    packages = ", ".join(f"{name} {version(package)}" for name, package in PACKAGES.items())
    return (
        f"{os.cpu_count()} cores of {_processor()}, {_memory()}, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {packages}; Qt platform: {os.environ['QT_QPA_PLATFORM']}"
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    names = [line for line in told.read_text().splitlines() if line.startswith("model name")] if told.exists() else []
    return names[0].partition(":")[2].strip() if names else platform.processor() or platform.machine()


def _memory() -> str:
    told = Path("/proc/meminfo")
    return f"{int(told.read_text().split()[1]) / 2**20:.0f} GiB" if told.exists() else "memory unknown"


def main(names: list[str]) -> int:
    """0 where every bench ran and every bar holds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    benches = [HERE / f"bench_{name}.py" for name in names] or sorted(HERE.glob("bench_*.py"))
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows"
        rows.touch()
        unwell = [bench.stem for bench in benches if not run(bench, rows)]
        table: list[Row] = [json.loads(told) for told in rows.read_text(encoding="utf-8").splitlines()]
    missed = [row["what"] for row in table if is_missed(row)]
    print(f"\n{HEAD}")
    print("\n".join(map(line, table)))
    print(f"\n{machine()}")
    print(f"{len(table)} rows, {len(missed)} missed" + (f"; not well: {', '.join(unwell)}" if unwell else ""))
    return int(bool(missed or unwell))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
