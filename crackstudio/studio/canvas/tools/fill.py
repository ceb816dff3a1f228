"""The fill: everything of one class that hangs together with the click."""

from functools import partial

from crackstudio.imaging import shapes
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class FillTool(Tool):
    """One press fills, bounded by other classes."""

    key = ToolKey.FILL
    shows_ring = False

    @property
    def hint(self) -> str:
        return tr("Click to fill what hangs together, up to other classes · right-click or Ctrl empties it")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            value = 0 if pointer.erases else easel.brush_value
            easel.change(tr("Fill"), partial(shapes.flood_fill, x=pointer.x, y=pointer.y, value=value))

    def move(self, easel: Easel, pointer: Pointer) -> None:
        """It is done."""

    def release(self, easel: Easel, pointer: Pointer) -> None:
        """It is done."""

    def cancel(self, easel: Easel) -> None:
        """It is done, and can be undone."""
