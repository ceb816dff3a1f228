"""How long a sweep over tiles takes, and what the layer costs other tools: `python tests/benchmarks/bench_tiles.py`."""

import sys
from functools import partial

import numpy as np
from bench_canvas import LEFT, WINDOW, Row, Sitting, percentile, strokes, timed
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from crackstudio.core.images import Tag
from crackstudio.core.tiles import TileTags
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.tile_editor import TileEditor

SIDE = 12_000
SHIFT = Qt.KeyboardModifier.ShiftModifier


def rectangle(sitting: Sitting, *, events: int = 200) -> list:
    """Moves of a rectangle that grows over the whole window and shrinks again."""
    canvas = sitting.canvas

    def send(kind: QEvent.Type, share: float, *, button: Qt.MouseButton) -> None:
        place = QPointF(20 + (WINDOW[0] - 40) * share, 20 + (WINDOW[1] - 40) * share)
        event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, LEFT, SHIFT)
        QApplication.sendEvent(canvas, event)

    send(QEvent.Type.MouseButtonPress, 0, button=LEFT)
    shares = 1 - np.abs(np.linspace(-1, 1, events))
    none = Qt.MouseButton.NoButton
    moves = [timed(partial(send, QEvent.Type.MouseMove, share, button=none)) for share in shares]
    send(QEvent.Type.MouseButtonRelease, 0, button=LEFT)
    return moves


def bench_tiles(rows: list[Row], sitting: Sitting, side: int) -> None:
    canvas, editor = sitting.canvas, sitting.editor
    random = np.random.default_rng(1)
    tags = TileTags.none(size=side, width=SIDE, height=SIDE)
    some = random.choice(len(tags.cells), len(tags.cells) // 2, replace=False)
    tags = tags.tagged(map(int, some), Tag.INTACT)
    tiles = TileEditor(tags, side=side, undo_stack=editor.undo_stack, keep=lambda _tags: None)
    canvas.set_tiles(tiles)
    canvas.set_tool(ToolKey.TILES)
    canvas.layers.set_look(Layer.TILES, visible=True)
    for view, look in (("fitted", canvas.fit), ("100 %", canvas.actual_size)):
        look()
        QApplication.processEvents()
        title = f"144 MP, {view}, tiles of {side} px"
        moves, released = sitting.stroke(12)
        rows += [
            Row(what=f"{title}: sweep, event to paint, p99", taken=percentile(moves, 99), bar=16),
            Row(what=f"{title}: release", taken=released, bar=50),
            Row(what=f"{title}: undo", taken=timed(editor.undo_stack.undo), bar=50),
            Row(what=f"{title}: rectangle, event to paint, p99", taken=percentile(rectangle(sitting), 99), bar=16),
        ]
        zooms = [timed(lambda factor=factor: canvas.zoom_by(factor)) for factor in [1.1] * 10 + [1 / 1.1] * 10]
        pans = [timed(lambda step=step: canvas.pan_by(step, step)) for step in [9] * 20 + [-9] * 20]
        rows += [
            Row(what=f"{title}: zoom step, p99", taken=percentile(zooms, 99)),
            Row(what=f"{title}: pan step, p99", taken=percentile(pans, 99)),
        ]


def bench_others(rows: list[Row], sitting: Sitting) -> None:
    canvas = sitting.canvas
    canvas.set_tool(ToolKey.BRUSH)
    canvas.actual_size()
    for shown in (False, True):
        canvas.layers.set_look(Layer.TILES, visible=shown)
        QApplication.processEvents()
        what = f"144 MP, 100 %, layer of tags {'shown' if shown else 'hidden'}"
        strokes(rows, sitting, what, sizes={50: 16, 1000: 16})


def main() -> int:
    _application = QApplication(sys.argv[:1])
    sitting = Sitting(SIDE, SIDE)
    sitting.open(sitting.image)
    rows: list[Row] = []
    for side in (32, 96, 256):
        bench_tiles(rows, sitting, side)
    bench_others(rows, sitting)
    print(*rows, sep="\n")
    return 1 if any(row.is_missed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
