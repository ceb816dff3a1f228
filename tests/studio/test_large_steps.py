"""Steps too large for the window's thread: nothing holds it up, and whatever a person does meanwhile is kept."""

import threading

import cv2
import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from crackstudio.core.images import Review, Tag
from crackstudio.imaging.patch import TILE
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.studio import mask_editor, mask_turns, mending
from crackstudio.studio.canvas import mask_pyramid
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.mask_steps import replayed
from crackstudio.studio.mending import Mend

SIDE = 8192
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def eager(monkeypatch):
    """Everything counts as large."""
    monkeypatch.setattr(mask_editor, "MOST_PIXELS", 0)
    monkeypatch.setattr(mending, "MOST_TILES", 0)
    monkeypatch.setattr(mask_turns, "MOST_PACKED", -1)


@pytest.fixture
def gate(eager, opened, monkeypatch):
    """Nothing is worked out before it is set."""
    gate = threading.Event()
    for name in ("worked", "_after"):
        work = getattr(mask_turns, name)
        monkeypatch.setattr(mask_turns, name, lambda *args, work=work, **named: (gate.wait(), work(*args, **named))[1])
    yield gate
    gate.set()


def settle(window, qtbot):
    qtbot.waitUntil(lambda: not window.mending._turns, timeout=20_000)


def at(window, x, y):
    return QPoint(*map(round, window.canvas.view.to_device(x, y)))


def click(window, x, y):
    QTest.mouseClick(window.canvas, LEFT, NONE, at(window, x, y))


def polygon(window, *corners):
    window.canvas.set_tool(ToolKey.POLYGON)
    for corner in corners:
        click(window, *corner)
    window.canvas._tool.finish(window.canvas)


def square(window, left=10, top=10, side=20):
    polygon(window, (left, top), (left + side, top), (left + side, top + side), (left, top + side))


def stroke(window, x, y, *, value=1, size=4):
    editor = window.session.image.editor
    editor.begin_stroke(x, y, size=size, value=value)
    editor.finish_stroke()


def said(window):
    told = []
    window.session.message_given.connect(told.append)
    return told


def on_disk(window, image):
    window.session.writing.finish()
    window.session.project.flush()
    return window.session.project.load_mask(image.id)


def test_a_shape_that_is_worked_out_later_is_one_step(gate, opened, qtbot):
    editor = opened.session.image.editor
    square(opened)
    assert not editor.touched
    gate.set()
    settle(opened, qtbot)
    assert editor.array()[15, 15] == 1
    assert editor.undo_stack.count() == 1
    opened.actions["undo"].trigger()
    settle(opened, qtbot)
    assert not editor.array().any()
    assert not editor.touched
    opened.actions["redo"].trigger()
    settle(opened, qtbot)
    assert editor.array()[15, 15] == 1
    assert editor.undo_stack.count() == editor.undo_stack.index() == 1


def test_a_small_mask_is_drawn_into_at_once(opened):
    square(opened)
    assert opened.session.image.editor.array()[15, 15] == 1


def test_a_stroke_made_meanwhile_is_kept_and_lies_over_the_shape(gate, opened, qtbot):
    editor = opened.session.image.editor
    square(opened)
    stroke(opened, 12, 12, value=2)
    stroke(opened, 45, 40, value=2)
    before = editor.array()
    gate.set()
    settle(opened, qtbot)
    assert editor.array()[12, 12] == editor.array()[40, 45] == 2
    assert editor.array()[20, 20] == 1
    assert editor.undo_stack.count() == 3
    editor.undo_stack.undo()
    assert np.array_equal(editor.array(), before)


def test_a_stroke_that_is_being_drawn_is_waited_for(gate, opened, qtbot):
    editor = opened.session.image.editor
    square(opened)
    editor.begin_stroke(12, 12, size=4, value=2)
    gate.set()
    opened.mending._background.finish()
    assert editor.is_stroking
    assert editor.array()[20, 20] == 0
    editor.extend_stroke(45, 40)
    editor.finish_stroke()
    settle(opened, qtbot)
    assert editor.array()[12, 12] == editor.array()[40, 45] == 2
    assert editor.array()[28, 12] == 1
    assert editor.undo_stack.count() == 2


