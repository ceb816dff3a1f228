"""The thread that owns an engine: every way an engine can end is told apart, and none is left behind."""

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crackstudio.core import wire
from crackstudio.studio.engine_link import Ending, Outcome, RetrainingThread


class Listener:
    def __init__(self, link: RetrainingThread) -> None:
        self.events: list[wire.Event] = []
        self.pictures: list[object] = []
        self.lines: list[str] = []
        self.outcomes: list[Outcome] = []
        link.event_arrived.connect(self.events.append)
        link.pictures_arrived.connect(self.pictures.append)
        link.log_arrived.connect(self.lines.append)
        link.engine_ended.connect(self.outcomes.append)


def run_to_the_end(link: RetrainingThread, qtbot: QtBot) -> Listener:
    heard = Listener(link)
    link.start()
    qtbot.waitUntil(lambda: bool(heard.outcomes), timeout=15_000)
    assert link.wait(5000)
    return heard


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_a_run_that_finishes(qtbot, engine, run):
    heard = run_to_the_end(RetrainingThread(run=run, command=engine("")), qtbot)
    (outcome,) = heard.outcomes
    assert outcome.ending is Ending.FINISHED
    assert outcome.exit_code == 0
    assert outcome.last_word.checkpoint == "checkpoints/best.safetensors"
    assert [type(event) for event in heard.events][:3] == [wire.Ready, wire.Started, wire.Stepped]
    assert (run / "log.txt").read_text() == "training\n"


def test_previews_are_decoded_and_missing_ones_left_out(qtbot, engine, run):
    heard = run_to_the_end(RetrainingThread(run=run, command=engine("")), qtbot)
    (pictures,) = heard.pictures
    assert list(pictures.layers) == ["crack map"]
    assert (pictures.layers["crack map"].width(), pictures.layers["crack map"].height()) == (12, 8)


@pytest.mark.parametrize(
    ("manner", "ending", "code", "signal"),
    [
        ("crash", Ending.CRASHED, 3, None),
        ("mute", Ending.CRASHED, 7, None),
        ("killed", Ending.CRASHED, -9, "SIGKILL"),
        ("fail", Ending.FAILED, 0, None),
    ],
)
def test_ways_to_end(qtbot, engine, run, manner, ending, code, signal):
    (outcome,) = run_to_the_end(RetrainingThread(run=run, command=engine(manner)), qtbot).outcomes
    assert (outcome.ending, outcome.exit_code, outcome.signal) == (ending, code, signal)
    assert outcome.words()


def test_a_failure_keeps_its_words(qtbot, engine, run):
    (outcome,) = run_to_the_end(RetrainingThread(run=run, command=engine("fail")), qtbot).outcomes
    assert outcome.words() == "The loss is no number any more."


def test_lines_that_are_no_event_go_to_the_log(qtbot, engine, run):
    heard = run_to_the_end(RetrainingThread(run=run, command=engine("garbage")), qtbot)
    assert "this is no event" in heard.lines
    assert json.dumps({"event": "unheard-of"}) in heard.lines
    assert heard.outcomes[0].ending is Ending.FINISHED


def test_an_engine_that_cannot_be_started(qtbot, run):
    (outcome,) = run_to_the_end(RetrainingThread(run=run, command=("/no/such/engine",)), qtbot).outcomes
    assert outcome.ending is Ending.CRASHED
    assert outcome.exit_code is None
    assert "could not be started" in outcome.words()


def test_stop_and_pause_reach_the_engine(qtbot, engine, run):
    link = RetrainingThread(run=run, command=engine("endless"))
    heard = Listener(link)
    link.start()
    qtbot.waitUntil(lambda: any(isinstance(event, wire.CheckpointSaved) for event in heard.events), timeout=15_000)
    for command in (wire.Pause(), wire.Resume(), wire.Stop()):
        link.send(command)
    qtbot.waitUntil(lambda: bool(heard.outcomes), timeout=5000)
    assert [type(event) for event in heard.events][-3:] == [wire.Paused, wire.Resumed, wire.Stopped]
    assert heard.outcomes[0].ending is Ending.STOPPED
    assert link.wait(5000)


def test_closing_ends_a_proposer_that_waits(qtbot, engine):
    link = RetrainingThread(command=engine(""))
    heard = Listener(link)
    link.start()
    qtbot.waitUntil(lambda: bool(heard.events), timeout=15_000)
    link.close()
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].ending is Ending.CLOSED


def test_closing_before_the_engine_is_up(engine):
    link = RetrainingThread(command=engine(""))
    link.start()
    link.close()
    assert link.isFinished()


def test_a_deaf_engine_is_killed(qtbot, engine):
    link = RetrainingThread(command=engine("deaf"))
    heard = Listener(link)
    link.start()
    qtbot.waitUntil(lambda: bool(heard.events), timeout=15_000)
    link.close(grace_ms=50)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].ending is Ending.CRASHED
    assert heard.outcomes[0].signal == "SIGKILL"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
def test_a_log_that_the_disk_does_not_take_is_told_once_and_costs_the_run_nothing(qtbot, engine, run):
    (run / "log.txt").symlink_to("/dev/full")
    heard = run_to_the_end(RetrainingThread(run=run, command=engine("garbage")), qtbot)
    (outcome,) = heard.outcomes
    assert (outcome.ending, outcome.exit_code) == (Ending.FINISHED, 0)
    assert {"this is no event", "training"} < set(heard.lines)
    assert set(outcome.tail.splitlines()) < set(heard.lines)
    (told,) = (line for line in heard.lines if "cannot be written" in line)
    assert "No space left on device" in told


def test_an_engine_has_ended_whatever_went_wrong_in_the_thread_that_owns_it(qtbot, engine, run, monkeypatch):
    def fail(*_args):
        raise RuntimeError("a fault of the studio")

    monkeypatch.setattr("crackstudio.studio.engine_link.read_pictures", fail)
    with qtbot.capture_exceptions() as exceptions:
        (outcome,) = run_to_the_end(RetrainingThread(run=run, command=engine("endless")), qtbot).outcomes
    assert [str(error) for _, error, _ in exceptions] == ["a fault of the studio"]
    assert outcome.ending is Ending.CRASHED
