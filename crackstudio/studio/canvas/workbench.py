"""The workbench: a display with tools, of which one is in hand, and the ring that shows the brush."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

from crackstudio.imaging.brush import LARGEST, SMALLEST
from crackstudio.imaging.patch import Pixels
from crackstudio.studio.background import Background
from crackstudio.studio.canvas.brush_cursor import BrushCursor
from crackstudio.studio.canvas.display import Display
from crackstudio.studio.canvas.draft_view import DraftView
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.tools import make_tools
from crackstudio.studio.canvas.tools.tool import Pointer, Tool, ToolKey
from crackstudio.studio.canvas.viewport import Box
from crackstudio.studio.mask_editor import Make, MaskEditor


class Workbench(Display):
    """An image, and a tool that works on it. It knows no events."""

    cursor_moved = Signal(int, int, str)
    """Column, row and what lies there; -1, -1 and nothing outside of the image."""
    brush_size_changed = Signal(int)
    tool_hint_changed = Signal(object)
    message_given = Signal(object)
    """What a tool has to say that may pass by."""
    stroke_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush_value = 1
        self._colour = ""
        self._brush_size = 12
        self._tools = make_tools()
        self._tool = self._tools[ToolKey.BRUSH]
        self._hint = ""
        self._drag: Tool | None = None
        self._space = False
        self._at: QPointF | None = None
        self._cursor = BrushCursor(self)
        self._cursor.words_gone.connect(self._move_ring)
        self._draft = DraftView()
        self.traces_by_brush = False
        self.dark_below: float | None = None
        self.draws: Callable[..., object] = MaskEditor.change
        """Makes a change one undo step: at once, or later where it is large."""
        self.background = Background(threads=1, parent=self)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.background.close)
        self.zoom_changed.connect(lambda _scale: self._move_ring())
        self._show_pointer()

    def set_image(self, image: Pixels | ImagePyramid | None) -> None:
        self.finish_work()
        super().set_image(image)

    def set_editor(self, editor: MaskEditor | None) -> None:
        self.finish()
        super().set_editor(editor)

    def set_class(self, value: int, *, name: str, colour: str) -> None:
        """Paint this class from now on; its name is seen at the pointer for a moment, its colour in the ring."""
        is_other = value != self.brush_value
        self.brush_value = value
        self._colour = colour
        if is_other:
            self._cursor.tell(name)
        self._move_ring()

    @property
    def trace_width(self) -> int | None:
        """The brush's size where it counts for the tracer too, else None: the picture tells."""
        return self._brush_size if self.traces_by_brush else None

    @property
    def brush_size(self) -> int:
        """Diameter in image pixels, 1 to 2000."""
        return self._brush_size

    @brush_size.setter
    def brush_size(self, size: int) -> None:
        size = min(max(size, SMALLEST), LARGEST)
        if size != self._brush_size:
            self._brush_size = size
            self._cursor.tell(f"{size} px")
            self._move_ring()
            self.brush_size_changed.emit(size)

    def larger_brush(self) -> None:
        """One step up, about a tenth."""
        self._step_brush(1)

    def smaller_brush(self) -> None:
        """One step down, about a tenth."""
        self._step_brush(-1)

    @property
    def tool(self) -> ToolKey:
        """The tool in hand."""
        return self._tool.key

    def set_tool(self, key: ToolKey) -> None:
        """Take another tool; a drag or a draft in progress is finished first."""
        self.finish_work()
        self._tool = self._tools[ToolKey(key)]
        self.scene.set_tool_uses_map(self._tool.uses_map)
        self.scene.show_grid(self._tool.shows_tiles)
        self._show_pointer()
        self.show_draft()

    def change(self, text: str, make: Make, *, picks: bool = False) -> None:
        """Let `make` change the mask; nothing where there is none."""
        if self.editor is not None:
            self.draws(self.editor, text, make, picks=picks)

    def finish(self) -> None:
        """End a drag where it is: its stroke counts."""
        if self._drag is not None and self._at is not None:
            self._release()

    def finish_work(self) -> None:
        """End a drag and a draft: what was set down counts."""
        self.finish()
        self._tool.leave(self)
        self.show_draft()

    def end_work(self) -> None:
        """`finish_work`, and wait for what a tool still works out for it: before the window goes."""
        self.finish_work()
        while any(tool.is_working for tool in self._tools.values()) and not self.background.is_closed:
            self.background.finish()

    def cancel(self) -> None:
        """Take a drag or a draft in progress back."""
        (self._drag or self._tool).cancel(self)
        self._drag = None
        self._show_pointer()
        self.show_draft()

    def draw_over(self, painter: QPainter, boxes: list[Box]) -> None:
        self._draft.draw(painter, self.view, ratio=self.ratio())
        self._cursor.draw(painter, boxes, font=self.font())

    def _release(self, *, pressure: float = 0.0) -> None:
        assert self._at is not None
        drag, self._drag = self._drag, None
        assert drag is not None
        drag.release(self, self._pointer(self._at, pressure=pressure))
        self._show_pointer()
        self.show_draft()
        if drag is not self._tools[ToolKey.HAND]:
            self.stroke_finished.emit()

    def show_draft(self) -> None:
        """Draw what the tool has in hand, and signal a hint that has changed."""
        self.update_device(self._draft.show(self._tool.draft, self.view, ratio=self.ratio()))
        if self._tool.hint != self._hint:
            self._hint = self._tool.hint
            self.tool_hint_changed.emit(self._hint)

    def say(self, words: str) -> None:
        """Signal what a tool has to say."""
        self.message_given.emit(words)

    def _device(self, position: QPointF) -> QPointF:
        return position * self.ratio()

    def _pointer(
        self,
        at: QPointF,
        *,
        erases: bool = False,
        pressure: float = 1.0,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> Pointer:
        assert self.view is not None
        x, y = self.view.to_image(at.x(), at.y())
        return Pointer(x=x, y=y, device_x=at.x(), device_y=at.y(), erases=erases, pressure=pressure, held=held)

    def _tell_cursor(self) -> None:
        if self.view is not None and self._at is not None:
            x, y = (int(part // 1) for part in self.view.to_image(self._at.x(), self._at.y()))
            words = self.scene.words_at(x, y)
            self.cursor_moved.emit(*((x, y, words) if words else (-1, -1, "")))

    def _step_brush(self, direction: int) -> None:
        self.brush_size = self._brush_size + direction * max(1, round(self._brush_size * 0.1))

    def _hold_space(self, held: bool) -> None:
        if held != self._space:
            self._space = held
            self._show_pointer()

    def _tool_in_force(self) -> Tool:
        return self._drag or (self._tools[ToolKey.HAND] if self._space else self._tool)

    def _show_pointer(self) -> None:
        self.setCursor(self._tool_in_force().cursor(pressed=self._drag is not None, ratio=self.ratio()))
        self._move_ring()

    def _move_ring(self) -> None:
        tool = self._tool_in_force()
        size = self._brush_size if tool.shows_ring else None
        colour = self._colour if tool.paints else ""
        self.update_device(self._cursor.move(self.view, self._at, size=size, ratio=self.ratio(), colour=colour))
