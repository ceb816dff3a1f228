"""The brush: paints the class in use, continuously at any speed of the mouse."""

from crackstudio.imaging.taking import Where
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class BrushTool(Tool):
    """One drag is one stroke and one undo step. The other brushes differ only in how a drag begins.

    A pen's pressure makes it narrower, down to a pixel.
    """

    key = ToolKey.BRUSH
    is_marked = False
    feels_pressure = True

    @property
    def hint(self) -> str:
        return tr("Paint · right-drag or Ctrl erases · Shift+wheel: size")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self.begin(easel, pointer)

    def begin(self, easel: Easel, pointer: Pointer, *, where: Where | None = None) -> None:
        """Put the brush down; it erases where the pointer says so, and else paints where it may."""
        if easel.editor is not None:
            value, where = (0, None) if pointer.erases else (easel.brush_value, where)
            easel.editor.begin_stroke(pointer.x, pointer.y, size=_width(easel, pointer), value=value, where=where)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            easel.editor.extend_stroke(pointer.x, pointer.y, size=_width(easel, pointer))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            easel.editor.extend_stroke(pointer.x, pointer.y, size=_width(easel, pointer))
            easel.editor.finish_stroke()

    def cancel(self, easel: Easel) -> None:
        if easel.editor is not None:
            easel.editor.cancel_stroke()


def _width(easel: Easel, pointer: Pointer) -> float:
    """Diameter in image pixels."""
    return max(1.0, easel.brush_size * pointer.pressure)
