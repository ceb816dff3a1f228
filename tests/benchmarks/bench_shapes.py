"""What large steps cost the window's thread, on 144 MP with cracks: drawn by the mouse, undone and redone.

They are worked out on another thread; the window's longest own gap until the step is there counts.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from bench_mending import cracks
from PySide6.QtCore import QEvent
from report import Taken, exit_code, quickest, row
from sitting import Beats, opened_window, photograph, rest, send, settle, wait, write_jpeg

from crackstudio.project import rasters
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.widgets.main_window import MainWindow

SIDE, BAR_MS, ROUNDS = 12_000, 50, 3
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


class Sitting:
    """The window with the image open, its longest gaps told as rows."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.canvas = window, window.canvas
        self.beats = Beats()
        turn, half = np.linspace(0, 6, 120), self.canvas.height() / 2
        self.xs, self.ys = self.canvas.width() / 2 + 0.9 * half * np.cos(turn), half + 0.9 * half * np.sin(turn)

    def steps(self, what: str, act: Callable[[], object]) -> None:
        """Rows of the act, and of undo and redo; in the end it is undone."""
        undo, redo = self.trigger("undo"), self.trigger("redo")
        rounds = [[self.longest(one) for one in (act, undo, redo, undo)] for _ in range(ROUNDS)]
        for which, taken in zip(("", ", undone", ", redone"), zip(*rounds, strict=True), strict=False):
            row(f"144 MP, {what}{which}: the window's longest gap", quickest(taken), BAR_MS, of_work=True)

    def trigger(self, name: str) -> Callable[[], object]:
        return self.window.actions[name].trigger

    def longest(self, act: Callable[[], object]) -> Taken:
        """Until everything is there, and painted."""
        rest(0.5)
        self.beats.begin()
        act()
        editor = self.window.session.image.editor
        wait(lambda: not self.window.mending.is_busy(editor))
        rest(0.2)
        return self.beats.taken()

    def click(self, x: float, y: float) -> None:
        send(self.canvas, PRESS, x, y)
        send(self.canvas, RELEASE, x, y)

    def drag(self, xs: np.ndarray, ys: np.ndarray) -> None:
        send(self.canvas, PRESS, xs[0], ys[0])
        for x, y in zip(xs, ys, strict=True):
            send(self.canvas, MOVE, x, y)
        send(self.canvas, RELEASE, xs[-1], ys[-1])

    def polygon(self) -> None:
        self.canvas.set_tool(ToolKey.POLYGON)
        for x, y in zip(self.xs, self.ys, strict=True):
            self.click(x, y)
        self.canvas.set_tool(ToolKey.HAND)

    def line(self) -> None:
        self.drag(np.linspace(self.xs.min(), self.xs.max(), 40), np.linspace(self.ys.min(), self.ys.max(), 40))


def bench(sitting: Sitting) -> None:
    canvas = sitting.canvas
    canvas.brush_value = 2
    sitting.steps("polygon of 120 corners", sitting.polygon)
    canvas.set_tool(ToolKey.FILL)
    sitting.steps("fill of the background", partial(sitting.click, float(sitting.xs[0]), float(sitting.ys[0])))
    canvas.set_tool(ToolKey.LASSO)
    sitting.steps("lasso, dark", partial(sitting.drag, sitting.xs, sitting.ys))
    canvas.set_tool(ToolKey.LINE)
    for size in (50, 500, 2000):
        canvas.brush_size = size
        sitting.steps(f"line of {size} px, dragged", sitting.line)
    canvas.brush_value = 1
    sitting.steps("grow", sitting.trigger("grow"))


def main() -> int:
    """0 where the bar holds."""
    with opened_window() as (window, folder):
        lay_out(folder)
        window.session.open_folder(folder)
        settle(window)
        bench(Sitting(window))
    return exit_code()


def lay_out(folder: Path) -> None:
    """An image with a mask of cracks."""
    write_jpeg(folder / "a.jpg", photograph(SIDE, SIDE))
    rasters.write_png(folder / ".crackstudio" / "masks" / "a.jpg.png", cracks(SIDE, SIDE))


if __name__ == "__main__":
    sys.exit(main())
