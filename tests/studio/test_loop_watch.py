"""A blocked event loop fails a test, and is named; a busy machine and a test's own work do not."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import loop_watch
import pytest
from loop_watch import LoopWatch
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton


@pytest.fixture
def watch(qtbot):
    watch = LoopWatch(excuses={("tests/studio/test_loop_watch.py", "closes"): "a test"})
    watch.start()
    yield watch
    watch.stop()


def works(*, seconds=0.3):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def keeps_the_lock():
    sum(range(15_000_000))


def closes():
    works()


def in_the_loop(qtbot, *slots):
    """Each in a turn of its own."""
    done = []
    for slot in slots:
        QTimer.singleShot(0, slot)
    QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: done.append(True)))
    qtbot.waitUntil(lambda: bool(done))


@pytest.mark.parametrize("slot", [works, keeps_the_lock])
def test_a_slot_that_works_for_long_fails_and_is_named(qtbot, watch, slot):
    in_the_loop(qtbot, slot)
    with pytest.raises(pytest.fail.Exception, match=rf"held up: \d+ ms of work\n(.*\n)*.*{slot.__name__}"):
        watch.verdict()


def test_a_slot_that_waits_fails_and_is_named(qtbot, watch):
    seen, ended = threading.Event(), threading.Event()

    def waits():
        seen.wait(30)

    def end_it():
        while not watch.blocks and not ended.wait(0.01):
            pass
        seen.set()

    other = threading.Thread(target=end_it)
    other.start()
    in_the_loop(qtbot, waits)
    ended.set()
    other.join()
    with pytest.raises(pytest.fail.Exception, match=r"asleep(.*\n)*.*waits"):
        watch.verdict()


def test_an_fsync_fails_however_short(qtbot, watch, tmp_path):
    def saves():
        with (tmp_path / "mask").open("wb") as file:
            os.fsync(file.fileno())

    in_the_loop(qtbot, saves)
    with pytest.raises(pytest.fail.Exception, match=r"os.fsync(.*\n)*.*saves"):
        watch.verdict()


@pytest.mark.parametrize("hand", ["action", "button", "key"])
def test_what_a_hand_does_past_the_loop_counts(qtbot, watch, hand):
    button, action = QPushButton(), QAction()
    qtbot.addWidget(button)
    button.clicked.connect(works)
    action.triggered.connect(works)
    {"action": action.trigger, "button": button.click, "key": lambda: qtbot.keyClick(button, " ")}[hand]()
    assert len(watch.blocks) == 1
    assert "works" in str(watch.blocks[0])


def test_the_tests_own_work_and_idle_waiting_do_not_count(qtbot, watch):
    works()
    in_the_loop(qtbot, lambda: None)
    qtbot.wait(150)
    works()
    watch.verdict()


def test_what_is_excused_does_not_count(qtbot, watch):
    in_the_loop(qtbot, closes)
    with watch.excused("a test"):
        in_the_loop(qtbot, works)
    watch.verdict()


def test_its_namesake_in_another_file_is_not_excused(qtbot, watch):
    namesake = {"works": works}
    exec(compile("def closes():\n    works()\n", "elsewhere.py", "exec"), namesake)
    in_the_loop(qtbot, namesake["closes"])
    with pytest.raises(pytest.fail.Exception, match=r"elsewhere\.py:2 closes"):
        watch.verdict()


def test_short_turns_do_not_add_up(qtbot, watch):
    turns = []

    def goes_on():
        works(seconds=0.01)
        turns.append(True)
        if len(turns) < 15:
            QTimer.singleShot(0, goes_on)

    in_the_loop(qtbot, goes_on)
    qtbot.waitUntil(lambda: len(turns) == 15)
    watch.verdict()


LOOKS_WHILE_THREADS_START = """
import threading
from loop_watch import LoopWatch
from PySide6.QtCore import QCoreApplication, QRunnable, QThreadPool

class Task(QRunnable):
    def run(self):
        pass

application = QCoreApplication()
watch = LoopWatch()

def look():
    for _ in range(100_000):
        watch._look()
        watch._make_room()

looking = threading.Thread(target=look)
looking.start()
pools = [QThreadPool() for _ in range(8)]
while looking.is_alive():
    for pool in 100 * pools:
        pool.start(Task())
    for pool in pools:
        pool.waitForDone()
"""


def test_looking_while_qt_starts_threads_does_not_crash():
    """Mostly within two seconds, where every thread's stack is asked for: that of one that starts is not there yet."""
    support = str(Path(loop_watch.__file__).parent)
    ended = subprocess.run(
        [sys.executable, "-c", LOOKS_WHILE_THREADS_START], env=os.environ | {"PYTHONPATH": support}, check=False
    )
    assert ended.returncode == 0
