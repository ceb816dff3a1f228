"""Switching the language with a project open: all texts said again, and the repaint after it, each a turn."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication
from report import Taken, exit_code, quickest, row, taken
from sitting import draw_images, opened_window, rest, settle

from crackstudio.studio.language import ENGLISH, LANGUAGES, speak
from crackstudio.studio.widgets.main_window import MainWindow

IMAGES, SWITCHES, BAR_MS = 40, 20, 50


def open_all(window: MainWindow, folder: Path) -> None:
    """Images listed and one open, the training dock and the keys beside."""
    draw_images(folder, count=IMAGES)
    window.session.open_folder(folder)
    settle(window)
    window.training_dock.show()
    window.actions["change_keys"].trigger()
    rest(1)


def turns_of_a_switch(code: str) -> tuple[Taken, Taken]:
    """Saying, and the longest turn of the event loop after it."""
    said = taken(lambda: speak(code))
    return said, max((taken(QApplication.processEvents) for _ in range(10)), key=lambda turn: turn.work)


def main() -> int:
    """0 where the bar holds."""
    with opened_window() as (window, folder):
        open_all(window, folder)
        turns_of_a_switch(next(code for code in LANGUAGES if code != ENGLISH))  # reads fonts from disk
        turns = [turns_of_a_switch(code) for _ in range(SWITCHES // len(LANGUAGES)) for code in LANGUAGES]
    said, longest = (quickest(column) for column in zip(*turns, strict=True))
    row("language switched: all texts said again", said, BAR_MS, of_work=True)
    row("language switched: longest turn of the event loop after it", longest, BAR_MS, of_work=True)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
