"""Length and count in the list: of masks and proposals, kept, renewed, never stale; orders that go by them."""

import os
from pathlib import Path

import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip

from crackstudio.core import wire
from crackstudio.core.images import MaskKind
from crackstudio.project import rasters
from crackstudio.studio import figures, finding
from crackstudio.studio.figures import CrackFigures
from crackstudio.studio.survey import Survey
from crackstudio.studio.widgets.image_model import Order

ROWS = (range(10, 13), range(30, 33))


def crack(length, *, cracks=1):
    """(48, 64): straight ones, 3 px wide, one below the other."""
    mask = np.zeros((48, 64), np.uint8)
    for rows in ROWS[:cracks]:
        mask[rows.start : rows.stop, 5 : 5 + length] = 1
    return mask


def entry_of(window, name):
    return next(entry for entry in window.session.entries() if entry.name == name)


def save(window, name, mask, kind=MaskKind.EXACT):
    project = window.session.project
    window.session.tell_changed([project.save_mask(entry_of(window, name).id, mask, kind)])


def propose(window, name, *, length, value=200, threshold=0.5, label="first"):
    project = window.session.project
    (asked,) = project.proposals.ask([entry_of(window, name).id])
    rasters.write_png(Path(asked.out), crack(length) * np.uint8(value))
    event = wire.Proposed(id=asked.id, out=asked.out, checkpoint="x", threshold=threshold, score=0.5, share=0.1)
    window.session.take_proposals_in([project.proposals.record(event, label=label)])


def told(window, name):
    return window.image_list._delegate.told_of(entry_of(window, name))


def shows(window, name, words):
    return lambda: told(window, name).figures == words


def choose(window, order):
    box = window.image_list._order
    box.setCurrentIndex(box.findData(order.value))


def listed(window):
    names = {entry.id: entry.name for entry in window.session.entries()}
    return [names[identity] for identity in window.image_list.model.order()]


def survey_of(window):
    return next(one for one in window.session.findChildren(Survey) if isinstance(one._question, CrackFigures))


def open_image(window, qtbot, name):
    window.session.open_image(entry_of(window, name).id)
    qtbot.waitUntil(lambda: window.session.entry.name == name)


def paint(window, *points, size=3):
    editor = window.session.image.editor
    editor.begin_stroke(*points[0], size=size, value=1)
    for point in points[1:]:
        editor.extend_stroke(*point)
    editor.finish_stroke()


@pytest.fixture
def measured(opened, qtbot):
    """Three masks; the longest crack and the largest number of them are not of the same image."""
    save(opened, "cracked/3.png", crack(20, cracks=2))
    save(opened, "cracked/4.png", crack(50))
    save(opened, "intact/0.png", crack(0))
    return opened


def test_rows_tell_length_and_count_of_the_saved_masks(measured, qtbot):
    qtbot.waitUntil(shows(measured, "cracked/3.png", "40 px · 2 cracks"))
    qtbot.waitUntil(shows(measured, "cracked/4.png", "50 px · 1 crack"))
    qtbot.waitUntil(shows(measured, "intact/0.png", "no crack"))
    assert told(measured, "cracked/0.png").figures == ""
    assert "50 px long\n3.0 px wide on average, 3.0 at most" in told(measured, "cracked/4.png").tip


def test_a_proposal_is_told_as_one_until_there_is_a_mask(opened, qtbot):
    propose(opened, "cracked/2.png", length=30)
    qtbot.waitUntil(shows(opened, "cracked/2.png", "30 px · 1 crack"))
    assert told(opened, "cracked/2.png").of_proposal
    assert told(opened, "cracked/2.png").tip.startswith("Of the proposal: 1 crack, 30 px long")
    save(opened, "cracked/2.png", crack(40))
    qtbot.waitUntil(shows(opened, "cracked/2.png", "40 px · 1 crack"))
    assert not told(opened, "cracked/2.png").of_proposal


def test_another_proposal_has_other_figures(opened, qtbot):
    propose(opened, "cracked/2.png", length=30)
    qtbot.waitUntil(shows(opened, "cracked/2.png", "30 px · 1 crack"))
    propose(opened, "cracked/2.png", length=35, label="second")
    assert told(opened, "cracked/2.png").figures == "…"
    qtbot.waitUntil(shows(opened, "cracked/2.png", "35 px · 1 crack"))


def test_the_threshold_of_the_moment_decides(opened, qtbot):
    name = opened.session.entry.name
    propose(opened, name, length=30, value=120, threshold=0.4)
    qtbot.waitUntil(lambda: opened.session.image.proposal is not None)
    qtbot.waitUntil(shows(opened, name, "30 px · 1 crack"))
    opened.threshold_panel.threshold_changed.emit(0.6)
    assert told(opened, name).figures == "…"
    qtbot.waitUntil(shows(opened, name, "no crack"))


def test_coarse_regions_have_no_figures(opened):
    save(opened, "cracked/3.png", crack(50), MaskKind.REGION)
    assert told(opened, "cracked/3.png").figures == ""


