"""Closing saves first. Where that fails the window and the project stay, until somebody gives up what is not saved."""

import numpy as np
import pytest
from closing import close_window, wait
from PySide6.QtWidgets import QPushButton

from crackstudio.project import rasters
from crackstudio.project.project import Project


def stroke(window, *, finish=True):
    editor = window.session.image.editor
    editor.begin_stroke(20, 20, size=6, value=1)
    editor.extend_stroke(30, 20)
    if finish:
        editor.finish_stroke()
    return editor


def topics(window):
    return [card.notice.topic for card in window.notices.cards()]


def wait_for(window, topic):
    """Until a notice of this topic is shown."""
    wait(lambda: topic in topics(window))


def stays(window):
    """Closing was asked for, and it is told why the window is still there."""
    for card in window.notices.cards():
        card.dismiss()
    window.close()
    wait_for(window, "close")
    assert window.isVisible()


def press(window, words):
    (button,) = [
        button for card in window.notices.cards() for button in card.findChildren(QPushButton) if button.text() == words
    ]
    button.click()


def mask_on_disk(folder):
    project = Project.open(folder)
    try:
        image = next(entry.id for entry in project.entries() if entry.path == "cracked/0.png")
        return project.load_mask(image), project.journal(image).read()
    finally:
        project.close()


@pytest.fixture
def away(opened):
    """The project's folder is pulled out; `bring_back()` plugs it in again."""
    home, elsewhere = opened.session.project.home, opened.session.project.home.with_name("away")
    opened.image_list.set_thumbnails(None)
    opened.thumbnails.close()
    opened.session.reading.finish()
    opened.session.project.flush()
    home.rename(elsewhere)

    def bring_back():
        if elsewhere.exists():
            elsewhere.rename(home)

    yield bring_back
    bring_back()


def test_a_window_whose_strokes_cannot_be_saved_stays_and_closes_when_they_can(opened, away, folder):
    mask = stroke(opened).array()
    stays(opened)
    assert opened.session.image.editor.array().any()
    card = next(card for card in opened.notices.cards() if card.notice.topic == "close")
    assert "folder is not there any more" in card.notice.words
    assert "Nothing is lost while this stays open" in card.notice.words
    away()
    close_window(opened)
    assert np.array_equal(mask_on_disk(folder)[0], mask)


def test_only_giving_up_what_is_not_saved_closes_it_then(opened, away, folder):
    stroke(opened)
    for _ in range(2):
        stays(opened)
    press(opened, "Close without saving")
    assert not opened.isVisible()
    assert opened.session.project is None
    away()
    assert mask_on_disk(folder) == (None, [])


def test_saving_again_settles_the_notice(opened, away, qtbot):
    stroke(opened)
    stays(opened)
    away()
    with qtbot.waitSignal(opened.session.saved):
        next(card for card in opened.notices.cards() if card.notice.topic == "close").notice.offers[0].act()
    assert "close" not in topics(opened)


def test_a_project_that_cannot_be_saved_stays_open(opened, away):
    stroke(opened)
    project = opened.session.project
    opened.actions["close_project"].trigger()
    wait_for(opened, "close")
    assert opened.session.project is project
    assert opened.pages.currentWidget() is opened.canvas
    press(opened, "Close without saving")
    assert opened.session.project is None
    assert opened.pages.currentWidget() is opened.start_page


def test_another_folder_is_opened_once_the_strokes_are_saved_or_given_up(opened, away, tmp_path, qtbot):
    rasters.write_png(tmp_path / "other" / "a.png", np.zeros((48, 64, 3), np.uint8))
    stroke(opened)
    project = opened.session.project
    opened.session.open_folder(tmp_path / "other")
    wait_for(opened, "close")
    assert opened.session.project is project
    press(opened, "Close without saving")
    qtbot.waitUntil(lambda: opened.session.project is not None and opened.session.project.folder == tmp_path / "other")


def test_a_review_that_cannot_be_written_holds_the_window_too(opened, away):
    opened.actions["tag_intact"].trigger()
    stays(opened)
    away()
    close_window(opened)


def test_with_nothing_to_save_an_unreachable_folder_holds_nobody(opened, away):
    close_window(opened)


def test_a_stroke_under_way_is_saved_on_closing(opened, folder):
    mask = stroke(opened, finish=False).array()
    close_window(opened)
    assert mask.any()
    assert np.array_equal(mask_on_disk(folder)[0], mask)
