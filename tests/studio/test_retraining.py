"""Runs that begin, end and go on: one at a time, in their own project, and never over the network in use."""

import shutil
import threading
from pathlib import Path

import pytest
from closing import close_project, close_window
from PySide6.QtGui import QDesktopServices

from crackstudio.core.errors import RunError
from crackstudio.core.runs import RunSpec, Stock
from crackstudio.project.project import NetworkInUse, Project
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.runs import Runs
from crackstudio.studio import retraining, succession
from crackstudio.studio.engine_link import RetrainingThread
from crackstudio.studio.run_history import replay
from crackstudio.studio.widgets.method_form import MethodForm

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
    assert window.session.project.runs.all() == []
    with qtbot.waitSignal(window.retraining.run_started, timeout=15_000):
        window.retraining.retrain(SPEC)
    assert window.retraining.history.record.id == window.session.project.runs.all()[0].id


def test_going_on_with_a_run_leaves_the_network_in_use_as_it_is(trained, qtbot):
    retraining, project = trained.retraining, trained.session.project
    (run,) = project.runs.all()
    retraining.use_run(run.id)
    qtbot.waitUntil(lambda: project.network().label == f"{run.id}@2")
    kept = project.network().path
    assert kept == project.home / "models" / f"{run.id}-2.safetensors"
    written = kept.stat().st_mtime_ns
    with qtbot.waitSignal(retraining.run_started):
        retraining.resume_run(run.id)
    qtbot.waitUntil(lambda: retraining.history.best is not None, timeout=15_000)
    assert kept.stat().st_mtime_ns == written


def test_a_network_is_named_after_what_was_copied(trained, qtbot):
    project = trained.session.project
    (run,) = project.runs.all()
    with qtbot.waitSignal(trained.succession.network_changed):
        trained.succession.use(NetworkInUse(path=run.checkpoint_best, label=f"{run.id}@1"))
    assert project.network().label == f"{run.id}@2"
    assert [path.name for path in (project.home / "models").iterdir()] == [f"{run.id}-2.safetensors"]


def test_a_network_chosen_just_before_closing_is_in_use_afterwards(trained, folder):
    (run,) = trained.session.project.runs.all()
    trained.retraining.use_run(run.id)
    close_window(trained)
    assert not any(link.isRunning() for link in trained.proposing.findChildren(RetrainingThread))
    project = Project.open(folder)
    assert project.network().label == f"{run.id}@2"
    project.close()


def test_a_network_that_lies_in_a_run_is_still_found(trained, folder, open_folder, qtbot):
    project = trained.session.project
    (run,) = project.runs.all()
    project.use_network(run.checkpoint_best, label="of an older project")
    close_project(trained)
    with qtbot.waitSignal(trained.succession.network_changed) as changed:
        open_folder(trained, folder)
    assert changed.args == [NetworkInUse(path=run.checkpoint_best, label="of an older project")]


def test_a_run_is_read_back_off_the_main_thread(trained, qtbot, monkeypatch):
    readers = []

    def read(*args, **kwargs):
        readers.append(threading.current_thread())
        return replay(*args, **kwargs)

    monkeypatch.setattr("crackstudio.studio.retraining.replay", read)
    with qtbot.waitSignal(trained.retraining.run_started):
        trained.retraining.resume_run(trained.retraining.history.record.id)
    assert readers
    assert threading.main_thread() not in readers


def test_nothing_of_a_run_is_read_on_the_main_thread(trained, qtbot, monkeypatch):
    """Neither the list of runs, nor a record, nor the card of a network."""
    readers = []

    def noted(act):
        def read(*args, **kwargs):
            readers.append(threading.current_thread())
            return act(*args, **kwargs)

        return read

    for owner, name in ((Runs, "all"), (RunFolder, "record"), (retraining, "read_card"), (succession, "read_card")):
        monkeypatch.setattr(owner, name, noted(getattr(owner, name)))
    run = trained.retraining.history.record.id
    with qtbot.waitSignal(trained.succession.network_changed):
        trained.retraining.use_run(run)
    with qtbot.waitSignal(trained.retraining.run_replayed):
        trained.retraining.show_run(run)
    with qtbot.waitSignal(trained.retraining.run_started):
        trained.retraining.resume_run(run)
    qtbot.waitUntil(lambda: trained.retraining.history.has_best, timeout=15_000)
    trained.retraining.stop()
    qtbot.waitUntil(lambda: not trained.retraining.is_running, timeout=15_000)
    qtbot.waitUntil(lambda: "network" in topics(trained), timeout=15_000)
    with qtbot.waitSignal(trained.retraining.run_started, timeout=15_000):
        trained.retraining.retrain()
    assert threading.main_thread() not in readers
    assert len(readers) >= 6


