"""The eraser: paints background."""

from dataclasses import replace

from crackstudio.studio.canvas.tools.brush import BrushTool
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, ToolKey
from crackstudio.studio.language import tr


class EraserTool(BrushTool):
    """A brush that always erases."""

    key = ToolKey.ERASE
    paints = False

    @property
    def hint(self) -> str:
        return tr("Erase · Shift+wheel: size")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self.begin(easel, replace(pointer, erases=True))
