"""Runs that begin, end and go on: one at a time, in their own project, and never over the network in use."""

import shutil

import pytest

from crackstudio.core.runs import RunSpec
from crackstudio.studio.engine_link import RetrainingThread

SPEC = RunSpec(method="attention-cyclegan")


@pytest.fixture
def trained(make_window, folder, open_folder, qtbot):
    """A window over a trainer without end, with one run that was stopped."""
    window = make_window("endless")
    open_folder(window, folder)
    retraining = window.retraining
    retraining.retrain(SPEC)
    qtbot.waitUntil(lambda: retraining.history is not None and retraining.history.has_checkpoint, timeout=15_000)
    retraining.stop()
    qtbot.waitUntil(lambda: not retraining.is_running, timeout=15_000)
    return window


def trainers(window):
    return [link for link in window.retraining.findChildren(RetrainingThread) if link.isRunning()]


def topics(window):
    return [card.notice.topic for card in window.notices.cards()]


def test_no_run_is_gone_on_with_while_another_is_being_made(trained, qtbot):
    retraining = trained.retraining
    old = retraining.history.record.id
    retraining.retrain(SPEC)
    retraining.resume_run(old)
    assert "second run" in topics(trained)
    qtbot.waitUntil(lambda: retraining.is_running, timeout=15_000)
    assert retraining.history.record.id != old
    trained.session.writing.finish()
    assert len(trainers(trained)) == 1


def test_a_run_that_was_being_made_does_not_begin_in_the_next_project(window, folder, open_folder, tmp_path, qtbot):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    open_folder(window, folder)
    window.retraining.retrain(SPEC)
    with qtbot.waitSignal(window.session.project_opened):
        window.session.open_folder(other)
    window.session.writing.finish()
    assert not window.retraining.is_running
    assert window.session.project.runs() == []
    with qtbot.waitSignal(window.retraining.run_started, timeout=15_000):
        window.retraining.retrain(SPEC)
    assert window.retraining.history.record.id == window.session.project.runs()[0].id
