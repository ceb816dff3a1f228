"""A killed sitting: its strokes are back, one plain question asks whether they stay, and no answer loses a stroke."""

import numpy as np
import pytest
from closing import close_project

from crackstudio.core.images import Review
from crackstudio.project import rasters
from crackstudio.project.project import Project

KEEP, BACK, SHOW = "Keep them", "Take them back", "Show me"


def question(window):
    return [card for card in window.notices.cards() if card.notice.topic == "recovery"]


def offers(window):
    (card,) = question(window)
    return [offer.words for offer in card.notice.offers]


@pytest.fixture
def asked(window, folder, open_folder, qtbot):
    def ask():
        open_folder(window, folder)
        qtbot.waitUntil(lambda: bool(question(window)))

    return ask


@pytest.fixture
def reopened(window, folder, open_folder):
    """Close the project and open it again: what is on disk of an image."""

    def reopen(name):
        close_project(window)
        project = Project.open(folder)
        try:
            assert project.unsaved() == []
            image = next(entry.id for entry in project.entries() if entry.name == name)
            return project.load_mask(image)
        finally:
            project.close()

    return reopen


def test_strokes_are_back_and_a_question_asks(asked, window, leave_strokes, told, press, reopened):
    left = leave_strokes("裂缝 0.png", 12, 30)
    asked()
    assert told(window)[0].startswith("2 unsaved strokes brought back: keep them?")
    assert offers(window) == [KEEP, BACK]
    assert np.array_equal(window.session.image.editor.array(), left)
    press(window, KEEP)
    assert told(window) == []
    assert np.array_equal(window.session.image.editor.array(), left)
    assert np.array_equal(reopened("裂缝 0.png"), left)


def test_closing_the_question_keeps_them_and_nobody_asks_again(
    asked, window, folder, leave_strokes, told, open_folder, show
):
    left = leave_strokes("裂缝 0.png", 12)
    asked()
    question(window)[0].dismiss()
    show(window, "裂缝 1.png")
    show(window, "裂缝 0.png")
    close_project(window)
    open_folder(window, folder)
    assert np.array_equal(window.session.image.editor.array(), left)
    assert told(window) == []


def test_taken_back_the_mask_is_as_it_was_saved_and_undo_brings_them_again(
    asked, window, reviewed, leave_strokes, press, show
):
    rasters.write_png(reviewed / ".crackstudio" / "masks" / "裂缝 1.png.png", np.eye(48, 64, dtype=np.uint8))
    left = leave_strokes("裂缝 1.png", 12, 30)
    asked()
    assert np.array_equal(window.session.image.editor.array(), left)
    assert window.session.entry.review is Review.CONFIRMED
    press(window, BACK)
    assert np.array_equal(window.session.image.editor.array(), np.eye(48, 64))
    assert window.session.entry.review is Review.CORRECTED
    window.actions["undo"].trigger()
    assert np.array_equal(window.session.image.editor.array(), left)
    assert window.session.entry.review is Review.CONFIRMED
    window.actions["redo"].trigger()
    assert np.array_equal(window.session.image.editor.array(), np.eye(48, 64))


def test_an_image_without_a_mask_is_untouched_again(asked, window, leave_strokes, press, reopened):
    leave_strokes("裂缝 0.png", 12)
    asked()
    press(window, BACK)
    assert not window.session.image.editor.touched
    assert window.session.entry.review is Review.UNSEEN
    assert reopened("裂缝 0.png") is None


def test_what_is_painted_after_taking_them_back_does_not_bury_them(asked, window, leave_strokes, press, paint):
    left, said = leave_strokes("裂缝 0.png", 12), []
    asked()
    window.session.message_given.connect(lambda words: said.append(str(words)))
    press(window, BACK)
    assert said[-1].endswith("undo brings the strokes again.")
    paint(window, y=40)
    window.actions["undo"].trigger()
    assert not window.session.image.editor.array().any()
    window.actions["undo"].trigger()
    assert np.array_equal(window.session.image.editor.array(), left)


