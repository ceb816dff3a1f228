"""Two studios never write one project, and a studio that died is in nobody's way."""

import os
import subprocess
import sys

import msgspec
import pytest

from crackstudio.core.errors import ProjectLockedError
from crackstudio.project.locking import STALE_SECONDS, Holder, Lock
from crackstudio.project.project import Project

HOLD = """
import sys
from pathlib import Path
from crackstudio.project.project import Project
project = Project.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def test_two_processes_cannot_open_one_project_and_a_killed_one_lets_go(folder):
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(ProjectLockedError, match=f"process {other.pid}"):
            Project.open(folder)
        other.kill()
    Project.open(folder).close()


def test_one_process_cannot_open_it_twice(opened, folder):
    opened()
    with pytest.raises(ProjectLockedError):
        Project.open(folder)


@pytest.fixture
def written_elsewhere(tmp_path):
    path = tmp_path / "lock"
    path.write_bytes(msgspec.json.encode(Holder(pid=1, host="another machine")))
    return path


def test_a_lock_of_another_machine_counts_while_it_beats(written_elsewhere):
    with pytest.raises(ProjectLockedError, match="another machine"):
        Lock(written_elsewhere).take()


@pytest.mark.parametrize("clock_set_back", [False, True])
def test_a_lock_of_another_machine_is_taken_over_when_it_is_silent(written_elsewhere, clock_set_back):
    now = written_elsewhere.stat().st_mtime
    then = now + (1 if clock_set_back else -1) * (STALE_SECONDS + 60)
    os.utime(written_elsewhere, (then, then))
    lock = Lock(written_elsewhere)
    lock.take()
    assert msgspec.json.decode(written_elsewhere.read_bytes(), type=Holder).pid == os.getpid()
    lock.release()
    lock.release()
    assert written_elsewhere.read_bytes() == b""


def test_a_lock_file_of_rubbish_is_taken_over(tmp_path):
    (tmp_path / "lock").write_bytes(b"\x00rubbish")
    lock = Lock(tmp_path / "lock")
    lock.take()
    lock.release()
