"""The list: filter, order, counts, and 100 000 rows."""

import time

import pytest
from PySide6.QtGui import QPixmap
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
    ],
)
def test_filter_and_order(images, wanted, shown):
    images.take(arrange(images.model._entries.values(), wanted))
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
