"""The clock of the benches: what the window's own thread waits for is not put down to the machine."""

import hashlib
import threading

import pytest
from PySide6.QtCore import QTimer
from sitting import Beats, rest

BUSY = 4
BLOCK_MS = 300


@pytest.fixture
def busy_threads():
    """More than there are processors, and none of them holds the interpreter's lock."""
    ends, big = threading.Event(), bytes(1 << 20)

    def work():
        while not ends.is_set():
            hashlib.sha256(big)

    threads = [threading.Thread(target=work) for _ in range(BUSY)]
    for thread in threads:
        thread.start()
    yield
    ends.set()
    for thread in threads:
        thread.join()


def test_a_block_is_the_studios_own_beside_busy_threads_too(qapp, busy_threads):
    never = threading.Event()
    beats = Beats()
    QTimer.singleShot(20, lambda: never.wait(BLOCK_MS / 1000))
    rest(1)
    gap, own = beats.taken()
    assert own > BLOCK_MS / 2
    assert gap >= own
