"""How long the canvas takes, against its bars: `python tests/benchmarks/bench_canvas.py`, offscreen by itself.

Time runs from sending a mouse event to the end of the painting it causes. `cpu` is the time of the thread itself: on a
busy machine it tells what the wall clock cannot.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from bench_tick import draw_images
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

WINDOW = (1600, 1000)
_TRAIN = """
import os, sys
from crackstudio.engine.serve import NICE
os.nice(NICE)
os.environ.update(OMP_WAIT_POLICY="PASSIVE", KMP_BLOCKTIME="0")
from crackstudio.cli import main
sys.argv[0] = "crackstudio"
sys.exit(main())
"""
NO_BUTTON, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


class Taken(NamedTuple):
    """Milliseconds."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    taken: Taken
    bar: float | None = None
    unit: str = "ms"

    @property
    def is_missed(self) -> bool:
        return self.bar is not None and self.taken.wall > self.bar

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"{self.bar:.0f} {self.unit}{'  MISSED' if self.is_missed else ''}"
        return f"{self.what:<62} | {self.taken.wall:8.2f} {self.unit} | {self.taken.cpu:8.2f} | {bar}"


def timed(act: Callable[[], object]) -> Taken:
    """The act, and the painting that follows from it."""
    wall, cpu = time.perf_counter(), time.thread_time()
    act()
    QApplication.processEvents()
    return Taken(1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - cpu))


def percentile(taken: list[Taken], share: float) -> Taken:
    wall, cpu = np.percentile(np.array(taken), share, axis=0)
    return Taken(float(wall), float(cpu))