def test_answered_later_what_was_painted_since_stays(asked, window, leave_strokes, press, paint):
    leave_strokes("裂缝 0.png", 12)
    asked()
    paint(window, y=40)
    press(window, BACK)
    mask = window.session.image.editor.array()
    assert mask[40, 25]
    assert not mask[:20].any()
    window.actions["undo"].trigger()
    assert window.session.image.editor.array()[12, 25]


def test_taking_back_after_undoing_by_hand_changes_nothing(asked, window, leave_strokes, press, paint):
    leave_strokes("裂缝 0.png", 12)
    asked()
    window.actions["undo"].trigger()
    mask = paint(window, y=12)
    press(window, BACK)
    assert np.array_equal(window.session.image.editor.array(), mask)


def test_several_images_are_one_question(asked, window, leave_strokes, told, press, qtbot, reopened):
    left = {name: leave_strokes(name, 12) for name in ("裂缝 0.png", "裂缝 2.png", "裂缝 3.png")}
    asked()
    qtbot.waitUntil(lambda: told(window)[0].startswith("3 unsaved strokes in 3 images brought back: keep them?"))
    assert len(told(window)) == 1
    assert offers(window) == [KEEP, BACK, SHOW]
    for name in ("裂缝 2.png", "裂缝 3.png", "裂缝 0.png"):
        press(window, SHOW)
        qtbot.waitUntil(lambda name=name: window.session.entry.name == name)
        qtbot.waitUntil(lambda: bool(question(window)))
        assert np.array_equal(window.session.image.editor.array(), left[name])
    press(window, BACK)
    assert told(window) == []
    assert not window.session.image.editor.array().any()
    press_undo_in = "裂缝 2.png"
    identity = next(entry.id for entry in window.session.entries() if entry.name == press_undo_in)
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.entry.name == press_undo_in)
    assert not window.session.image.editor.array().any()
    window.actions["undo"].trigger()
    assert np.array_equal(window.session.image.editor.array(), left[press_undo_in])
    assert reopened("裂缝 3.png") is None


def test_an_unopened_image_keeps_its_strokes_without_being_looked_at(asked, window, leave_strokes, press, reopened):
    left = leave_strokes("裂缝 3.png", 12)
    leave_strokes("裂缝 0.png")
    asked()
    assert offers(window) == [KEEP, BACK, SHOW]
    assert window.session.entry.name == "裂缝 0.png"
    press(window, KEEP)
    assert np.array_equal(reopened("裂缝 3.png"), left)


def test_an_image_that_cannot_be_read_keeps_its_strokes_for_later(
    asked, window, folder, leave_strokes, told, open_folder, show, qtbot
):
    left = leave_strokes("裂缝 2.png", 12)
    leave_strokes("裂缝 0.png", 12)
    whole = (folder / "裂缝 2.png").read_bytes()
    (folder / "裂缝 2.png").unlink()
    asked()
    assert told(window)[0].startswith("1 unsaved stroke brought back: keep it?")
    close_project(window)
    (folder / "裂缝 2.png").write_bytes(whole)
    open_folder(window, folder)
    qtbot.waitUntil(lambda: bool(question(window)))
    show(window, "裂缝 2.png")
    assert np.array_equal(window.session.image.editor.array(), left)


def test_strokes_that_the_mask_already_has_are_no_question(window, folder, leave_strokes, open_folder, told):
    """A kill just between the save of a mask and the end of its journal."""
    left = leave_strokes("裂缝 0.png", 12)
    rasters.write_png(folder / ".crackstudio" / "masks" / "裂缝 0.png.png", left)
    open_folder(window, folder)
    assert told(window) == []
    close_project(window)
    project = Project.open(folder)
    assert project.unsaved() == []
    project.close()


def test_the_image_that_was_open_when_the_studio_was_killed_is_open_again(
    opened, folder, show, open_folder, window, tmp_path
):
    show(opened, "裂缝 2.png")
    opened.session.project.flush()
    home = folder / ".crackstudio"
    copy = folder.with_name("as the kill left it")
    copy.mkdir()
    for path in [*folder.glob("*.png"), home / "project.db"]:
        target = copy / path.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    open_folder(opened, copy)
    assert opened.session.entry.name == "裂缝 2.png"
