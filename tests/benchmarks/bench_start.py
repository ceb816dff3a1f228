"""`crackstudio` until its window is painted, beyond a bare PySide6 window: each a new process, the quickest of nine."""

import os
import subprocess
import sys
import tempfile
import time

from report import Taken, exit_code, quickest, row

ROUNDS, BAR_S = 9, 0.65

PAINTED = """
import os, sys
from PySide6.QtCore import QEvent, QObject
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("painted", flush=True)
            sys.stdin.readline()
            os._exit(0)
        return False
watch = FirstPaint()
"""
BARE = f"""{PAINTED}
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.installEventFilter(watch)
window.show()
app.exec()
"""
WATCHED = f"""{PAINTED}
from PySide6.QtWidgets import QApplication
run = QApplication.exec
def watched(app):
    pages = (getattr(window, "start_page", None) for window in app.topLevelWidgets())
    next(filter(None, pages)).installEventFilter(watch)
    return run()
QApplication.exec = watched
"""
STUDIO = f"""
import sys
from crackstudio.commands import open as command
from crackstudio.studio import quick_imports
import_quickly = quick_imports.import_quickly
def then_watched():  # Qt is imported as late as it would be
    import_quickly()
    exec({WATCHED!r}, globals())
quick_imports.import_quickly = then_watched
command.has_display = lambda: True
sys.argv = ["crackstudio"]
from crackstudio.cli import main
main()
"""


def to_paint(program: str, home: str) -> Taken:
    """From the start of the interpreter to the first paint event, in seconds."""
    began, worked = time.perf_counter(), os.times()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(home),
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        assert line.strip() == b"painted"
        process.communicate(b"\n")
    works = os.times()
    work = works.children_user + works.children_system - worked.children_user - worked.children_system
    return Taken(took, work)


def environment(home: str) -> dict[str, str]:
    """One in which byte code is kept, as it is where people work, whatever the one around says."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "HOME": home, "XDG_CONFIG_HOME": home, "APPDATA": home, "PYTHONPYCACHEPREFIX": f"{home}/cache"}


def main() -> int:
    """0 where the bar holds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        to_paint(STUDIO, home)  # byte code and disk cache
        pairs = [(to_paint(BARE, home), to_paint(STUDIO, home)) for _ in range(ROUNDS)]
    bare, studio = (quickest(each) for each in zip(*pairs, strict=True))
    row("a bare PySide6 window on screen", bare, None, "s")
    beyond = Taken(studio.clock - bare.clock, studio.work - bare.work)
    row("`crackstudio`, its window on screen, beyond a bare one", beyond, BAR_S, "s")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
