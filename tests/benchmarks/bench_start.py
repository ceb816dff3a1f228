"""The window on screen, beyond a bare PySide6 window: the difference in one run, each from a fresh interpreter.

python tests/benchmarks/bench_start.py      (bar: 1.5 s, aim: 0.65 s)
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7
BAR_S = 1.5

PAINTED = """
from PySide6.QtCore import QEvent, QObject
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("painted", flush=True)
            sys.stdin.readline()
            os._exit(0)
        return False
"""
BARE = f"""
import os, sys
from PySide6.QtWidgets import QApplication, QWidget
{PAINTED}
app = QApplication([])
window = QWidget()
"""
STUDIO = f"""
import os, sys
from pathlib import Path
from crackstudio.studio.app import build_window, make_app
from crackstudio.studio.settings import Settings
from crackstudio.studio.theme import Theme
{PAINTED}
app = make_app()
settings = Settings(Path(sys.argv[1]))
window = build_window(settings, theme=Theme(app, scheme=settings.scheme))
"""
SHOW = """
watch = FirstPaint()
(window.start_page if hasattr(window, "start_page") else window).installEventFilter(watch)
window.show()
app.exec()
"""


def seconds_to_paint(program: str, settings: str) -> float:
    """From the start of the interpreter to the first paint event."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program + SHOW, settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        assert line.strip() == b"painted"
        process.communicate(b"\n")
    return took


def main() -> int:
    """0 where the bar holds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = str(Path(folder) / "studio.ini")
        seconds_to_paint(STUDIO, settings)  # byte code and disk cache
        pairs = [(seconds_to_paint(BARE, settings), seconds_to_paint(STUDIO, settings)) for _ in range(ROUNDS)]
    beyond = statistics.median(studio - bare for bare, studio in pairs)
    bare = statistics.median(bare for bare, _ in pairs)
    print(f"bare window {bare:.3f} s | the studio beyond it {beyond:.3f} s | bar {BAR_S} s")
    return int(beyond > BAR_S)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
