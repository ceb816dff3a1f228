"""`crackstudio demo`: the loop on drawn images of a surface that the starter never saw."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from crackstudio.commands.evaluate import evaluate_folders
from crackstudio.commands.progress import tracked
from crackstudio.commands.synth import synthesise
from crackstudio.commands.system_libraries import has_display, require_libraries
from crackstudio.core import locations
from crackstudio.core.errors import RunError
from crackstudio.imaging.surfaces import DEMO_SURFACE
from crackstudio.project.atomic import write_bytes

IMAGES, HELD_OUT = 36, 24
SIZE = (240, 320)
SEED = 2026
SCORES = ("iou", "f1", "f1_tol2", "precision", "recall")


def run_demo(offscreen: Path | None) -> int:
    """With a display: the studio on a drawn project in `demo/`. Without one, or with `offscreen`: the whole loop."""
    if offscreen is None and has_display():
        require_libraries(window=True)
        from crackstudio.studio.app import run_studio

        return run_studio(_drawn(Path("demo") / "images", count=IMAGES, seed=SEED))
    require_libraries(window=False)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return _walk_the_loop(offscreen or Path("demo"))


def _walk_the_loop(out: Path) -> int:
    """Drive the real window through every stage, score held-out images before and after, and leave it all in `out`."""
    began = time.monotonic()
    images = _drawn(out / "images", count=IMAGES, seed=SEED)
    held_out = _drawn(out / "held-out", count=HELD_OUT, seed=SEED + 1)
    from crackstudio.studio.demo import drive

    walked = drive(images, pictures=out, truth=images / "masks")
    scores = {
        "before": _scores(held_out, locations.starter(), out / "held-out-before"),
        "after": _scores(held_out, walked.network, out / "held-out-after"),
    }
    report = {
        **scores,
        "stages": walked.seconds_by_stage,
        "corrected": walked.corrected,
        "strokes": walked.strokes,
        "method": walked.method,
        "seconds": round(time.monotonic() - began, 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "surface": DEMO_SURFACE,
        "held_out_images": HELD_OUT,
    }
    write_bytes(out / "demo.json", json.dumps(report, indent=1).encode())
    before, after = scores["before"]["iou"], scores["after"]["iou"]
    print(f"Strict crack IoU on {HELD_OUT} held-out images: {before:.3f} before, {after:.3f} after. See {out}.")
    return 0


def _drawn(folder: Path, *, count: int, seed: int) -> Path:
    """`folder` with its images, all of them: what was cut short is drawn anew."""
    if not folder.exists():
        height, width = SIZE
        begun = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(begun, ignore_errors=True)
        drawn = synthesise(begun, count=count, seed=seed, height=height, width=width, surfaces=(DEMO_SURFACE,))
        for _ in tracked(drawn, total=count, words=f"Drawing {folder.name}"):
            pass
        begun.rename(folder)
    return folder


def _scores(folder: Path, network: Path, maps: Path) -> dict[str, float]:
    """Score a checkpoint on drawn images, in an engine of its own: the studio's process has no torch."""
    line = [sys.executable, "-m", "crackstudio", "propose", str(folder), "--model", str(network), "--out", str(maps)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunError(f"The demo could not score {network}: {done.stderr.strip()}")
    evaluation = evaluate_folders(maps, folder / "masks")
    return {name: round(evaluation.scores[name] or 0.0, 4) for name in SCORES}
