"""The line: straight, of the brush's width, seen in the mask while it is dragged."""

import math
from functools import partial

from crackstudio.imaging import shapes
from crackstudio.imaging.patch import TILE
from crackstudio.studio.canvas.tools.tool import Draft, Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import Make

DRAG = 4
"""Pixels of the window: what stays nearer to where it began is a click."""
MOST_TILES = 64
"""Tiles that are painted anew with each movement: 10 ms."""


class LineTool(Tool):
    """Pressed at one end and let go at the other, or clicked at both: between two clicks the line is in hand.

    A line of no length is none. The mask is not touched before there is a length; a large line, which would not follow
    the pointer, is only seen as a draft until it ends.
    """

    key = ToolKey.LINE

    def __init__(self) -> None:
        self._start: Pointer | None = None
        self._end: Pointer | None = None
        self._in_hand = False
        self._is_tried = False
        self._was_clicked = False
        self._width = 0

    @property
    def hint(self) -> str:
        return tr(
            "Drag a straight line of the brush's width, or click both ends · Enter or double click ends · Esc or "
            "Backspace takes back · begun with Ctrl or the right button it erases"
        )

    @property
    def draft(self) -> Draft | None:
        if self._start is None or self._end is None or self._is_tried:
            return None
        start, end = ((one.x, one.y) for one in (self._start, self._end))
        return Draft(path=(start, end), nodes=(start,), width=self._width)

    @property
    def is_drafting(self) -> bool:
        return self._in_hand and not self._is_tried

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._was_clicked = False
        if easel.editor is not None:
            self._start = self._start or pointer
            self.move(easel, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        self.hover(easel, pointer)
        if easel.editor is None or self._start is None:
            return
        if self._is_large(easel):
            self._take_back(easel)
        elif self._is_tried or self._has_length(easel):
            if not self._is_tried:
                easel.editor.begin_shape()
            self._is_tried = True
            easel.editor.try_shape(self._make(easel))

    def release(self, easel: Easel, pointer: Pointer) -> None:
        self.move(easel, pointer)
        if self._is_tried and easel.editor is not None:
            easel.editor.finish_shape(tr("Line"))
        elif self._is_large(easel):
            easel.change(tr("Line"), self._make(easel))
        was_begun, is_over = self._in_hand, self._in_hand or self._is_tried or self._is_large(easel)
        if is_over:
            self._let_go()
            self._was_clicked = was_begun
        else:
            self._in_hand = self._start is not None

    def hover(self, easel: Easel, pointer: Pointer) -> None:
        self._end, self._width = pointer, easel.brush_size

    def finish(self, easel: Easel) -> None:
        if self._in_hand and self._has_length(easel):
            easel.change(tr("Line"), self._make(easel))
        self._let_go()

    def leave(self, easel: Easel) -> None:
        """Where it would have ended nobody has said."""
        self.cancel(easel)

    def double_click(self, easel: Easel) -> bool:
        return super().double_click(easel) or self._was_clicked  # its first click has ended the line already

    def back(self, easel: Easel) -> None:
        self.cancel(easel)

    def cancel(self, easel: Easel) -> None:
        self._take_back(easel)
        self._let_go()

    def _take_back(self, easel: Easel) -> None:
        if self._is_tried and easel.editor is not None:
            easel.editor.cancel_stroke()
        self._is_tried = False

    def _has_length(self, easel: Easel) -> bool:
        return max(self._reach()) * easel.scale > DRAG

    def _is_large(self, easel: Easel) -> bool:
        """By the tiles that it crosses at most."""
        length, width = math.hypot(*self._reach()), easel.brush_size
        return length * easel.scale > DRAG and (length + width) * (width + 2 * TILE) > MOST_TILES * TILE**2

    def _reach(self) -> tuple[float, float]:
        """How far its ends are apart, across and down."""
        if self._start is None or self._end is None:
            return 0.0, 0.0
        return abs(self._end.x - self._start.x), abs(self._end.y - self._start.y)

    def _make(self, easel: Easel) -> Make:
        assert self._start is not None
        assert self._end is not None
        start, end = ((one.x, one.y) for one in (self._start, self._end))
        value = 0 if self._start.erases else easel.brush_value
        return partial(shapes.line, start=start, end=end, width=easel.brush_size, value=value)

    def _let_go(self) -> None:
        self._start = self._end = None
        self._in_hand = self._is_tried = self._was_clicked = False