def test_a_stroke_that_was_thought_better_of_leaves_the_shape_as_it_was_asked_for(gate, opened, qtbot):
    editor = opened.session.image.editor
    stroke(opened, 12, 12, value=2)
    square(opened)
    editor.begin_stroke(12, 12, size=9, value=3)
    gate.set()
    opened.mending._background.finish()
    opened.actions["undo"].trigger()
    settle(opened, qtbot)
    assert set(np.unique(editor.array())) == {0, 1}
    assert editor.undo_stack.count() == 2


def test_shapes_come_one_after_another_and_the_last_lies_on_top(gate, opened, qtbot):
    editor = opened.session.image.editor
    opened.canvas.brush_value = 1
    square(opened)
    opened.canvas.brush_value = 2
    square(opened, 20, 20)
    opened.canvas.brush_value = 3
    opened.canvas.set_tool(ToolKey.FILL)
    click(opened, 12, 12)
    gate.set()
    settle(opened, qtbot)
    assert (editor.array()[12, 12], editor.array()[25, 25], editor.array()[35, 35]) == (3, 2, 2)
    assert editor.undo_stack.count() == 3


def test_what_is_undone_before_it_is_there_is_undone_once_it_is(gate, opened, qtbot):
    editor = opened.session.image.editor
    stroke(opened, 45, 40)
    before = editor.array()
    square(opened)
    opened.actions["undo"].trigger()
    gate.set()
    settle(opened, qtbot)
    assert np.array_equal(editor.array(), before)
    assert editor.undo_stack.canRedo()


def test_the_first_shape_can_be_undone_before_it_is_there(gate, opened, qtbot):
    square(opened)
    assert opened.actions["undo"].isEnabled()
    opened.actions["undo"].trigger()
    gate.set()
    settle(opened, qtbot)
    assert not opened.session.image.editor.touched
    assert not opened.actions["undo"].isEnabled()
    assert opened.actions["redo"].isEnabled()


def test_a_stroke_made_while_a_step_is_undone_is_kept_and_the_undo_told_not_to_be_done(gate, opened, qtbot):
    editor, told = opened.session.image.editor, said(opened)
    square(opened)
    gate.set()
    settle(opened, qtbot)
    gate.clear()
    opened.actions["undo"].trigger()
    stroke(opened, 45, 40, value=2)
    gate.set()
    settle(opened, qtbot)
    assert any("Undo" in words and "meanwhile" in words for words in told)
    assert (editor.array()[15, 15], editor.array()[40, 45]) == (1, 2)
    assert editor.undo_stack.index() == editor.undo_stack.count() == 2


def test_undo_pressed_again_and_again_takes_as_many_steps_back(gate, opened, qtbot):
    editor = opened.session.image.editor
    gate.set()
    for left in (5, 20, 35):
        square(opened, left, 10, 10)
        settle(opened, qtbot)
    gate.clear()
    for name in ("undo", "undo", "undo", "redo"):
        opened.actions[name].trigger()
    gate.set()
    settle(opened, qtbot)
    assert editor.undo_stack.index() == 1
    assert (editor.array()[15, 10], editor.array()[15, 25]) == (1, 0)


def test_enter_confirms_with_the_shape_that_is_still_worked_out(gate, opened, qtbot):
    image = opened.session.image
    square(opened)
    opened.image_panel.accept.click()
    opened.image_panel.accept.click()
    assert opened.session.entry.review is not Review.CONFIRMED
    assert opened.session.image is image
    gate.set()
    qtbot.waitUntil(lambda: opened.session.image is not image)
    assert opened.session.project.entry(image.id).review is Review.CONFIRMED
    assert on_disk(opened, image)[15, 15] == 1
    assert [entry.review for entry in opened.session.entries()].count(Review.CONFIRMED) == 1


def test_an_image_that_was_left_for_another_is_confirmed_and_that_one_stays_open(gate, opened, qtbot):
    image, others = opened.session.image, [entry.id for entry in opened.session.entries()]
    other = next(one for one in reversed(others) if one != image.id)
    square(opened)
    opened.image_panel.accept.click()
    opened.session.open_image(other)
    qtbot.waitUntil(lambda: opened.session.image.id == other)
    gate.set()
    settle(opened, qtbot)
    assert opened.session.project.entry(image.id).review is Review.CONFIRMED
    assert on_disk(opened, image)[15, 15] == 1
    assert opened.session.image.id == other
    assert not opened.session.is_between_images


