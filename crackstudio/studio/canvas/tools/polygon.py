"""The polygon: corner by corner; begun with Ctrl or the right button it cuts a hole."""

from functools import partial

from crackstudio.imaging import shapes
from crackstudio.imaging.shapes import Point
from crackstudio.studio.canvas.tools.tool import Draft, Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr

CLOSE = 8
"""Pixels of the window round the first corner: a click there closes the polygon."""


class PolygonTool(Tool):
    """Each press sets a corner."""

    key = ToolKey.POLYGON
    shows_ring = False

    def __init__(self) -> None:
        self._corners: list[Pointer] = []
        self._at: Point | None = None

    @property
    def hint(self) -> str:
        return tr(
            "Click corner by corner · Enter or the first corner closes it · Backspace takes one back · "
            "begun with Ctrl or the right button it cuts a hole"
        )

    @property
    def draft(self) -> Draft | None:
        nodes = tuple((corner.x, corner.y) for corner in self._corners)
        here = (self._at,) if self._at is not None else ()
        return Draft(path=nodes + here, nodes=nodes, closed=len(nodes) > 1) if nodes else None

    @property
    def is_drafting(self) -> bool:
        return bool(self._corners)

    def press(self, easel: Easel, pointer: Pointer) -> None:
        first = self._corners[0] if len(self._corners) > 2 else None
        if first and max(abs(first.x - pointer.x), abs(first.y - pointer.y)) * easel.scale <= CLOSE:
            self.finish(easel)
        else:
            self._corners.append(pointer)
            self._at = (pointer.x, pointer.y)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        self.hover(easel, pointer)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        self.hover(easel, pointer)

    def hover(self, easel: Easel, pointer: Pointer) -> None:  # noqa: ARG002 - the same for every easel
        self._at = (pointer.x, pointer.y)

    def finish(self, easel: Easel) -> None:
        corners = self._corners
        if corners:
            outline = [(corner.x, corner.y) for corner in corners]
            value = 0 if corners[0].erases else easel.brush_value
            easel.change(tr("Polygon"), partial(shapes.polygon, outline=outline, value=value))
        self.cancel(easel)

    def back(self, easel: Easel) -> None:  # noqa: ARG002 - nothing was painted yet
        self._corners = self._corners[:-1]

    def cancel(self, easel: Easel) -> None:  # noqa: ARG002 - nothing was painted yet
        self._corners = []
