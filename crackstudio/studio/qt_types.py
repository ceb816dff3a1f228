"""Makes Qt's Python types on the main thread, a few at a time.

PySide makes a type when a program first asks for it. A library that asks for all of them while it is imported on
another thread (pyqtgraph does) meets the main thread at work on the same tables: one window in two hundred crashed.
"""

import importlib
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtTest", "QtOpenGL", "QtOpenGLWidgets")
"""Those that pyqtgraph asks for."""
_TURN_S = 0.005


def make_types(owner: QObject, *, done: Callable[[], None]) -> None:
    """Make every type, 65 ms in turns of 5 ms; then `done`, unless `owner` went before."""
    pieces = _pieces()
    timer = QTimer(owner, interval=0)

    def go_on() -> None:
        until = time.perf_counter() + _TURN_S
        for _ in pieces:
            if time.perf_counter() > until:
                return
        timer.stop()
        timer.deleteLater()
        done()

    timer.timeout.connect(go_on)
    timer.start()


def _pieces() -> Iterator[str]:
    for name in _MODULES:
        module = importlib.import_module(f"PySide6.{name}")
        for type_name in dir(module):
            getattr(module, type_name, None)
            yield type_name
