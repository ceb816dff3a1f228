"""The run monitor: what it shows of a history, live and replayed."""

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton

from crackstudio.core import wire
from crackstudio.core.runs import RunRecord, RunSpec, RunState
from crackstudio.studio.background import Background
from crackstudio.studio.engine_link import Pictures
from crackstudio.studio.run_history import MOST_PREVIEWS, RunHistory
from crackstudio.studio.widgets.run_monitor.monitor import RunMonitor


def history(**fields):
    spec = RunSpec(method="unet", purpose="thin cracks")
    return RunHistory(
        RunRecord(
            id="20261120-110000-unet",
            spec=spec,
            created="2026-11-20T11:00:00+00:00",
            snapshot_digest="",
            images=9,
            command="crackstudio train x",
        ),
        **fields,
    )


def stage(step, colour="white"):
    picture = QImage(16, 12, QImage.Format.Format_RGB888)
    picture.fill(QColor(colour))
    return Pictures(step=step, probe="a.png", layers={"image": picture, "crack map": picture})


@pytest.fixture
def background(qtbot):
    made = Background(threads=1)
    yield made
    made.close()


@pytest.fixture
def monitor(qtbot, background):
    widget = RunMonitor(background=background)
    qtbot.addWidget(widget)
    qtbot.addWidget(widget.header)
    widget.resize(1200, 300)
    widget.show()
    qtbot.waitUntil(lambda: widget.losses.is_ready, timeout=10_000)
    return widget


def live(monitor, *events):
    run = history()
    monitor.show_history(run, live=True)
    for event in events:
        run.take(event)
        monitor.grew(event)
    return run


def test_curves_grow_term_by_term_and_can_be_switched_off(monitor, qtbot):
    live(
        monitor,
        wire.Stepped(step=1, losses={"seg": 1.0, "tag": 2.0}, seconds=1),
        wire.Stepped(step=2, losses={"seg": 0.5, "tag": None}, seconds=2),
    )
    qtbot.waitUntil(lambda: len(monitor.losses._items) == 2)
    qtbot.waitUntil(lambda: monitor.losses._items["seg"].getData()[0] is not None)
    assert list(monitor.losses._items["seg"].getData()[0]) == [1, 2]
    chip = next(chip for chip in monitor.losses.findChildren(QPushButton, "term") if chip.property("term") == "tag")
    assert chip.text() == "●  tag  2"
    chip.click()
    assert not monitor.losses._items["tag"].isVisible()


def test_curves_are_exported(monitor, qtbot, tmp_path):
    live(monitor, wire.Stepped(step=3, losses={"seg": 0.25}, seconds=1))
    qtbot.waitUntil(lambda: bool(monitor.losses._items))
    monitor.losses.export_png(tmp_path / "curves.png")
    monitor.losses.export_csv(tmp_path / "curves.csv")
    assert not QImage(str(tmp_path / "curves.png")).isNull()
    assert (tmp_path / "curves.csv").read_text() == "step,seg\n3,0.25\n"


def test_a_logarithmic_scale_leaves_zeros_out(monitor, qtbot):
    live(
        monitor, wire.Stepped(step=1, losses={"a": 0.0}, seconds=1), wire.Stepped(step=2, losses={"a": 1.0}, seconds=1)
    )
    qtbot.waitUntil(lambda: bool(monitor.losses._items))
    monitor.losses._smoothing.set_value(1)
    monitor.losses._log.click()
    monitor.losses._draw()
    assert monitor.losses._items["a"].opts["logMode"] == [False, True]


def test_another_run_replaces_the_curves(monitor, qtbot):
    live(monitor, wire.Stepped(step=1, losses={"old": 1.0}, seconds=1))
    qtbot.waitUntil(lambda: "old" in monitor.losses._items)
    live(monitor, wire.Stepped(step=1, losses={"new": 1.0}, seconds=1))
    qtbot.waitUntil(lambda: list(monitor.losses._items) == ["new"])


