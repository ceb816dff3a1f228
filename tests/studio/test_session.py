"""Opening, walking, editing, review, saving and recovery, on a real folder with the real project."""

import threading

import numpy as np
import pytest
from closing import close_project

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project.project import Project
from crackstudio.project.scanning import Scan
from crackstudio.studio import shelf
from crackstudio.studio.mask_editor import MaskEditor


def stroke(window, *, x=20, y=20, value=1):
    editor = window.session.image.editor
    editor.begin_stroke(x, y, size=6, value=value)
    editor.extend_stroke(x + 10, y)
    editor.finish_stroke()


def show(window, name, qtbot):
    identity = next(entry.id for entry in window.session.entries() if entry.path == name)
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.image.id == identity)


def saved(window):
    window.session.writing.finish()
    window.session.project.flush()


def test_opening_shows_the_first_image_and_the_folders_tags(opened):
    assert opened.session.entry.path == "cracked/0.png"
    tags = [entry.tag for entry in opened.session.entries()]
    assert (tags.count(Tag.CRACKED), tags.count(Tag.INTACT)) == (6, 2)
    assert opened.canvas.scene.size == (48, 64)
    assert opened.image_list.model.total == 8


def test_a_new_folder_shows_its_first_image_before_all_are_found(window, folder, qtbot, monkeypatch):
    goes_on, finish = threading.Event(), Scan._tell_unreadable
    monkeypatch.setattr(Scan, "_tell_unreadable", lambda scan: (goes_on.wait(20), finish(scan)))
    with qtbot.waitSignal(window.session.scanned):
        window.session.open_folder(folder)
        qtbot.waitUntil(lambda: window.session.image is not None)
        assert window.session.entry.path == "cracked/0.png"
        goes_on.set()
    assert len(window.session.entries()) == 8


def test_a_stroke_makes_the_image_corrected_and_undo_takes_it_back(opened):
    stroke(opened)
    assert opened.session.entry.review is Review.CORRECTED
    opened.actions["undo"].trigger()
    assert opened.session.entry.review is Review.UNSEEN
    opened.actions["redo"].trigger()
    assert opened.session.entry.review is Review.CORRECTED


def test_leaving_an_image_saves_its_mask_and_keeps_its_undo(opened, qtbot):
    stroke(opened)
    opened.actions["next"].trigger()
    qtbot.waitUntil(lambda: opened.session.entry.path == "cracked/1.png")
    saved(opened)
    first = next(entry for entry in opened.session.entries() if entry.path == "cracked/0.png")
    assert first.mask_kind is MaskKind.EXACT
    assert opened.session.project.load_mask(first.id).any()
    assert opened.session.project.journal(first.id).read() == []
    opened.actions["previous"].trigger()
    qtbot.waitUntil(lambda: opened.session.entry.path == "cracked/0.png")
    opened.actions["undo"].trigger()
    assert not opened.session.image.editor.array().any()


def test_undoing_to_the_untouched_mask_takes_the_saved_one_away(opened, qtbot):
    stroke(opened)
    opened.actions["save"].trigger()
    saved(opened)
    opened.actions["undo"].trigger()
    opened.actions["save"].trigger()
    saved(opened)
    entry = opened.session.entry
    assert opened.session.project.load_mask(entry.id) is None
    assert (entry.mask_kind, entry.review) == (None, Review.UNSEEN)


def test_enter_takes_the_proposal_confirms_and_goes_on(proposed, qtbot):
    first = proposed.session.entry
    assert first.review is Review.PROPOSED
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != first.id)
    saved(proposed)
    entry = proposed.session.project.entry(first.id)
    assert (entry.review, entry.mask_kind) == (Review.CONFIRMED, MaskKind.EXACT)
    mask = proposed.session.project.load_mask(first.id)
    assert mask[:, :8].all()
    assert not mask[:, 8:].any()


def test_enter_goes_on_before_the_list_is_there(proposed, folder, open_folder, qtbot, monkeypatch):
    close_project(proposed)
    monkeypatch.setattr(proposed.image_list, "take", lambda _arranged: None)
    open_folder(proposed, folder)
    assert not proposed.image_list.model.total
    first = proposed.session.entry
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != first.id)
    assert "queue" not in [card.notice.topic for card in proposed.notices.cards()]


def test_the_threshold_of_the_moment_decides_what_is_taken(proposed):
    proposed.threshold_panel.threshold_changed.emit(0.9)
    proposed.reviewing.take_proposal()
    assert not proposed.session.image.editor.array().any()
    proposed.actions["undo"].trigger()
    proposed.threshold_panel.threshold_changed.emit(0.02)
    proposed.reviewing.take_proposal()
    assert proposed.session.image.editor.array().all()


