"""Verbs on many images at once: what Enter would do to each, one notice, one step back, and nothing lost."""

import threading
import time

import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from crackstudio.core.errors import FolderError
from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.project.deciding import Standing
from crackstudio.project.masks import MaskStore
from crackstudio.project.project import Project
from crackstudio.studio import verbs
from crackstudio.studio.joints.selecting import make_menu
from crackstudio.studio.verbs import Verb


@pytest.fixture
def batch(window):
    return next(child for child in window.session.children() if type(child).__name__ == "Batch")


def settle(window, batch, qtbot):
    qtbot.waitUntil(lambda: not batch.is_busy, timeout=15_000)


def select(window, *rows):
    window.image_list.view.select_rows(rows or range(window.image_list.model.rowCount()))


def standings(window):
    return {entry.name: Standing.of(entry) for entry in window.session.entries()}


def masks(window):
    window.session.writing.finish()
    project = window.session.project
    return {entry.name: project._masks.load(entry.name, lambda size: size) for entry in window.session.entries()}


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) if one[name] is not None else other[name] is None for name in one
    )


def paint(window, *, x=40):
    editor = window.session.image.editor
    editor.begin_stroke(x, 20, size=6, value=1)
    editor.finish_stroke()


def show(window, row, qtbot):
    identity = window.image_list.model.order()[row]
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.image.id == identity)


def titles(window):
    return [card.notice.title for card in window.notices.cards()]


def offer(window, words):
    offers = [offer for card in window.notices.cards() for offer in card.notice.offers]
    next(offer for offer in offers if offer.words == words).act()


