"""When the list of the real window scrolls: to the open image, as a person asked for it, and never by itself."""

import pytest


@pytest.fixture
def scrolled(proposed, qtbot):
    """A window that has no room for all rows; the first image is open, and the list shows the last one."""
    proposed.resize(1300, 640)
    images = proposed.image_list
    bar = images.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 70)
    first = images.model.order()[0]
    proposed.session.open_image(first)
    qtbot.waitUntil(lambda: proposed.session.image.id == first)
    bar.setValue(bar.maximum())
    assert not images.shows_open()
    return proposed


def search(window, words, qtbot, *, rows):
    window.image_list._search.setText(words)
    qtbot.waitUntil(lambda: window.image_list.model.rowCount() == rows)


def test_clearing_the_search_shows_the_open_image(scrolled, qtbot):
    images = scrolled.image_list
    last = images.model.order()[-1]
    scrolled.session.open_image(last)
    qtbot.waitUntil(lambda: scrolled.session.image.id == last)
    for words, rows in (("intact", 2), ("cracked", 6), ("nothing", 0)):
        search(scrolled, words, qtbot, rows=rows)
        search(scrolled, "", qtbot, rows=8)
        assert images.shows_open()


def test_another_filter_shows_the_open_image(scrolled, qtbot):
    images = scrolled.image_list
    with qtbot.waitSignal(images.model.modelReset):
        images._tag.setCurrentIndex(images._tag.findData("cracked"))
    qtbot.waitUntil(images.shows_open)


def test_the_list_stays_where_it_is_when_a_run_starts(scrolled, qtbot):
    bar = scrolled.image_list.view.verticalScrollBar()
    bar.setValue(70)
    height = scrolled.image_list.view.height()
    scrolled.training_dock.show()
    qtbot.waitUntil(lambda: scrolled.image_list.view.height() < height)
    assert bar.value() == 70


def test_the_list_stays_where_it_is_when_proposals_arrive(scrolled, qtbot):
    images = scrolled.image_list
    bar = images.view.verticalScrollBar()
    with qtbot.waitSignal(images.model.modelReset):
        images._order.setCurrentIndex(1)
    qtbot.waitUntil(images.shows_open)
    bar.setValue(bar.maximum())
    place = bar.value()
    with qtbot.waitSignal(images.model.modelReset):
        scrolled.actions["propose"].trigger()
    images.grab()
    assert bar.value() == place
