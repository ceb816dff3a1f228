"""The list: filter, order, counts, and 100 000 rows."""

import time

import pytest
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QAbstractItemModelTester

from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.studio.widgets.image_list import ImageList
from crackstudio.studio.widgets.image_model import Filter, ImageModel, Order


def entry(identity, **fields):
    return ImageEntry(id=identity, path=fields.pop("path", f"a/{identity:06}.png"), **fields)


@pytest.fixture
def images(qtbot):
    widget = ImageList()
    qtbot.addWidget(widget)
    widget.resize(280, 500)
    widget.model.set_entries(
        [
            entry(1, tag=Tag.CRACKED, review=Review.PROPOSED, score=0.2),
            entry(2, tag=Tag.INTACT, review=Review.CONFIRMED),
            entry(3, tag=Tag.CRACKED, review=Review.PROPOSED, score=0.9, path="b/Zoo.png"),
            entry(4, review=Review.FLAGGED, mask_kind=MaskKind.REGION, problem="cut off"),
        ]
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
    images.model.set_filter(wanted)
    assert list(images.model.order()) == shown


def test_the_model_keeps_qts_rules(images, qtbot):
    tester = QAbstractItemModelTester(images.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    images.model.set_filter(Filter(search="zoo"))
    images.model.update_entries([entry(3, path="b/Zoo.png", review=Review.CONFIRMED)])
    images.model.set_entries([])
    assert tester.failureReportingMode() is QAbstractItemModelTester.FailureReportingMode.Fatal


def test_counts_follow_updates(images):
    assert images._count.text() == "Confirmed 1 of 4"
    images.model.update_entries([entry(1, review=Review.CONFIRMED), entry(99, review=Review.CONFIRMED)])
    assert images._count.text() == "Confirmed 2 of 4"
    assert images._progress.value() == 2


def test_a_row_that_stops_passing_stays_until_the_filter_is_set_again(images):
    images._review.setCurrentIndex(images._review.findData("unreviewed"))
    images.model.update_entries([entry(1, review=Review.CONFIRMED)])
    assert 1 in images.model.order()
    images.apply_filter()
    assert 1 not in images.model.order()


def test_choosing_tells_and_showing_does_not(images, qtbot):
    chosen = []
    images.image_chosen.connect(chosen.append)
    images.set_current(3)
    assert chosen == []
    images.view.setCurrentIndex(images.model.index(0))
    assert chosen == [1]


def test_searching_waits_for_the_typing_to_end(images, qtbot):
    images._search.setText("zoo")
    assert images.model.rowCount() == 4
    qtbot.waitUntil(lambda: images.model.rowCount() == 1)
    assert images._listed.text() == "1 listed"


def test_rows_are_painted_in_every_state(images, qtbot):
    images._delegate.picture_of = lambda _entry: QPixmap(20, 10)
    images.model.set_entries([entry(number, review=review) for number, review in enumerate(Review)])
    picture = images.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(60, 280, 7) for y in range(140, 440, 5)}) > 5


def test_a_hundred_thousand_rows(qtbot):
    model = ImageModel()
    entries = [entry(number) for number in range(100_000)]
    began = time.perf_counter()
    model.set_entries(entries)
    model.set_filter(Filter(search="99"))
    assert model.rowCount() > 1000
    assert time.perf_counter() - began < 3