def press_undo_in_list(window, qtbot):
    window.image_list.view.setFocus()
    qtbot.keyClick(window.image_list.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_tags_are_set_by_key_and_taken_back_as_one_step(opened, batch, qtbot):
    before = standings(opened)
    select(opened)
    opened.actions["tag_intact"].trigger()
    settle(opened, batch, qtbot)
    assert {entry.tag for entry in opened.session.entries()} == {Tag.INTACT}
    assert titles(opened) == ["6 images tagged intact"]
    assert "2 so already" in opened.notices.cards()[0].notice.words
    offer(opened, "Undo")
    settle(opened, batch, qtbot)
    assert standings(opened) == before
    assert titles(opened) == ["6 images put back as they were"]
    assert not batch.can_undo


def test_one_selected_image_is_the_open_image(opened, batch):
    opened.actions["tag_intact"].trigger()
    assert opened.session.entry.tag is Tag.INTACT
    assert not batch.can_undo


def test_confirming_does_what_enter_would_do(proposed, batch, qtbot):
    paint(proposed)
    proposed.session.open_image(proposed.image_list.model.order()[3])
    qtbot.waitUntil(lambda: proposed.session.image.id == proposed.image_list.model.order()[3])
    proposed.session.set_threshold(0.01)  # a person has moved this one
    select(proposed)
    proposed.actions["accept"].trigger()
    settle(proposed, batch, qtbot)
    saved = masks(proposed)
    assert {entry.review for entry in proposed.session.entries()} == {Review.CONFIRMED}
    bar = np.zeros((48, 64), np.uint8)
    bar[:, :8] = 1
    assert np.array_equal(saved["cracked/1.png"], bar)
    assert saved["cracked/0.png"][20, 40] == 1
    assert saved["cracked/3.png"].all()
    assert all(entry.digest for entry in proposed.session.entries())
    assert proposed.session.image.editor.array().all()
    assert proposed.session.project.runs.stock().masks == 7 + 1
    assert titles(proposed)[0] == "8 images confirmed"


def test_a_batch_comes_back_exactly(proposed, batch, qtbot):
    paint(proposed)
    show(proposed, 1, qtbot)
    paint(proposed, x=10)
    proposed.reviewing.set_kind(MaskKind.REGION)
    proposed.actions["save"].trigger()
    before, drawn = masks(proposed), standings(proposed)
    for verb in ("confirm_nothing", "accept", "unconfirm", "flag", "tag_unknown"):
        select(proposed)
        proposed.actions[verb].trigger()
        settle(proposed, batch, qtbot)
    assert {entry.review for entry in proposed.session.entries()} == {Review.FLAGGED}
    assert not any(mask.any() for mask in masks(proposed).values())
    assert not proposed.session.image.editor.array().any()
    while batch.can_undo:
        press_undo_in_list(proposed, qtbot)
        settle(proposed, batch, qtbot)
    assert standings(proposed) == drawn
    assert same(masks(proposed), before)
    assert np.array_equal(proposed.session.image.editor.array(), before["cracked/1.png"])
    assert proposed.session.image.editor.kind is MaskKind.REGION


def test_the_open_image_follows_and_its_own_undo_goes_on(proposed, batch, qtbot):
    paint(proposed)
    painted = proposed.session.image.editor.array()
    select(proposed)
    proposed.actions["confirm_nothing"].trigger()
    settle(proposed, batch, qtbot)
    assert not proposed.session.image.editor.array().any()
    assert not proposed.session.is_unsaved
    proposed.actions["undo"].trigger()
    assert np.array_equal(proposed.session.image.editor.array(), painted)
    assert proposed.session.entry.review is Review.CORRECTED
    proposed.actions["redo"].trigger()
    assert proposed.session.entry.review is Review.CONFIRMED


def test_undo_leaves_what_was_painted_since(proposed, batch, qtbot):
    select(proposed, 0, 1, 2)
    proposed.actions["accept"].trigger()
    settle(proposed, batch, qtbot)
    paint(proposed)
    painted = proposed.session.image.editor.array()
    batch.undo()
    settle(proposed, batch, qtbot)
    assert np.array_equal(masks(proposed)["cracked/0.png"], painted)
    assert np.array_equal(proposed.session.image.editor.array(), painted)
    assert masks(proposed)["cracked/1.png"] is None
    assert "1 changed meanwhile" in proposed.notices.cards()[0].notice.words


def test_a_stroke_in_the_moment_of_the_batch_stays(proposed, batch, qtbot, monkeypatch):
    follow = batch._follow

    def paint_first(going, decided):
        if decided.entry.id == proposed.session.image.id:
            paint(proposed)
        return follow(going, decided)

    monkeypatch.setattr(batch, "_follow", paint_first)
    select(proposed, 0, 1)
    proposed.actions["confirm_nothing"].trigger()
    settle(proposed, batch, qtbot)
    painted = proposed.session.image.editor.array()
    assert painted[20, 40] == 1
    assert proposed.session.entry.review is Review.CORRECTED
    proposed.actions["save"].trigger()
    assert np.array_equal(masks(proposed)["cracked/0.png"], painted)


def test_what_has_nothing_to_confirm_is_left_and_told(opened, batch, qtbot):
    paint(opened)
    select(opened)
    opened.actions["accept"].trigger()
    settle(opened, batch, qtbot)
    assert [entry.review for entry in opened.session.entries()].count(Review.CONFIRMED) == 1
    notice = opened.notices.cards()[0].notice
    assert (notice.title, notice.words) == (
        "1 image confirmed",
        "Left as they were: 7 with neither mask nor proposal.",
    )


def test_an_image_with_unsaved_strokes_of_an_earlier_sitting_is_left(proposed, batch, qtbot):
    image = proposed.image_list.model.order()[4]
    proposed.session.project.journal(image).append(b"a stroke of then")
    select(proposed, 3, 4)
    proposed.actions["confirm_nothing"].trigger()
    settle(proposed, batch, qtbot)
    assert proposed.session.project.entry(image).review is Review.PROPOSED
    assert "1 with strokes that are not saved" in proposed.notices.cards()[0].notice.words
    proposed.session.project.journal(image).clear(1)


def test_a_picture_that_is_another_one_now_is_not_confirmed(proposed, batch, folder, qtbot):
    from crackstudio.project import rasters

    paint(proposed)
    proposed.actions["save"].trigger()
    proposed.session.writing.finish()
    rasters.write_png(folder / "cracked" / "0.png", np.zeros((48, 64, 3), np.uint8))
    select(proposed, 0, 1)
    proposed.actions["accept"].trigger()
    settle(proposed, batch, qtbot)
    assert [entry.review for entry in proposed.session.entries()[:2]] == [Review.CORRECTED, Review.CONFIRMED]


def test_flagging_flagged_images_takes_the_flags_off(proposed, batch, qtbot):
    for review in (Review.FLAGGED, Review.PROPOSED):
        select(proposed)
        proposed.actions["flag"].trigger()
        settle(proposed, batch, qtbot)
        assert {entry.review for entry in proposed.session.entries()} == {review}


@pytest.mark.parametrize("review", [Review.FLAGGED, Review.PROPOSED])
def test_images_are_asked_for_their_flags_off_the_thread(proposed, batch, qtbot, monkeypatch, review):
    """One by one: 100 000 of them held the window up."""
    if review is Review.PROPOSED:
        select(proposed)
        proposed.actions["flag"].trigger()
        settle(proposed, batch, qtbot)
    asked, entry = [], Project.entry

    def noted(project, image):
        if threading.current_thread() is threading.main_thread():
            asked.append(image)
        return entry(project, image)

    select(proposed)
    with monkeypatch.context() as patch:
        patch.setattr(Project, "entry", noted)
        proposed.actions["flag"].trigger()
        assert asked == []
    settle(proposed, batch, qtbot)
    assert {entry.review for entry in proposed.session.entries()} == {review}
    words = "8 images flagged" if review is Review.FLAGGED else "8 images not flagged any more"
    assert titles(proposed)[-1] == words


@pytest.mark.parametrize("verb", ["accept", "confirm_nothing"])
def test_flagged_images_among_several_are_not_confirmed(proposed, batch, qtbot, verb):
    select(proposed, 1, 2)
    proposed.actions["flag"].trigger()
    settle(proposed, batch, qtbot)
    select(proposed)
    proposed.actions[verb].trigger()
    settle(proposed, batch, qtbot)
    reviews = [entry.review for entry in proposed.session.entries()]
    assert (reviews.count(Review.CONFIRMED), reviews.count(Review.FLAGGED)) == (6, 2)
    notice = proposed.notices.cards()[0].notice
    assert notice.title.startswith("6 images confirmed")
    assert "2 flagged: take the flags off first" in notice.words
    batch.act(Verb(verb), [proposed.image_list.model.order()[1]])  # the menu of one image means that one
    settle(proposed, batch, qtbot)
    assert [entry.review for entry in proposed.session.entries()].count(Review.CONFIRMED) == 7


def test_a_full_disk_ends_the_batch_and_what_was_done_can_be_undone(proposed, batch, qtbot, monkeypatch):
    save, count = MaskStore.save, []

    def save_three(store, name, mask, size):
        if len(count) == 3:
            raise FolderError(f"The mask of {name} cannot be saved: full. The last saved mask is intact.")
        count.append(name)
        save(store, name, mask, size)

    before = standings(proposed)
    monkeypatch.setattr(MaskStore, "save", save_three)
    select(proposed)
    proposed.actions["accept"].trigger()
    settle(proposed, batch, qtbot)
    assert [entry.review for entry in proposed.session.entries()].count(Review.CONFIRMED) == 3
    assert "3 images confirmed" in titles(proposed)
    assert any("cannot be saved" in title for title in titles(proposed))
    batch.undo()
    settle(proposed, batch, qtbot)
    assert standings(proposed) == before
    assert not any(mask is not None for mask in masks(proposed).values())


def test_undo_stops_a_batch_that_goes_on_and_takes_back_what_it_did(opened, batch, qtbot, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_IN_A_PIECE", 1)
    before, steps = standings(opened), []
    opened.session.entries_changed.connect(steps.append)
    select(opened)
    opened.actions["tag_unknown"].trigger()
    qtbot.waitUntil(lambda: bool(steps))
    press_undo_in_list(opened, qtbot)
    settle(opened, batch, qtbot)
    assert standings(opened) == before


def test_closing_ends_a_batch_between_two_images(opened, batch, folder, open_folder, qtbot, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_IN_A_PIECE", 1)
    select(opened)
    opened.actions["tag_unknown"].trigger()
    close_project(opened)
    assert opened.session.project is None
    assert not batch.can_undo
    open_folder(opened, folder)
    assert {Tag.UNKNOWN} < {entry.tag for entry in opened.session.entries()}


def test_the_menu_acts_on_what_is_selected(opened, batch, qtbot):
    select(opened, 6, 7)
    menu = make_menu(opened, batch, parent=opened)
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "2 images"
    next(action for action in menu.actions() if action.objectName() == Verb.CRACKED).trigger()
    settle(opened, batch, qtbot)
    assert {entry.tag for entry in opened.session.entries()} == {Tag.CRACKED}


def test_the_panels_buttons_and_a_press_on_the_canvas_mean_the_open_image(opened, batch, qtbot):
    select(opened)
    opened.image_panel.tag_chosen.emit("unknown")
    assert [entry.tag for entry in opened.session.entries()].count(Tag.UNKNOWN) == 1
    qtbot.mouseClick(opened.canvas, Qt.MouseButton.LeftButton)
    assert not opened.image_list.has_several()


@pytest.mark.parametrize("verb", ["accept", "confirm_nothing", "unconfirm"])
def test_enter_in_a_field_ends_the_typing(opened, batch, verb):
    select(opened)
    opened.activateWindow()
    opened.image_list._search.setFocus()
    opened.actions[verb].trigger()
    assert not batch.is_busy


def test_the_window_stays_quick_while_many_images_are_tagged(opened, batch, qtbot, monkeypatch):
    """Pieces that the window shows: 400 of 100 000 rows at once within 50 ms."""
    model = opened.image_list.model
    many = [ImageEntry(id=number, path=f"{number:06}.png") for number in range(100_000)]
    from crackstudio.studio.widgets.image_model import Filter, arrange

    opened.image_list.take(arrange(many, Filter()))
    opened.image_list.view.selectAll()
    began = time.perf_counter()
    assert len(opened.image_list.selected()) == 100_000
    model.update_entries([ImageEntry(id=n, path=f"{n:06}.png", tag=Tag.CRACKED) for n in range(verbs.MOST_IN_A_PIECE)])
    assert time.perf_counter() - began < 0.1


def test_what_was_not_come_to_is_told_when_a_batch_is_stopped(opened, batch, qtbot, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_IN_A_PIECE", 1)
    batch.progressed.connect(lambda _words, done, _of: opened.image_list._stop.click() if done == 2 else None)
    select(opened)
    opened.actions["tag_unknown"].trigger()
    settle(opened, batch, qtbot)
    assert titles(opened) == ["2 images not tagged any more"]
    assert "6 not come to" in opened.notices.cards()[0].notice.words
    assert opened.image_list._busy.isHidden()


def test_an_image_that_is_prefetched_while_its_mask_is_replaced_shows_the_new_one(proposed, batch, qtbot):
    select(proposed)
    proposed.actions["confirm_nothing"].trigger()
    proposed.session.open_image(proposed.image_list.model.order()[5])
    settle(proposed, batch, qtbot)
    identity = proposed.image_list.model.order()[5]
    qtbot.waitUntil(lambda: proposed.session.image.id == identity)
    assert proposed.session.image.editor.touched
    assert not proposed.session.image.editor.array().any()
    assert proposed.session.entry.review is Review.CONFIRMED