def test_enter_on_an_edited_mask_confirms_it_as_it_is(proposed, qtbot):
    first = proposed.session.entry
    proposed.session.image.editor.clear()
    stroke(proposed, x=40)
    before = proposed.session.image.editor.array()
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != first.id)
    saved(proposed)
    assert np.array_equal(proposed.session.project.load_mask(first.id), before)


def test_enter_with_nothing_to_accept_says_so(opened):
    first = opened.session.entry
    opened.actions["accept"].trigger()
    assert opened.session.entry == first
    assert [card.notice.topic for card in opened.notices.cards()] == ["accept"]


def test_nothing_here_empties_the_mask_undoably_and_tags_intact(proposed, qtbot):
    first = proposed.session.entry
    stroke(proposed)
    proposed.actions["confirm_nothing"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.id != first.id)
    saved(proposed)
    entry = proposed.session.project.entry(first.id)
    assert (entry.tag, entry.review) == (Tag.INTACT, Review.CONFIRMED)
    assert not proposed.session.project.load_mask(first.id).any()
    show(proposed, first.path, qtbot)
    proposed.actions["undo"].trigger()
    assert proposed.session.image.editor.array().any()
    assert proposed.session.entry.review is Review.CORRECTED


def test_flags_tags_and_kinds(opened):
    for action, read, wanted in (
        ("flag", lambda entry: entry.review, Review.FLAGGED),
        ("tag_intact", lambda entry: entry.tag, Tag.INTACT),
        ("tag_cracked", lambda entry: entry.tag, Tag.CRACKED),
        ("flag", lambda entry: entry.review, Review.UNSEEN),
    ):
        opened.actions[action].trigger()
        assert read(opened.session.entry) is wanted
    opened.image_panel.kind_chosen.emit("region")
    assert opened.session.image.editor.kind is MaskKind.REGION


def topics(window):
    return [card.notice.topic for card in window.notices.cards()]


def test_next_unreviewed_goes_round_and_ends(opened, qtbot):
    for _ in range(8):
        here = opened.session.entry.id
        stroke(opened)
        opened.actions["accept"].trigger()
        qtbot.waitUntil(lambda here=here: opened.session.entry.id != here or "queue" in topics(opened))
    assert all(entry.review is Review.CONFIRMED for entry in opened.session.entries())
    assert topics(opened).count("queue") == 1


def test_reopening_restores_the_last_image_and_its_mask(opened, folder, open_folder, qtbot):
    show(opened, "cracked/3.png", qtbot)
    stroke(opened)
    mask = opened.session.image.editor.array()
    close_project(opened)
    assert opened.session.project is None
    open_folder(opened, folder)
    assert opened.session.entry.path == "cracked/3.png"
    assert np.array_equal(opened.session.image.editor.array(), mask)


def test_the_kind_chosen_for_an_untouched_image_is_there_again(proposed, folder, open_folder, qtbot):
    def reopened():
        close_project(proposed)
        open_folder(proposed, folder)
        return proposed.session

    proposed.image_panel.kind_chosen.emit("region")
    assert reopened().image.editor.kind is MaskKind.REGION
    assert (proposed.session.entry.mask_kind, proposed.session.image.editor.touched) == (None, False)
    proposed.actions["accept"].trigger()
    show(proposed, "cracked/0.png", qtbot)
    proposed.image_panel.kind_chosen.emit("exact")
    assert reopened().image.editor.kind is MaskKind.EXACT


def test_a_kind_taken_back_on_an_untouched_image_stays_taken_back(opened, folder, open_folder):
    opened.image_panel.kind_chosen.emit("region")
    opened.actions["save"].trigger()
    opened.actions["undo"].trigger()
    close_project(opened)
    open_folder(opened, folder)
    assert opened.session.image.editor.kind is MaskKind.EXACT


def test_reopening_restores_zoom_and_tool(opened, folder, open_folder, qtbot):
    show(opened, "cracked/2.png", qtbot)
    opened.canvas.zoom_by(4)
    opened.actions["erase"].trigger()
    view = opened.canvas.view_state()
    close_project(opened)
    opened.actions["hand"].trigger()
    open_folder(opened, folder)
    assert opened.session.entry.path == "cracked/2.png"
    again = opened.canvas.view_state()
    assert again.scale == view.scale
    assert (again.centre_x, again.centre_y) == pytest.approx((view.centre_x, view.centre_y), abs=0.1)
    assert opened.canvas.tool.value == "erase"


