"""Work off the thread, results on it, stale ones dropped."""

import threading

import pytest

from crackstudio.studio.background import Background


@pytest.fixture
def background(qtbot):
    made = Background(threads=1)
    yield made
    made.close()


def test_work_runs_elsewhere_and_is_delivered_here(background, qtbot):
    here, seen = threading.current_thread(), []
    background.submit(threading.current_thread, done=lambda there: seen.append((there, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    there, delivered = seen[0]
    assert there is not here
    assert delivered is here


def test_only_the_newest_of_a_lane_counts(background, qtbot):
    gate, ran, done = threading.Event(), [], []
    background.submit(gate.wait)
    for number in range(3):
        background.submit(lambda number=number: ran.append(number), done=lambda _: done.append(True), lane="open")
    gate.set()
    background.finish()
    assert ran == [2]
    assert done == [True]


def test_a_result_that_became_stale_on_the_way_is_dropped(background, qtbot):
    done = []
    background.submit(lambda: 1, done=done.append, lane="open")
    background.forget("open")
    background.submit(lambda: 2, done=done.append)
    background.finish()
    assert done == [2]


def test_failures_go_to_whom_they_concern(background, qtbot):
    mine, others = [], []
    background.work_failed.connect(others.append)
    background.submit(lambda: 1 / 0, failed=mine.append)
    background.submit(lambda: {}[1])
    background.finish()
    assert isinstance(mine[0], ZeroDivisionError)
    assert isinstance(others[0], KeyError)


def test_nothing_is_delivered_after_closing(background, qtbot):
    done = []
    background.submit(lambda: 1, done=done.append)
    background.close()
    background.submit(lambda: 2, done=done.append)
    qtbot.wait(10)
    assert done == []


def test_who_waits_says_so_first_for_work_that_may_give_up(background, qtbot):
    gate, seen = threading.Event(), []
    background.finish_asked.connect(gate.set)
    background.submit(lambda: gate.wait(10), done=seen.append)
    background.finish()
    assert seen == [True]


def test_what_never_ends_holds_nothing_that_is_submitted_after_starting_anew(background, qtbot):
    gate, done = threading.Event(), []
    background.submit(gate.wait, done=lambda _: done.append("stuck"))
    background.submit(lambda: done.append("behind it"))
    background.start_anew()
    background.submit(lambda: 2, done=done.append)
    background.finish()
    assert done == [2]
    gate.set()
    qtbot.waitUntil(lambda: done == [2, "behind it"])
