"""The same as `painter.py`, in the real window: whatever a person can do to a mask, until it is killed."""

import random
import sys

from painter import nurse, say
from PySide6.QtCore import QTimer
from test_kill import dot

from crackstudio.core.images import MaskKind
from crackstudio.studio.app import build_window, make_app
from crackstudio.studio.settings import Settings

NO_ENGINE = (sys.executable, "-c", "")
PAUSE_MS = 2


class Hand:
    """Paints a stroke whenever an image is open, and mostly does something else then."""

    def __init__(self, folder, first, *, opened):
        self._folder, self._number, self._opened = folder, first, opened
        self._chance = random.Random(first)
        self._timer = QTimer(interval=PAUSE_MS)
        self._timer.timeout.connect(self._act)
        self._timer.start()
        self._open_window()

    def _open_window(self):
        self._window = build_window(Settings(self._folder.parent / "studio.ini"), engine=NO_ENGINE)
        self._window.show()
        self._window.session.open_folder(self._folder)

    def _act(self):
        session = self._window.session
        if session.image is None or session.is_between_images:
            return
        editor = session.image.editor
        if self._number == 0 and editor.touched:
            editor.clear()
        if editor.kind is MaskKind.EXACT:
            editor.set_kind(MaskKind.REGION)
        self._opened()
        session.project.flush()  # a hand is slower than the writer: all strokes but the newest have had their turn
        editor.begin_stroke(*dot(self._number), size=9, value=1)
        editor.finish_stroke()
        say(f"stroke {self._number}")
        self._number += 1
        self._go_on(editor)

    def _go_on(self, editor):
        window = self._window
        match self._chance.randrange(12):
            case 0 | 1 | 2:
                window.actions["save"].trigger()
            case 3:
                window.session.project.flush()
                editor.undo_stack.undo()
                editor.undo_stack.redo()
            case 4:
                window.actions["accept"].trigger()
            case 5:
                window.session.open_folder(self._folder)
            case 6:
                window.session.close_project()
                window.session.open_folder(self._folder)
            case 7:
                window.close()
                window.deleteLater()
                self._open_window()


def paint(folder, first, *, opened):
    app = make_app()
    hand = Hand(folder, first, opened=opened)
    app.exec()
    raise AssertionError(f"{hand} has gone by itself")


if __name__ == "__main__":
    nurse(paint)
