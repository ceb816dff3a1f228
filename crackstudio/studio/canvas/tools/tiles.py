"""The tile tool: sweeps tags over the tiles of a grid."""

from PySide6.QtCore import Qt

from crackstudio.core.images import Tag
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class TilesTool(Tool):
    """One drag is one sweep and one undo step."""

    key = ToolKey.TILES
    shows_ring = False
    shows_tiles = True

    @property
    def hint(self) -> str:
        return tr(
            "Sweep over tiles with a crack · right-drag or Ctrl: intact ones · Shift: a whole rectangle · Alt takes "
            "tags back, and so does a click on a tile that has the tag"
        )

    def cursor(self, *, pressed: bool, ratio: float) -> Qt.CursorShape:  # noqa: ARG002  it stays
        return Qt.CursorShape.CrossCursor

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if easel.tiles is not None:
            tag = Tag.INTACT if pointer.erases else Tag.CRACKED
            if pointer.held & Qt.KeyboardModifier.AltModifier:
                tag = Tag.UNKNOWN
            as_rectangle = bool(pointer.held & Qt.KeyboardModifier.ShiftModifier)
            easel.tiles.begin(pointer.x, pointer.y, tag=tag, as_rectangle=as_rectangle)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if easel.tiles is not None:
            easel.tiles.extend(pointer.x, pointer.y)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if easel.tiles is not None:
            easel.tiles.extend(pointer.x, pointer.y)
            easel.tiles.finish()

    def cancel(self, easel: Easel) -> None:
        if easel.tiles is not None:
            easel.tiles.cancel()
