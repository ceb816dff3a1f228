"""The brush: paints the class in use, continuously at any speed of the mouse."""

from crackstudio.imaging.brush import Where
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey, translated


class BrushTool(Tool):
    """One drag is one stroke and one undo step. The other brushes differ only in how a drag begins."""

    key = ToolKey.BRUSH

    @property
    def hint(self) -> str:
        return translated("Paint · right-drag or Ctrl erases · Shift+wheel: size")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self.begin(easel, pointer)

    def begin(self, easel: Easel, pointer: Pointer, *, where: Where | None = None) -> None:
        """Put the brush down; it erases where the pointer says so, and else paints where it may."""
        if easel.editor is not None:
            value, where = (0, None) if pointer.erases else (easel.brush_value, where)
            easel.editor.begin_stroke(pointer.x, pointer.y, size=easel.brush_size, value=value, where=where)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            easel.editor.extend_stroke(pointer.x, pointer.y)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            easel.editor.extend_stroke(pointer.x, pointer.y)
            easel.editor.finish_stroke()

    def cancel(self, easel: Easel) -> None:
        if easel.editor is not None:
            easel.editor.cancel_stroke()
