"""A run on disk: what a killed engine told is there, what it told by halves does not disturb."""

import sys
from pathlib import Path

import pytest

from crackstudio.core import wire
from crackstudio.core.errors import RunError
from crackstudio.core.runs import RunSpec, RunState, Snapshot
from crackstudio.project.run_folder import RunFolder, command_line, new_run

STARTED = wire.Started(device="cpu", precision="float32", parameters=1, images=2)
STEPPED = wire.Stepped(step=1, losses={"seg": None}, seconds=0.5)


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "运行")
    yield run
    run.close()


def test_events_come_back(run):
    assert list(run.events()) == []
    run.append(STARTED)
    run.append(STEPPED)
    assert list(run.events()) == [STARTED, STEPPED]


def test_half_lines_and_events_of_a_newer_version_are_skipped(run):
    run.append(STARTED)
    run.close()
    with run.events_path.open("ab") as file:
        file.write(b'{"event":"telepathy","at":1}\n\xff\xfe\n{"event":"stepp')
    later = RunFolder(run.path)
    later.append(STEPPED)
    later.close()
    assert list(run.events()) == [STARTED, STEPPED]


@pytest.mark.parametrize(
    ("events", "alive", "state"),
    [
        ([], False, RunState.INTERRUPTED),
        ([STARTED], True, RunState.RUNNING),
        ([STARTED, STEPPED], False, RunState.INTERRUPTED),
        ([STARTED, wire.Finished(step=1, checkpoint="c")], False, RunState.FINISHED),
        ([STARTED, wire.Stopped(step=1)], False, RunState.STOPPED),
        ([STARTED, wire.Failed(message="m")], False, RunState.FAILED),
        ([STARTED, wire.Stopped(step=1), STARTED], True, RunState.RUNNING),
        ([STARTED, wire.Stopped(step=1), STARTED], False, RunState.INTERRUPTED),
    ],
)
def test_the_last_words_say_how_a_run_stands(run, events, alive, state):
    for event in events:
        run.append(event)
    assert run.state(alive=alive) is state


def test_request_and_snapshot_come_back(run, tmp_path):
    snapshot = Snapshot(items=(), digest="d")
    run.write_snapshot(snapshot)
    record = run.write_request(RunSpec(method="unet"), snapshot, folder=tmp_path)
    assert run.record() == record
    assert run.snapshot() == snapshot
    assert "torch" in record.versions


@pytest.mark.parametrize("content", [None, b"", b"{}", b"rubbish"])
def test_a_damaged_record_is_a_clear_error(run, content):
    if content is not None:
        run.path.mkdir()
        (run.path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match="missing or damaged"):
        run.record()


def test_runs_of_one_second_get_folders_of_their_own(tmp_path):
    runs = {new_run(tmp_path, "unet").path for _ in range(5)}
    assert len(runs) == 5
    assert all(path.is_dir() for path in runs)


def test_the_line_that_repeats_a_run_names_everything_that_differs(tmp_path):
    spec = RunSpec(
        method="segdec",
        settings={"delta": 0.01, "stop": False},
        preset="ksdd",
        seed=4,
        steps=100,
        start_from="a b.safetensors",
        device="cuda:1",
    )
    assert command_line(spec, folder=tmp_path / "x y") == (
        f"crackstudio train '{tmp_path}/x y' --method segdec --preset ksdd --set delta=0.01 --set stop=false "
        "--from 'a b.safetensors' --seed 4 --steps 100 --device cuda:1"
    )


def test_the_line_that_repeats_a_run_works_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = command_line(RunSpec(method="unet"), folder=Path("images"), masks=Path("masks"))
    assert line == f"crackstudio train {tmp_path}/images --method unet --masks {tmp_path}/masks --seed 0"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit that the operating system keeps")
def test_what_a_full_disk_does_not_take_is_told_when_there_is_room_again(run):
    """Real writes that fail half-way, in the midst of a line."""
    import resource

    run.append(STARTED)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (run.events_path.stat().st_size + 10, hard))
    try:
        run.append(STEPPED)
        run.append(STEPPED)
        assert list(run.events()) == [STARTED]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    run.append(wire.Stopped(step=1))
    assert list(run.events()) == [STARTED, STEPPED, STEPPED, wire.Stopped(step=1)]
