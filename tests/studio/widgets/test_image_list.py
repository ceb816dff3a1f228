"""The list: filter, order, counts, and 100 000 rows."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QPixmap
from PySide6.QtTest import QAbstractItemModelTester

from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.studio.widgets.image_list import ImageList
from crackstudio.studio.widgets.image_model import Filter, Order, arrange


def arranged(*entries):
    return arrange(entries, Filter())


def entry(identity, **fields):
    return ImageEntry(id=identity, path=fields.pop("path", f"a/{identity:06}.png"), **fields)


@pytest.fixture
def images(qtbot):
    widget = ImageList()
    qtbot.addWidget(widget)
    widget.resize(280, 500)
    widget.take(
        arranged(
            entry(1, tag=Tag.CRACKED, review=Review.PROPOSED, score=0.2),
            entry(2, tag=Tag.INTACT, review=Review.CONFIRMED),
            entry(3, tag=Tag.CRACKED, review=Review.PROPOSED, score=0.9, path="b/Zoo.png"),
            entry(4, review=Review.FLAGGED, mask_kind=MaskKind.REGION, problem="cut off"),
        )
    )
    return widget


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Filter(), [1, 2, 4, 3]),
        (Filter(review=Review.PROPOSED), [1, 3]),
        (Filter(unreviewed=True), [1, 4, 3]),
        (Filter(tag=Tag.INTACT), [2]),
        (Filter(search="zoo"), [3]),
        (Filter(order=Order.UNSURE_FIRST), [3, 1, 2, 4]),
        (Filter(order=Order.DISPUTED_FIRST), [4, 2, 1, 3]),
        (Filter(order=Order.LONGEST_FIRST), [4, 2, 1, 3]),
        (Filter(order=Order.WIDEST_FIRST), [4, 2, 1, 3]),
    ],
)
def test_filter_and_order(images, wanted, shown):
    images.take(arrange(images.model._entries.values(), wanted, ranks={4: 0.5, 2: 0}))
    assert list(images.model.order()) == shown


def test_the_model_keeps_qts_rules(images, qtbot):
    tester = QAbstractItemModelTester(images.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    images.take(arranged(entry(3, path="b/Zoo.png"), entry(5)))
    images.model.update_entries([entry(3, path="b/Zoo.png", review=Review.CONFIRMED)])
    images.take(arranged())
    assert tester.failureReportingMode() is QAbstractItemModelTester.FailureReportingMode.Fatal


def test_counts_follow_updates(images):
    assert images._count.text() == "Confirmed 1 of 4"
    images.model.update_entries([entry(1, review=Review.CONFIRMED), entry(99, review=Review.CONFIRMED)])
    assert images._count.text() == "Confirmed 2 of 4"
    assert images._progress.value() == 2


def test_a_row_that_stops_passing_stays_until_the_list_is_arranged_again(images):
    unreviewed = Filter(unreviewed=True)
    images.take(arrange(images.model._entries.values(), unreviewed))
    images.model.update_entries([entry(1, review=Review.CONFIRMED)])
    assert 1 in images.model.order()
    images.take(arrange(images.model._entries.values(), unreviewed))
    assert 1 not in images.model.order()


def test_choosing_tells_and_showing_does_not(images, qtbot):
    chosen = []
    images.image_chosen.connect(chosen.append)
    images.set_current(3)
    assert chosen == []
    images.view.setCurrentIndex(images.model.index(0))
    assert chosen == [1]


def test_searching_waits_for_the_typing_to_end(images, qtbot):
    with qtbot.waitSignal(images.filter_changed):
        images._search.setText("zoo")
    images.take(arrange(images.model._entries.values(), images.filter()))
    assert images._listed.text() == "1 listed"


def test_the_controls_make_the_filter(images):
    images._review.setCurrentIndex(images._review.findData("unreviewed"))
    images._tag.setCurrentIndex(images._tag.findData("cracked"))
    images._order.setCurrentIndex(1)
    assert images.filter() == Filter(unreviewed=True, tag=Tag.CRACKED, order=Order.UNSURE_FIRST)


def test_rows_are_painted_in_every_state(images, qtbot):
    images._delegate.picture_of = lambda _entry: QPixmap(20, 10)
    images.take(arranged(*(entry(number, review=review) for number, review in enumerate(Review))))
    picture = images.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(60, 280, 7) for y in range(140, 440, 5)}) > 5


def test_a_hundred_thousand_rows(images, qtbot):
    many = arrange([entry(number) for number in range(100_000)], Filter())
    images.show()
    began = time.perf_counter()
    images.take(many)
    images.set_current(90_000)
    images.grab()
    images.model.update_entries([entry(90_000, review=Review.CONFIRMED)])
    images.grab()
    assert time.perf_counter() - began < 1  # a list view took a second for each change
    assert images.model.row_of(90_000) == 90_000


@pytest.fixture
def long(images):
    """200 images, of which one far down is open; the list is on the screen."""
    images.show()
    images.take(arranged(*(entry(number) for number in range(200))))
    images.set_current(150)
    return images


def test_the_open_image_is_in_sight_once_a_filter_is_gone(long):
    everything = list(long.model._entries.values())
    for wanted in (Filter(search="00015"), Filter(search="nothing")):
        long.take(arrange(everything, wanted))
        long.set_current(150)
        long.grab()
        long.take(arrange(everything, Filter()))
        long.set_current(150)
        assert long.shows_open()
        assert long.view.viewport().rect().contains(long.view.visualRect(long.view.currentIndex()))


@pytest.mark.parametrize("height", [260, 700])
def test_a_list_that_was_scrolled_stays_where_it_is_when_it_is_resized(long, height, qtbot):
    long.view.verticalScrollBar().setValue(500)
    long.resize(long.width(), height)
    qtbot.waitUntil(lambda: long.view.height() < height)
    assert long.view.verticalScrollBar().value() == 500


def test_an_open_image_in_sight_stays_in_sight_when_there_is_less_room(long):
    assert long.shows_open()
    long.resize(long.width(), 260)
    assert long.shows_open()


def test_a_list_that_orders_itself_anew_stays_where_it_is(long):
    bar = long.view.verticalScrollBar()
    bar.setValue(500)
    entries = [entry(number, score=number / 200) for number in range(200)]
    long.take(arrange(entries, Filter(order=Order.UNSURE_FIRST)))
    long.set_current(150, scrolls=False)
    assert bar.value() == 500
    assert long.view.currentIndex().row() == 49


def press(images, qtbot, row, modifier=Qt.KeyboardModifier.NoModifier, button=Qt.MouseButton.LeftButton):
    place = images.view.visualRect(images.model.index(row)).center()
    qtbot.mouseClick(images.view.viewport(), button, modifier, QPoint(place))


@pytest.fixture
def chosen(images):
    """What was opened by hand; the list shows it as open at once."""
    chosen = []
    images.image_chosen.connect(chosen.append)
    images.image_chosen.connect(images.set_current)
    images.set_current(1)
    images.show()
    return chosen


def test_ctrl_and_shift_select_while_one_image_stays_open(images, chosen, qtbot):
    press(images, qtbot, 2, Qt.KeyboardModifier.ControlModifier)
    assert images.selected() == [1, 4]
    press(images, qtbot, 3, Qt.KeyboardModifier.ShiftModifier)
    assert images.selected() == [1, 4, 3]
    assert images._delegate.open_image == 1
    assert chosen == []
    assert images._listed.text() == "3 selected"
    press(images, qtbot, 1)
    assert (images.selected(), chosen) == ([2], [2])
    assert not images.has_several()


def test_ctrl_a_and_shift_with_arrows(images, chosen, qtbot):
    qtbot.keyClick(images.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert images.selected() == [1, 2, 4, 3]
    qtbot.keyClick(images.view, Qt.Key.Key_Down)
    assert (images.selected(), chosen) == ([2], [2])
    qtbot.keyClick(images.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (images.selected(), chosen) == ([2, 4], [2])


def test_a_press_on_the_open_one_lets_go_of_the_others(images, chosen, qtbot):
    images.view.selectAll()
    press(images, qtbot, 0)
    assert (images.selected(), chosen) == ([1], [])


def test_the_menu_button_keeps_a_selection_and_opens_nothing(images, chosen, qtbot):
    images.view.select_rows([0, 1])
    press(images, qtbot, 1, button=Qt.MouseButton.RightButton)
    assert images.selected() == [1, 2]
    press(images, qtbot, 3, button=Qt.MouseButton.RightButton)
    assert images.selected() == [3]
    assert chosen == []


def test_walking_on_lets_go_of_several_and_arranging_does_not(images):
    images.set_current(1)
    images.view.select_rows([0, 1, 3])
    images.take(arrange(images.model._entries.values(), Filter(order=Order.UNSURE_FIRST)))
    images.set_current(1)
    assert sorted(images.selected()) == [1, 2, 3]
    images.set_current(2)
    assert images.selected() == [2]


def test_an_image_that_arrives_late_keeps_what_was_selected_since(images, qtbot):
    images.set_current(1)
    press(images, qtbot, 1)
    press(images, qtbot, 3, Qt.KeyboardModifier.ControlModifier)
    images.set_current(2)
    assert images.selected() == [2, 3]
    images.select_open_only()
    assert images.selected() == [2]


def test_undo_is_the_lists_own_while_there_is_something_to_undo(images, qtbot):
    images.view.undo_keys = lambda: [QKeySequence("Ctrl+Z")]
    with qtbot.assertNotEmitted(images.view.undo_asked):
        qtbot.keyClick(images.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    images.view.can_undo = lambda: True
    with qtbot.waitSignal(images.view.undo_asked):
        qtbot.keyClick(images.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_pace_is_quiet_until_something_was_confirmed(images):
    assert images._pace.isHidden()
    images.model.update_entries([entry(1, review=Review.CONFIRMED)])
    assert images._pace.text() == "1 in the last 15 min"
    images.model.update_entries([entry(1, review=Review.PROPOSED)])
    assert images._pace.isHidden()


def test_work_on_many_is_told_in_the_foot(images, qtbot):
    images.show_busy("Confirming", 340, 1000)
    assert images._busy.text() == "Confirming 340 of 1,000"
    with qtbot.waitSignal(images.stop_pressed):
        images._stop.click()
    images.show_busy("")
    assert images._busy.isHidden()


def test_a_hundred_thousand_selected_rows(images):
    images.take(arrange([entry(number) for number in range(100_000)], Filter()))
    images.show()
    began = time.perf_counter()
    images.view.selectAll()
    assert len(images.selected()) == 100_000
    images.model.update_entries([entry(number, tag=Tag.CRACKED) for number in range(1000)])
    images.grab()
    assert time.perf_counter() - began < 0.5