def test_using_a_run_without_a_network_says_that_there_is_none(trained, qtbot):
    with qtbot.waitSignal(trained.session.message_given) as told:
        trained.retraining.use_run("never begun")
    assert "no network yet" in str(told.args[0])


def test_a_run_that_cannot_be_read_is_told_and_another_can_begin(trained, qtbot):
    (run,) = trained.session.project.runs.all()
    (run.path / "run.json").write_text("{")
    trained.retraining.resume_run(run.id)
    qtbot.waitUntil(lambda: any("damaged" in card.notice.title for card in trained.notices.cards()))
    with qtbot.waitSignal(trained.retraining.run_started, timeout=15_000):
        trained.retraining.retrain(SPEC)


def test_the_stock_is_counted_off_the_main_thread(opened, qtbot, monkeypatch):
    counters = []

    def stock(self):
        counters.append(threading.current_thread())
        return Stock(images=8, masks=7)

    monkeypatch.setattr(Runs, "stock", stock)
    with qtbot.waitSignal(opened.proposing.ready, timeout=15_000):
        opened.proposing.start()
    menu = opened.tool_bar.retrain.menu()
    menu.popup(opened.pos())
    qtbot.waitUntil(lambda: "7 confirmed masks" in menu.actions()[0].text())
    assert [action.text() for action in menu.actions() if "CycleGAN" in action.text()] == ["Attention CycleGAN"]
    menu.close()
    opened.actions["retrain_form"].trigger()
    qtbot.waitUntil(lambda: opened.findChild(MethodForm) is not None)
    assert opened.findChild(MethodForm).spec().method == "unet"
    opened.findChild(MethodForm).close()
    assert len(counters) >= 2
    assert threading.main_thread() not in counters


def test_the_methods_are_listed_without_a_project(window, qtbot):
    with qtbot.waitSignal(window.proposing.ready, timeout=15_000):
        window.proposing.start()
    assert "U-Net" in [action.text() for action in window.tool_bar.retrain.menu().actions()]


def test_closing_a_project_does_not_wait_for_a_run_that_has_not_begun(opened, monkeypatch, qtbot):
    begun, given_up = threading.Event(), []

    def create_run(self, spec, *, stop):
        begun.set()
        given_up.append(stop.wait(10))
        raise RunError("The run was given up.")

    monkeypatch.setattr(Runs, "create", create_run)
    opened.retraining.retrain(SPEC)
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(opened.session.message_given) as told:
        opened.session.close_project()
    assert "given up" in told.args[0], "saving may fail, and the project stay open"
    qtbot.waitUntil(lambda: given_up == [True])
    assert topics(opened) == []


def test_a_run_that_was_just_made_when_its_project_closed_can_be_gone_on_with(
    opened, folder, open_folder, monkeypatch, qtbot
):
    create_run, begun, gate, made = Runs.create, threading.Event(), threading.Event(), threading.Event()

    def create_slowly(self, spec, *, stop):
        begun.set()
        gate.wait(10)
        run = create_run(self, spec, stop=stop)
        made.set()
        return run

    monkeypatch.setattr(Runs, "create", create_slowly)
    opened.retraining.retrain(SPEC)
    qtbot.waitUntil(begun.is_set)
    gate.set()
    assert made.wait(10)
    close_project(opened)
    assert trainers(opened) == []
    open_folder(opened, folder)
    qtbot.waitUntil(lambda: topics(opened) == ["run"])
    with qtbot.waitSignal(opened.retraining.run_started):
        opened.retraining.resume_run(opened.session.project.runs.all()[0].id)


def test_the_record_of_a_run_is_written_and_opened(trained, qtbot, monkeypatch):
    pages, run = [], trained.retraining.history.record.id
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: pages.append(url.toLocalFile()))
    trained.run_monitor.runs.record_pressed.emit(run)
    qtbot.waitUntil(lambda: len(pages) == 1)
    assert run in Path(pages[0]).read_text(encoding="utf-8")
    trained.actions["record"].trigger()
    qtbot.waitUntil(lambda: len(pages) == 2)


def test_a_run_of_the_list_is_laid_beside_the_shown_one(trained, qtbot):
    run = trained.retraining.history.record
    trained.run_monitor.runs.beside_pressed.emit(run.id)
    qtbot.waitUntil(lambda: trained.run_monitor.previews._other is not None)
    assert trained.run_monitor.previews._other.record == run
