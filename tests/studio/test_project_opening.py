"""A scan and the window share one interpreter: the scan waits while the window has much to do."""

import threading

import pytest

from crackstudio.studio.background import Background
from crackstudio.studio.leaving import Leaving
from crackstudio.studio.project_opening import Opening


class Folder:
    """In place of a project: one batch of files, told of and gone on from."""

    def __init__(self):
        self.told, self.went_on = threading.Event(), threading.Event()

    def scan(self, *, on_progress, stop):
        self.told.set()
        on_progress(500)
        self.went_on.set()


@pytest.fixture
def opening(qtbot):
    reading, writing = Background(threads=1), Background(threads=1)
    yield Opening(reading=reading, writing=writing, leaving=Leaving(writing=writing))
    reading.close()
    writing.close()


def test_a_scan_waits_while_the_window_has_much_to_do(opening, qtbot):
    folder = Folder()
    opening.give_way()
    opening.scan(folder)
    assert folder.told.wait(10)
    assert not folder.went_on.wait(0.1)
    qtbot.waitUntil(folder.went_on.is_set)


def test_a_scan_does_not_wait_where_nothing_was_asked(opening):
    folder = Folder()
    opening.scan(folder)
    assert folder.went_on.wait(10)
