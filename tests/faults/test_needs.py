"""A method that is started without what it needs says what is missing, in the studio and on the command line."""

import subprocess
import sys

import pytest

from crackstudio.core.runs import RunSpec


@pytest.fixture
def ready(window, folder, open_folder, qtbot):
    """Four images without tags or masks, under an engine that has told its methods."""
    open_folder(window, folder)
    window.proposing.start()
    qtbot.waitUntil(lambda: bool(window.proposing.methods), timeout=15_000)
    return window


def runs_of(folder):
    return list((folder / ".crackstudio" / "runs").glob("*"))


def test_one_press_with_nothing_to_learn_from_says_what_is_missing(ready, folder, told, qtbot, paint):
    ready.actions["retrain"].trigger()
    qtbot.waitUntil(lambda: bool(told(ready)))
    (words,) = told(ready)
    assert "Not enough to learn from yet" in words
    assert "you have 0" in words
    assert not ready.retraining.is_running
    assert runs_of(folder) == []
    assert paint(ready).any()
    assert ready.actions["retrain"].isEnabled()


@pytest.mark.parametrize(("method", "words"), [("unet", "confirmed mask"), ("attention-cyclegan", "cracked")])
def test_a_chosen_method_says_what_it_needs(ready, folder, told, qtbot, method, words):
    ready.retraining.retrain(RunSpec(method=method))
    qtbot.waitUntil(lambda: bool(told(ready)))
    assert words in told(ready)[0]
    assert runs_of(folder) == []


def test_the_command_line_says_it_in_one_line_and_leaves_nothing(folder, tmp_path):
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "crackstudio", "train", str(folder), "--method", "unet", "--out", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "needs 1 confirmed mask with a defect; you have 0" in done.stderr
    assert sorted(folder.rglob("*")) == before
    assert not (tmp_path / "run").exists()