class Sitting:
    """A canvas on an image of some size, and a hand that draws."""

    def __init__(self, height: int, width: int) -> None:
        rng = np.random.default_rng(0)
        patch = rng.integers(60, 190, (1000, 1000, 3), np.uint8)
        repeats = (-(-height // 1000), -(-width // 1000))
        self.image = np.tile(patch, (*repeats, 1))[:height, :width].copy()
        self.crack_map = np.tile(np.roll(patch[..., 0], 3), repeats)[:height, :width].copy()
        self.editor = MaskEditor(height, width, mask=np.zeros((height, width), np.uint8))
        self.canvas = Canvas()
        self.canvas.resize(*WINDOW)
        self.canvas.show()
        QApplication.processEvents()

    def open(self, image: np.ndarray | ImagePyramid) -> Taken:
        def show() -> None:
            self.canvas.set_image(image)
            self.canvas.set_editor(self.editor)

        return timed(show)

    def send(self, kind: QEvent.Type, x: float, y: float, *, button: Qt.MouseButton = NO_BUTTON) -> Taken:
        held = LEFT if kind == QEvent.Type.MouseMove else NO_BUTTON
        place = QPointF(x, y)
        event = QMouseEvent(kind, place, self.canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
        return timed(lambda: QApplication.sendEvent(self.canvas, event))

    def stroke(self, size: int, *, events: int = 400) -> tuple[list[Taken], Taken]:
        """What each movement along loops through the window takes, and the release."""
        self.canvas.brush_size = size
        turn = np.linspace(0, 6 * np.pi, events)
        xs = WINDOW[0] * (0.5 + 0.42 * np.sin(turn))
        ys = WINDOW[1] * (0.5 + 0.42 * np.sin(1.37 * turn))
        self.send(QEvent.Type.MouseButtonPress, xs[0], ys[0], button=LEFT)
        moves = [self.send(QEvent.Type.MouseMove, x, y) for x, y in zip(xs, ys, strict=True)]
        released = self.send(QEvent.Type.MouseButtonRelease, xs[-1], ys[-1], button=LEFT)
        return moves, released


def strokes(rows: list[Row], sitting: Sitting, what: str, *, sizes: dict[int, float | None]) -> None:
    for size, bar in sizes.items():
        moves, released = sitting.stroke(size)
        title = f"{what}, {size} px brush"
        rows += [
            Row(what=f"{title}: event to paint, median", taken=percentile(moves, 50)),
            Row(what=f"{title}: event to paint, p99", taken=percentile(moves, 99), bar=bar),
            Row(what=f"{title}: release", taken=released, bar=50),
            Row(what=f"{title}: undo", taken=timed(sitting.editor.undo_stack.undo), bar=50),
            Row(what=f"{title}: redo", taken=timed(sitting.editor.undo_stack.redo), bar=50),
        ]
        sitting.editor.undo_stack.undo()


def layers(rows: list[Row], canvas: Canvas, what: str) -> None:
    """Each layer off and on again, with all others shown."""
    switched = [
        timed(partial(canvas.layers.set_look, layer, visible=visible))
        for layer in (Layer.IMAGE, Layer.HEAT, Layer.MASK, Layer.TILES)
        for visible in (False, True)
        for _ in range(3)
    ]
    rows.append(Row(what=f"{what}, a layer switched, worst", taken=max(switched), bar=16))


def bench_12_mp(rows: list[Row]) -> None:
    sitting = Sitting(3000, 4000)
    canvas = sitting.canvas
    rows.append(Row(what="12 MP, shown from pixels", taken=sitting.open(sitting.image)))
    canvas.actual_size()
    QApplication.processEvents()
    strokes(rows, sitting, "12 MP, 100 %", sizes={50: 8, 1000: 12})
    canvas.set_proposal(sitting.crack_map)
    zooms = [timed(lambda factor=factor: canvas.zoom_by(factor)) for factor in [1.1] * 20 + [1 / 1.1] * 40]
    rows.append(Row(what="12 MP, a step of zoom with all layers, p99", taken=percentile(zooms, 99)))
    pans = [timed(lambda: canvas.pan_by(7, 5)) for _ in range(40)]
    rows.append(Row(what="12 MP, a step of panning with all layers, p99", taken=percentile(pans, 99)))
    slides = [timed(lambda t=t: setattr(canvas, "threshold", t)) for t in np.linspace(0.2, 0.8, 40)]
    rows.append(Row(what="12 MP, threshold moved, p99", taken=percentile(slides, 99), bar=16))
    layers(rows, canvas, "12 MP, 100 %")


def bench_144_mp(rows: list[Row]) -> None:
    sitting = Sitting(12_000, 12_000)
    canvas = sitting.canvas
    rows.append(Row(what="144 MP, shown from pixels", taken=sitting.open(sitting.image)))
    pyramid = ImagePyramid(sitting.image)
    prepared = timed(lambda: pyramid.prepare(width=WINDOW[0], height=WINDOW[1]))
    rows.append(Row(what="144 MP, pyramid prepared (off the main thread)", taken=prepared))
    rows.append(Row(what="144 MP, shown from a prepared pyramid", taken=sitting.open(pyramid), bar=50))
    strokes(rows, sitting, "144 MP, fitted", sizes={1000: 16})
    canvas.actual_size()
    QApplication.processEvents()
    strokes(rows, sitting, "144 MP, 100 %", sizes={50: 16, 1000: 16, 2000: None})
    rows.append(
        Row(what="144 MP, crack map shown at 100 %", taken=timed(lambda: canvas.set_proposal(sitting.crack_map)))
    )
    strokes(rows, sitting, "144 MP, 100 %, with heat", sizes={1000: 16})
    layers(rows, canvas, "144 MP, 100 %")
    rows.append(Row(what="144 MP, fitted with its crack map", taken=timed(canvas.fit), bar=50))
    layers(rows, canvas, "144 MP, fitted")
    canvas.layers.set_look(Layer.HEAT, visible=False)
    with training():
        strokes(rows, sitting, "144 MP, fitted, while a run trains", sizes={1000: 16})
        canvas.actual_size()
        QApplication.processEvents()
        strokes(rows, sitting, "144 MP, 100 %, while a run trains", sizes={50: 16, 1000: 16})


@contextmanager
def training() -> Iterator[None]:
    """A real run in a process of its own, with the priority that the studio's engine takes; it has begun its steps."""
    with tempfile.TemporaryDirectory() as scratch:
        images, run = draw_images(Path(scratch) / "images"), Path(scratch) / "run"
        words = ["train", str(images), "--method", "attention-cyclegan", "--minutes", "5", "--out", str(run)]
        engine = subprocess.Popen([sys.executable, "-c", _TRAIN, *words], stdout=subprocess.DEVNULL)
        try:
            events = run / "events.jsonl"
            while engine.poll() is None and not (events.exists() and b"tepped" in events.read_bytes()):
                time.sleep(0.1)
            if engine.poll() is not None:
                raise RuntimeError("The run beside the strokes has ended before they began.")
            yield
        finally:
            engine.kill()
            engine.wait()


def bench_looking(rows: list[Row]) -> None:
    """What tones and the mini map add to a frame of 1920 x 1080."""
    sitting = Sitting(3000, 4000)
    canvas = sitting.canvas
    canvas.resize(1920, 1080)
    sitting.open(sitting.image)
    canvas.actual_size()
    QApplication.processEvents()
    rows.append(Row(what="mini map, a frame", taken=least(canvas.mini_map.repaint), bar=1))
    plain, toned = (least(partial(canvas.set_tones, tones)) for tones in (Tones(), Tones(brightness=20, contrast=10)))
    added = Taken(toned.wall - plain.wall, toned.cpu - plain.cpu)
    rows.append(Row(what="1920 x 1080, brightness and contrast, added to a frame", taken=added, bar=4))


def least(act: Callable[[], object]) -> Taken:
    return min(timed(act) for _ in range(15))


def bench_undo_memory(rows: list[Row]) -> None:
    rng = np.random.default_rng(0)
    mask, total = TiledMask(3000, 4000), 0
    for _ in range(1000):
        before = mask.snapshot()
        x, y, angle = rng.uniform(0, 4000), rng.uniform(0, 3000), rng.uniform(0, 2 * np.pi)
        stroke = Stroke(mask, Brush(size=20, value=1))
        for step in range(0, 301, 15):
            stroke.to(x + step * np.cos(angle), y + step * np.sin(angle))
        for change in mask.changes_since(before).changes:
            total += sum(map(sys.getsizeof, (change, change.before, change.after))) + 8 * 28
    megabytes = total / 1e6
    rows.append(
        Row(what="1 000 strokes of 20 px x 300 px on 12 MP, to undo", taken=Taken(megabytes, 0), bar=50, unit="MB")
    )


def main() -> int:
    app = QApplication(sys.argv)
    rows: list[Row] = []
    for bench in (bench_undo_memory, bench_looking, bench_12_mp, bench_144_mp):
        bench(rows)
    lines = [f"{'what':<62} | {'measured':>11} | {'cpu':>8} | bar", *map(str, rows)]
    sys.stdout.write("\n".join(lines) + "\n")
    app.closeAllWindows()
    return int(any(row.is_missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