def test_the_header_says_how_it_stands(monitor):
    run = live(
        monitor,
        wire.Started(device="cuda", precision="bfloat16", parameters=1, images=1203),
        wire.Stepped(step=1200, losses={}, seconds=65, seconds_left=130, steps_per_second=18.25, memory_mib=2048),
        wire.GuardChanged(step=1200, state="drifting", words="attention is fading"),
    )
    header = monitor.header
    assert "is training" in header._title.text()
    assert header._guard.text() == "attention is fading"
    for words in ("step 1,200", "1 min 05 s trained", "2 min 10 s left", "18 steps/s", "2,048 MiB", "cuda, bfloat16"):
        assert words in header._facts.text()
    assert header._bar.value() == pytest.approx(333, abs=1)
    assert header.stop.isEnabled()
    assert not header.use.isEnabled()
    run.take(wire.Paused(step=1200))
    monitor.grew(wire.Paused(step=1200))
    assert "Resume" in header.pause.text()
    run.take(wire.Failed(message="no"))
    monitor.set_live(False)
    assert "failed" in header._title.text()
    assert not header.stop.isEnabled()


def test_previews_follow_the_newest_stage_until_one_looks_back(monitor):
    run = live(monitor)
    for step in (0, 10, 20):
        run.take_pictures(stage(step))
        monitor.pictures_grew()
    previews = monitor.previews
    assert previews._step.text() == "step 20"
    previews._slider.setValue(0)
    run.take_pictures(stage(30))
    monitor.pictures_grew()
    assert previews._step.text() == "step 0"
    assert previews._slider.maximum() == 3
    previews._strip.chosen.emit(3)
    assert previews._step.text() == "step 30"


def test_a_long_run_keeps_its_first_and_newest_previews():
    run = history()
    for step in range(200):
        run.take_pictures(stage(step))
    steps = [pictures.step for pictures in run.pictures["a.png"]]
    assert len(steps) <= MOST_PREVIEWS
    assert (steps[0], steps[-1]) == (0, 199)
    assert steps == sorted(steps)


def test_the_list_of_runs_offers_what_a_run_allows(monitor, qtbot):
    done, cut = history(state=RunState.FINISHED), history(state=RunState.INTERRUPTED)
    done.take(wire.Finished(step=9, checkpoint="x"))
    monitor.set_runs([done.summary(), cut.summary()])
    runs = monitor.runs
    assert [runs._table.item(row, 2).text() for row in range(2)] == ["finished", "interrupted"]
    runs._table.setCurrentCell(0, 0)
    assert (runs._use.isEnabled(), runs._resume.isEnabled()) == (True, False)
    runs._table.setCurrentCell(1, 0)
    assert (runs._use.isEnabled(), runs._resume.isEnabled()) == (False, True)
    with qtbot.waitSignal(runs.resume_pressed) as pressed:
        runs._resume.click()
    assert pressed.args == ["20261120-110000-unet"]


@pytest.mark.parametrize("state", RunState)
def test_every_run_that_did_not_come_to_its_end_can_be_gone_on_with_from_the_list(monitor, state):
    monitor.set_runs([history(state=state).summary()])
    monitor.runs._table.setCurrentCell(0, 0)
    goes_on = state not in (RunState.RUNNING, RunState.FINISHED)
    assert monitor.runs._resume.isEnabled() is goes_on


def test_no_run_says_what_to_do(monitor):
    monitor.show_history(None, live=False)
    assert "Retrain starts one" in monitor.header._title.text()


def test_another_run_is_shown_beside_at_the_same_share_of_its_length(monitor):
    run, other = live(monitor), history()
    for step in (0, 10, 20):
        run.take_pictures(stage(step))
    for step in (0, 50, 100):
        other.take_pictures(stage(step, "black"))
    monitor.pictures_grew()
    previews = monitor.previews
    assert not previews._view_beside.isVisible()
    previews.set_beside(other)
    assert previews._view_beside.isVisible()
    assert previews._view_beside._pictures.step == 100
    previews._slider.setValue(1)
    assert previews._view_beside._pictures.step == 50
    assert "step 50" in previews._about_other.text()
    previews._put_away.click()
    assert not previews._view_beside.isVisible()


def test_a_run_without_the_probe_says_so(monitor):
    run = live(monitor)
    run.take_pictures(stage(0))
    monitor.pictures_grew()
    monitor.previews.set_beside(history())
    assert "no pictures of this probe" in monitor.previews._about_other.text()
    assert monitor.previews._view_beside._pictures is None