def test_nothing_here_waits_for_the_shape_and_empties_it_too(gate, opened, qtbot):
    image = opened.session.image
    stroke(opened, 45, 40)
    square(opened)
    opened.image_panel.nothing.click()
    gate.set()
    qtbot.waitUntil(lambda: opened.session.image is not image)
    entry = opened.session.project.entry(image.id)
    assert (entry.review, entry.tag) == (Review.CONFIRMED, Tag.INTACT)
    assert not on_disk(opened, image).any()
    assert image.editor.undo_stack.count() == 3
    opened.session.open_image(image.id)
    qtbot.waitUntil(lambda: opened.session.image is image)
    opened.actions["undo"].trigger()
    settle(opened, qtbot)
    assert image.editor.array()[15, 15] == image.editor.array()[40, 45] == 1
    assert opened.session.project.entry(image.id).tag is Tag.CRACKED
    assert opened.session.entry.review is Review.CORRECTED


def test_a_stroke_made_while_the_mask_is_emptied_is_kept_and_nothing_is_confirmed(gate, opened, qtbot):
    image, told = opened.session.image, said(opened)
    stroke(opened, 45, 40)
    opened.image_panel.nothing.click()
    stroke(opened, 15, 15)
    gate.set()
    settle(opened, qtbot)
    assert any("meanwhile" in words for words in told)
    assert opened.session.image is image
    assert opened.session.entry.review is Review.CORRECTED
    assert image.editor.array()[40, 45] == image.editor.array()[15, 15] == 1


def test_an_image_that_is_left_gets_its_shape_and_is_saved_with_it(gate, opened, qtbot):
    image = opened.session.image
    square(opened)
    opened.actions["next"].trigger()
    qtbot.waitUntil(lambda: opened.session.image is not image)
    beside = opened.session.image
    gate.set()
    settle(opened, qtbot)
    assert opened.session.image is beside
    assert not beside.editor.touched
    assert on_disk(opened, image)[15, 15] == 1
    assert opened.session.project.entry(image.id).review is Review.CORRECTED


def test_a_polygon_in_hand_is_of_the_image_that_is_left(gate, opened, qtbot):
    image = opened.session.image
    opened.canvas.set_tool(ToolKey.POLYGON)
    for corner in ((10, 10), (30, 10), (30, 30)):
        click(opened, *corner)
    opened.actions["next"].trigger()
    qtbot.waitUntil(lambda: opened.session.image is not image)
    gate.set()
    settle(opened, qtbot)
    assert on_disk(opened, image)[15, 25] == 1


def test_closing_waits_for_it(gate, opened):
    image, folder = opened.session.image, opened.session.project.folder
    square(opened)
    square(opened, 40, 30, 10)
    gate.set()
    close_project(opened)
    project = Project.open(folder)
    saved = project.load_mask(image.id)
    assert saved[15, 15] == saved[35, 45] == 1
    assert project.unsaved() == []
    project.close()


@pytest.mark.parametrize("large", [False, True])
def test_the_lasso_picks_out_of_a_proposal_so_it_starts_from_nothing(proposed, qtbot, request, large):
    """Taking the whole proposal in first left the lasso nothing to add: nothing happened at all."""
    if large:
        request.getfixturevalue("eager")
    canvas, editor = proposed.canvas, proposed.session.image.editor
    canvas.set_tool(ToolKey.LASSO)
    QTest.mousePress(canvas, LEFT, NONE, at(proposed, 2, 4))
    for corner in ((30, 4), (30, 20), (2, 20)):
        QTest.mouseMove(canvas, at(proposed, *corner))
    QTest.mouseRelease(canvas, LEFT, NONE, at(proposed, 2, 5))
    settle(proposed, qtbot)
    found = editor.array()
    assert found[10, 5] == 1
    assert not found[30:].any()
    assert editor.undo_stack.count() == 1
    proposed.actions["undo"].trigger()
    settle(proposed, qtbot)
    assert not editor.touched