def test_while_a_mask_is_painted_nothing_is_told_of_it(measured, qtbot):
    name = "cracked/4.png"
    qtbot.waitUntil(shows(measured, name, "50 px · 1 crack"))
    open_image(measured, qtbot, name)
    paint(measured, (5.5, 40.5), (60.5, 40.5))
    assert told(measured, name).figures == "…"
    measured.session.save_all()
    assert told(measured, name).figures == "…"
    qtbot.waitUntil(shows(measured, name, "108 px · 2 cracks"))


def test_longest_and_widest_first(measured, qtbot):
    wide = np.zeros((48, 64), np.uint8)
    wide[10:18, 5:35] = 1
    save(measured, "cracked/5.png", wide)
    choose(measured, Order.LONGEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[:4] == ["cracked/4.png", "cracked/3.png", "cracked/5.png", "intact/0.png"])
    assert listed(measured)[4:] == ["cracked/0.png", "cracked/1.png", "cracked/2.png", "intact/1.png"]
    choose(measured, Order.WIDEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[0] == "cracked/5.png")
    qtbot.waitUntil(shows(measured, "cracked/5.png", "8.0 px wide · 1 crack"))
    qtbot.waitUntil(measured.image_list._busy.isHidden)


def of_two_classes(length, *, spall):
    """A crack, and below it pixels of class 2, `spall` px wide and longer than any crack."""
    mask = crack(length)
    mask[24 : 24 + spall, 2:62] = 2
    return mask


def test_rows_and_orders_are_of_cracks_alone(measured, qtbot):
    save(measured, "cracked/1.png", of_two_classes(0, spall=9))
    save(measured, "cracked/5.png", of_two_classes(30, spall=9))
    qtbot.waitUntil(shows(measured, "cracked/5.png", "30 px · 1 crack"))
    qtbot.waitUntil(shows(measured, "cracked/1.png", "no crack"))
    assert told(measured, "cracked/5.png").tip == "1 crack, 30 px long\n3.0 px wide on average, 3.0 at most"
    choose(measured, Order.LONGEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[:3] == ["cracked/4.png", "cracked/3.png", "cracked/5.png"])
    thick = np.zeros((48, 64), np.uint8)
    thick[10:15, 5:25] = 1
    save(measured, "cracked/0.png", thick)
    choose(measured, Order.WIDEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[0] == "cracked/0.png")
    qtbot.waitUntil(shows(measured, "cracked/5.png", "3.0 px wide · 1 crack"))


def test_a_row_says_the_same_before_and_after_a_proposal_has_become_a_mask_with_other_classes(opened, qtbot):
    propose(opened, "cracked/2.png", length=30)
    qtbot.waitUntil(shows(opened, "cracked/2.png", "30 px · 1 crack"))
    save(opened, "cracked/2.png", of_two_classes(30, spall=5))
    assert told(opened, "cracked/2.png").figures == "…"
    qtbot.waitUntil(shows(opened, "cracked/2.png", "30 px · 1 crack"))


def test_what_was_kept_before_is_of_cracks_alone_too(measured, qtbot, folder, open_folder, monkeypatch):
    """Kept answers have every class by itself: none of them was ever a sum."""
    save(measured, "cracked/5.png", of_two_classes(30, spall=5))
    qtbot.waitUntil(shows(measured, "cracked/5.png", "30 px · 1 crack"))
    kept = measured.session.project.home / "kept" / f"{CrackFigures.topic}.jsonl"
    assert '"classes":{"1":{' in kept.read_text("utf-8")
    close_project(measured)
    monkeypatch.setattr(figures, "figures_of", lambda mask: pytest.fail("it was measured already"))
    open_folder(measured, folder)
    qtbot.waitUntil(shows(measured, "cracked/5.png", "30 px · 1 crack"))


def test_the_order_changes_when_a_mask_is_edited(measured, qtbot):
    choose(measured, Order.LONGEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[:2] == ["cracked/4.png", "cracked/3.png"])
    open_image(measured, qtbot, "cracked/3.png")
    paint(measured, (5.5, 40.5), (60.5, 40.5))
    measured.actions["save"].trigger()
    qtbot.waitUntil(lambda: listed(measured)[:2] == ["cracked/3.png", "cracked/4.png"])
    assert told(measured, "cracked/3.png").figures == "98 px · 3 cracks"


def test_reopening_measures_nothing_again(measured, qtbot, folder, open_folder, monkeypatch):
    propose(measured, "cracked/2.png", length=30)
    choose(measured, Order.LONGEST_FIRST)
    qtbot.waitUntil(lambda: listed(measured)[:3] == ["cracked/4.png", "cracked/3.png", "cracked/2.png"])
    close_project(measured)
    monkeypatch.setattr(figures, "figures_of", lambda mask: pytest.fail("it was measured already"))
    open_folder(measured, folder)
    qtbot.waitUntil(lambda: listed(measured)[:3] == ["cracked/4.png", "cracked/3.png", "cracked/2.png"])
    qtbot.waitUntil(shows(measured, "cracked/4.png", "50 px · 1 crack"))
    qtbot.waitUntil(shows(measured, "cracked/2.png", "30 px · 1 crack"))


