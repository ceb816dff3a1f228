"""The real canvas under a real mouse, and its pixels."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QImage, QMouseEvent, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crackstudio.core.classes import CRACK, DefectClass
from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH = 120, 160
GREY = 100
PLAIN = QColor(GREY, GREY, GREY)


class Easel:
    """A canvas of 640 x 480 with a grey image of 160 x 120, shown at 300 % (its whole factor that fits)."""

    def __init__(self, qtbot: QtBot, *, mask: np.ndarray | None = None, kind: MaskKind = MaskKind.EXACT) -> None:
        self.canvas = Canvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(640, 480)
        self.canvas.set_image(np.full((HEIGHT, WIDTH, 3), GREY, np.uint8))
        self.crack_map = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.crack_map[40:50] = 200
        self.proposed = False
        self.editor = MaskEditor(
            HEIGHT,
            WIDTH,
            mask=mask,
            kind=kind,
            proposal_source=lambda: (self.crack_map, self.canvas.threshold) if self.proposed else None,
        )
        self.canvas.set_editor(self.editor)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)

    def propose(self) -> None:
        self.proposed = True
        self.canvas.set_proposal(self.crack_map)

    def at(self, x: float, y: float) -> QPoint:
        """The window's position in the middle of an image pixel."""
        assert self.canvas.view is not None
        device_x, device_y = self.canvas.view.to_device(x + 0.5, y + 0.5)
        return QPoint(round(device_x - 0.5), round(device_y - 0.5))

    def drag(
        self,
        *points: tuple[float, float],
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.mousePress(self.canvas, button, modifier, self.at(*points[0]))
        for point in points[1:]:
            QTest.mouseMove(self.canvas, self.at(*point))
        QTest.mouseRelease(self.canvas, button, modifier, self.at(*points[-1]))

    def colour(self, x: float, y: float) -> QColor:
        """What the window shows of an image pixel, with the pointer elsewhere."""
        return self.picture().pixelColor(self.at(x, y))

    def picture(self) -> QImage:
        return self.canvas.grab().toImage()

    def hide_size(self) -> None:
        """As if the figures had been seen for long enough."""
        self.canvas._cursor._timer.stop()
        self.canvas._cursor.words_gone.emit()

    def wheel(self, x: float, y: float, notches: int, modifier: Qt.KeyboardModifier) -> None:
        place = QPointF(self.at(x, y))
        turn = QPoint(120 * notches, 0) if modifier & Qt.KeyboardModifier.AltModifier else QPoint(0, 120 * notches)
        event = QWheelEvent(
            place,
            self.canvas.mapToGlobal(place),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)


NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def easel(qtbot: QtBot) -> Easel:
    return Easel(qtbot)


def test_a_drag_paints_the_mask_and_the_window(easel: Easel) -> None:
    easel.canvas.brush_size = 10
    easel.drag((30, 60), (100, 60))
    painted = easel.editor.array()
    assert painted[60, 30:100].all()
    assert painted.sum() < 80 * 11
    tinted = easel.colour(65, 60)
    assert tinted.red() > GREY + 30
    assert easel.colour(65, 80) == PLAIN
    assert easel.editor.undo_stack.count() == 1


def test_a_fast_mouse_leaves_no_gap(easel: Easel) -> None:
    easel.canvas.brush_size = 3
    easel.drag((5, 5), (150, 110))
    painted = easel.editor.array()
    assert all(painted[:, x].any() for x in range(5, 150))


@pytest.mark.parametrize(
    ("button", "modifier"),
    [(Qt.MouseButton.RightButton, NONE), (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)],
)
def test_right_drag_and_ctrl_drag_erase(qtbot: QtBot, button: Qt.MouseButton, modifier: Qt.KeyboardModifier) -> None:
    easel = Easel(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    assert easel.colour(65, 60) != PLAIN
    easel.canvas.brush_size = 20
    easel.drag((40, 60), (90, 60), button=button, modifier=modifier)
    assert not easel.editor.array()[60, 40:90].any()
    assert easel.colour(65, 60) == PLAIN


def test_the_eraser_erases(qtbot: QtBot) -> None:
    easel = Easel(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    easel.canvas.set_tool(ToolKey.ERASE)
    easel.drag((40, 60), (90, 60))
    assert not easel.editor.array()[60, 40:90].any()


def test_undo_restores_array_and_window(easel: Easel) -> None:
    easel.drag((30, 60), (100, 60))
    before, shown = easel.editor.array(), easel.picture()
    easel.drag((60, 20), (60, 100))
    easel.editor.undo_stack.undo()
    assert np.array_equal(easel.editor.array(), before)
    QTest.mouseMove(easel.canvas, easel.at(100, 60))
    assert easel.picture() == shown


def test_the_proposal_brush_paints_only_over_the_threshold(easel: Easel) -> None:
    easel.editor.clear()
    easel.propose()
    easel.canvas.set_tool(ToolKey.PROPOSAL_BRUSH)
    easel.canvas.brush_size = 30
    easel.drag((50, 45), (100, 45))
    painted = easel.editor.array()
    assert painted[40:50, 50:100].all()
    assert not painted[:40].any()
    assert not painted[50:].any()


def test_the_proposal_brush_without_a_proposal_does_nothing(easel: Easel) -> None:
    easel.canvas.set_tool(ToolKey.PROPOSAL_BRUSH)
    easel.drag((50, 45), (100, 45))
    assert not easel.editor.array().any()


def test_the_class_in_use_is_painted_in_its_colour(easel: Easel) -> None:
    easel.canvas.set_classes([CRACK, DefectClass(id=2, name="spall", colour="#00ff00")])
    easel.canvas.brush_value = 2
    easel.drag((30, 60), (100, 60))
    assert set(np.unique(easel.editor.array())) == {0, 2}
    assert easel.colour(65, 60).green() > GREY + 30


def test_each_class_has_its_colour_and_may_be_hidden(qtbot: QtBot) -> None:
    mask = np.ones((HEIGHT, WIDTH), np.uint8)
    mask[:, 40:80], mask[:, 80:] = 2, 255
    easel = Easel(qtbot, mask=mask)
    easel.canvas.layers.set_look(Layer.MASK, opacity=1.0)
    classes = [CRACK, DefectClass(id=2, name="spall", colour="#00ff00")]
    easel.canvas.scene.set_classes(classes)
    assert (easel.colour(20, 45), easel.colour(60, 45)) == (QColor(CRACK.colour), QColor("#00ff00"))
    easel.canvas.scene.set_classes(classes, hidden={2, 255})
    assert [easel.colour(x, 45) for x in (20, 60, 100)] == [QColor(CRACK.colour), PLAIN, PLAIN]


@pytest.mark.parametrize("notches", [1, 3, -1])
def test_the_wheel_zooms_and_keeps_the_pixel_under_the_pointer(easel: Easel, notches: int) -> None:
    place = easel.at(40, 30)
    assert easel.canvas.view is not None
    scale, before = easel.canvas.view.scale, easel.canvas.view.to_image(place.x(), place.y())
    easel.wheel(40, 30, notches, NONE)
    assert (easel.canvas.view.scale > scale) == (notches > 0)
    assert easel.canvas.view.to_image(place.x(), place.y()) == pytest.approx(before, abs=1e-3)


def test_pixels_are_crisp_squares_from_200_percent_on(qtbot: QtBot) -> None:
    easel = Easel(qtbot)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[::2, ::2] = image[1::2, 1::2] = 255
    easel.canvas.set_image(image)
    shown = easel.picture()
    found = {shown.pixelColor(easel.at(x, 60)).red() for x in range(20, 140)}
    assert found == {0, 255}


def test_shift_wheel_sets_the_size_and_alt_wheel_the_opacity(easel: Easel, qtbot: QtBot) -> None:
    scale = easel.canvas.view and easel.canvas.view.scale
    size = easel.canvas.brush_size
    with qtbot.waitSignal(easel.canvas.brush_size_changed):
        easel.wheel(40, 30, 1, Qt.KeyboardModifier.ShiftModifier)
    assert easel.canvas.brush_size > size
    opacity = easel.canvas.layers.look(Layer.MASK).opacity
    with qtbot.waitSignal(easel.canvas.layers.changed):
        easel.wheel(40, 30, -1, Qt.KeyboardModifier.AltModifier)
    assert easel.canvas.layers.look(Layer.MASK).opacity < opacity
    assert easel.canvas.view
    assert easel.canvas.view.scale == scale


def test_the_size_steps_from_1_to_2000(easel: Easel) -> None:
    for _ in range(100):
        easel.canvas.larger_brush()
    assert easel.canvas.brush_size == 2000
    for _ in range(200):
        easel.canvas.smaller_brush()
    assert easel.canvas.brush_size == 1
    easel.canvas.larger_brush()
    assert easel.canvas.brush_size == 2


def test_the_ring_has_the_brush_s_true_size_at_every_zoom(easel: Easel) -> None:
    easel.canvas.brush_size = 20
    easel.hide_size()
    for act in (easel.canvas.fit, easel.canvas.actual_size, lambda: easel.canvas.zoom_by(4)):
        QTest.mouseMove(easel.canvas, QPoint(320, 240))
        act()
        shown = easel.picture()
        assert easel.canvas.view is not None
        radius = easel.canvas.view.scale * 10
        bright = [x for x in range(321, 640) if shown.pixelColor(x, 240).lightness() > 180]
        assert bright
        assert min(abs(x + 0.5 - 320 - radius) for x in bright) <= 1.5


def test_the_size_is_shown_in_figures_while_it_changes(easel: Easel) -> None:
    before = easel.picture()
    easel.canvas.brush_size = 20
    assert easel.picture() != before
    easel.hide_size()
    assert easel.picture() == before


@pytest.mark.parametrize("how", ["middle", "space", "hand"])
def test_panning_moves_the_image_and_paints_nothing(easel: Easel, how: str) -> None:
    assert easel.canvas.view is not None
    x = easel.canvas.view.x
    start = easel.at(60, 60)
    button = Qt.MouseButton.MiddleButton if how == "middle" else Qt.MouseButton.LeftButton
    if how == "space":
        QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
    if how == "hand":
        easel.canvas.set_tool(ToolKey.HAND)
    QTest.mousePress(easel.canvas, button, pos=start)
    QTest.mouseMove(easel.canvas, start + QPoint(25, -10))
    QTest.mouseRelease(easel.canvas, button, pos=start + QPoint(25, -10))
    assert easel.canvas.view.x == x + 25
    assert not easel.editor.array().any()
    assert easel.picture().pixelColor(easel.at(5, 50)) == PLAIN
    if how == "space":
        QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
        easel.drag((60, 60), (70, 60))
        assert easel.editor.array().any()


def test_panning_shows_the_same_pixels_as_a_fresh_look(qtbot: QtBot) -> None:
    rng = np.random.default_rng(2)
    easel = Easel(qtbot, mask=(rng.random((HEIGHT, WIDTH)) > 0.9).astype(np.uint8))
    easel.canvas.set_proposal(rng.integers(0, 256, (HEIGHT, WIDTH), np.uint8))
    easel.canvas.zoom_by(1.37)
    for dx, dy in ((13, 0), (-40, 22), (3, -90)):
        easel.picture()
        easel.canvas.pan_by(dx, dy)
    shifted = easel.picture()
    for layer in Layer:
        sheet = easel.canvas.scene.sheet(layer)
        if sheet is not None:
            sheet.spoil()
    assert easel.picture() == shifted


def test_the_threshold_changes_nothing_but_the_colour_table(easel: Easel) -> None:
    easel.canvas.set_proposal(np.tile(np.arange(WIDTH, dtype=np.uint8), (HEIGHT, 1)))
    easel.canvas.threshold = 100 / 255
    over, under = easel.colour(120, 60), easel.colour(90, 60)
    assert over.red() > under.red() + 30
    sheet = easel.canvas.scene.sheet(Layer.HEAT)
    assert sheet is not None
    indices = sheet.pixels.copy()
    place = sheet.pixels.ctypes.data
    easel.canvas.threshold = 130 / 255
    assert easel.colour(120, 60) != over
    assert easel.colour(120, 60).red() < over.red()
    assert np.array_equal(sheet.pixels, indices)
    assert sheet.pixels.ctypes.data == place
    assert easel.canvas.scene.sheet(Layer.HEAT) is sheet


def test_the_previous_proposal_can_be_shown_in_place_of_the_present_one(easel: Easel) -> None:
    easel.propose()
    easel.canvas.set_previous_proposal(np.flipud(easel.crack_map))
    present = easel.colour(80, 45)
    assert present != PLAIN
    assert easel.colour(80, HEIGHT - 45) == PLAIN
    easel.canvas.show_previous = True
    assert easel.colour(80, 45) == PLAIN
    assert easel.colour(80, HEIGHT - 45) == present
    easel.canvas.show_previous = False
    assert easel.colour(80, 45) == present


def test_peeking_hides_the_mask_and_only_the_mask(qtbot: QtBot) -> None:
    easel = Easel(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    tinted = easel.colour(20, 20)
    easel.canvas.peek(True)
    assert easel.colour(20, 20) == PLAIN
    easel.canvas.peek(False)
    assert easel.colour(20, 20) == tinted


def test_layers_are_hidden_and_faded(qtbot: QtBot) -> None:
    easel = Easel(qtbot, mask=np.ones((HEIGHT, WIDTH), np.uint8))
    full = easel.colour(20, 20).red()
    easel.canvas.layers.set_look(Layer.MASK, opacity=0.2)
    assert GREY < easel.colour(20, 20).red() < full
    easel.canvas.layers.set_look(Layer.MASK, opacity=1.0)
    easel.canvas.set_classes([DefectClass(id=1, name="crack", colour="#0000ff")])
    assert easel.colour(20, 20) == QColor(0, 0, 255)
    easel.canvas.layers.set_look(Layer.MASK, visible=False)
    assert easel.colour(20, 20) == PLAIN
    easel.canvas.layers.set_look(Layer.IMAGE, visible=False)
    assert easel.colour(20, 20) != PLAIN


def test_a_crack_of_one_pixel_is_seen_in_a_zoomed_out_view(qtbot: QtBot) -> None:
    height, width = 3000, 4000
    mask = np.zeros((height, width), np.uint8)
    mask[np.arange(3000), np.arange(3000)] = 1
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(640, 480)
    canvas.set_image(np.full((height, width, 3), GREY, np.uint8))
    canvas.set_editor(MaskEditor(height, width, mask=mask))
    canvas.show()
    shown = canvas.grab().toImage()
    assert canvas.view is not None
    for index in range(50, 2900, 37):
        x, y = canvas.view.to_device(index, index)
        around = [shown.pixelColor(int(x) + dx, int(y) + dy).red() for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        assert max(around) > GREY + 60


def test_where_a_person_is_unsure_it_is_hatched(qtbot: QtBot) -> None:
    easel = Easel(qtbot, mask=np.full((HEIGHT, WIDTH), 255, np.uint8))
    shown = easel.picture()
    found = {shown.pixelColor(easel.at(x, 60)).red() for x in range(20, 140)}
    assert GREY in found
    assert max(found) > GREY + 40


def test_a_stroke_repaints_what_it_touched_and_no_more(easel: Easel) -> None:
    easel.picture()
    spoiled = []
    easel.canvas.scene.spoiled.connect(spoiled.append)
    easel.canvas.brush_size = 6
    easel.drag((20, 20), (24, 20))
    assert spoiled
    assert all(box is not None and box.width * box.height < 60 * 60 for box in spoiled)


def test_strokes_look_as_a_fresh_canvas_of_the_same_mask_would(qtbot: QtBot) -> None:
    easel = Easel(qtbot)
    easel.canvas.zoom_by(0.31)
    rng = np.random.default_rng(5)
    for size in (1, 4, 30):
        easel.canvas.brush_size = size
        easel.drag(*(tuple(rng.uniform(10, 110, 2)) for _ in range(4)))
        easel.picture()
    QApplication.sendEvent(easel.canvas, QEvent(QEvent.Type.Leave))
    easel.hide_size()
    painted = easel.picture()
    sheet = easel.canvas.scene.sheet(Layer.MASK)
    assert sheet is not None
    sheet.spoil()
    assert easel.picture() == painted


def test_the_cursor_tells_what_lies_under_it(easel: Easel, qtbot: QtBot) -> None:
    easel.propose()
    told: list[tuple[int, int, str]] = []
    easel.canvas.cursor_moved.connect(lambda *what: told.append(what))
    QTest.mouseMove(easel.canvas, easel.at(33, 44))
    assert told[-1] == (33, 44, "100 · map 0.78")
    QTest.mouseMove(easel.canvas, QPoint(2, 2))
    assert told[-1] == (-1, -1, "")


def test_fit_actual_size_and_the_state_of_the_view(easel: Easel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(easel.canvas.zoom_changed) as blocker:
        easel.canvas.actual_size()
    assert blocker.args == [1.0]
    for factor in (7, 0.111):
        easel.canvas.zoom_by(factor)
        easel.canvas.pan_by(31, 17)
        state, view = easel.canvas.view_state(), easel.canvas.view
        easel.canvas.fit()
        assert easel.canvas.view != view
        easel.canvas.restore_view_state(state)
        assert easel.canvas.view is not None
        assert view is not None
        assert easel.canvas.view.scale == view.scale
        assert easel.canvas.view.x == pytest.approx(view.x, abs=1)
    easel.canvas.fit()
    fitted = easel.canvas.view_state()
    easel.canvas.zoom_by(3)
    easel.canvas.restore_view_state(fitted)
    assert easel.canvas.view.scale == 3


def test_a_fitted_view_stays_fitted_when_the_window_grows(easel: Easel) -> None:
    easel.canvas.resize(1200, 900)
    QApplication.processEvents()
    assert easel.canvas.view is not None
    assert easel.canvas.view.scale == 7


def test_the_image_cannot_be_pushed_out_of_sight(easel: Easel) -> None:
    easel.canvas.pan_by(100_000, -100_000)
    assert easel.canvas.view is not None
    assert not easel.canvas.view.image_box.is_empty


def test_what_does_not_fit_the_image_is_refused(easel: Easel) -> None:
    with pytest.raises(MaskError, match="does not fit"):
        easel.canvas.set_proposal(np.zeros((5, 5), np.uint8))
    with pytest.raises(MaskError, match="does not fit"):
        easel.canvas.set_editor(MaskEditor(5, 5))


def test_without_an_image_everything_is_calm(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 200)
    canvas.show()
    canvas.fit()
    canvas.zoom_by(2)
    canvas.actual_size()
    canvas.brush_size = 40
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert not canvas.grab().isNull()
    canvas.set_image(np.zeros((10, 10, 3), np.uint8))
    canvas.set_image(None)
    assert canvas.view is None


def test_another_image_takes_the_mask_of_the_old_one_off(easel: Easel) -> None:
    easel.propose()
    easel.canvas.set_image(np.full((50, 70, 3), GREY, np.uint8))
    assert easel.canvas.editor is None
    assert easel.canvas.proposal is None
    easel.editor.clear()
    assert easel.colour(30, 20) == PLAIN


def test_a_new_image_in_the_middle_of_a_stroke_keeps_what_was_drawn(easel: Easel) -> None:
    QTest.mousePress(easel.canvas, Qt.MouseButton.LeftButton, pos=easel.at(50, 50))
    easel.canvas.set_image(None)
    assert easel.editor.array()[50, 50] == 1
    QTest.mouseRelease(easel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert easel.editor.undo_stack.count() == 1


def test_changing_the_tool_keeps_the_stroke_that_was_drawn(easel: Easel, qtbot: QtBot) -> None:
    QTest.mousePress(easel.canvas, Qt.MouseButton.LeftButton, pos=easel.at(50, 50))
    with qtbot.waitSignal(easel.canvas.tool_hint_changed):
        easel.canvas.set_tool(ToolKey.ERASE)
    assert easel.editor.undo_stack.count() == 1


def test_the_weights_of_a_region_mask_are_shown_live(qtbot: QtBot) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:100, 20:100] = 1
    easel = Easel(qtbot, mask=mask, kind=MaskKind.REGION)
    easel.canvas.set_weighting(power=2, positive_weight=1, floor=0)
    weights = easel.canvas.scene.weights
    with qtbot.waitSignal(weights.changed):
        easel.canvas.layers.set_look(Layer.WEIGHTS, visible=True, opacity=1.0)
    middle, rim = easel.colour(60, 60), easel.colour(24, 60)
    assert middle.lightness() > rim.lightness() + 60
    assert easel.colour(130, 60) == PLAIN
    with qtbot.waitSignal(weights.changed):
        easel.drag((60, 10), (60, 110), button=Qt.MouseButton.RightButton)
    assert easel.colour(50, 60).lightness() < middle.lightness() - 30, "it lies near the border now"
    with qtbot.waitSignal(weights.changed):
        easel.editor.set_kind(MaskKind.EXACT)
    assert weights.pixels is None
    weights.close()


def test_beside_an_edited_mask_the_heat_becomes_a_hint(easel: Easel) -> None:
    easel.canvas.set_proposal(easel.crack_map)
    strong = easel.colour(80, 45)
    easel.drag((20, 80), (30, 80))
    hint = easel.colour(80, 45)
    assert abs(hint.red() - GREY) < abs(strong.red() - GREY) / 2
    easel.canvas.set_tool(ToolKey.PROPOSAL_BRUSH)
    assert easel.colour(80, 45) == strong
    easel.canvas.set_tool(ToolKey.BRUSH)
    easel.editor.undo_stack.undo()
    assert easel.colour(80, 45) == strong


def test_a_release_that_never_came_ends_the_stroke_at_the_next_movement(easel: Easel) -> None:
    QTest.mousePress(easel.canvas, Qt.MouseButton.LeftButton, pos=easel.at(50, 50))
    place = QPointF(easel.at(100, 100))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        easel.canvas.mapToGlobal(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        NONE,
    )
    QApplication.sendEvent(easel.canvas, event)
    assert easel.editor.undo_stack.count() == 1
    assert not easel.editor.array()[75, 75]


SHARP = """
import os
import subprocess
import sys

import numpy as np
from PySide6.QtWidgets import QApplication
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor

app = QApplication([])
canvas = Canvas()
canvas.resize(401, 301)
image = np.zeros((200, 300, 3), np.uint8)
image[::2, ::2] = image[1::2, 1::2] = 255
canvas.set_image(image)
canvas.set_editor(MaskEditor(200, 300))
canvas.show()
canvas.actual_size()
shown = canvas.grab().toImage()
view = canvas.view
assert view.scale == 1.0
assert abs(shown.width() - view.width) <= 1
columns = range(int(view.x), int(view.x) + 300)
found = [shown.pixelColor(x, view.height // 2).red() for x in columns]
assert len(found) == 300 and set(found) == {0, 255}
assert all(one != other for one, other in zip(found, found[1:]))
"""


@pytest.mark.parametrize("ratio", ["1.5", "2"])
def test_at_100_percent_every_pixel_is_a_pixel_of_a_high_dpi_screen(ratio: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": ratio, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", SHARP], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_line_is_seen_while_it_is_drawn_and_is_one_step(easel: Easel) -> None:
    easel.canvas.set_tool(ToolKey.LINE)
    easel.canvas.brush_size = 4
    QTest.mousePress(easel.canvas, Qt.MouseButton.LeftButton, NONE, easel.at(20, 20))
    QTest.mouseMove(easel.canvas, easel.at(120, 100))
    assert easel.editor.array()[100, 119] == 1
    QTest.mouseMove(easel.canvas, easel.at(120, 20))
    QTest.mouseRelease(easel.canvas, Qt.MouseButton.LeftButton, NONE, easel.at(120, 20))
    drawn = easel.editor.array()
    assert not drawn[30:].any(), "only the last end counts"
    assert set(drawn[19:22, 20:121].ravel()) == {1}
    assert easel.editor.undo_stack.count() == 1
    easel.drag((10, 20), (70, 20), button=Qt.MouseButton.RightButton)
    assert not easel.editor.array()[20, :70].any()
    easel.editor.undo_stack.undo()
    assert (easel.editor.array() == drawn).all()


@pytest.fixture
def liner(easel: Easel) -> Easel:
    easel.canvas.set_tool(ToolKey.LINE)
    easel.canvas.brush_size = 5
    easel.canvas.activateWindow()
    easel.canvas.setFocus()
    return easel


def click(easel: Easel, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseMove(easel.canvas, easel.at(x, y))
    QTest.mouseClick(easel.canvas, button, NONE, easel.at(x, y))


def test_a_line_goes_from_click_to_click_and_follows_the_pointer_between_them(liner: Easel) -> None:
    before = liner.colour(70, 20)
    click(liner, 20, 20)
    QTest.mouseMove(liner.canvas, liner.at(120, 20))
    assert not liner.editor.array().any(), "a draft paints nothing"
    assert liner.editor.undo_stack.count() == 0
    for row in (18, 20, 22):
        assert liner.colour(70, row) != before, "it is seen as wide as it will be"
    assert liner.colour(70, 26) == before
    click(liner, 120, 20)
    assert not liner.canvas._tool.is_drafting
    drawn = liner.editor.array()
    assert set(drawn[18:23, 20:121].ravel()) == {1}
    assert not drawn[26:].any()
    assert liner.editor.undo_stack.count() == 1
    QTest.mouseMove(liner.canvas, liner.at(120, 100))
    assert (liner.editor.array() == drawn).all()


def test_a_click_without_a_drag_leaves_no_dot(liner: Easel) -> None:
    for _ in range(2):
        QTest.mousePress(liner.canvas, Qt.MouseButton.LeftButton, NONE, liner.at(40, 40))
        QTest.mouseMove(liner.canvas, liner.at(40, 40) + QPoint(2, 1))
        QTest.mouseRelease(liner.canvas, Qt.MouseButton.LeftButton, NONE, liner.at(40, 40) + QPoint(2, 1))
    assert not liner.canvas._tool.is_drafting
    assert not liner.editor.array().any()
    assert not liner.editor.touched


def test_an_untouched_proposal_is_taken_in_by_the_line_and_not_by_its_first_click(liner: Easel) -> None:
    liner.propose()
    click(liner, 20, 20)
    assert not liner.editor.touched
    assert not liner.editor.array().any()
    click(liner, 120, 20)
    assert liner.editor.array()[45, 60] == liner.editor.array()[20, 60] == 1


def test_enter_ends_a_line_in_hand_and_does_not_confirm(liner: Easel) -> None:
    confirmed: list[bool] = []
    action = QAction(liner.canvas)
    action.setShortcut(Qt.Key.Key_Return)
    action.triggered.connect(lambda: confirmed.append(True))
    liner.canvas.addAction(action)
    click(liner, 20, 60)
    QTest.mouseMove(liner.canvas, liner.at(100, 60))
    QTest.keyClick(liner.canvas, Qt.Key.Key_Return)
    assert set(liner.editor.array()[60, 20:101]) == {1}
    assert confirmed == []
    QTest.keyClick(liner.canvas, Qt.Key.Key_Return)
    assert confirmed == [True]


def test_a_double_click_ends_a_line_and_begins_none(liner: Easel) -> None:
    click(liner, 20, 60)
    click(liner, 100, 60)
    QTest.mouseDClick(liner.canvas, Qt.MouseButton.LeftButton, NONE, liner.at(100, 60))
    assert not liner.canvas._tool.is_drafting
    assert liner.editor.undo_stack.count() == 1
    click(liner, 20, 100)
    QTest.mouseDClick(liner.canvas, Qt.MouseButton.LeftButton, NONE, liner.at(20, 100))
    assert not liner.canvas._tool.is_drafting
    assert liner.editor.undo_stack.count() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Backspace])
def test_a_line_in_hand_is_taken_back(liner: Easel, key: Qt.Key) -> None:
    plain = liner.colour(60, 60)
    click(liner, 20, 60)
    QTest.mouseMove(liner.canvas, liner.at(100, 60))
    QTest.keyClick(liner.canvas, key)
    assert not liner.canvas._tool.is_drafting
    assert liner.editor.undo_stack.count() == 0
    assert liner.colour(60, 60) == plain
    liner.drag((20, 20), (100, 20))
    assert liner.editor.array()[20, 60] == 1


def test_the_second_click_may_be_dragged_and_the_first_says_whether_it_erases(liner: Easel) -> None:
    liner.drag((20, 60), (140, 60))
    click(liner, 10, 60, Qt.MouseButton.RightButton)
    liner.drag((40, 20), (40, 60), (70, 60))
    drawn = liner.editor.array()
    assert not drawn[60, :70].any()
    assert drawn[60, 80:140].all()
    assert liner.editor.undo_stack.count() == 2


def test_whoever_turns_away_from_a_line_in_hand_leaves_nothing(liner: Easel) -> None:
    for away in (lambda: liner.canvas.set_tool(ToolKey.BRUSH), lambda: liner.canvas.set_image(None)):
        liner.canvas.set_tool(ToolKey.LINE)
        click(liner, 20, 20)
        QTest.mouseMove(liner.canvas, liner.at(100, 100))
        away()
        assert not liner.editor.array().any()
        assert liner.editor.undo_stack.count() == 0


def test_a_polygon_is_set_corner_by_corner_and_holes_are_cut_into_it(easel: Easel) -> None:
    def click(x: float, y: float, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(easel.canvas, Qt.MouseButton.LeftButton, modifier, easel.at(x, y))

    easel.canvas.set_tool(ToolKey.POLYGON)
    for corner in ((20, 20), (100, 20), (150, 110), (100, 100)):
        click(*corner)
    QTest.keyClick(easel.canvas, Qt.Key.Key_Backspace)  # not (100, 100)
    QTest.keyClick(easel.canvas, Qt.Key.Key_Backspace)  # not (150, 110)
    click(100, 100)
    click(20, 100)
    assert not easel.editor.array().any(), "a draft paints nothing"
    click(21, 21)  # near enough to the first
    square = easel.editor.array()
    assert square[60, 60] == 1
    assert not square[:, 102:].any()
    click(40, 40, Qt.KeyboardModifier.ControlModifier)
    click(80, 40)
    click(80, 80)
    QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
    assert easel.editor.array()[45, 75] == 0
    assert easel.editor.array()[75, 45] == 1
    click(10, 110)
    click(30, 110)
    QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
    assert easel.editor.undo_stack.count() == 2


def test_a_draft_goes_with_the_view_and_with_its_tool(easel: Easel) -> None:
    def corner_is_white() -> bool:
        return easel.colour(40, 40).lightness() > 200

    easel.canvas.set_tool(ToolKey.POLYGON)
    for corner in ((40, 40), (100, 40)):
        QTest.mouseClick(easel.canvas, Qt.MouseButton.LeftButton, NONE, easel.at(*corner))
    assert corner_is_white()
    easel.canvas.zoom_by(0.7)
    assert corner_is_white()
    easel.canvas.set_tool(ToolKey.BRUSH)
    assert not corner_is_white()


def test_enter_ends_a_polygon_and_does_not_confirm(easel: Easel) -> None:
    confirmed: list[bool] = []
    action = QAction(easel.canvas)
    action.setShortcut(Qt.Key.Key_Return)
    action.triggered.connect(lambda: confirmed.append(True))
    easel.canvas.addAction(action)
    easel.canvas.activateWindow()
    easel.canvas.setFocus()
    easel.canvas.set_tool(ToolKey.POLYGON)
    for corner in ((20, 20), (100, 20), (100, 100)):
        QTest.mouseClick(easel.canvas, Qt.MouseButton.LeftButton, NONE, easel.at(*corner))
    QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
    assert easel.editor.array()[30, 90] == 1
    assert confirmed == []
    QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
    assert confirmed == [True]


def test_taking_another_tool_or_image_keeps_a_polygon(easel: Easel) -> None:
    for again in (lambda: easel.canvas.set_tool(ToolKey.BRUSH), lambda: easel.canvas.set_image(None)):
        easel.canvas.set_tool(ToolKey.POLYGON)
        for corner in ((20, 20), (100, 20), (100, 100)):
            QTest.mouseClick(easel.canvas, Qt.MouseButton.LeftButton, NONE, easel.at(*corner))
        again()
        assert easel.editor.array()[30, 90] == 1
        easel.editor.undo_stack.undo()


def test_a_fill_stops_at_what_encloses_it(easel: Easel) -> None:
    easel.canvas.brush_size = 6
    for start, end in (((20, 20), (100, 20)), ((100, 20), (60, 90)), ((60, 90), (20, 20))):
        easel.drag(start, end)
    easel.canvas.set_tool(ToolKey.FILL)
    easel.drag((60, 40))
    assert easel.editor.array()[40, 60] == 1
    assert easel.editor.array()[100, 100] == 0
    easel.drag((60, 40), button=Qt.MouseButton.RightButton)
    assert not easel.editor.array().any()


def test_the_wand_takes_in_more_the_further_it_is_dragged(qtbot: QtBot) -> None:
    easel = Easel(qtbot)
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    picture[40:60, 40:60], picture[40:60, 60:80] = 50, 80
    easel.canvas.set_image(picture)
    easel.canvas.set_editor(easel.editor)
    easel.canvas.set_tool(ToolKey.WAND)
    easel.drag((50, 50))
    assert np.count_nonzero(easel.editor.array()) == 20 * 20
    easel.editor.undo_stack.undo()
    easel.drag((50, 50), (70, 50), (90, 50))
    assert np.count_nonzero(easel.editor.array()) == 20 * 40
    assert easel.editor.undo_stack.count() == 1


@pytest.mark.parametrize("proposed", [True, False])
def test_the_lasso_takes_in_the_proposal_or_what_is_dark(qtbot: QtBot, proposed: bool) -> None:
    easel = Easel(qtbot)
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    picture[60:70] = 40
    easel.canvas.set_image(picture)
    easel.canvas.set_editor(easel.editor)
    easel.canvas.set_tool(ToolKey.LASSO)
    if proposed:
        easel.canvas.set_proposal(easel.crack_map)
    easel.drag((20, 20), (100, 20), (100, 100), (20, 100))
    rows, columns = np.nonzero(easel.editor.array())
    assert (rows.min(), rows.max()) == ((40, 49) if proposed else (60, 69))
    assert 18 <= columns.min() < columns.max() <= 101


@pytest.mark.parametrize(("below", "expected"), [(None, (60, 69)), (41 / 255, (60, 69)), (151 / 255, (50, 69))])
def test_without_a_proposal_the_lasso_goes_by_a_brightness_set_by_hand(
    qtbot: QtBot, below: float | None, expected: tuple[int, int]
) -> None:
    easel = Easel(qtbot)
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    picture[50:60], picture[60:70] = 150, 40  # Otsu parts the darker one from the rest
    easel.canvas.set_image(picture)
    easel.canvas.set_editor(easel.editor)
    easel.canvas.set_tool(ToolKey.LASSO)
    easel.canvas.dark_below = below
    easel.drag((20, 20), (100, 20), (100, 100), (20, 100))
    rows, _ = np.nonzero(easel.editor.array())
    assert (rows.min(), rows.max()) == expected


@pytest.fixture
def cracked(qtbot: QtBot) -> Easel:
    """A canvas on a picture with a dark line, 3 px wide, along y = 40 and then down x = 100."""
    easel = Easel(qtbot)
    picture = np.random.default_rng(0).integers(170, 190, (HEIGHT, WIDTH, 3), np.uint8)
    picture[39:42, 10:102] = picture[39:110, 99:102] = 60
    easel.canvas.set_image(picture)
    easel.canvas.set_editor(easel.editor)
    easel.canvas.set_tool(ToolKey.TRACE)
    return easel


def trace_to(easel: Easel, qtbot: QtBot, x: float, y: float, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseMove(easel.canvas, easel.at(x, y))
    QTest.mouseClick(easel.canvas, Qt.MouseButton.LeftButton, modifier, easel.at(x, y))
    tool = easel.canvas._tool
    qtbot.waitUntil(lambda: tool._trace is not None and tool._trace.covers(x, y))


def test_the_tracer_follows_the_crack_round_its_corner(cracked: Easel, qtbot: QtBot) -> None:
    trace_to(cracked, qtbot, 20, 41)
    assert not cracked.editor.array().any()
    trace_to(cracked, qtbot, 101, 90)
    drawn = cracked.editor.array()
    truth = np.zeros_like(drawn)
    truth[39:42, 20:102] = truth[39:91, 99:102] = 1
    assert np.count_nonzero(drawn != truth) < 0.25 * np.count_nonzero(truth)
    assert cracked.editor.undo_stack.count() == 1
    told: list[QRegion] = []
    shown = cracked.canvas.update_device
    cracked.canvas.update_device = lambda region: (told.append(QRegion(region)), shown(region))
    QTest.keyClick(cracked.canvas, Qt.Key.Key_Return)
    assert not cracked.canvas._tool.is_drafting
    assert (cracked.editor.array() == drawn).all()
    assert any(region.contains(cracked.at(20, 40)) for region in told), "the first node is wiped off"


def test_backspace_and_undo_take_the_last_piece_back_and_go_on_from_there(cracked: Easel, qtbot: QtBot) -> None:
    trace_to(cracked, qtbot, 20, 40)
    trace_to(cracked, qtbot, 60, 40)
    first = cracked.editor.array()
    for take_back in (
        lambda: QTest.keyClick(cracked.canvas, Qt.Key.Key_Backspace),
        cracked.editor.undo_stack.undo,
    ):
        trace_to(cracked, qtbot, 100, 80)
        assert cracked.editor.undo_stack.index() == 2
        take_back()
        assert (cracked.editor.array() == first).all()
    trace_to(cracked, qtbot, 90, 40)
    assert cracked.editor.array()[40, 60:88].all()
    assert not cracked.editor.array()[60:].any()


def test_a_trace_may_be_as_wide_as_the_brush_and_may_erase(cracked: Easel, qtbot: QtBot) -> None:
    cracked.canvas.traces_by_brush = True
    cracked.canvas.brush_size = 9
    trace_to(cracked, qtbot, 20, 40)
    trace_to(cracked, qtbot, 80, 40)
    assert np.count_nonzero(cracked.editor.array()[:, 50]) == pytest.approx(9, abs=1)
    QTest.keyClick(cracked.canvas, Qt.Key.Key_Escape)
    trace_to(cracked, qtbot, 40, 40, Qt.KeyboardModifier.ControlModifier)
    trace_to(cracked, qtbot, 60, 40)
    assert not cracked.editor.array()[:, 50].any()
