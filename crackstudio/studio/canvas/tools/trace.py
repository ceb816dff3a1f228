"""The tracer: clicks along a crack; between them the mask follows its centre line, as wide as the crack is.

The paths are worked out off the thread, one piece of work after the other: what is in work is never dropped because the
mouse has moved on, or a mouse that keeps moving would never see a path. A click where no path leads yet is held, with
all that is done after it, until one does.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QTimer

from crackstudio.imaging.patch import Pixels
from crackstudio.imaging.path_drawing import painted
from crackstudio.imaging.shapes import Point
from crackstudio.imaging.tracing import FURTHEST, MARGIN, SNAP, Trace, widths_along
from crackstudio.studio.canvas.tools.tool import Draft, Easel, Pointer, Tool, ToolKey
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import MaskEditor

LANE = "trace"
FAR = FURTHEST - SNAP
"""The most pixels across or down from one click to the next: from wherever that snaps to, a path leads there."""
STROKE_MS = 30
"""Between two looks whether a stroke of another tool has ended, which a click that was held would cut in two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A click, and how it is to be painted. `width`: in image pixels, None as the picture tells."""

    at: Point
    value: int
    width: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one click added: its undo step, unless all was painted before, and the paths from where it began."""

    step: int
    paints: bool
    trace: Trace


