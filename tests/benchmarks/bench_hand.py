"""What a hand feels in the real window, from the event to the painted pixels: strokes, tracing, layers, the next image.

An image of 12 MP, idle; then one of 144 MP while a run trains on the same machine.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from report import Taken, exit_code, p99, quickest, row
from sitting import draw_images, opened_window, photograph, rest, send, settle, stroke, timed, wait, write_jpeg

from crackstudio.core.runs import RunSpec
from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.widgets.main_window import MainWindow

ROUNDS = 3
REACH = 400
SPEEDS = (390, 780, 1500)
ZOOMS = [1.1] * 20 + [1 / 1.1] * 20
STEPS = [7] * 20 + [-7] * 20
THRESHOLDS = np.linspace(0.2, 0.8, 40).tolist()
TONES = (Tones(), Tones(brightness=20, contrast=10))


def open_alone(window: MainWindow, folder: Path, name: str, image: np.ndarray) -> None:
    """A folder of this image, open."""
    write_jpeg(folder / name, image)
    window.session.open_folder(folder)
    settle(window)


def strokes(window: MainWindow, what: str, *, size: int, bar: float, release: float = 50) -> None:
    """Rows of the movements, the release and the undo with a brush of this size."""
    window.canvas.brush_size = size
    undo, redo = window.actions["undo"].trigger, window.actions["redo"].trigger
    taken = [(stroke(window.canvas), timed(undo), timed(redo), timed(undo)) for _ in range(ROUNDS)]
    row(f"{what}, {size} px brush: event to painted pixels, p99", p99([moves for (moves, _), *_ in taken]), bar)
    row(f"{what}, {size} px brush: button released", quickest(released for (_, released), *_ in taken), release)
    row(
        f"{what}, {size} px brush: undo or redo", max(quickest(each) for each in list(zip(*taken, strict=True))[1:]), 50
    )


def repeated(act: Callable[[Any], object], values: Sequence[float]) -> Taken:
    """The 99th percentile of an act with each of the values."""
    return p99([[timed(partial(act, value)) for value in values] for _ in range(ROUNDS)])


def bench_12_mp(folder: Path, window: MainWindow) -> None:
    canvas = window.canvas
    image = photograph(3000, 4000)
    open_alone(window, folder, "a.jpg", image)
    canvas.actual_size()
    QApplication.processEvents()
    strokes(window, "12 MP, 100 %, idle", size=50, bar=8)
    strokes(window, "12 MP, 100 %, idle", size=1000, bar=12)
    trace(window)
    stroke(canvas)
    canvas.set_proposal(np.roll(image[..., 0], 3))
    settle(window)
    layers(window)
    row("12 MP, threshold moved, p99", repeated(window.threshold_panel.threshold_changed.emit, THRESHOLDS), 16)
    row("12 MP, a step of zoom with all layers, p99", repeated(canvas.zoom_by, ZOOMS))
    row("12 MP, a step of panning with all layers, p99", repeated(lambda by: canvas.pan_by(by, 5), STEPS))
    plain, toned = (quickest(timed(partial(canvas.set_tones, tones)) for _ in range(15)) for tones in TONES)
    row(
        "12 MP, brightness and contrast: added to a frame", Taken(toned.clock - plain.clock, toned.work - plain.work), 4
    )


def layers(window: MainWindow) -> None:
    """Each layer off and on again, at 100 % and fitted; a layer that is worked out comes later, off the thread."""
    canvas, switches = window.canvas, []
    for look in (canvas.actual_size, canvas.fit):
        look()
        for layer in Layer:
            canvas.layers.set_look(layer, visible=True)
        settle(window)
        for layer, visible in product(Layer, (False, True)):
            switch = partial(canvas.layers.set_look, layer, visible=visible)
            switches.append(quickest(there_and_back(window, switch, layer, visible) for _ in range(ROUNDS)))
    row(f"12 MP, switching a layer off or on, the slowest of {len(switches)} cases", max(switches), 16)
    canvas.actual_size()
    canvas.layers.set_look(Layer.WIDTHS, visible=False)
    QApplication.processEvents()


def there_and_back(window: MainWindow, switch: Callable[[], object], layer: Layer, visible: bool) -> Taken:
    window.canvas.layers.set_look(layer, visible=not visible)
    settle(window)
    return timed(switch)


def trace(window: MainWindow) -> None:
    """The preview as the mouse moves along, once what lies around has been worked out."""
    canvas = window.canvas
    canvas.set_tool(ToolKey.TRACE)
    x, y = canvas.width() / 2 - REACH, canvas.height() / 2
    places = [(x + along, y + 60 * np.sin(along / 90)) for along in np.linspace(20, 2 * REACH, 120)]
    send(canvas, QEvent.Type.MouseButtonPress, x, y)
    send(canvas, QEvent.Type.MouseButtonRelease, x, y)
    for _ in range(2):  # grow, then see
        for place in (*places[::8], places[-1]):
            send(canvas, QEvent.Type.MouseMove, *place, held=False)
            settle(window)
    moves = [[send(canvas, QEvent.Type.MouseMove, *place, held=False) for place in places] for _ in range(ROUNDS)]
    row(f"12 MP, tracer's preview to {2 * REACH} px, a move to painted pixels, p99", p99(moves), 30)
    canvas.cancel()
    for speed in SPEEDS:
        trace_in_time(window, places, speed=speed)
    canvas.traces_by_brush, canvas.brush_size = True, 2000
    send(canvas, QEvent.Type.MouseButtonPress, x, y)
    settle(window)
    send(canvas, QEvent.Type.MouseMove, *places[-1], held=False)
    canvas.background.finish()
    row("12 MP, tracer, a piece 2000 px wide", send(canvas, QEvent.Type.MouseButtonPress, *places[-1]), 50)
    send(canvas, QEvent.Type.MouseButtonRelease, *places[-1])
    canvas.traces_by_brush = False
    canvas.set_tool(ToolKey.BRUSH)


def trace_in_time(window: MainWindow, places: Sequence[tuple[float, float]], *, speed: int) -> None:
    """A mouse that does not wait, `speed` px a second and 125 events: how far the preview is behind, then a click."""
    canvas, view = window.canvas, window.canvas.view
    assert view is not None
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        send(canvas, kind, *places[0])
    along = np.linspace(0, len(places) - 1, round(125 * 2 * REACH / speed))
    steps = np.stack([np.interp(along, np.arange(len(places)), axis) for axis in zip(*places, strict=True)], axis=1)
    behind = []
    for step in steps.tolist():
        send(canvas, QEvent.Type.MouseMove, *step, held=False)
        draft = canvas._tool.draft
        behind.append(np.hypot(*np.subtract(view.to_device(*draft.path[-1]), step)) if draft is not None else np.inf)
        rest(0.008)
    row(f"12 MP, tracer at {speed} px/s, its preview behind the mouse, median", float(np.median(behind)), 60, "px")
    send(canvas, QEvent.Type.MouseButtonPress, *steps[-1])
    began = time.perf_counter()
    send(canvas, QEvent.Type.MouseButtonRelease, *steps[-1])
    wait(lambda: not canvas._tool.is_working)
    row(f"12 MP, tracer at {speed} px/s, until a click is placed", 1000 * (time.perf_counter() - began), 500)
    canvas.cancel()


def bench_144_mp(folder: Path, window: MainWindow) -> None:
    draw_images(folder)
    window.proposing.start()
    open_alone(window, folder, "0.jpg", photograph(12_000, 12_000))
    retraining = window.retraining
    wait(lambda: bool(window.proposing.methods))
    retraining.retrain(RunSpec(method="attention-cyclegan", minutes=20))
    wait(lambda: retraining.history is not None and retraining.history.stepped is not None)
    window.session.open_image(next(entry.id for entry in window.session.entries() if entry.name == "0.jpg"))
    settle(window)
    strokes(window, "144 MP, fitted, while a run trains", size=1000, bar=16)
    window.canvas.actual_size()
    QApplication.processEvents()
    strokes(window, "144 MP, 100 %, while a run trains", size=1000, bar=16)
    row("144 MP, while a run trains: fitted again", quickest(fitted_again(window) for _ in range(ROUNDS)), 50)
    if not retraining.is_running:
        raise SystemExit("The run ended before the strokes did.")
    retraining.stop()
    wait(lambda: not retraining.is_running)


def fitted_again(window: MainWindow) -> Taken:
    window.canvas.actual_size()
    QApplication.processEvents()
    return timed(window.canvas.fit)


def bench_next(folder: Path, window: MainWindow) -> None:
    """Along a folder of 24 MP, each image read ahead while one looks at the one before."""
    image = photograph(4000, 6000)
    for name in "bcdefgh":
        write_jpeg(folder / f"{name}.jpg", image)
    open_alone(window, folder, "a.jpg", image)
    taken = []
    for _ in range(7):
        before = window.session.image
        settle(window)

        def go_on(before: object = before) -> None:
            window.actions["next"].trigger()
            wait(lambda: window.session.image is not before)

        taken.append(timed(go_on))
    row("next image of 24 MP JPEG, read ahead, the slowest of 7", max(taken), 150)


def main() -> int:
    """0 where the bars hold."""
    for bench in (bench_12_mp, bench_next, bench_144_mp):
        with opened_window() as (window, folder):
            bench(folder, window)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
