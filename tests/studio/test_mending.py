"""Mending and measuring the open mask in the real window."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QEnterEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from crackstudio.project import rasters
from crackstudio.studio.keymap import BINDINGS, Group
from crackstudio.studio.loading import Proposal
from crackstudio.studio.mending import Mend
from crackstudio.studio.own_keys import KeyMap


@pytest.fixture
def window(make_window, folder, open_folder):
    window = make_window()
    open_folder(window, folder)
    return window


def paint(window, *points, size=1, value=1):
    editor = window.session.image.editor
    editor.begin_stroke(*points[0], size=size, value=value)
    for point in points[1:]:
        editor.extend_stroke(*point)
    editor.finish_stroke()
    return editor


def said(window):
    told = []
    window.session.message_given.connect(told.append)
    return told


@pytest.mark.parametrize("mend", Mend)
def test_each_way_to_mend_is_one_step_that_can_be_undone(window, mend, qtbot):
    paint(window, (5.5, 5.5), (15.5, 5.5), (15.5, 15.5), (5.5, 15.5), (5.5, 5.5))  # a ring, for its hole
    paint(window, (25.5, 3.5))  # a speck
    paint(window, (10.5, 15.5), (10.5, 18.5))  # a spur
    for start, end in ((20.5, 24.5), (28.5, 34.5)):  # a gap
        editor = paint(window, (start, 10.5), (end, 10.5))
    before, steps = editor.array(), editor.undo_stack.count()
    told = said(window)
    window.actions[mend].trigger()
    qtbot.waitUntil(lambda: any("done" in words for words in told))
    assert editor.undo_stack.count() == steps + 1
    assert not np.array_equal(editor.array(), before)
    window.actions["undo"].trigger()
    assert np.array_equal(editor.array(), before)


@pytest.mark.parametrize("mend", Mend)
def test_each_way_to_mend_has_a_key_that_does_it_and_says_with_what_size(window, mend, qtbot):
    paint(window, (25.5, 3.5))
    told = said(window)
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keySequence(window.canvas, QKeySequence(KeyMap().keys_of(mend)[0]))
    size = window.mend_panel.size_of(mend)
    qtbot.waitUntil(lambda: any(f"({size} px" in words and ("done" in words or "nothing" in words) for words in told))


@pytest.mark.parametrize("mend", Mend)
def test_each_way_to_mend_has_a_hint_line_while_the_pointer_rests_on_it(window, mend, qtbot):
    status, hint = window.status, BINDINGS[mend].hint
    window.session.message_given.emit("saved")
    window.mend_panel.unfold()
    button = next(one for one in window.mend_panel.findChildren(QPushButton) if one.text() == BINDINGS[mend].title)
    here = QPointF(button.rect().center())
    QApplication.sendEvent(button, QEnterEvent(here, here, button.mapToGlobal(here)))
    assert (status._hint.text(), status._hint.isVisible(), status._message.isVisible()) == (hint, True, False)
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert (status._message.text(), status._message.isVisible(), status._hint.isVisible()) == ("saved", True, False)
    window.actions[mend].hovered.emit()
    window.menus[Group.EDIT].popup(QPoint())
    window.menus[Group.EDIT].setActiveAction(window.actions[mend])
    qtbot.waitUntil(lambda: status._hint.text() == hint and status._hint.isVisible())
    window.menus[Group.EDIT].close()
    button.click()
    qtbot.waitUntil(status._message.isVisible)


def test_a_stroke_painted_meanwhile_is_kept_and_nothing_is_mended(window, qtbot):
    editor = paint(window, (5.5, 5.5))
    told = said(window)
    window.actions[Mend.REMOVE_SPECKS].trigger()
    paint(window, (20.5, 10.5))
    qtbot.waitUntil(lambda: any("meanwhile" in words for words in told))
    assert editor.array()[5, 5] == editor.array()[10, 20] == 1


def test_an_untouched_mask_is_mended_as_the_first_stroke_would_find_it(window, qtbot):
    image = window.session.image
    crack_map = np.zeros(image.editor.array().shape, np.uint8)
    crack_map[4:10, 4:10] = 255
    crack_map[6, 6] = 0
    image.editor._proposal_source = lambda: (crack_map, 0.5)
    told = said(window)
    window.actions[Mend.FILL_HOLES].trigger()
    qtbot.waitUntil(lambda: any("done" in words for words in told))
    assert (image.editor.array()[4:10, 4:10] == 1).all()
    assert image.editor.undo_stack.count() == 1


def test_a_proposal_that_comes_while_an_untouched_mask_is_mended_does_not_mix_with_the_one_before(window, qtbot):
    image, told = window.session.image, said(window)

    def propose(top):
        crack_map = np.zeros(image.editor.array().shape, np.uint8)
        crack_map[top : top + 8, 4:20] = 255
        crack_map[top + 3, 8] = 0
        histogram = np.zeros(256, np.int64)
        image.proposal = Proposal(crack_map=crack_map, made_by="net", own_threshold=0.5, histogram=histogram)

    propose(4)
    window.actions[Mend.FILL_HOLES].trigger()
    propose(30)
    qtbot.waitUntil(lambda: any("meanwhile" in words for words in told))
    assert not image.editor.touched


def test_the_panel_says_how_many_cracks_there_are_how_long_and_how_wide(window, qtbot):
    paint(window, (10.5, 20.5), (50.5, 20.5), size=5)
    panel = window.image_panel
    qtbot.waitUntil(lambda: panel._length.text() != "–")
    cracks, length = panel._length.text().removesuffix(" px").split(" · ")
    assert cracks == "1"
    assert float(length) == pytest.approx(45, abs=2)
    assert panel._width.text().startswith(("4.", "5."))
    window.actions["undo"].trigger()
    qtbot.waitUntil(lambda: panel._length.text() == "–")


def test_unsure_is_painted_by_its_key_and_counts_for_nothing(window, qtbot):
    window.actions["class_255"].trigger()
    assert window.canvas.brush_value == 255
    editor = paint(window, (10.5, 20.5), (50.5, 20.5), size=5, value=window.canvas.brush_value)
    assert editor.array()[20, 30] == 255
    window.actions["class_1"].trigger()
    assert window.canvas.brush_value == 1


def test_mending_a_large_mask_does_not_hold_the_window_up(make_window, tmp_path, qtbot):
    side, folder = 8192, tmp_path / "large"
    rasters.write_png(folder / "0.png", np.zeros((side, side), np.uint8))
    mask = np.zeros((side, side), np.uint8)
    for at in range(60, side, 128):
        cv2.line(mask, (0, at), (side - 1, (at * 7) % side), 1, 3)
    rasters.write_png(folder / ".crackstudio" / "masks" / "0.png.png", mask)
    window = make_window()
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: window.session.image is not None, timeout=20_000)
    told = said(window)
    window.actions[Mend.GROW].trigger()  # the watch over the event loop fails where it waits
    qtbot.waitUntil(lambda: any("done" in words for words in told), timeout=20_000)
    assert window.session.image.editor.mask.counts()[1] > np.count_nonzero(mask)
    assert window.session.image.editor.undo_stack.count() == 1