def test_strokes_that_were_never_saved_come_back(folder, window, open_folder):
    project = Project.open(folder)
    project.scan()
    image = next(entry for entry in project.entries() if entry.path == "cracked/0.png")
    project.close()
    open_folder(window, folder)
    stroke(window)
    payloads = window.session.project.journal(image.id).read()
    mask = window.session.image.editor.array()
    window.actions["undo"].trigger()
    close_project(window)
    project = Project.open(folder)
    for payload in payloads:
        project.journal(image.id).append(payload)
    project.close()
    open_folder(window, folder)
    assert np.array_equal(window.session.image.editor.array(), mask)
    assert [card.notice.topic for card in window.notices.cards()] == ["recovery"]
    saved(window)
    assert np.array_equal(window.session.project.load_mask(image.id), mask)


def test_strokes_that_wait_in_other_journals_are_told(folder, opened, open_folder, qtbot):
    stroke(opened)
    payloads = opened.session.project.journal(opened.session.image.id).read()
    opened.actions["undo"].trigger()
    other = next(entry for entry in opened.session.entries() if entry.path == "cracked/4.png")
    opened.session.project.journal(other.id).append(payloads[0])
    close_project(opened)
    open_folder(opened, folder)
    qtbot.waitUntil(lambda: [card.notice.topic for card in opened.notices.cards()] == ["recovery"])
    next(offer for offer in opened.notices.cards()[0].notice.offers if offer.words == "Show me").act()
    qtbot.waitUntil(lambda: opened.session.entry.id == other.id)
    assert opened.session.image.editor.array().any()


