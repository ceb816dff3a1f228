"""Propose, retrain, compare, go wrong: the window over an engine that speaks the wire."""

import subprocess
import sys
import threading

import pytest
from closing import close_project, close_window
from PySide6.QtGui import QGuiApplication

from crackstudio.core import wire
from crackstudio.core.images import Review
from crackstudio.core.runs import RunSpec, RunState
from crackstudio.studio import succession
from crackstudio.studio.engine_link import Ending
from crackstudio.studio.widgets.comparison_view import ComparisonView
from crackstudio.studio.widgets.method_form import MethodForm

EVENTS = (
    wire.Stepped(step=7, losses={"seg": 0.25}, seconds=3),
    wire.Scored(step=7, scores={"iou": 0.5}, threshold=0.4, best=True),
    wire.Finished(step=7, checkpoint="checkpoints/best.safetensors"),
)


def topics(window):
    return [card.notice.topic for card in window.notices.cards()]


def press(window, words):
    """Press the button of a notice."""
    from PySide6.QtWidgets import QPushButton

    (button,) = [
        button for card in window.notices.cards() for button in card.findChildren(QPushButton) if button.text() == words
    ]
    button.click()


def confirm(window, count, qtbot):
    for _ in range(count):
        here = window.session.entry.id
        window.actions["accept"].trigger()
        qtbot.waitUntil(lambda here=here: window.session.entry.id != here)


def retrain(window, qtbot, **spec):
    ended = []
    window.retraining.run_ended.connect(ended.append)
    window.retraining.retrain(RunSpec(method="unet", **spec))
    qtbot.waitUntil(lambda: bool(ended), timeout=15_000)
    return ended[0]


def test_propose_fills_the_list_and_shows_the_open_image_first(proposed):
    assert {entry.review for entry in proposed.session.entries()} == {Review.PROPOSED}
    image = proposed.session.image
    assert image.threshold == 0.4
    assert proposed.canvas.proposal is image.proposal.crack_map
    assert proposed.canvas.threshold == 0.4


def test_a_second_propose_asks_only_for_what_is_missing(proposed, qtbot):
    with qtbot.waitSignal(proposed.proposing.finished) as finished:
        proposed.actions["propose"].trigger()
    assert finished.args == [1]


def test_a_proposer_that_dies_is_told_and_started_again(make_window, folder, open_folder, qtbot):
    window = make_window("proposer-crash")
    open_folder(window, folder)
    starter = window.session.project.home / "fake.safetensors"
    starter.write_bytes(b"")
    window.session.project.use_network(starter, label="fake")
    window.proposing.start()
    window.actions["propose"].trigger()
    qtbot.waitUntil(lambda: topics(window) == ["proposer"], timeout=15_000)
    assert window.proposing.waiting == 8
    with qtbot.waitSignal(window.proposing.ready, timeout=15_000):
        press(window, "Start it again")
    qtbot.waitUntil(lambda: topics(window) == ["proposer"], timeout=15_000)


def test_a_run_is_followed_and_its_network_offered(proposed, qtbot):
    confirm(proposed, 2, qtbot)
    outcome = retrain(proposed, qtbot)
    assert outcome.ending is Ending.FINISHED
    history = proposed.run_monitor.history
    assert history.losses.last("tag") == 0.4
    assert history.guard.words == "attention is well"
    assert list(history.pictures["a"][0].layers) == ["crack map"]
    assert proposed.training_dock.isVisible()
    assert not proposed.actions["stop"].isEnabled()
    qtbot.waitUntil(lambda: topics(proposed) == ["network"], timeout=15_000)
    assert proposed.session.project.network().label == "fake"
    press(proposed, "Compare")
    qtbot.waitUntil(lambda: proposed.findChild(ComparisonView) is not None)
    proposed.findChild(ComparisonView).new_chosen.emit()
    proposed.findChild(ComparisonView).close()
    run = proposed.retraining.history.record.id
    qtbot.waitUntil(lambda: proposed.session.project.network().label == f"{run}@2")
    waiting = [entry for entry in proposed.session.entries() if entry.review is not Review.CONFIRMED]
    qtbot.waitUntil(
        lambda: all(proposed.session.project.entry(one.id).proposed_by == f"{run}@2" for one in waiting), timeout=15_000
    )
    qtbot.waitUntil(lambda: proposed.session.image.previous_map is not None)
    assert proposed.actions["before_after"].isEnabled()
    newest = proposed.threshold_panel._origin.text()
    proposed.actions["before_after"].trigger()
    assert proposed.canvas.show_previous
    assert proposed.threshold_panel._origin.text() == "Before: fake"
    proposed.actions["before_after"].trigger()
    assert proposed.threshold_panel._origin.text() == newest


def test_a_notice_stays_until_the_networks_are_compared(proposed, qtbot, monkeypatch):
    confirm(proposed, 2, qtbot)
    asked, fetch = [], proposed.proposing.fetch_maps
    monkeypatch.setattr(proposed.proposing, "fetch_maps", lambda images, **how: asked.append((images, how)))
    retrain(proposed, qtbot)
    qtbot.waitUntil(lambda: bool(asked), timeout=15_000)
    assert topics(proposed) == ["comparison"]
    assert proposed.notices.cards()[0].notice.seconds is None
    monkeypatch.setattr(proposed.proposing, "fetch_maps", fetch)
    images, how = asked[0]
    fetch(images, **how)
    qtbot.waitUntil(lambda: topics(proposed) == ["network"], timeout=15_000)


def test_a_comparison_that_fails_takes_its_notice_along(proposed, qtbot, monkeypatch):
    confirm(proposed, 2, qtbot)
    monkeypatch.setattr(succession, "judge", lambda *_images, **_how: 1 / 0)
    retrain(proposed, qtbot)
    qtbot.waitUntil(lambda: any(topic.startswith("failure") for topic in topics(proposed)), timeout=15_000)
    assert "comparison" not in topics(proposed)


