"""Two studios on one project: the second is told who has it, and takes over what a killed one left."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from closing import close_window

OTHER = """
import sys
from pathlib import Path
from crackstudio.project.project import Project
from crackstudio.studio.mask_editor import MaskEditor

project = Project.open(Path(sys.argv[1]))
project.scan()
editor = MaskEditor(48, 64, journal=project.journal(project.entries()[0].id).append)
editor.begin_stroke(20, 20, size=6, value=1)
editor.extend_stroke(30, 20)
editor.finish_stroke()
project.flush()
print("painted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(folder):
    """A studio in another process that has the folder open and a stroke that it did not save."""
    command = [sys.executable, "-c", OTHER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "painted\n"
        yield process
        process.stdin.close()


def test_the_second_is_told_and_takes_over_when_the_first_was_killed(
    window, folder, other, open_folder, paint, told, qtbot
):
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: bool(told(window)))
    (words,) = told(window)
    assert "open in another studio" in words
    assert f"process {other.pid}" in words
    assert window.session.project is None
    os.kill(other.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    other.wait()
    open_folder(window, folder)
    qtbot.waitUntil(lambda: any("1 unsaved stroke brought back" in words for words in told(window)))
    recovered = window.session.image.editor.array()
    assert recovered.any()
    assert np.array_equal(paint(window), recovered)


def test_a_second_window_of_one_studio_is_told_too(opened, folder, paint, tmp_path, qtbot, told):
    from crackstudio.studio.app import build_window
    from crackstudio.studio.settings import Settings

    painted = paint(opened)
    second = build_window(Settings(tmp_path / "second.ini"), engine=(sys.executable, "-c", ""))
    second.session.open_folder(folder)
    qtbot.waitUntil(lambda: bool(told(second)))
    assert "open in another studio" in told(second)[0]
    close_window(second)
    second.deleteLater()
    assert np.array_equal(opened.session.image.editor.array(), painted)
