"""The switch for a pen's pressure, in the real window."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QCheckBox

from crackstudio.studio.widgets.main_window import MainWindow

PEN = QPointingDevice(
    "pen", 9, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen, QInputDevice.Capability.Pressure, 1, 3
)


def switch(window: MainWindow) -> QCheckBox:
    found = window.tool_panel.findChild(QCheckBox, "pressure")
    assert found is not None
    return found


def tap(window: MainWindow) -> None:
    place, none, left = QPointF(50, 50), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    for kind in (QEvent.Type.TabletPress, QEvent.Type.TabletRelease):
        held = left if kind == QEvent.Type.TabletPress else Qt.MouseButton.NoButton
        event = QTabletEvent(kind, PEN, place, place, 0.5, 0, 0, 0, 0, 0, none, left, held)
        QApplication.sendEvent(window.canvas, event)


def test_the_switch_is_offered_once_a_pen_is_met(opened: MainWindow) -> None:
    assert switch(opened).isHidden()
    tap(opened)
    assert not switch(opened).isHidden()
    assert switch(opened).isChecked()


def test_it_is_kept_from_sitting_to_sitting(make_window: Callable[..., MainWindow]) -> None:
    window = make_window()
    switch(window).setChecked(False)
    assert not window.canvas.pen.is_felt
    again = make_window()
    assert not again.canvas.pen.is_felt
    assert not switch(again).isChecked()


def test_a_pen_on_the_canvas_means_the_open_image_alone(opened: MainWindow) -> None:
    opened.image_list.view.selectAll()
    tap(opened)
    assert not opened.image_list.has_several()
