"""Large images in the real window, each in a fresh process: opened, shown, peak memory, and the next one prefetched.

    python tests/benchmarks/bench_large.py [--all]      (--all: 20 000 x 20 000 of 8 and 16 bit too, up to 5 GB)

Time runs from asking for the image to the end of the painting; the window stands, and the file lies in the system's
memory. Peak memory is that of the whole process (Linux: VmHWM).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as the studio has it

import imagecodecs
import numpy as np
from bench_tick import wait

from crackstudio.studio.app import build_window, make_app
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.main_window import MainWindow

MIB = 2**20
SOON_S = 3


def picture(side: int, *, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    """Something like concrete: noise of two sizes, in patches of 1000 px."""
    random = np.random.default_rng(0)
    patch = random.normal(0, 10, (1000, 1000, channels)) + np.kron(
        random.normal(120, 12, (20, 20, 1)), np.ones((50, 50, 1))
    )
    repeats = -(-side // 1000)
    scaled = np.clip(patch, 0, 255) * (1 if dtype is np.uint8 else 200)
    whole = np.tile(scaled.astype(dtype), (repeats, repeats, 1))[:side, :side]
    return np.ascontiguousarray(whole if channels == 3 else whole[..., 0])


def write_jpeg(path: Path, side: int) -> None:
    path.with_suffix(".jpg").write_bytes(imagecodecs.jpeg_encode(picture(side), level=88, subsampling="420"))


def write_tiff(path: Path, side: int, *, channels: int, dtype: type) -> None:
    import tifffile

    tifffile.imwrite(path.with_suffix(".tif"), picture(side, channels=channels, dtype=dtype))


def peak() -> float:
    """MiB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024


def open_window(folder: Path) -> MainWindow:
    """The window, before any folder is open."""
    window = build_window(Settings(folder.parent / "studio.ini"))
    window.resize(1600, 1000)
    window.show()
    wait(window.isVisible)
    return window


def shown(window: MainWindow, ask: Callable[[], object], name: str) -> tuple[float, float]:
    """Seconds by the clock and of the process, until the image of this name is painted."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
    wait(lambda: not window.session.is_between_images and _name(window) == name)
    window.canvas.repaint()
    return time.perf_counter() - wall, time.process_time() - cpu


def _name(window: MainWindow) -> str:
    entry = window.session.entry
    return Path(entry.path).stem if entry is not None else ""


def measure_one(folder: Path) -> None:
    """Open it, wait for what follows by itself, paint."""
    app, window = make_app(), open_window(folder)
    next(folder.iterdir()).read_bytes()
    wall, cpu = shown(window, lambda: window.session.open_folder(folder), "a")
    at_once = peak()
    soon = time.perf_counter() + SOON_S
    wait(lambda: time.perf_counter() > soon)
    image = window.session.image
    assert image is not None
    image.editor.begin_stroke(500, 500, size=300, value=1)
    image.editor.extend_stroke(2500, 1500)
    image.editor.finish_stroke()
    window.canvas.actual_size()
    app.processEvents()
    print(f"{wall} {cpu} {at_once} {peak()}")
    window.close()


def measure_next(folder: Path) -> None:
    """The second of two images, which was fetched while the first was looked at."""
    make_app()
    window = open_window(folder)
    shown(window, lambda: window.session.open_folder(folder), "a")
    soon = time.perf_counter() + SOON_S
    wait(lambda: time.perf_counter() > soon)
    taken = shown(window, window.actions["next"].trigger, "b")
    print(f"{taken[0]} {taken[1]} 0 0")
    window.close()


def measured(how: str, folder: Path) -> list[float]:
    """In a process of its own, so that the peak is that of this image."""
    done = subprocess.run([sys.executable, __file__, how, str(folder)], capture_output=True, text=True, check=True)
    return [float(part) for part in done.stdout.split()[-4:]]


def row(what: str, value: float, unit: str, *, bar: float | None = None) -> bool:
    """Print one; whether it missed."""
    missed = bar is not None and value > bar
    told = "" if bar is None else f"{bar:,.0f} {unit}{'  MISSED' if missed else ''}"
    print(f"{what:<58} | {value:9,.0f} {unit:<3} | {told}", flush=True)
    return missed


def report(what: str, folder: Path, *, raw: float, opened_ms: float | None = None, most: float | None = None) -> bool:
    """The rows of one image of `raw` MiB."""
    wall, cpu, at_once, later = measured("one", folder)
    return any(
        [
            row(f"{what}: opened and shown", 1000 * wall, "ms", bar=opened_ms),
            row(f"{what}: processor time of all threads", 1000 * cpu, "ms"),
            row(f"{what}: peak memory, opened and shown", at_once, "MiB", bar=most),
            row(f"{what}: peak memory, with a stroke", later, "MiB", bar=2.5 * raw),
        ]
    )


def main() -> int:
    """0 where every bar holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    every = parser.parse_args().all
    missed = []
    with tempfile.TemporaryDirectory() as scratch:

        def folder(name: str) -> Path:
            made = Path(scratch) / name / "images"
            made.mkdir(parents=True)
            return made

        two = folder("two")
        for name in ("a", "b"):
            (two / f"{name}.jpg").write_bytes(imagecodecs.jpeg_encode(picture(6000)[:4000], level=90))
        wall, _, _, _ = measured("next", two)
        missed.append(row("24 MP JPEG, the next image, prefetched", 1000 * wall, "ms", bar=150))
        jpeg = folder("jpeg")
        write_jpeg(jpeg / "a", 12_000)
        missed.append(report("12 000 x 12 000 JPEG", jpeg, raw=3 * 12_000**2 / MIB, opened_ms=1000, most=1000))
        if every:
            for what, channels, dtype in (
                ("20 000 x 20 000 grey of 8 bit", 1, np.uint8),
                ("20 000 x 20 000 grey of 16 bit", 1, np.uint16),
                ("20 000 x 20 000 colour of 8 bit", 3, np.uint8),
                ("20 000 x 20 000 colour of 16 bit", 3, np.uint16),
            ):
                place = folder(what)
                write_tiff(place / "a", 20_000, channels=channels, dtype=dtype)
                raw = channels * np.dtype(dtype).itemsize * 20_000**2 / MIB
                missed.append(report(what, place, raw=raw))
                next(place.glob("a.*")).unlink()
    return int(any(missed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        measure_one(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["next"]:
        measure_next(Path(sys.argv[2]))
    else:
        sys.exit(main())
