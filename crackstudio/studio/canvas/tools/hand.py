"""The hand: drags the image. Space and the middle button lend it to every other tool."""

from PySide6.QtCore import Qt

from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr


class HandTool(Tool):
    """Moves by whole device pixels; what is left over waits for the next movement."""

    key = ToolKey.HAND
    shows_ring = False

    def __init__(self) -> None:
        self._at = (0.0, 0.0)

    @property
    def hint(self) -> str:
        return tr("Drag to move the image · wheel zooms")

    def cursor(self, *, pressed: bool, ratio: float) -> Qt.CursorShape:  # noqa: ARG002  the system draws it
        return Qt.CursorShape.ClosedHandCursor if pressed else Qt.CursorShape.OpenHandCursor

    def press(self, easel: Easel, pointer: Pointer) -> None:  # noqa: ARG002  it moves nothing yet
        self._at = (pointer.device_x, pointer.device_y)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        dx, dy = round(pointer.device_x - self._at[0]), round(pointer.device_y - self._at[1])
        self._at = (self._at[0] + dx, self._at[1] + dy)
        easel.pan_by(dx, dy)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        self.move(easel, pointer)

    def cancel(self, easel: Easel) -> None:
        """What was moved stays where it is."""
