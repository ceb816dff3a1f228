"""The wheel over panels: it scrolls them, and turns nothing that it passes."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QScrollArea, QSlider, QSpinBox

from crackstudio.core.runs import Stock
from crackstudio.engine.cards import method_cards
from crackstudio.studio.widgets.bricks import Section
from crackstudio.studio.widgets.method_form import MethodForm
from crackstudio.studio.widgets.panel_column import PanelColumn

UP, DOWN = 120, -120


def turn(control, by):
    """As a mouse does: Qt finds the control under the place in the window, gives it the focus if it takes it so."""
    window = control.window()
    place = QPointF(control.mapTo(window, control.rect().center()))
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, by))


def controls(panel):
    kinds = (QAbstractSpinBox, QComboBox, QSlider)
    return [one for kind in kinds for one in panel.findChildren(kind) if one.isVisible()]


def value_of(control):
    return control.currentIndex() if isinstance(control, QComboBox) else control.value()


def turned(panel, area):
    """The controls that a wheel changes, by name and kind."""
    changed = []
    for control in controls(panel):
        for by in (DOWN, UP):
            area.ensureWidgetVisible(control)
            before = value_of(control)
            turn(control, by)
            if value_of(control) != before or control.hasFocus():
                changed.append((control.objectName(), type(control).__name__))
    return changed


def test_the_wheel_over_the_tools_panel_turns_nothing(proposed):
    proposed.canvas.setFocus()
    proposed.layers_panel.tones_button.click()
    column = proposed.findChild(PanelColumn)
    assert len(controls(column)) > 10
    assert turned(column, column) == []


def test_the_wheel_over_a_control_scrolls_the_panel(proposed, qtbot):
    proposed.canvas.setFocus()
    proposed.resize(1200, 500)
    column, slider = proposed.findChild(PanelColumn), proposed.threshold_panel._slider._slider
    bar = column.verticalScrollBar()

    def is_in_sight():
        column.ensureWidgetVisible(slider)
        place = slider.mapTo(column.viewport(), slider.rect().center())
        return bar.maximum() > 0 and column.viewport().rect().contains(place)

    qtbot.waitUntil(is_in_sight)
    before = bar.value()
    is_down = before < bar.maximum()
    turn(slider, DOWN if is_down else UP)
    assert bar.value() > before if is_down else bar.value() < before


def test_the_wheel_over_the_retrain_form_turns_nothing(qtbot):
    form = MethodForm()
    qtbot.addWidget(form)
    for card in method_cards():
        form.set_methods([card], stock=Stock(), chosen=card.key)
        form.show()
        for section in form.findChildren(Section):
            section.unfold()
        form._purpose.setFocus()
        qtbot.waitUntil(form._purpose.hasFocus)
        qtbot.waitUntil(lambda: any(field.widget.isVisible() for field in form._settings.fields.values()))
        assert turned(form, form.findChild(QScrollArea)) == []


@pytest.mark.parametrize("make", [QSlider, QSpinBox, QDoubleSpinBox])
def test_a_control_that_a_person_clicked_is_turned(qtbot, make):
    control = make()
    column = PanelColumn([control])
    qtbot.addWidget(column)
    column.show()
    column.activateWindow()
    control.setValue(5)
    assert control.focusPolicy() & Qt.FocusPolicy.ClickFocus
    control.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(control.hasFocus)
    turn(control, UP)
    assert control.value() > 5
