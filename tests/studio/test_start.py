"""The way of `crackstudio` to its first picture."""

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from crackstudio.studio.first_paint import FirstPaint

IMPORTS = """
import builtins, gc, linecache
own = builtins.__import__
from crackstudio.studio.quick_imports import import_quickly
import_quickly()
from crackstudio.studio import app
print(builtins.__import__ is own, gc.isenabled(), any("numpy" in file for file in linecache.cache))
app.settle()
print(gc.isenabled())
"""
ORDER = """
import sys
from PySide6.QtCore import QTimer
from crackstudio.commands import open as command
command.has_display = lambda: True
from crackstudio.studio import app
from crackstudio.studio.proposing import Proposing
from crackstudio.studio.widgets.start_page import StartPage
class Page(StartPage):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", flush=True)
def start(self):
    print("engine", flush=True)
    app.QApplication.quit()
from crackstudio.studio.widgets import main_window
main_window.StartPage, Proposing.start = Page, start
sys.argv = ["crackstudio"]
from crackstudio.cli import main
main()
"""


def said_by(program: str, home: Path) -> list[str]:
    """The lines that a new interpreter prints."""
    place = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "APPDATA": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env={**os.environ, **place}, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def test_nothing_looks_at_what_the_studio_imports(tmp_path: Path) -> None:
    assert said_by(IMPORTS, tmp_path) == ["True False False", "True"]


def test_the_engine_starts_once_the_window_is_painted(tmp_path: Path) -> None:
    assert said_by(ORDER, tmp_path)[:1] == ["painted"]


def test_the_first_painting_is_told_once(qtbot: QtBot) -> None:
    widget, told = QWidget(), []
    qtbot.addWidget(widget)
    FirstPaint(widget, lambda: told.append(widget.isVisible()))
    assert not told
    widget.show()
    qtbot.waitUntil(lambda: bool(told))
    widget.repaint()
    qtbot.wait(1)
    assert told == [True]
