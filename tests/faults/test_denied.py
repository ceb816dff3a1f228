"""Folders that the system itself refuses to read or write, from the start: nothing of the disk is played here.

Root may read everything, by two privileges; the window runs in a child that has laid them down.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

OPENER = Path(__file__).with_name("opener.py")
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions"),
    pytest.mark.skipif(IS_ROOT and sys.platform != "linux", reason="only Linux lets root lay its privileges down"),
]


def lay_down() -> None:
    """What is started next by root may read and write only what the permissions say."""
    libc = ctypes.CDLL(None, use_errno=True)
    for privilege in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if libc.prctl(PR_CAPBSET_DROP, privilege, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "the privilege cannot be laid down")


@pytest.fixture
def tells(tmp_path):
    """`tells(folder)`: what the window says of a folder, in a process of its own."""

    def open_it(folder, *home):
        try:
            done = subprocess.run(
                [sys.executable, str(OPENER), str(folder), str(tmp_path / "studio.ini"), *map(str, home)],
                preexec_fn=lay_down if IS_ROOT else None,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
        except subprocess.SubprocessError as error:
            if "preexec_fn" in str(error):
                pytest.skip("root cannot lay its privileges down here")
            raise
        return done.stdout

    return open_it


@pytest.fixture
def permit():
    """`permit(path, 0o000)` for the length of the test."""
    changed = []

    def change(path, mode):
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield change
    for path, mode in changed:
        path.chmod(mode)


@pytest.mark.parametrize(("mode", "elsewhere"), [(0o000, False), (0o000, True), (0o300, False)])
def test_a_folder_that_was_unreadable_from_the_start_is_told(tells, folder, permit, tmp_path, mode, elsewhere):
    permit(folder, mode)
    words = tells(folder, *([tmp_path / "project"] if elsewhere else []))
    assert f"{folder} cannot be read (Permission denied)" in words
    assert "Nothing was changed" in words
    assert "give the permission to list it, or open another folder" in words
    assert "Traceback" not in words
    assert not (tmp_path / "project").exists()


def test_so_is_one_below_a_folder_that_may_not_be_entered(tells, folder, permit):
    permit(folder.parent, 0o000)
    words = tells(folder)
    assert f"{folder} cannot be read (Permission denied)" in words
    assert "Nothing was changed" in words


def test_a_folder_that_may_only_be_read_names_the_way_out_which_works(tells, folder, permit, tmp_path):
    permit(folder, 0o500)
    words = tells(folder)
    assert "cannot be written (Permission denied)" in words
    assert "--project" in words
    assert "images: 4" in tells(folder, tmp_path / "project")


def test_a_sub_folder_that_may_not_be_listed_is_told_and_leaves_the_others(tells, folder, permit):
    far = folder / "far"
    far.mkdir()
    permit(far, 0o000)
    words = tells(folder)
    assert "1 folders cannot be listed (far/)" in words
    assert "images: 4" in words
