"""Review while the next image loads, under a key that is kept down, and as edits come and go."""

import threading

import numpy as np
import pytest
from closing import close_project

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project import rasters
from crackstudio.studio import desk


def stroke(window, *, x=40):
    editor = window.session.image.editor
    editor.begin_stroke(x, 20, size=6, value=1)
    editor.finish_stroke()


def identity_of(window, path):
    return next(entry.id for entry in window.session.entries() if entry.path == path)


def show(window, identity, qtbot):
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.image.id == identity)


def saved_mask(window, identity):
    window.session.writing.finish()
    return window.session.project.load_mask(identity)


@pytest.fixture
def confirmed(proposed, qtbot):
    """The window with a confirmed image on the canvas."""
    first = proposed.session.entry.id
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != first)
    show(proposed, first, qtbot)
    assert proposed.session.entry.review is Review.CONFIRMED
    return proposed


@pytest.fixture
def gate(window, monkeypatch):
    """No image loads before it is set."""
    gate, load = threading.Event(), desk.load
    gate.set()

    def load_behind_it(project, identity, **how):
        gate.wait()
        return load(project, identity, **how)

    monkeypatch.setattr(desk, "load", load_behind_it)
    yield gate
    gate.set()


@pytest.fixture
def between(gate, confirmed, qtbot):
    """A confirmed image on the canvas, and another one asked for."""
    gate.clear()
    confirmed.session.open_image(identity_of(confirmed, "cracked/5.png"))
    return confirmed


@pytest.mark.parametrize("verb", ["accept", "confirm_nothing", "flag", "unconfirm", "tag_intact", "take_proposal"])
def test_what_is_said_while_the_next_image_loads_does_not_hit_the_one_before(between, gate, qtbot, verb):
    before, mask = between.session.entry, between.session.image.editor.array()
    between.threshold_panel.threshold_changed.emit(0.02)
    with qtbot.waitSignal(between.session.message_given):
        between.actions[verb].trigger()
    gate.set()
    qtbot.waitUntil(lambda: between.session.entry.id != before.id)
    assert (saved_mask(between, before.id) == mask).all()
    after = between.session.project.entry(before.id)
    assert (after.review, after.tag) == (Review.CONFIRMED, Tag.CRACKED)
    between.actions["flag"].trigger()
    assert between.session.entry.review is Review.FLAGGED


