"""How long a sweep over tiles takes on 144 MP, and what the layer costs the brush."""

import sys
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from report import Taken, exit_code, p99, quickest, row
from sitting import SIZE, photograph, send, stroke, timed

from crackstudio.core.images import Tag
from crackstudio.core.tiles import TileTags
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.tile_editor import TileEditor

SIDE, ROUNDS = 12_000, 2
SHIFT = Qt.KeyboardModifier.ShiftModifier


def rectangle(canvas: Canvas, *, events: int = 200) -> list[Taken]:
    """Moves of a rectangle that grows over the whole window and shrinks again."""

    def at(kind: QEvent.Type, share: float) -> Taken:
        return send(canvas, kind, *(20 + (side - 40) * share for side in SIZE), modifiers=SHIFT)

    at(QEvent.Type.MouseButtonPress, 0)
    moves = [at(QEvent.Type.MouseMove, share) for share in 1 - np.abs(np.linspace(-1, 1, events))]
    at(QEvent.Type.MouseButtonRelease, 0)
    return moves


def bench_tiles(canvas: Canvas, editor: MaskEditor, side: int) -> None:
    random = np.random.default_rng(1)
    tags = TileTags.none(size=side, width=SIDE, height=SIDE)
    some = random.choice(len(tags.cells), len(tags.cells) // 2, replace=False)
    tags = tags.tagged(map(int, some), Tag.INTACT)
    canvas.set_tiles(TileEditor(tags, side=side, undo_stack=editor.undo_stack, keep=lambda _tags: None))
    canvas.set_tool(ToolKey.TILES)
    canvas.layers.set_look(Layer.TILES, visible=True)
    for view, look in (("fitted", canvas.fit), ("100 %", canvas.actual_size)):
        look()
        QApplication.processEvents()
        title = f"144 MP, {view}, tiles of {side} px"
        sweeps = [(stroke(canvas), timed(editor.undo_stack.undo)) for _ in range(ROUNDS)]
        row(f"{title}: sweep, event to painted pixels, p99", p99([moves for (moves, _), _ in sweeps]), 16)
        row(f"{title}: button released", quickest(released for (_, released), _ in sweeps), 50)
        row(f"{title}: undo", quickest(undone for _, undone in sweeps), 50)
        row(f"{title}: rectangle, event to painted pixels, p99", p99([rectangle(canvas) for _ in range(ROUNDS)]), 16)
        zooms = [[timed(partial(canvas.zoom_by, by)) for by in [1.1] * 10 + [1 / 1.1] * 10] for _ in range(ROUNDS)]
        row(f"{title}: zoom step, p99", p99(zooms))


def bench_brush(canvas: Canvas, editor: MaskEditor) -> None:
    canvas.set_tool(ToolKey.BRUSH)
    canvas.actual_size()
    canvas.brush_size = 1000
    for shown in (False, True):
        canvas.layers.set_look(Layer.TILES, visible=shown)
        QApplication.processEvents()
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(stroke(canvas)[0])
            editor.undo_stack.undo()
        what = f"144 MP, 100 %, 1000 px brush, layer of tags {'shown' if shown else 'hidden'}"
        row(f"{what}: event to painted pixels, p99", p99(rounds), 16)


def main() -> int:
    """0 where the bars hold."""
    _application = QApplication(sys.argv[:1])
    canvas, editor = Canvas(), MaskEditor(SIDE, SIDE, mask=np.zeros((SIDE, SIDE), np.uint8))
    canvas.resize(*SIZE)
    canvas.show()
    canvas.set_image(photograph(SIDE, SIDE))
    canvas.set_editor(editor)
    for side in (32, 256):
        bench_tiles(canvas, editor, side)
    bench_brush(canvas, editor)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
