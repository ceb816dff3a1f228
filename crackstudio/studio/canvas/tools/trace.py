"""The tracer: clicks along a crack; between them the mask follows its centre line, as wide as the crack is."""

from dataclasses import dataclass

import numpy as np

from crackstudio.imaging.blocks import paint
from crackstudio.imaging.patch import Patch, Pixels
from crackstudio.imaging.shapes import Point
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.imaging.tracing import Line, Trace, stroke_of, widths_along
from crackstudio.studio.canvas.tools.tool import Draft, Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr

LANE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one click added: its undo step, and the paths from where it began, to go back to."""

    step: int
    trace: Trace


class TraceTool(Tool):
    """Each click is one piece and one undo step; paths are worked out off the thread, the preview only walks back."""

    key = ToolKey.TRACE
    shows_ring = False

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._start: Point | None = None
        self._pieces: list[Piece] = []
        self._path: tuple[Point, ...] = ()
        self._at: Point = (0.0, 0.0)
        self._value = 0

    @property
    def hint(self) -> str:
        return tr(
            "Click along a crack: the mask follows it · Enter or double click ends · Backspace takes the last piece "
            "back · begun with Ctrl or the right button it erases"
        )

    @property
    def draft(self) -> Draft | None:
        if self._start is None:
            return None
        nodes = tuple(piece.trace.at for piece in self._pieces)
        return Draft(path=self._path or (self._start, self._at), nodes=(*nodes, self._start))

    @property
    def is_drafting(self) -> bool:
        return self._start is not None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._heed_undo(easel)
        if easel.editor is None or easel.picture is None or not _is_inside(easel.picture, pointer):
            return
        if self._start is None:
            self._value = 0 if pointer.erases else easel.brush_value
            self._begin(easel, (pointer.x, pointer.y))
        elif self._trace is not None:
            self._add(easel, self._trace, pointer)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        self.hover(easel, pointer)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        """The piece was added when the button went down."""

    def hover(self, easel: Easel, pointer: Pointer) -> None:
        self._heed_undo(easel)
        self._at = (pointer.x, pointer.y)
        self._preview(easel)

    def finish(self, easel: Easel) -> None:
        self.cancel(easel)

    def back(self, easel: Easel) -> None:
        if not self._pieces:
            self.cancel(easel)
        elif easel.editor is not None and easel.editor.undo_stack.index() == self._pieces[-1].step:
            easel.editor.undo_stack.undo()
            self._heed_undo(easel)
            self._preview(easel)

    def cancel(self, easel: Easel) -> None:
        easel.background.forget(LANE)
        self._trace, self._start, self._pieces, self._path = None, None, [], ()

    def _begin(self, easel: Easel, at: Point, *, follows: Trace | None = None) -> None:
        picture = easel.picture
        assert picture is not None
        self._start, self._trace, self._path = at, None, ()
        polarity, snap = (follows.polarity, {"snap": 0}) if follows else (None, {})
        easel.background.submit(
            lambda: Trace(picture, at=at, polarity=polarity, **snap),
            done=lambda trace: self._take(easel, trace),
            lane=LANE,
        )

    def _take(self, easel: Easel, trace: Trace) -> None:
        self._trace, self._start = trace, trace.at
        self._preview(easel)
        easel.show_draft()

    def _preview(self, easel: Easel) -> None:
        trace = self._trace
        if trace is None:
            return
        x, y = self._at
        self._path = tuple(map(tuple, trace.path_to(x, y)))
        if not trace.covers(x, y):
            easel.background.submit(
                lambda: trace.grown_to(x, y), done=lambda grown: self._take(easel, grown), lane=LANE
            )

    def _add(self, easel: Easel, trace: Trace, pointer: Pointer) -> None:
        assert easel.editor is not None
        assert easel.picture is not None
        path = trace.path_to(pointer.x, pointer.y)
        widths = easel.trace_width or widths_along(easel.picture, path, polarity=trace.polarity)
        if easel.editor.change(tr("Trace"), lambda mask: painted(mask, path, widths, value=self._value)):
            self._pieces.append(Piece(step=easel.editor.undo_stack.index(), trace=trace))
            self._begin(easel, tuple(path[-1]), follows=trace)

    def _heed_undo(self, easel: Easel) -> None:
        """What was undone is traced anew from where it began."""
        index = easel.editor.undo_stack.index() if easel.editor is not None else 0
        while self._pieces and self._pieces[-1].step > index:
            easel.background.forget(LANE)
            self._trace = self._pieces.pop().trace
            self._start = self._trace.at


def painted(mask: TiledMask, path: Line, widths: Line | float, *, value: int) -> Patch:
    """The patch that draws a path; `widths` in pixels, one for each of its points or one for all."""
    drawn, area = stroke_of(path, widths, (mask.height, mask.width))
    after = mask.snapshot()
    paint(after, area, drawn.astype(np.bool_), value=value)
    return after.changes_since(mask)


def _is_inside(picture: Pixels, pointer: Pointer) -> bool:
    height, width = picture.shape[:2]
    return bool(0 <= pointer.x < width and 0 <= pointer.y < height)
