"""Tools, mending and proposals on a mask of several classes: each changes what it is meant to, and undo works."""

import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from crackstudio.core.classes import COLOURS, UNSURE
from crackstudio.core.images import MaskKind
from crackstudio.project import rasters
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.mending import Mend

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Hand:
    """Draws on the real canvas, in pixels of the image."""

    def __init__(self, window):
        self.window, self.canvas = window, window.canvas

    @property
    def editor(self):
        return self.window.session.image.editor

    def at(self, x, y):
        return (QPointF(*self.canvas.view.to_device(x, y)) / self.canvas.ratio()).toPoint()

    def drag(self, *points, button=LEFT):
        QTest.mousePress(self.canvas, button, pos=self.at(*points[0]))
        for point in points[1:]:
            QTest.mouseMove(self.canvas, self.at(*point))
        QTest.mouseRelease(self.canvas, button, pos=self.at(*points[-1]))

    def clicks(self, *points):
        for point in points:
            QTest.mouseClick(self.canvas, LEFT, pos=self.at(*point))


@pytest.fixture
def hand(opened):
    """A hand over a mask with a crack (1), a spall (2) that it runs into, rust (3) and something unsure."""
    for name in ("spall", "rust"):
        opened.classes.add()
        opened.classes.rename(opened.classes.in_use, name)
    opened.classes.choose(1)
    mask = np.zeros((48, 64), np.uint8)
    mask[20:23, 2:40] = 1
    mask[14:30, 40:56] = 2
    mask[2:8, 2:8] = 3
    mask[36:44, 4:20] = UNSURE
    opened.session.image.editor.become("drawn", mask, kind=MaskKind.EXACT)
    opened.canvas.brush_size = 5
    return Hand(opened)


def changed(before, after):
    """(before, after) of all pixels that differ."""
    there = before != after
    return set(zip(before[there].tolist(), after[there].tolist(), strict=True))


@pytest.mark.parametrize(
    ("tool", "act"),
    [
        (ToolKey.BRUSH, lambda hand: hand.drag((5, 21), (60, 21))),
        (ToolKey.LINE, lambda hand: hand.drag((5, 21), (60, 21))),
        (ToolKey.LASSO, lambda hand: hand.drag((1, 15), (62, 15), (62, 28), (1, 28), (1, 15))),
    ],
)
def test_what_is_drawn_over_another_class_is_of_the_class_in_use(hand, tool, act):
    hand.window.classes.choose(3)
    hand.canvas.set_tool(tool)
    before = hand.editor.array()
    act(hand)
    found = changed(before, hand.editor.array())
    assert {after for _, after in found} == {3}
    assert {0, 1, 2} >= {was for was, _ in found} > {0}
    hand.window.actions["undo"].trigger()
    assert np.array_equal(hand.editor.array(), before)


def test_a_polygon_is_of_the_class_in_use(hand):
    hand.window.classes.choose(2)
    hand.canvas.set_tool(ToolKey.POLYGON)
    before = hand.editor.array()
    hand.clicks((1, 1), (30, 1), (30, 30))
    QTest.keyClick(hand.canvas, Qt.Key.Key_Return)
    assert {after for _, after in changed(before, hand.editor.array())} == {2}


def test_a_draft_is_of_the_class_in_use_when_it_is_finished(hand):
    hand.canvas.set_tool(ToolKey.POLYGON)
    hand.clicks((1, 1), (30, 1), (30, 30))
    hand.window.classes.choose(3)
    before = hand.editor.array()
    QTest.keyClick(hand.canvas, Qt.Key.Key_Return)
    assert {after for _, after in changed(before, hand.editor.array())} == {3}


@pytest.mark.parametrize("tool", [ToolKey.ERASE, ToolKey.BRUSH])
def test_erasing_takes_every_class(hand, tool):
    hand.canvas.set_tool(tool)
    before = hand.editor.array()
    hand.drag((5, 21), (60, 21), button=RIGHT)
    assert changed(before, hand.editor.array()) == {(1, 0), (2, 0)}


def test_fill_stops_at_other_classes_and_turns_a_piece_into_another(hand):
    hand.canvas.set_tool(ToolKey.FILL)
    hand.window.classes.choose(3)
    before = hand.editor.array()
    hand.clicks((48, 20))
    assert changed(before, hand.editor.array()) == {(2, 3)}
    assert (hand.editor.array() == 3).sum() == (before == 2).sum() + (before == 3).sum()


def test_a_wand_drag_stops_at_other_classes_and_at_what_is_unsure(hand):
    hand.canvas.set_tool(ToolKey.WAND)
    hand.window.classes.choose(2)
    before = hand.editor.array()
    hand.drag((30, 32), (31, 32), (63, 32))
    assert changed(before, hand.editor.array()) == {(0, 2)}
    hand.window.actions["undo"].trigger()
    hand.drag((4, 4), (63, 4))
    assert np.array_equal(hand.editor.array(), before), "begun on another class it paints nothing"


