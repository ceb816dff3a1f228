"""A pen on the canvas, by the events that a tablet sends."""

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH = 400, 600
PRESS, MOVE, RELEASE = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
LEFT, RIGHT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
TELLS = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure


def device(kind: QPointingDevice.PointerType, *, tells: QInputDevice.Capability = TELLS) -> QPointingDevice:
    return QPointingDevice("pen", 7, QInputDevice.DeviceType.Stylus, kind, tells, 1, 3)


class Tablet:
    """A canvas at 100 % and a pen over it."""

    def __init__(self, qtbot: QtBot, *, mask: np.ndarray | None = None) -> None:
        self.canvas = Canvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(WIDTH, HEIGHT)
        self.canvas.set_image(np.full((HEIGHT, WIDTH, 3), 100, np.uint8))
        self.editor = MaskEditor(HEIGHT, WIDTH, mask=mask)
        self.canvas.set_editor(self.editor)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.canvas.actual_size()
        self.canvas.brush_size = 40
        self.pen = device(QPointingDevice.PointerType.Pen)

    def send(
        self, kind: QEvent.Type, x: float, y: float, *, pressure: float = 1.0, button: Qt.MouseButton = LEFT
    ) -> bool:
        """Whether the canvas took it: else Qt makes a mouse event of it."""
        place = QPointF(x, y)
        at = self.canvas.mapToGlobal(place)
        held = NO_BUTTON if kind == RELEASE else button
        pressed = NO_BUTTON if kind == MOVE else button
        none = Qt.KeyboardModifier.NoModifier
        event = QTabletEvent(kind, self.pen, place, at, pressure, 0, 0, 0, 0, 0, none, pressed, held)
        event.ignore()
        QApplication.sendEvent(self.canvas, event)
        return event.isAccepted()

    def stroke(self, points: Sequence[tuple[float, float, float]], *, button: Qt.MouseButton = LEFT) -> None:
        """(x, y, pressure) each; lifted where it ends."""
        x, y, pressure = points[0]
        self.send(PRESS, x, y, pressure=pressure, button=button)
        for x, y, pressure in points[1:]:
            self.send(MOVE, x, y, pressure=pressure, button=button)
        self.send(RELEASE, x, y, pressure=0, button=button)

    def width_at(self, x: int) -> int:
        return int(np.count_nonzero(self.editor.array()[:, x]))


def echo(kind: QEvent.Type, canvas: Canvas, x: float, y: float) -> None:
    """A mouse event that the system makes of a pen's."""
    place, none = QPointF(x, y), Qt.KeyboardModifier.NoModifier
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else LEFT
    pressed = NO_BUTTON if kind == QEvent.Type.MouseMove else LEFT
    by_system = Qt.MouseEventSource.MouseEventSynthesizedBySystem
    at = canvas.mapToGlobal(place)
    QApplication.sendEvent(canvas, QMouseEvent(kind, place, place, at, pressed, held, none, by_system))


@pytest.fixture
def tablet(qtbot: QtBot) -> Tablet:
    return Tablet(qtbot)


def test_pressure_makes_the_stroke_wide_and_narrow_without_a_gap(tablet: Tablet) -> None:
    tablet.stroke([(100, 200, 0.25), (300, 200, 1.0), (500, 200, 0.0)])
    assert tablet.width_at(100) == pytest.approx(10, abs=1)
    assert tablet.width_at(200) == pytest.approx(25, abs=1)
    assert tablet.width_at(300) == pytest.approx(40, abs=1)
    assert tablet.width_at(400) == pytest.approx(20, abs=1)
    assert all(tablet.width_at(x) for x in range(100, 501))
    assert tablet.editor.undo_stack.count() == 1
    tablet.editor.undo_stack.undo()
    assert not tablet.editor.array().any()


def test_switched_off_the_pen_paints_as_a_mouse_does(tablet: Tablet) -> None:
    tablet.canvas.pen.is_felt = False
    tablet.stroke([(100, 200, 0.1), (300, 200, 0.3)])
    assert tablet.width_at(200) == pytest.approx(40, abs=1)


def test_a_pen_that_tells_no_pressure_paints_at_full_width(tablet: Tablet) -> None:
    tablet.pen = device(QPointingDevice.PointerType.Pen, tells=QInputDevice.Capability.Position)
    tablet.stroke([(100, 200, 0.0), (300, 200, 0.0)])
    assert tablet.width_at(200) == pytest.approx(40, abs=1)