def test_an_image_that_cannot_be_read_is_told_and_the_open_one_stays(opened, folder, qtbot):
    (folder / "cracked" / "5.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    broken = next(entry.id for entry in opened.session.entries() if entry.path == "cracked/5.png")
    opened.session.open_image(broken)
    qtbot.waitUntil(lambda: opened.session.project.entry(broken).problem is not None)
    qtbot.waitUntil(lambda: [card.notice.topic for card in opened.notices.cards()] == ["image"])
    assert opened.session.entry.path == "cracked/0.png"


def test_a_folder_without_images(window, tmp_path, qtbot):
    (tmp_path / "empty").mkdir()
    window.session.open_folder(tmp_path / "empty")
    qtbot.waitUntil(lambda: [card.notice.topic for card in window.notices.cards()] == ["scan"])


def test_a_folder_asked_for_twice_opens_once(window, folder, open_folder):
    window.session.open_folder(folder)
    open_folder(window, folder)
    assert window.notices.cards() == []


def test_a_folder_that_is_not_there(window, tmp_path, qtbot):
    window.session.open_folder(tmp_path / "gone")
    qtbot.waitUntil(lambda: [card.notice.topic for card in window.notices.cards()] == ["open"])
    assert window.session.project is None


def test_undo_survives_while_other_images_are_open(opened, qtbot):
    stroke(opened)
    for name in ("cracked/1.png", "cracked/2.png", "cracked/0.png"):
        show(opened, name, qtbot)
    assert opened.session.image.editor.undo_stack.count() == 1


def test_the_open_image_keeps_its_proposal_where_two_pictures_find_no_room(proposed, qtbot, monkeypatch):
    monkeypatch.setattr(shelf, "PICTURE_BYTES", 4 * 48 * 64)
    show(proposed, "cracked/4.png", qtbot)
    proposed.session.reading.finish()
    stroke(proposed)
    assert proposed.session.image.editor.array()[:, :8].all()
    left = proposed.session.image
    show(proposed, "cracked/2.png", qtbot)
    assert left.picture is None


@pytest.mark.parametrize(("room", "is_fetched"), [(8 * 48 * 64, True), (4 * 48 * 64, False)])
def test_the_next_image_is_fetched_only_where_there_is_room_beside_the_open_one(
    opened, qtbot, monkeypatch, room, is_fetched
):
    monkeypatch.setattr(shelf, "PICTURE_BYTES", room)
    show(opened, "cracked/4.png", qtbot)
    opened.session.reading.finish()
    following = next(entry for entry in opened.session.entries() if entry.path == "cracked/5.png")
    lying = opened.session.desk.image(following.id)
    assert (lying is not None and lying.picture is not None) is is_fetched


def lying(window):
    """Paths of the images whose pictures are on the desk."""
    desk, entries = window.session.desk, window.session.entries()
    images = {entry.path: desk.image(entry.id) for entry in entries}
    return {path for path, image in images.items() if image is not None and image.picture is not None}


@pytest.fixture
def walked(folder, window, open_folder):
    """The window over a folder in which every image is confirmed, its first one open."""
    project = Project.open(folder)
    project.scan()
    project.set_review([entry.id for entry in project.entries()], Review.CONFIRMED)
    project.close()
    open_folder(window, folder)
    return window


def test_both_neighbours_in_the_list_are_fetched_beside_the_next_unreviewed_one(walked, qtbot):
    far = next(entry for entry in walked.session.entries() if entry.path == "intact/1.png")
    walked.session.project.set_review([far.id], Review.UNSEEN)
    show(walked, "cracked/3.png", qtbot)
    qtbot.waitUntil(lambda: {"cracked/2.png", "cracked/4.png", "intact/1.png"} <= lying(walked))


def test_the_next_image_has_the_room_that_the_one_before_would_take(walked, qtbot, monkeypatch):
    monkeypatch.setattr(shelf, "PICTURE_BYTES", 8 * 48 * 64)
    show(walked, "cracked/2.png", qtbot)
    show(walked, "cracked/3.png", qtbot)
    qtbot.waitUntil(lambda: lying(walked) == {"cracked/3.png", "cracked/4.png"})


class Held:
    """The pictures of some images are not read until they are let go."""

    def __init__(self, monkeypatch, *images):
        self.asked, self.may_go = [], threading.Event()
        read = Project.read_native

        def read_when_it_may(project, image):
            may_go = self.may_go
            self.asked.append(image)
            if image in images:
                may_go.wait(20)
            return read(project, image)

        monkeypatch.setattr(Project, "read_native", read_when_it_may)


def test_images_that_are_fetched_ahead_do_not_hold_the_one_that_is_wanted(walked, qtbot, monkeypatch):
    """One at a time, in a thread of their own, also while the folder is scanned."""
    order = walked.session.order()
    held, scans = Held(monkeypatch, order[1], order[2], order[4]), threading.Event()
    monkeypatch.setattr(Project, "scan", lambda *_, **__: scans.wait(20))
    walked.actions["rescan"].trigger()
    walked.session.open_image(order[3])
    qtbot.waitUntil(lambda: held.asked[-1:] == [order[4]])
    show(walked, "intact/1.png", qtbot)
    assert not {order[1], order[2]} & set(held.asked)
    scans.set()
    held.may_go.set()


def test_an_image_that_is_wanted_while_it_is_fetched_ahead_need_not_be_read_again(walked, qtbot, monkeypatch):
    order = walked.session.order()
    walked.session.reading.finish()
    held, again = Held(monkeypatch, order[4]), threading.Event()
    show(walked, "cracked/3.png", qtbot)
    qtbot.waitUntil(lambda: order[4] in held.asked)
    ahead, held.may_go = held.may_go, again
    walked.actions["next"].trigger()
    qtbot.waitUntil(lambda: held.asked.count(order[4]) == 2)  # as if nobody had begun
    ahead.set()
    qtbot.waitUntil(lambda: walked.session.image.id == order[4])
    again.set()


def test_strokes_that_do_not_fit_the_image_are_told_and_kept(opened, qtbot):
    other = next(entry for entry in opened.session.entries() if entry.path == "cracked/3.png")
    project = opened.session.project
    larger = MaskEditor(600, 600, journal=project.journal(other.id).append)
    larger.begin_stroke(10, 10, size=9, value=1)
    larger.finish_stroke()
    larger.begin_stroke(500, 500, size=9, value=1)
    larger.finish_stroke()
    project.flush()
    strokes = (project.home / "journal" / "cracked" / "3.png.journal").read_bytes()
    show(opened, other.path, qtbot)
    qtbot.waitUntil(lambda: bool(opened.notices.cards()))
    (card,) = opened.notices.cards()
    assert "cracked/3.png" in card.notice.title
    assert not opened.session.image.editor.array().any()
    (kept,) = (project.home / "aside" / "cracked").iterdir()
    assert kept.read_bytes() == strokes
    stroke(opened)
    mask = opened.session.image.editor.array()
    close_project(opened)
    project = Project.open(project.folder)
    assert np.array_equal(project.load_mask(other.id), mask)
    assert project.unsaved() == []
    project.close()


def test_undo_in_the_middle_of_a_stroke_takes_that_stroke_alone(opened):
    stroke(opened)
    first = opened.session.image.editor.array()
    opened.session.image.editor.begin_stroke(50, 40, size=6, value=1)
    opened.session.undo()
    assert np.array_equal(opened.session.image.editor.array(), first)


def test_undoing_nothing_here_brings_the_tag_back(opened, qtbot):
    stroke(opened)
    mask = opened.session.image.editor.array()
    opened.actions["confirm_nothing"].trigger()
    show(opened, "cracked/0.png", qtbot)
    assert opened.session.entry.tag is Tag.INTACT
    opened.actions["undo"].trigger()
    assert opened.session.entry.tag is Tag.CRACKED
    assert np.array_equal(opened.session.image.editor.array(), mask)
    opened.actions["redo"].trigger()
    assert opened.session.entry.tag is Tag.INTACT
