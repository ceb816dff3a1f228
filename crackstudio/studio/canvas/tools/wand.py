"""The wand: what looks like the pixel under the click and hangs together with it; dragging takes in more, or less."""

from functools import partial

from crackstudio.imaging import shapes
from crackstudio.studio.canvas.tools.tool import Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr

TOLERANCE = 20
"""Of 255 in each channel, before the pointer is dragged."""
PER_STEP = 4
"""Pixels of the window to drag for one more."""
REACH = 400
"""Pixels of the image round the click that are looked at."""


class WandTool(Tool):
    """Pressed at a colour; dragged to the right it takes in more colours, to the left fewer. Stops at other classes."""

    key = ToolKey.WAND
    shows_ring = False

    def __init__(self) -> None:
        self._pressed: Pointer | None = None

    @property
    def hint(self) -> str:
        return tr(
            "Click a colour; drag right for more, left for less · goes no farther than {reach} px from the click · "
            "stops at other classes · right-drag or Ctrl erases",
            reach=REACH,
        )

    def press(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            self._pressed = pointer
            easel.editor.begin_shape()
            self.move(easel, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        pressed = self._pressed
        if easel.editor is None or easel.picture is None or pressed is None:
            return
        dragged = round((pointer.device_x - pressed.device_x) / PER_STEP)
        easel.editor.try_shape(
            partial(
                shapes.wand,
                x=pressed.x,
                y=pressed.y,
                picture=easel.picture,
                tolerance=min(max(TOLERANCE + dragged, 0), 255),
                reach=REACH,
                value=0 if pressed.erases else easel.brush_value,
            )
        )

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if easel.editor is not None:
            self.move(easel, pointer)
            easel.editor.finish_shape(tr("Wand"))
        self._pressed = None

    def cancel(self, easel: Easel) -> None:
        if easel.editor is not None:
            easel.editor.cancel_stroke()
        self._pressed = None