def test_the_proposal_brush_paints_the_class_in_use_where_the_proposal_is(hand):
    crack_map = np.zeros((48, 64), np.uint8)
    crack_map[21] = 255
    hand.canvas.set_proposal(crack_map)
    hand.window.classes.choose(3)
    hand.canvas.set_tool(ToolKey.PROPOSAL_BRUSH)
    before = hand.editor.array()
    hand.drag((5, 21), (60, 21))
    after = hand.editor.array()
    assert changed(before, after) == {(0, 3), (1, 3), (2, 3)}
    assert not (np.flatnonzero((before != after).any(axis=1)) != 21).any()


@pytest.mark.parametrize("mend", list(Mend))
@pytest.mark.parametrize("value", [1, 2])
def test_mending_changes_the_class_in_use_alone(hand, qtbot, mend, value):
    window = hand.window
    mask = hand.editor.array()
    mask[24, 44:48], mask[33, 30], mask[21, 20:24] = 0, value, 0
    hand.editor.become("worn", mask, kind=MaskKind.EXACT)
    window.classes.choose(value)
    said = []
    window.session.message_given.connect(said.append)
    window.actions[mend].trigger()
    qtbot.waitUntil(lambda: any("done" in words or "nothing" in words for words in said))
    pairs = changed(mask, hand.editor.array())
    assert {one for pair in pairs for one in pair} <= {0, value}
    window.actions["undo"].trigger()
    if pairs:
        assert np.array_equal(hand.editor.array(), mask)


def test_taking_the_proposal_again_is_for_the_cracks_alone(hand, qtbot):
    crack_map = np.zeros((48, 64), np.uint8)
    crack_map[18] = 255
    hand.editor._proposal_source = lambda: (crack_map, 0.5)
    before = hand.editor.array()
    with qtbot.waitSignal(hand.editor.state_changed):
        hand.window.actions["take_proposal"].trigger()
    after = hand.editor.array()
    for value in (2, 3, UNSURE):
        assert np.array_equal(after == value, before == value)
    assert np.array_equal(after == 1, (crack_map > 0) & (before != 2))
    hand.window.actions["undo"].trigger()
    assert np.array_equal(hand.editor.array(), before)
    hand.window.actions["redo"].trigger()
    assert np.array_equal(hand.editor.array(), after)


def test_the_first_stroke_of_another_class_takes_the_proposal_in_as_cracks(proposed):
    hand = Hand(proposed)
    proposed.classes.add()
    hand.canvas.brush_size = 3
    hand.drag((5, 5), (9, 5))
    assert set(np.unique(hand.editor.array())) == {0, 1, 2}


def test_what_is_saved_holds_every_class(hand, qtbot):
    window = hand.window
    wanted = hand.editor.array()
    with qtbot.waitSignal(window.session.saved):
        window.actions["save"].trigger()
        hand.editor.become("more", wanted, kind=MaskKind.REGION)
        window.actions["save"].trigger()
    close_project(window)
    path = next(iter((window.settings.recents()[0] / ".crackstudio" / "masks").rglob("*.png")))
    kept = rasters.read_image(path).array
    assert kept.dtype == np.uint8
    assert np.array_equal(kept, wanted)


@pytest.mark.parametrize("tool", [ToolKey.BRUSH, ToolKey.POLYGON])
def test_another_class_is_named_at_the_pointer_for_a_moment(hand, tool):
    hand.canvas.set_tool(tool)
    QTest.mouseMove(hand.canvas, hand.at(30, 30))
    hand.canvas._cursor._timer.stop()
    hand.canvas._cursor.words_gone.emit()
    before = hand.canvas.grab().toImage()
    hand.window.classes.choose(2)
    place = hand.canvas._cursor._place
    assert place.text == "spall"
    assert place.plate is not None
    assert hand.canvas.grab().toImage() != before
    hand.canvas._cursor._timer.stop()
    hand.canvas._cursor.words_gone.emit()
    place = hand.canvas._cursor._place
    assert place is None if tool is ToolKey.POLYGON else place.plate is None


def test_the_ring_has_the_colour_of_what_is_painted(hand):
    hand.canvas.brush_size = 20
    QTest.mouseMove(hand.canvas, hand.at(30, 35))
    seen = {}
    for value in (2, 3):
        hand.window.classes.choose(value)
        seen[value] = hand.canvas._cursor._place.colour
    hand.canvas.set_tool(ToolKey.ERASE)
    assert seen == {2: COLOURS[1], 3: COLOURS[2]}
    assert hand.canvas._cursor._place.colour == ""


def test_the_panel_tells_the_figures_of_the_class_in_use(hand, qtbot):
    panel, classes = hand.window.image_panel, hand.window.classes
    hand.editor.set_kind(MaskKind.REGION)  # a step, so that it is counted
    qtbot.waitUntil(lambda: panel._length.text() != "–")
    widths = {}
    for value in (1, 2, 3, UNSURE):
        classes.choose(value)
        widths[panel._counted.text()] = panel._width.text()
    assert list(widths) == ["crack, length", "spall, length", "rust, length"]
    assert widths["crack, length"].startswith("3.")
    assert not widths["spall, length"].startswith("3.")


def test_a_long_name_does_not_widen_the_panels(hand):
    room = hand.window.image_panel.minimumSizeHint().width()
    hand.window.classes.rename(1, "W" * 40)
    assert hand.window.image_panel.minimumSizeHint().width() == pytest.approx(room, abs=8)
    assert hand.window.classes_panel.minimumSizeHint().width() <= room
