"""Engines that are killed, run out of memory, fall silent or learn NaN: told once, the window goes on, nothing is lost.

The engines are the real ones; see `frail_engine.py`.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from closing import close_window

from crackstudio.core.runs import CheckpointCard, RunSpec, RunState
from crackstudio.engine.checkpoint import load_method, save_checkpoint
from crackstudio.engine.methods.unet import UNetConfig, UNetMethod
from crackstudio.studio import silence
from crackstudio.studio.app import build_window
from crackstudio.studio.settings import Settings

FRAIL = str(Path(__file__).with_name("frail_engine.py"))
CHEAP = {"tile": 32, "batch": 2, "width": 4, "depth": 2}
SPEC = RunSpec(method="unet", steps=30, settings=CHEAP)
LONG = 60_000


@pytest.fixture
def start(qtbot, tmp_path, reviewed, open_folder, monkeypatch):
    """`start("train", "killed")`: the folder under a window whose first engine fails so."""
    windows = []

    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def start_it(work, fault):
        command = (sys.executable, FRAIL, work, fault, str(tmp_path / "mark"))
        window = build_window(Settings(tmp_path / "studio.ini"), engine=command)
        windows.append(window)
        window.show()
        open_folder(window, reviewed)
        tiny = window.session.project.home / "tiny.safetensors"
        card = CheckpointCard(method="unet", settings={"width": 4, "depth": 1}, threshold=0.4, step=0, tile=32)
        save_checkpoint(tiny, UNetMethod(UNetConfig(width=4, depth=1)), card)
        window.session.project.use_network(tiny, label="tiny")
        return window

    yield start_it
    for window in windows:
        close_window(window)
        window.deleteLater()


@pytest.fixture
def settled(qtbot, told):
    """Wait until a notice says something; what it says."""

    def wait(window, words):
        qtbot.waitUntil(lambda: any(words in one for one in told(window)), timeout=LONG)
        return next(one for one in told(window) if words in one)

    return wait


@pytest.fixture
def fall_silent(qtbot, tmp_path, monkeypatch):
    """Wait until the engine hangs, and for longer than anybody waits."""

    def wait(watch):
        qtbot.waitUntil((tmp_path / "mark").exists, timeout=LONG)
        with monkeypatch.context() as patch:
            patch.setattr(silence, "LONGEST_S", 0)
            watch.look()

    return wait


def proposed(window):
    return [entry.name for entry in window.session.entries() if entry.proposed_by == "tiny"]


def finish(window, qtbot):
    history = window.retraining.history
    qtbot.waitUntil(lambda: window.retraining.history is not history, timeout=LONG)
    qtbot.waitUntil(lambda: window.retraining.history.state is RunState.FINISHED, timeout=LONG)
    assert window.retraining.history.started.resumed_at >= 10
    assert len(window.session.project.runs.all()) == 1


def test_killed_while_proposing_it_goes_on_where_it_stopped(start, qtbot, settled, told, press, paint):
    window = start("propose", "killed")
    window.actions["propose"].trigger()
    words = settled(window, "The proposing engine has ended")
    assert "SIGKILL" in words
    assert "memory" in words
    had = proposed(window)
    assert len(had) < 3
    qtbot.waitUntil(lambda: not window.tool_bar.progress.isVisible())
    painted = paint(window)
    press(window, "Start it again")
    qtbot.waitUntil(lambda: len(proposed(window)) == 3, timeout=LONG)
    assert np.array_equal(window.session.image.editor.array(), painted)
    qtbot.waitUntil(lambda: told(window) == [])


def test_proposing_can_be_asked_for_again_by_its_own_button(start, qtbot, settled, told):
    window = start("propose", "killed")
    window.actions["propose"].trigger()
    settled(window, "The proposing engine has ended")
    window.actions["propose"].trigger()
    qtbot.waitUntil(lambda: len(proposed(window)) == 3, timeout=LONG)
    assert told(window) == []


def test_out_of_memory_while_proposing_costs_the_images_of_that_moment(start, qtbot, settled, told, paint):
    window = start("propose", "memory")
    window.actions["propose"].trigger()
    words = settled(window, "could not be proposed")
    assert "The memory ran out" in words
    qtbot.waitUntil(lambda: window.proposing.waiting == 0, timeout=LONG)
    assert len(told(window)) == 1
    painted = paint(window)
    window.actions["propose"].trigger()
    qtbot.waitUntil(lambda: len(proposed(window)) == 3, timeout=LONG)
    assert np.array_equal(window.session.image.editor.array(), painted)


def test_silent_while_proposing_it_can_be_restarted(start, qtbot, fall_silent, settled, press):
    window = start("propose", "silent")
    window.actions["propose"].trigger()
    fall_silent(window.proposing.silence)
    words = settled(window, "The proposing engine has been silent")
    assert "that wait" in words
    press(window, "Restart it")
    qtbot.waitUntil(lambda: len(proposed(window)) == 3, timeout=LONG)


def test_killed_while_training_the_run_goes_on_from_its_last_state(start, qtbot, settled, press, paint):
    window = start("train", "killed")
    window.retraining.retrain(SPEC)
    words = settled(window, "The training engine has died")
    assert "SIGKILL" in words
    painted = paint(window)
    press(window, "Go on from its last state")
    finish(window, qtbot)
    assert np.array_equal(window.session.image.editor.array(), painted)


def test_out_of_memory_while_training_the_run_goes_on_from_its_last_state(start, qtbot, settled, press):
    window = start("train", "memory")
    window.retraining.retrain(SPEC)
    words = settled(window, "The run failed")
    assert "The memory ran out at step 11" in words
    assert "tile or batch smaller" in words
    press(window, "Go on from its last state")
    finish(window, qtbot)


def test_silent_while_training_it_can_be_restarted(start, qtbot, fall_silent, settled, told, press):
    window = start("train", "silent")
    window.retraining.retrain(SPEC)
    fall_silent(window.retraining.silence)
    settled(window, "The training engine has been silent")
    press(window, "Restart it")
    finish(window, qtbot)
    assert not any("died" in words for words in told(window))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit that the operating system keeps")
def test_a_full_disk_while_training_is_told_once_and_the_run_goes_on_from_its_last_state(
    start, qtbot, settled, told, press, paint
):
    window = start("train", "full")
    window.retraining.retrain(SPEC)
    words = settled(window, "The run failed")
    assert "cannot be saved at step" in words
    assert "Free some space" in words
    assert told(window) == [words]
    assert not window.retraining.is_running
    painted = paint(window)
    (run,) = window.session.project.runs.all()
    _, card = load_method(run.checkpoint_last)
    assert card.step == 10
    press(window, "Go on from its last state")
    finish(window, qtbot)
    assert np.array_equal(window.session.image.editor.array(), painted)


def test_weights_that_are_no_numbers_end_the_run_with_its_cause_and_the_best_network_is_kept(
    start, qtbot, settled, press
):
    window = start("train", "nan")
    window.retraining.retrain(SPEC)
    words = settled(window, "The run failed")
    assert "no longer" in words
    assert "Lower the learning rate" in words
    (run,) = window.session.project.runs.all()
    for path in (run.checkpoint_best, run.checkpoint_last):
        method, card = load_method(path)
        assert all(weight.isfinite().all() for weight in method.networks()["unet"].parameters())
        assert card.step <= 10
    press(window, "Use its best network")
    qtbot.waitUntil(lambda: window.session.project.network().label.startswith(run.id), timeout=LONG)


@pytest.mark.parametrize(
    "damage", [b"PK\x03\x04 a pickle of another program", b"", None], ids=["foreign", "empty", "cut"]
)
def test_a_network_in_use_that_is_no_checkpoint_is_one_notice_and_nothing_is_run(
    start, tmp_path, qtbot, settled, told, paint, damage
):
    (tmp_path / "mark").touch()  # an engine without a fault
    window = start("propose", "killed")
    tiny = window.session.project.network().path
    tiny.write_bytes(tiny.read_bytes()[:500] if damage is None else damage)
    window.actions["propose"].trigger()
    qtbot.waitUntil(lambda: window.proposing.waiting == 3, timeout=LONG)
    qtbot.waitUntil(lambda: window.proposing.waiting == 0, timeout=LONG)
    (words,) = told(window)
    assert "2 other images could not be proposed" in words
    assert str(tiny) in words
    assert proposed(window) == []
    assert paint(window).any()
