"""The line: straight, of the brush's width, seen in the mask while it is drawn."""

from functools import partial

from crackstudio.imaging import shapes
from crackstudio.imaging.shapes import Point
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class LineTool(Tool):
    """Pressed at one end, let go at the other."""

    key = ToolKey.LINE

    def __init__(self) -> None:
        self._start: Point = (0.0, 0.0)
        self._value = 0

    @property
    def hint(self) -> str:
        return tr("Drag a straight line of the brush's width · right-drag or Ctrl erases")

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            self._start = (pointer.x, pointer.y)
            self._value = 0 if pointer.erases else easel.brush_value
            easel.editor.begin_shape()
            self.move(easel, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            end, width = (pointer.x, pointer.y), easel.brush_size
            easel.editor.try_shape(partial(shapes.line, start=self._start, end=end, width=width, value=self._value))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            self.move(easel, pointer)
            easel.editor.finish_shape(tr("Line"))

    def cancel(self, easel: Easel) -> None:
        if easel.editor is not None:
            easel.editor.cancel_stroke()