def test_runs_are_replayed_when_the_project_is_opened_again(proposed, folder, open_folder, qtbot):
    confirm(proposed, 1, qtbot)
    retrain(proposed, qtbot)
    (run,) = proposed.session.project.runs.all()
    for event in EVENTS:  # a real engine keeps them itself
        run.append(event)
    run.close()
    close_project(proposed)
    with qtbot.waitSignal(proposed.retraining.runs_listed) as listed:
        open_folder(proposed, folder)
    qtbot.waitUntil(lambda: proposed.run_monitor.runs.count() == 1)
    assert listed.args is not None
    with qtbot.waitSignal(proposed.retraining.run_replayed) as replayed:
        proposed.retraining.show_run(run.id)
    history = replayed.args[0]
    assert history.state is RunState.FINISHED
    assert proposed.run_monitor.history is history


@pytest.mark.parametrize(("manner", "words"), [("crash", "exit code 3"), ("fail", "no number"), ("killed", "SIGKILL")])
def test_a_run_that_goes_wrong_is_told(make_window, folder, open_folder, qtbot, manner, words):
    window = make_window(manner)
    open_folder(window, folder)
    stroke = window.session.image.editor
    stroke.begin_stroke(10, 10, size=5, value=1)
    stroke.finish_stroke()
    window.actions["accept"].trigger()
    retrain(window, qtbot)
    qtbot.waitUntil(lambda: "run" in topics(window))
    (card,) = [card for card in window.notices.cards() if card.notice.topic == "run"]
    assert words in card.notice.words
    assert not window.retraining.is_running


def test_closing_the_window_in_the_middle_of_a_run_ends_it(make_window, folder, open_folder, qtbot):
    window = make_window("endless")
    open_folder(window, folder)
    editor = window.session.image.editor
    editor.begin_stroke(10, 10, size=5, value=1)
    editor.finish_stroke()
    window.actions["accept"].trigger()
    window.proposing.start()
    window.retraining.retrain(RunSpec(method="unet"))
    qtbot.waitUntil(
        lambda: window.retraining.history is not None and window.retraining.history.has_checkpoint, timeout=15_000
    )
    runs = window.run_monitor.runs
    qtbot.waitUntil(lambda: runs.count() == 1 and runs._table.item(0, 3).text() not in ("", "0"))
    window.actions["pause"].trigger()
    qtbot.waitUntil(lambda: window.retraining.history.paused)
    close_window(window)
    assert not window.retraining.is_running
    assert window.session.project is None
    again = make_window("endless")
    open_folder(again, folder)
    qtbot.waitUntil(lambda: topics(again) == ["run"])
    press(again, "Go on training")
    qtbot.waitUntil(lambda: again.retraining.is_running)


def test_retrain_at_once_after_enter_counts_the_mask_that_is_still_being_saved(proposed, qtbot):
    gate = threading.Event()
    proposed.session.writing.submit(gate.wait)
    confirm(proposed, 1, qtbot)
    proposed.actions["retrain"].trigger()
    proposed.retraining.retrain(RunSpec(method="unet"))
    gate.set()
    qtbot.waitUntil(lambda: proposed.retraining.history is not None, timeout=15_000)
    assert len(proposed.session.project.runs.all()) == 1


def test_a_notice_goes_when_what_it_was_about_is_over(proposed, qtbot):
    proposed.retraining.retrain(RunSpec(method="unet"))
    qtbot.waitUntil(lambda: topics(proposed) == ["retrain"])
    confirm(proposed, 2, qtbot)
    retrain(proposed, qtbot)
    assert "retrain" not in topics(proposed)


def test_copy_command_and_use_now(make_window, folder, open_folder, qtbot):
    window = make_window("endless")
    open_folder(window, folder)
    editor = window.session.image.editor
    editor.begin_stroke(10, 10, size=5, value=1)
    editor.finish_stroke()
    window.actions["accept"].trigger()
    window.proposing.start()
    window.retraining.retrain(RunSpec(method="unet"))
    qtbot.waitUntil(
        lambda: window.retraining.history is not None and window.retraining.history.has_checkpoint, timeout=15_000
    )
    window.actions["copy_command"].trigger()
    assert "train" in QGuiApplication.clipboard().text()
    window.actions["use_now"].trigger()
    qtbot.waitUntil(
        lambda: window.session.project.network() is not None and "@2" in window.session.project.network().label
    )
    assert window.session.project.network().path.parent.name == "models"
    window.actions["stop"].trigger()
    qtbot.waitUntil(lambda: not window.retraining.is_running)


def test_retrain_without_what_it_needs_says_what_is_missing(proposed, qtbot):
    proposed.retraining.retrain(RunSpec(method="unet"))
    qtbot.waitUntil(lambda: bool(proposed.notices.cards()))
    (card,) = proposed.notices.cards()
    assert "needs 1 confirmed mask with a defect; you have 0" in card.notice.words


def test_the_form_offers_the_engines_methods(proposed, qtbot):
    proposed.actions["retrain_form"].trigger()
    qtbot.waitUntil(lambda: proposed.findChild(MethodForm) is not None)
    form = proposed.findChild(MethodForm)
    assert form.spec().method == "attention-cyclegan"
    form.close()


def test_nothing_of_the_studio_imports_torch():
    code = (
        "import pkgutil, sys, importlib, crackstudio.studio as studio\n"
        "rooms = pkgutil.walk_packages(studio.__path__, 'crackstudio.studio.')\n"
        "for room in rooms: importlib.import_module(room.name)\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
