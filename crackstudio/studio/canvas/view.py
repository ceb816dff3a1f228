"""The canvas: the stage, and hands on it. Mouse, wheel and the Space bar are handled here; other keys are the window's.

Right-drag or Ctrl-drag erases for a moment; Space held or the middle button lends the hand.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from crackstudio.core.classes import DefectClass
from crackstudio.imaging.brush import LARGEST, SMALLEST
from crackstudio.imaging.patch import Pixels
from crackstudio.studio.background import Background
from crackstudio.studio.canvas.brush_cursor import BrushCursor
from crackstudio.studio.canvas.draft_view import DraftView
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.stage import Stage
from crackstudio.studio.canvas.tools import make_tools
from crackstudio.studio.canvas.tools.tool import Pointer, Tool, ToolKey
from crackstudio.studio.canvas.viewport import Box
from crackstudio.studio.canvas.weights import WeightRule
from crackstudio.studio.mask_editor import MaskEditor

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120
_LENDING = Qt.MouseButton.MiddleButton
_PAINTING = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_FINISHING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_OF_A_DRAFT = (*_FINISHING, Qt.Key.Key_Backspace, Qt.Key.Key_Escape)


class Canvas(Stage):
    """One image to look at and to paint on. `set_image` comes first; editor and maps must be of its size."""

    cursor_moved = Signal(int, int, str)
    """Column, row and what lies there; -1, -1 and nothing outside of the image."""
    brush_size_changed = Signal(int)
    tool_hint_changed = Signal(str)
    stroke_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.brush_value = 1
        self._brush_size = 12
        self._tools = make_tools()
        self._tool = self._tools[ToolKey.BRUSH]
        self._drag: Tool | None = None
        self._button = Qt.MouseButton.NoButton
        self._space = False
        self._at: QPointF | None = None
        self._cursor = BrushCursor(self)
        self._cursor.size_hidden.connect(self._move_ring)
        self._draft = DraftView()
        self.traces_by_brush = False
        self.background = Background(threads=1, parent=self)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.background.close)
        self.zoom_changed.connect(lambda _scale: self._move_ring())
        self._show_pointer()

    def set_image(self, image: Pixels | ImagePyramid | None) -> None:
        """Show (H, W, 3) uint8 RGB, or a pyramid of it that was prepared elsewhere; editor and maps are taken off."""
        self.finish()
        self._tool.finish(self)
        self.show_draft()
        self.set_pyramid(image if image is None or isinstance(image, ImagePyramid) else ImagePyramid(image))

    def set_editor(self, editor: MaskEditor | None) -> None:
        """Show and paint this mask. Raises `MaskError` where it is not of the image's size."""
        self.finish()
        self.scene.set_editor(editor)

    def set_proposal(self, crack_map: Pixels | None) -> None:
        """Show a (H, W) uint8 crack map. Raises `MaskError` where it is not of the image's size."""
        self.scene.set_maps(proposal=crack_map, previous=self.scene.previous)

    def set_previous_proposal(self, crack_map: Pixels | None) -> None:
        """The crack map before the last retrain, for `show_previous`."""
        self.scene.set_maps(proposal=self.scene.proposal, previous=crack_map)

    def set_classes(self, classes: Sequence[DefectClass]) -> None:
        """Names and colours of what can be painted."""
        self.scene.set_classes(classes)

    def set_weighting(self, *, power: float, positive_weight: float, floor: float) -> None:
        """The rule of the weights layer."""
        self.scene.weights.set_rule(WeightRule(power=power, positive_weight=positive_weight, floor=floor))

    @property
    def threshold(self) -> float:
        """In [0, 1]: what of the crack map would be taken."""
        return self.scene.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self.scene.set_threshold(threshold)

    @property
    def show_previous(self) -> bool:
        """Whether the crack map before the last retrain is shown in place of the present one."""
        return self.scene.shows_previous

    @show_previous.setter
    def show_previous(self, shows: bool) -> None:
        self.scene.show_previous(shows)

    def peek(self, hides_mask: bool) -> None:
        """Hide the mask, for as long as a key is held."""
        self.scene.peek(hides_mask)

    @property
    def editor(self) -> MaskEditor | None:
        """The mask to paint."""
        return self.scene.editor

    @property
    def trace_width(self) -> int | None:
        """The brush's size where it counts for the tracer too, else None: the picture tells."""
        return self._brush_size if self.traces_by_brush else None

    @property
    def scale(self) -> float:
        """Device pixels per image pixel; 1 without an image."""
        return self.view.scale if self.view is not None else 1.0

    @property
    def picture(self) -> Pixels | None:
        """The image, (H, W, 3) uint8 RGB."""
        return self.scene.picture

    @property
    def proposal(self) -> Pixels | None:
        """The crack map that the proposal brush paints from."""
        return self.scene.proposal

    @property
    def brush_size(self) -> int:
        """Diameter in image pixels, 1 to 2000."""
        return self._brush_size

    @brush_size.setter
    def brush_size(self, size: int) -> None:
        size = min(max(size, SMALLEST), LARGEST)
        if size != self._brush_size:
            self._brush_size = size
            self._cursor.show_size()
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
        self.finish()
        self._tool.finish(self)
        self._tool = self._tools[ToolKey(key)]
        self.show_draft()
        self.scene.set_tool_uses_map(self._tool.uses_map)
        self._show_pointer()
        self.tool_hint_changed.emit(self._tool.hint)

    def finish(self) -> None:
        """End a drag where it is: its stroke counts."""
        if self._drag is not None and self._at is not None:
            self._release()

    def cancel(self) -> None:
        """Take a drag or a draft in progress back."""
        (self._drag or self._tool).cancel(self)
        self._drag = None
        self._show_pointer()
        self.show_draft()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._finish_if_let_go(event)
        self._at = self._device(event.position())
        if self._drag is not None or self.view is None:
            return
        button = event.button()
        if button == _LENDING or (self._space and button in _PAINTING):
            self._drag = self._tools[ToolKey.HAND]
        elif button in _PAINTING:
            self._drag = self._tool
        else:
            event.ignore()
            return
        self._button = button
        erases = button == Qt.MouseButton.RightButton or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._drag.press(self, self._pointer(self._at, erases=erases))
        self._show_pointer()
        self.show_draft()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._finish_if_let_go(event)
        self._at = self._device(event.position())
        if self._drag is not None:
            self._drag.move(self, self._pointer(self._at))
        elif self._tool.is_drafting:
            self._tool.hover(self, self._pointer(self._at))
        self._tell_cursor()
        self._move_ring()
        self.show_draft()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._at = self._device(event.position())
        if self._drag is not None and event.button() == self._button:
            self._release()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / _NOTCH
        at, modifiers = self._device(event.position()), event.modifiers()
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._step_brush(1 if notches > 0 else -1)
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            opacity = self.layers.look(Layer.MASK).opacity
            self.layers.set_look(Layer.MASK, opacity=opacity + 0.05 * notches)
        else:
            self.zoom_at(_ZOOM_PER_NOTCH**notches, at.x(), at.y())
            self._tell_cursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._tool.is_drafting:
            self._tool.finish(self)
            self.show_draft()
        else:
            self.mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_drafts(event):
            event.accept()  # else Enter would confirm the image
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_drafts(event):
            self._heed_draft(Qt.Key(event.key()))
        elif event.key() == Qt.Key.Key_Space:
            self._hold_space(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._hold_space(event.isAutoRepeat())
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold_space(False)
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.finish()
        self._at = None
        self._move_ring()
        self.cursor_moved.emit(-1, -1, "")

    def draw_over(self, painter: QPainter, boxes: list[Box]) -> None:
        self._draft.draw(painter, self.view, ratio=self.ratio())
        self._cursor.draw(painter, boxes, font=self.font())

    def _release(self) -> None:
        assert self._at is not None
        drag, self._drag = self._drag, None
        assert drag is not None
        drag.release(self, self._pointer(self._at))
        self._show_pointer()
        self.show_draft()
        if drag is not self._tools[ToolKey.HAND]:
            self.stroke_finished.emit()

    def _finish_if_let_go(self, event: QMouseEvent) -> None:
        """A popup or another window may swallow the release."""
        pressed_anew = event.type() == QEvent.Type.MouseButtonPress and event.button() == self._button
        if self._drag is not None and (pressed_anew or not event.buttons() & self._button):
            self.finish()

    def _is_drafts(self, event: QKeyEvent) -> bool:
        return self._tool.is_drafting and event.key() in _OF_A_DRAFT and not event.modifiers() & ~_KEYPAD

    def _heed_draft(self, key: Qt.Key) -> None:
        if key in _FINISHING:
            self._tool.finish(self)
        elif key == Qt.Key.Key_Backspace:
            self._tool.back(self)
        else:
            self._tool.cancel(self)
        self.show_draft()

    def show_draft(self) -> None:
        """Draw what the tool has in hand."""
        self.update_device(self._draft.show(self._tool.draft, self.view, ratio=self.ratio()))

    def _device(self, position: QPointF) -> QPointF:
        return position * self.ratio()

    def _pointer(self, at: QPointF, *, erases: bool = False) -> Pointer:
        assert self.view is not None
        x, y = self.view.to_image(at.x(), at.y())
        return Pointer(x=x, y=y, device_x=at.x(), device_y=at.y(), erases=erases)

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
        self.setCursor(self._tool_in_force().cursor(pressed=self._drag is not None))
        self._move_ring()

    def _move_ring(self) -> None:
        if self._tool_in_force().shows_ring:
            region = self._cursor.move(self.view, self._at, size=self._brush_size, ratio=self.ratio())
        else:
            region = self._cursor.hide()
        self.update_device(region)