def test_when_the_next_image_cannot_be_opened_the_verbs_are_of_the_open_one_again(opened, folder, qtbot):
    (folder / "cracked" / "5.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    opened.session.open_image(identity_of(opened, "cracked/5.png"))
    qtbot.waitUntil(lambda: bool(opened.notices.cards()))
    opened.actions["flag"].trigger()
    assert (opened.session.entry.path, opened.session.entry.review) == ("cracked/0.png", Review.FLAGGED)


def test_a_stroke_begun_while_the_next_image_loads_is_of_the_one_that_is_shown(between, gate, qtbot):
    before = between.session.entry
    between.session.image.editor.begin_stroke(40, 20, size=6, value=1)
    gate.set()
    qtbot.waitUntil(lambda: between.session.entry.id != before.id)
    assert saved_mask(between, before.id)[20, 40] == 1
    assert between.session.project.entry(before.id).review is Review.CORRECTED


def test_closing_does_not_wait_for_the_next_image(between, gate, qtbot):
    with qtbot.waitSignal(between.session.image.editor.parent().destroyed):
        close_project(between)
    gate.set()
    between.session.reading.finish()
    assert between.session.image is None


@pytest.mark.parametrize("verb", ["accept", "confirm_nothing"])
def test_a_key_that_is_kept_down_confirms_one_image(opened, verb):
    assert not opened.actions[verb].autoRepeat()
    assert opened.actions["undo"].autoRepeat()


def test_a_key_that_is_kept_down_changes_between_before_and_after_once(opened):
    assert not opened.actions["before_after"].autoRepeat()


def press(window, *names):
    """Trigger actions; returns the reviews after each."""
    reviews = []
    for name in names:
        window.actions[name].trigger()
        reviews.append(window.session.entry.review)
    return reviews


def test_undoing_what_was_done_since_it_was_confirmed_makes_it_confirmed_again(confirmed):
    mask = confirmed.session.image.editor.array()
    stroke(confirmed)
    stroke(confirmed, x=20)
    assert confirmed.session.entry.review is Review.CORRECTED
    assert press(confirmed, "undo", "undo", "redo", "undo") == [
        Review.CORRECTED,
        Review.CONFIRMED,
        Review.CORRECTED,
        Review.CONFIRMED,
    ]
    confirmed.reviewing.set_kind(MaskKind.REGION)
    assert press(confirmed, "undo") == [Review.CONFIRMED]
    confirmed.actions["save"].trigger()
    assert (saved_mask(confirmed, confirmed.session.entry.id) == mask).all()
    assert confirmed.session.project.runs.stock().masks == 1


def test_an_edit_that_takes_the_confirmation_away_says_so_once(confirmed):
    said = []
    confirmed.session.message_given.connect(lambda words: said.append(str(words)))
    stroke(confirmed)
    stroke(confirmed, x=20)
    press(confirmed, "undo", "undo")
    assert said == ["cracked/0.png was changed, so it is not confirmed any more: confirm it again, or undo."]
    press(confirmed, "redo")
    assert len(said) == 2


def tag_notices(window):
    return [card.notice for card in window.notices.cards() if card.notice.topic.startswith("tag of")]


def test_a_mask_that_contradicts_the_tag_intact_is_told(proposed, qtbot):
    show(proposed, identity_of(proposed, "intact/0.png"), qtbot)
    here = proposed.session.entry.id
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: bool(tag_notices(proposed)))
    (notice,) = tag_notices(proposed)
    assert notice.title == "intact/0.png is tagged intact, but its confirmed mask holds cracks."
    qtbot.waitUntil(lambda: proposed.session.entry.id != here)
    assert tag_notices(proposed) == [notice]
    assert [offer.words for offer in notice.offers] == ["Tag cracked"]
    notice.offers[0].act()
    entry = proposed.session.project.entry(here)
    assert (entry.tag, entry.review) == (Tag.CRACKED, Review.CONFIRMED)


@pytest.mark.parametrize("value", [0, 255])
def test_a_mask_without_a_crack_does_not_contradict_it(proposed, qtbot, value):
    show(proposed, identity_of(proposed, "intact/0.png"), qtbot)
    editor = proposed.session.image.editor
    editor.clear()
    editor.begin_stroke(20, 20, size=6, value=value)
    editor.finish_stroke()
    here = proposed.session.entry.id
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != here)
    proposed.session.reading.finish()
    assert tag_notices(proposed) == []


def test_undoing_what_was_confirmed_makes_it_what_it_was_before(confirmed):
    assert press(confirmed, "undo", "redo") == [Review.PROPOSED, Review.CONFIRMED]
    confirmed.actions["undo"].trigger()
    stroke(confirmed)
    assert press(confirmed, "undo", "redo") == [Review.PROPOSED, Review.CORRECTED]


def test_what_was_confirmed_in_an_earlier_sitting_comes_back_too(confirmed, folder, open_folder):
    close_project(confirmed)
    open_folder(confirmed, folder)
    stroke(confirmed)
    assert press(confirmed, "undo") == [Review.CONFIRMED]


@pytest.mark.parametrize("verbs", [("unconfirm",), ("flag", "flag")])
def test_undo_does_not_bring_a_confirmation_back_that_was_taken_back(confirmed, verbs):
    press(confirmed, *verbs)
    stroke(confirmed)
    assert press(confirmed, "undo") == [Review.CORRECTED]


@pytest.mark.parametrize("edits_before", [0, 1])
def test_undo_does_not_confirm_for_another_picture(confirmed, folder, edits_before):
    for _ in range(edits_before):
        stroke(confirmed)
    rasters.write_png(folder / confirmed.session.entry.path, np.zeros((48, 64, 3), np.uint8))
    confirmed.session.project.scan()
    stroke(confirmed, x=20)
    press(confirmed, *["undo"] * edits_before)
    assert press(confirmed, "undo") == [Review.CORRECTED]