def test_what_cannot_be_made_is_told_and_nothing_behind_it_is_done(gate, opened, qtbot):
    notices = []
    opened.session.notice_raised.connect(notices.append)
    image = opened.session.image
    opened.mending.draw(image.editor, "Polygon", lambda _mask: 1 / 0)
    opened.image_panel.accept.click()
    gate.set()
    settle(opened, qtbot)
    assert len(notices) == 1
    assert opened.session.image is image
    assert opened.session.entry.review is not Review.CONFIRMED
    square(opened)
    settle(opened, qtbot)
    assert image.editor.array()[15, 15] == 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_between_the_journal_and_the_stack_lead_to_the_same_masks(eager, opened, qtbot, seed):
    chance = np.random.default_rng(seed)
    editor, journal = opened.session.image.editor, []
    keep, editor._journal = editor._journal, lambda payload: (journal.append(payload), keep(payload))
    for _ in range(40):
        x, y = chance.integers(2, 38, 2)
        opened.canvas.brush_value = int(chance.integers(1, 4))
        act = chance.integers(0, 6)
        if act == 0:
            square(opened, x, y, 15)
        elif act == 1:
            opened.canvas.set_tool(ToolKey.FILL)
            click(opened, x, y)
        elif act <= 3:
            stroke(opened, x, y, value=int(chance.integers(0, 4)), size=12)
        else:
            opened.actions["undo" if act == 4 else "redo"].trigger()
        if chance.random() < 0.3:
            settle(opened, qtbot)
    settle(opened, qtbot)
    fresh = MaskEditor(editor.mask.height, editor.mask.width)
    left = replayed(journal, fresh.mask)
    assert left is not None
    assert np.array_equal(left.mask.to_array(), editor.array())
    masks = {editor.undo_stack.index(): editor.array()}
    while editor.undo_stack.canUndo():
        editor.undo_stack.undo()
        masks[editor.undo_stack.index()] = editor.array()
    assert not editor.array().any()
    for index in range(1, max(masks) + 1):
        editor.undo_stack.redo()
        assert np.array_equal(editor.array(), masks[index])


@pytest.fixture
def large(make_window, tmp_path, qtbot):
    """An image of 8192 x 8192 with a mask of crossing lines, and a small one."""
    folder, mask = tmp_path / "large", np.zeros((SIDE, SIDE), np.uint8)
    rasters.write_png(folder / "0.png", np.zeros((SIDE, SIDE), np.uint8))
    rasters.write_png(folder / "1.png", np.zeros((60, 80), np.uint8))
    for at in range(60, SIDE, 128):
        cv2.line(mask, (0, at), (SIDE - 1, (at * 7) % SIDE), 1, 3)
    rasters.write_png(folder / ".crackstudio" / "masks" / "0.png.png", mask)
    window = make_window()
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: window.session.image is not None, timeout=20_000)
    window.canvas.brush_value = 2
    return window


def there_and_back(window, qtbot, act):
    """Do it, undo it, redo it; the watch over the event loop fails where one of them waits."""
    editor = window.session.image.editor
    before, steps = editor.mask.counts(), editor.undo_stack.index()
    act()
    settle(window, qtbot)
    after = editor.mask.counts()
    assert not np.array_equal(before, after)
    for name, counts, index in (("undo", before, steps), ("redo", after, steps + 1)):
        window.actions[name].trigger()
        settle(window, qtbot)
        assert np.array_equal(editor.mask.counts(), counts)
        assert editor.undo_stack.index() == index


