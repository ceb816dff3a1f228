"""The engine process: commands on stdin, events on stdout, one JSON line each; the end of stdin is the end.

Here is only what has to happen before anything heavy is imported; `desk.py` does the work.
"""

import os
import sys
from typing import BinaryIO

BELOW_NORMAL_PRIORITY_CLASS = 0x4000
NICE = 10


def main() -> int:
    """Run until stdin ends. The exit code is 0 unless the engine itself breaks."""
    events = _take_stdout()
    _give_way()
    from crackstudio.engine.desk import Desk

    Desk(events).serve(sys.stdin.buffer)
    return 0


def _take_stdout() -> BinaryIO:
    """A private copy of stdout; what anybody prints from now on goes to stderr and cannot break a line."""
    private = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(private, os.O_BINARY)
    return os.fdopen(private, "wb", buffering=0)


def _give_way() -> None:
    """Below normal priority, and threads that sleep while they wait: the window comes first."""
    for name, value in (("OMP_WAIT_POLICY", "PASSIVE"), ("KMP_BLOCKTIME", "0")):
        os.environ.setdefault(name, value)
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICE)
