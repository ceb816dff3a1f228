import errno
import os
from pathlib import Path

import pytest

from crackstudio.project import atomic


def test_a_file_is_written_with_its_folders(tmp_path):
    atomic.write_bytes(tmp_path / "a" / "b.bin", b"new")
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"new"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, failing):
    path = tmp_path / "mask.png"
    path.write_bytes(b"old")

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        atomic.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mask.png"]


def test_the_longest_name_a_disk_takes(tmp_path):
    path = tmp_path / ("n" * 251 + ".png")
    atomic.write_bytes(path, b"x")
    assert path.exists()


def test_windows_holding_the_target_is_waited_for(tmp_path, monkeypatch):
    calls = []

    def held_twice(source, target):
        calls.append(source)
        if len(calls) < 3:
            raise PermissionError(13, "in use")
        source.rename(target)

    (tmp_path / "new").write_bytes(b"new")
    monkeypatch.setattr(Path, "replace", held_twice)
    monkeypatch.setattr(atomic, "_HELD_BY_OTHERS", True)
    monkeypatch.setattr(atomic.time, "sleep", lambda _seconds: None)
    atomic.replace(tmp_path / "new", tmp_path / "old")
    assert len(calls) == 3
    assert (tmp_path / "old").read_bytes() == b"new"


def test_a_permission_that_is_missing_elsewhere_is_told_at_once(tmp_path, monkeypatch):
    def refused(_source, _target):
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "replace", refused)
    monkeypatch.setattr(atomic, "_HELD_BY_OTHERS", False)
    with pytest.raises(PermissionError):
        atomic.replace(tmp_path / "a", tmp_path / "b")