def drag(window, *points):
    QTest.mousePress(window.canvas, LEFT, NONE, at(window, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(window.canvas, at(window, *point))
    QTest.mouseRelease(window.canvas, LEFT, NONE, at(window, *points[-1]))


def test_a_batch_over_a_large_open_image_does_not_hold_the_window_up(large, qtbot):
    image = large.session.image
    before = image.editor.mask.counts()
    large.image_list.view.selectAll()
    large.actions["confirm_nothing"].trigger()
    qtbot.waitUntil(lambda: image.editor.mask.is_empty, timeout=20_000)
    qtbot.waitUntil(lambda: any(card.notice.topic == "batch" for card in large.notices.cards()), timeout=20_000)
    told = next(card.notice for card in large.notices.cards() if card.notice.topic == "batch")
    told.offers[0].act()
    qtbot.waitUntil(lambda: not image.editor.mask.is_empty, timeout=20_000)
    assert np.array_equal(image.editor.mask.counts(), before)
    assert image.editor.undo_stack.count() == 2


RING = [(SIDE * (0.5 + 0.45 * np.cos(turn)), SIDE * (0.5 + 0.45 * np.sin(turn))) for turn in np.linspace(0, 6, 40)]


def test_shapes_in_a_large_mask_do_not_hold_the_window_up(large, qtbot):
    there_and_back(large, qtbot, lambda: polygon(large, *RING))
    large.canvas.set_tool(ToolKey.FILL)
    large.canvas.brush_value = 3
    there_and_back(large, qtbot, lambda: click(large, *RING[0]))
    large.canvas.brush_value = 4
    large.canvas.set_tool(ToolKey.LASSO)
    there_and_back(large, qtbot, lambda: drag(large, *RING))


def test_a_long_wide_line_does_not_hold_the_window_up(large, qtbot):
    editor = large.session.image.editor
    large.canvas.set_tool(ToolKey.LINE)
    for value, size in ((2, 2000), (3, 300)):
        large.canvas.brush_value, large.canvas.brush_size = value, size
        QTest.mousePress(large.canvas, LEFT, NONE, at(large, 500, 500))
        for end in range(1000, 8000, 1000):
            QTest.mouseMove(large.canvas, at(large, end, end))
        assert large.canvas._tool.draft.width == size, "it is seen as wide as it will be"
        assert not editor.is_stroking

        def let_go():
            QTest.mouseRelease(large.canvas, LEFT, NONE, at(large, 7000, 7500))

        there_and_back(large, qtbot, let_go)
        assert not large.canvas._tool.is_drafting


def looked_at(canvas, *, factor):
    """The picture at a zoom about the middle."""
    canvas.fit()
    canvas.zoom_by(factor)
    return canvas.grab().toImage()


@pytest.mark.parametrize("between", [1.0, 3.0])
def test_large_steps_look_as_a_fresh_canvas_would_and_the_window_makes_no_level_of_them(
    large, qtbot, monkeypatch, between
):
    made, ranks = [], mask_pyramid._ranks

    def told(classes, level):
        if threading.current_thread() is threading.main_thread():
            made.append(classes.size / TILE**2)
        return ranks(classes, level)

    large.canvas.grab()
    monkeypatch.setattr(mask_pyramid, "_ranks", told)
    large.canvas.brush_value = 1
    for act in (Mend.GROW, "undo", "redo"):
        made.clear()
        large.actions[act].trigger()
        large.canvas.zoom_by(between)  # while it is worked out
        settle(large, qtbot)
        large.canvas.grab()
        assert between != 1 or sum(made) < mask_turns.MOST_PACKED, "tiles"
        fresh = Canvas()
        qtbot.addWidget(fresh)
        fresh.resize(large.canvas.size())
        fresh.set_image(np.zeros((SIDE, SIDE, 3), np.uint8))
        fresh.set_classes(large.classes.drawn())
        fresh.set_editor(large.session.image.editor)
        fresh.show()
        qtbot.waitExposed(fresh)
        for factor in (1.0, 2.7, 9.0):
            assert looked_at(large.canvas, factor=factor) == looked_at(fresh, factor=factor)
        fresh.set_editor(None)
        large.canvas.fit()


def test_mending_a_large_mask_and_undoing_it_does_not_hold_the_window_up(large, qtbot):
    large.canvas.brush_value = 1
    there_and_back(large, qtbot, large.actions[Mend.GROW].trigger)


def test_emptying_a_large_mask_and_undoing_it_does_not_hold_the_window_up(large, qtbot):
    image = large.session.image
    before = image.editor.mask.counts()
    large.image_panel.nothing.click()
    qtbot.waitUntil(lambda: large.session.image is not image, timeout=20_000)
    assert image.editor.mask.is_empty
    large.session.open_image(image.id)
    qtbot.waitUntil(lambda: large.session.image is image, timeout=20_000)
    large.actions["undo"].trigger()
    settle(large, qtbot)
    assert np.array_equal(image.editor.mask.counts(), before)