@pytest.mark.parametrize("tool", [ToolKey.BRUSH, ToolKey.ERASE, ToolKey.PROPOSAL_BRUSH])
def test_the_other_end_erases_with_every_brush(qtbot: QtBot, tool: ToolKey) -> None:
    tablet = Tablet(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    tablet.canvas.set_tool(tool)
    tablet.pen = device(QPointingDevice.PointerType.Eraser)
    tablet.stroke([(100, 200, 0.5), (300, 200, 0.5)])
    assert HEIGHT - tablet.width_at(200) == pytest.approx(20, abs=1)


def test_the_eraser_feels_pressure_and_so_does_the_button_on_the_pen(qtbot: QtBot) -> None:
    tablet = Tablet(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    tablet.stroke([(100, 100, 0.5), (300, 100, 0.5)], button=RIGHT)
    tablet.canvas.set_tool(ToolKey.ERASE)
    tablet.stroke([(100, 300, 0.25), (300, 300, 0.25)])
    assert HEIGHT - tablet.width_at(200) == pytest.approx(20 + 10, abs=2)


def test_the_proposal_brush_feels_pressure(tablet: Tablet) -> None:
    tablet.canvas.set_proposal(np.full((HEIGHT, WIDTH), 255, np.uint8))
    tablet.canvas.set_tool(ToolKey.PROPOSAL_BRUSH)
    tablet.stroke([(100, 200, 0.5), (300, 200, 0.5)])
    assert tablet.width_at(200) == pytest.approx(20, abs=1)


def test_mouse_events_that_the_system_makes_of_the_pens_count_for_nothing(tablet: Tablet) -> None:
    canvas = tablet.canvas
    tablet.send(PRESS, 100, 200, pressure=0.25)
    echo(QEvent.Type.MouseButtonPress, canvas, 100, 200)
    tablet.send(MOVE, 300, 200, pressure=0.25)
    echo(QEvent.Type.MouseMove, canvas, 300, 200)
    tablet.send(RELEASE, 300, 200, pressure=0)
    echo(QEvent.Type.MouseButtonRelease, canvas, 300, 200)
    echo(QEvent.Type.MouseButtonPress, canvas, 300, 200)
    echo(QEvent.Type.MouseButtonRelease, canvas, 300, 200)
    assert tablet.editor.undo_stack.count() == 1
    assert tablet.width_at(200) == pytest.approx(10, abs=1)


def test_a_real_mouse_paints_right_after_the_pen(tablet: Tablet) -> None:
    tablet.stroke([(100, 100, 0.25), (300, 100, 0.25)])
    QTest.mousePress(tablet.canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPointF(100, 300).toPoint())
    QTest.mouseMove(tablet.canvas, QPointF(300, 300).toPoint())
    QTest.mouseRelease(tablet.canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPointF(300, 300).toPoint())
    assert tablet.editor.undo_stack.count() == 2
    assert np.count_nonzero(tablet.editor.array()[250:, 200]) == pytest.approx(40, abs=1)


def test_a_pen_that_was_lifted_unheard_begins_anew(tablet: Tablet) -> None:
    tablet.send(PRESS, 100, 100, pressure=0.5)
    tablet.send(MOVE, 200, 100, pressure=0.5)
    tablet.stroke([(400, 300, 0.5), (500, 300, 0.5)])
    assert tablet.editor.undo_stack.count() == 2
    assert not tablet.editor.array()[200, 300]


def test_the_pen_goes_on_while_the_mouse_leaves_and_the_ring_goes_where_it_is_lifted_outside(tablet: Tablet) -> None:
    told: list[tuple[int, int, str]] = []
    tablet.canvas.cursor_moved.connect(lambda *at: told.append(at))
    tablet.send(PRESS, 100, 200, pressure=0.5)
    QApplication.sendEvent(tablet.canvas, QEvent(QEvent.Type.Leave))
    tablet.send(MOVE, 300, 200, pressure=0.5)
    tablet.send(RELEASE, 900, 200, pressure=0)
    assert tablet.width_at(250) == pytest.approx(20, abs=1)
    assert tablet.editor.undo_stack.count() == 1
    assert told[-1] == (-1, -1, "")


@pytest.mark.parametrize("tool", [ToolKey.POLYGON, ToolKey.TRACE, ToolKey.LINE, ToolKey.HAND])
def test_tools_that_feel_no_pressure_leave_the_pen_to_the_mouse_events_made_of_it(
    tablet: Tablet, tool: ToolKey
) -> None:
    tablet.canvas.set_tool(tool)
    assert not tablet.send(PRESS, 100, 200)
    assert not tablet.send(RELEASE, 100, 200)


def test_space_lends_the_pen_the_hand(tablet: Tablet) -> None:
    QTest.keyPress(tablet.canvas, Qt.Key.Key_Space)
    assert not tablet.send(PRESS, 100, 200)
    assert tablet.editor.undo_stack.count() == 0


def test_over_the_mini_map_the_pen_paints_nothing_on_the_canvas(qtbot: QtBot) -> None:
    tablet = Tablet(qtbot)
    tablet.canvas.zoom_by(4)
    tablet.canvas.mini_map.show()
    place = QPointF(5, 5)
    none = Qt.KeyboardModifier.NoModifier
    event = QTabletEvent(PRESS, tablet.pen, place, place, 1, 0, 0, 0, 0, 0, none, LEFT, LEFT)
    event.ignore()
    QApplication.sendEvent(tablet.canvas.mini_map, event)
    assert not event.isAccepted()
    assert not tablet.editor.is_stroking
