"""The canvas: a display, and hands on it. Mouse, pen, wheel and Space are handled here; other keys are the window's.

Right-drag or Ctrl-drag erases for a moment; Space held or the middle button lends the hand.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.pen import Pen, is_eraser
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.workbench import Workbench

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120
_LENDING = Qt.MouseButton.MiddleButton
_PAINTING = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_FINISHING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_OF_A_DRAFT = (*_FINISHING, Qt.Key.Key_Backspace, Qt.Key.Key_Escape)
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.TabletPress)
_Hand = QMouseEvent | QTabletEvent


class Canvas(Workbench):
    """One image to look at and to paint on."""

    pen_met = Signal()
    """A tablet is in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pen = Pen()
        self._button = Qt.MouseButton.NoButton

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.pen.echoes(event):
            self.pen.is_down = False
            self._press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.pen.echoes(event):
            self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.pen.echoes(event):
            self._lift(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        self.pen_met.emit()
        if event.type() == QEvent.Type.TabletPress and self._is_for_brush(event):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            act = self._press
        elif self.pen.is_down:
            act = self._lift if event.type() == QEvent.Type.TabletRelease else self._move
        else:
            event.ignore()
            return
        self.pen.hear(event)
        act(event, pressure=self.pen.pressure(event))
        event.accept()
        if not self.pen.is_down and not self.rect().contains(event.position().toPoint()):
            self._leave()

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
        if self._tool.double_click(self):
            self.show_draft()
        else:
            self.mousePressEvent(event)  # quick dabs are presses like any other

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
        self._show_pointer()  # perhaps on another screen
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.pen.is_down:  # else it draws on, wherever the mouse is
            self._leave()

    def _is_for_brush(self, event: QTabletEvent) -> bool:
        return self.view is not None and self._tool_in_force().feels_pressure and event.button() in _PAINTING

    def _press(self, event: _Hand, *, pressure: float = 1.0) -> None:
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
        erases, held = _asks_to_erase(event), event.modifiers()
        self._drag.press(self, self._pointer(self._at, erases=erases, pressure=pressure, held=held))
        self._show_pointer()
        self.show_draft()

    def _move(self, event: _Hand, *, pressure: float = 1.0) -> None:
        self._finish_if_let_go(event)
        self._at = self._device(event.position())
        if self._drag is not None:
            self._drag.move(self, self._pointer(self._at, pressure=pressure))
        elif self._tool.is_drafting:
            self._tool.hover(self, self._pointer(self._at))
        self._tell_cursor()
        self._move_ring()
        self.show_draft()

    def _lift(self, event: _Hand, *, pressure: float = 1.0) -> None:
        self._at = self._device(event.position())
        if self._drag is not None and event.button() == self._button:
            self._release(pressure=pressure)

    def _leave(self) -> None:
        self.finish()
        self._at = None
        self._move_ring()
        self.cursor_moved.emit(-1, -1, "")

    def _finish_if_let_go(self, event: _Hand) -> None:
        """A popup or another window may swallow the release."""
        pressed_anew = event.type() in _PRESSES and event.button() == self._button
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


def _asks_to_erase(event: _Hand) -> bool:
    by_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return by_ctrl or event.button() == Qt.MouseButton.RightButton or is_eraser(event)
