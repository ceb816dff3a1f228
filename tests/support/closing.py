"""Closing as a person does, and waiting until it is done: the studio itself never waits for the disk."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

from crackstudio.studio.widgets.main_window import MainWindow

PATIENCE_S = 15


def close_window(window: MainWindow) -> None:
    """Returns when it is gone, and all that it started has ended."""
    window.close()
    wait(lambda: not window.isVisible())


def close_project(window: MainWindow) -> None:
    """Returns when the project is closed on disk."""
    window.actions["close_project"].trigger()
    wait(lambda: window.session.project is None)
    window.session.writing.finish()


def wait(until: Callable[[], bool]) -> None:
    """Let the event loop turn until it is so."""
    loop, poll, end = QEventLoop(), QTimer(interval=5), time.monotonic() + PATIENCE_S
    poll.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    poll.start()
    loop.exec()
    poll.stop()
    assert until(), "it did not close"