class TraceTool(Tool):
    """Each click is one piece and one undo step."""

    key = ToolKey.TRACE
    shows_ring = False

    def __init__(self) -> None:
        self._editor: MaskEditor | None = None
        self._steps = 0
        self._start: Point | None = None
        self._trace: Trace | None = None
        self._pieces: list[Piece] = []
        self._held: deque[Click | None] = deque()
        """Not done yet, in order; None ends the trace."""
        self._is_busy = False
        self._path: tuple[Point, ...] = ()
        self._at: Point = (0.0, 0.0)
        self._asked_at: Point = (0.0, 0.0)
        self._drift: Point = (0.0, 0.0)
        """How far the mouse moved while the last work was done, as it will while the next is."""
        self._value = 0

    @property
    def hint(self) -> str:
        if count := len(self._clicks):
            return tr(
                "{count} {count:click waits|clicks wait} until the trace gets there · Backspace takes the last one "
                "back · Esc lets go",
                count=count,
            )
        return tr(
            "Click along a crack: the mask follows it · Enter or double click ends · Backspace takes the last piece "
            "back · begun with Ctrl or the right button it erases"
        )

    @property
    def draft(self) -> Draft | None:
        if self._start is None:
            return None
        clicks = tuple(click.at for click in self._clicks)
        hand = () if self._ends else (self._at,)
        known = self._path or (self._start,)
        ahead = (*clicks, *hand)[1 if self._leads_to(self._wish) else 0 :]
        nodes = (*(piece.trace.at for piece in self._pieces), self._start, *clicks)
        return Draft(path=known, ahead=ahead, nodes=nodes)

    @property
    def is_drafting(self) -> bool:
        return self._start is not None

    @property
    def is_working(self) -> bool:
        return bool(self._held) and self._is_busy

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._heed(easel)
        if easel.editor is None or easel.picture is None or not _is_inside(easel.picture, pointer):
            return
        at, before = (pointer.x, pointer.y), self._before
        if before is not None and max(abs(at[0] - before[0]), abs(at[1] - before[1])) > FAR:
            easel.say(tr("Too far from the last point to be traced: click within {most} px of it.", most=FAR))
            return
        value = 0 if pointer.erases else easel.brush_value
        self._at = at
        self._held.append(Click(at=at, value=value, width=easel.trace_width))
        self._go_on(easel)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        self.hover(easel, pointer)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        """The click counted when the button went down."""

    def hover(self, easel: Easel, pointer: Pointer) -> None:
        self._heed(easel)
        self._at = (pointer.x, pointer.y)
        self._go_on(easel)

    def finish(self, easel: Easel) -> None:
        self._heed(easel)
        if self.is_drafting and not self._ends:
            self._held.append(None)
        self._go_on(easel)

    def back(self, easel: Easel) -> None:
        self._heed(easel)
        if self._held:
            self._held.pop()
        elif not self._pieces:
            self.cancel(easel)
        elif not self._pieces[-1].paints:
            self._return_to(easel, self._pieces.pop())
        elif easel.editor is not None and easel.editor.undo_stack.index() == self._pieces[-1].step:
            easel.editor.undo_stack.undo()
            self._heed(easel)
        self._go_on(easel)

    def cancel(self, easel: Easel) -> None:
        self._held.clear()
        self._end(easel)

    @property
    def _clicks(self) -> list[Click]:
        return [click for click in self._held if click is not None]

    @property
    def _ends(self) -> bool:
        return bool(self._held) and self._held[-1] is None

    @property
    def _before(self) -> Point | None:
        """Where the next click is traced from; None where it begins a trace."""
        if not self._held:
            return self._start
        last = self._held[-1]
        return last.at if last is not None else None

    @property
    def _wish(self) -> Point:
        """Where a path is to lead to next: to the click that has waited longest, or to the mouse."""
        return next((click.at for click in self._held if click is not None), self._at)

    def _leads_to(self, place: Point) -> bool:
        return self._trace is not None and self._trace.nearest(*place) == place

    def _go_on(self, easel: Easel) -> None:
        """Do what was held, in order, as far as paths lead; then let them lead further."""
        if self._held and easel.editor is not None and easel.editor.is_stroking:
            QTimer.singleShot(STROKE_MS, easel.background, lambda: self._go_on(easel))
            return
        while self._held and self._is_ready(self._held[0]):
            self._do(easel, self._held.popleft())
        trace, wish = self._trace, self._wish
        if trace is None:
            self._path = ()
            return
        snap = SNAP if self._leads_to(wish) else MARGIN
        self._path = tuple(map(tuple, trace.path_to(*trace.nearest(*wish), snap=snap)))
        soon = wish if self._clicks else (wish[0] + self._drift[0], wish[1] + self._drift[1])
        if not self._is_busy and not trace.covers(*soon):
            self._work(easel, lambda: trace.grown_to(*soon))

    def _is_ready(self, click: Click | None) -> bool:
        if click is None or self._start is None:
            return True
        return self._trace is not None and self._trace.covers(*click.at)

    def _do(self, easel: Easel, click: Click | None) -> None:
        if click is None:
            self._end(easel)
        elif self._trace is None:
            self._editor, self._value = easel.editor, click.value
            self._begin(easel, click.at)
        else:
            self._add(easel, self._trace, click)

    def _begin(self, easel: Easel, at: Point, *, follows: Trace | None = None) -> None:
        picture = easel.picture
        assert picture is not None
        assert easel.editor is not None
        self._start, self._trace, self._steps = at, None, easel.editor.undo_stack.index()
        polarity, snap = (follows.polarity, {"snap": 0}) if follows else (None, {})
        self._work(easel, lambda: Trace(picture, at=at, polarity=polarity, **snap))

    def _add(self, easel: Easel, trace: Trace, click: Click) -> None:
        assert easel.editor is not None
        assert easel.picture is not None
        path = trace.path_to(*click.at)
        widths = click.width or widths_along(easel.picture, path, polarity=trace.polarity)
        paints = easel.editor.change(tr("Trace"), lambda mask: painted(mask, path, widths, value=self._value))
        self._pieces.append(Piece(step=easel.editor.undo_stack.index(), paints=paints, trace=trace))
        self._begin(easel, tuple(path[-1]), follows=trace)

    def _work(self, easel: Easel, work: Callable[[], Trace]) -> None:
        self._is_busy, self._asked_at = True, self._at
        easel.background.submit(
            work,
            done=lambda trace: self._take(easel, trace),
            failed=lambda error: self._fail(easel, error),
            lane=LANE,
        )

    def _take(self, easel: Easel, trace: Trace) -> None:
        self._is_busy = False
        self._drift = self._at[0] - self._asked_at[0], self._at[1] - self._asked_at[1]
        if not self._heed(easel):
            self._trace, self._start = trace, trace.at
        self._go_on(easel)
        easel.show_draft()

    def _fail(self, easel: Easel, error: Exception) -> None:
        self.cancel(easel)
        easel.show_draft()
        easel.background.work_failed.emit(error)

    def _end(self, easel: Easel) -> None:
        self._stop_work(easel)
        self._start, self._trace, self._pieces, self._path = None, None, [], ()

    def _stop_work(self, easel: Easel) -> None:
        easel.background.forget(LANE)
        self._is_busy = False

    def _return_to(self, easel: Easel, piece: Piece) -> None:
        self._stop_work(easel)
        self._trace, self._start = piece.trace, piece.trace.at

    def _heed(self, easel: Easel) -> bool:
        """Whether the trace is not what it was: its image was left, or a step undone."""
        if self._start is None:
            return False
        if easel.editor is None or easel.editor is not self._editor:
            self._let_go(easel, tr("The image was left before the trace got to the last click: that was not painted."))
            self._end(easel)
            return True
        index, before = easel.editor.undo_stack.index(), self._steps
        self._steps = index
        return index < before and self._heed_undo(easel, index)

    def _heed_undo(self, easel: Easel, index: int) -> bool:
        """What was undone is traced anew from where it began."""
        is_over = None in self._held
        self._let_go(easel, tr("Undone before the trace got to the last click: that was not painted."))
        undone = [piece for piece in self._pieces if piece.step > index]
        if is_over:
            self._end(easel)
        elif undone:
            del self._pieces[-len(undone) :]
            self._return_to(easel, undone[0])
        return is_over or bool(undone)

    def _let_go(self, easel: Easel, words: str) -> None:
        """Of what is held; `words` say so."""
        if self._clicks:
            easel.say(words)
        self._held.clear()


def _is_inside(picture: Pixels, pointer: Pointer) -> bool:
    height, width = picture.shape[:2]
    return bool(0 <= pointer.x < width and 0 <= pointer.y < height)