def test_a_mask_that_was_replaced_while_the_project_was_closed_is_measured_again(measured, qtbot, folder, open_folder):
    qtbot.waitUntil(shows(measured, "cracked/4.png", "50 px · 1 crack"))
    close_project(measured)
    rasters.write_png(folder / ".crackstudio" / "masks" / "cracked" / "4.png.png", crack(25))
    open_folder(measured, folder)
    qtbot.waitUntil(shows(measured, "cracked/4.png", "25 px · 1 crack"))


def test_a_mask_that_another_program_wrote_is_measured_when_the_folder_is_looked_through(measured, qtbot):
    qtbot.waitUntil(shows(measured, "cracked/4.png", "50 px · 1 crack"))
    path = measured.session.project.home / "masks" / "cracked" / "4.png.png"
    rasters.write_png(path, crack(25))
    measured.actions["rescan"].trigger()
    qtbot.waitUntil(shows(measured, "cracked/4.png", "25 px · 1 crack"))


def test_that_a_mask_was_measured_does_not_mean_that_a_person_has_seen_it(measured, qtbot):
    """What another program wrote is kept aside, not overwritten."""
    project, reports = measured.session.project, []
    path = project.home / "masks" / "cracked" / "4.png.png"
    rasters.write_png(path, crack(25))
    measured.actions["rescan"].trigger()
    qtbot.waitUntil(shows(measured, "cracked/4.png", "25 px · 1 crack"))
    project.listen(reports.append)
    save(measured, "cracked/4.png", crack(10))
    assert any("that you had not seen" in report for report in reports)


def test_two_saves_in_one_tick_of_the_clock(measured, qtbot):
    qtbot.waitUntil(shows(measured, "cracked/4.png", "50 px · 1 crack"))
    path = measured.session.project.home / "masks" / "cracked" / "4.png.png"
    before = path.stat()
    choose(measured, Order.LONGEST_FIRST)
    save(measured, "cracked/4.png", crack(45))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    qtbot.waitUntil(shows(measured, "cracked/4.png", "45 px · 1 crack"))


def test_a_mask_that_cannot_be_read_has_no_figures_and_is_not_asked_for_for_ever(measured, qtbot):
    path = measured.session.project.home / "masks" / "cracked" / "4.png.png"
    path.write_bytes(b"no picture")
    measured.actions["rescan"].trigger()
    qtbot.waitUntil(shows(measured, "cracked/4.png", ""))


def test_stopping_leaves_what_is_known(measured, qtbot, monkeypatch):
    monkeypatch.setattr(finding, "PIECE_SECONDS", 0)
    survey = survey_of(measured)
    survey.progressed.connect(lambda _done, _of: measured.image_list._stop.click())
    with qtbot.waitSignal(survey.measured):
        choose(measured, Order.LONGEST_FIRST)
    assert measured.image_list._busy.isHidden()


def test_closing_while_it_is_measured(measured, qtbot, monkeypatch):
    monkeypatch.setattr(finding, "PIECE_SECONDS", 0)
    with qtbot.waitSignal(survey_of(measured).progressed):
        choose(measured, Order.LONGEST_FIRST)
    close_project(measured)
    assert measured.session.project is None
    assert measured.image_list._busy.isHidden()


def test_without_masks_and_proposals_that_is_said(opened, qtbot):
    with qtbot.waitSignal(
        opened.session.message_given, check_params_cb=lambda words: "to measure yet" in words, timeout=5000
    ):
        choose(opened, Order.LONGEST_FIRST)


def test_the_share_in_dispute_is_told_where_the_list_goes_by_it(opened, qtbot):
    propose(opened, "cracked/2.png", length=32, label="first")
    opened.session.project.flush()
    propose(opened, "cracked/2.png", length=0, label="second")
    qtbot.waitUntil(shows(opened, "cracked/2.png", "no crack"))
    assert told(opened, "cracked/2.png").state == ""
    choose(opened, Order.DISPUTED_FIRST)
    qtbot.waitUntil(lambda: told(opened, "cracked/2.png").state == "3.1% disputed")


def test_the_tip_of_a_row_has_all_figures(measured, qtbot):
    qtbot.waitUntil(shows(measured, "cracked/3.png", "40 px · 2 cracks"))
    view = measured.image_list.view
    rect = view.visualRect(measured.image_list.model.index(3))
    event = QHelpEvent(QEvent.Type.ToolTip, rect.center(), view.viewport().mapToGlobal(rect.center()))
    assert measured.image_list._delegate.helpEvent(event, view, _option(view), measured.image_list.model.index(3))
    qtbot.waitUntil(lambda: "2 cracks, 40 px long" in QToolTip.text())
    QToolTip.hideText()


def _option(view):
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    return option
