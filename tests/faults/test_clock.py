"""The clock of this machine was set back: nothing is taken for changed, for gone, or for nobody's."""

import os
import time

import msgspec
import numpy as np
import pytest
from closing import close_project

from crackstudio.core.errors import ProjectLockedError
from crackstudio.core.images import MaskKind, Review
from crackstudio.core.runs import RunSpec
from crackstudio.project import layout, rasters, run_folder
from crackstudio.project.locking import Holder
from crackstudio.project.project import Project

YEAR = 365 * 24 * 3600
MASK = np.ones((48, 64), np.uint8)


@pytest.fixture
def from_next_year(reviewed):
    """The folder with two confirmed masks, and all its files written a year from now."""
    later = time.time() + YEAR
    for path in reviewed.rglob("*"):
        os.utime(path, (later, later))
    project = Project.open(reviewed)
    project.scan()
    assert {entry.review for entry in project.entries()[:2]} == {Review.CONFIRMED}
    project.close()
    return reviewed


def test_everything_is_as_it_was_and_can_be_saved(from_next_year, window, open_folder, paint, told):
    open_folder(window, from_next_year)
    assert [entry.review for entry in window.session.entries()[:2]] == [Review.CONFIRMED] * 2
    painted = paint(window)
    close_project(window)
    assert told(window) == []
    open_folder(window, from_next_year)
    assert np.array_equal(window.session.image.editor.array(), painted)


def test_a_picture_replaced_by_an_older_one_is_noticed(from_next_year):
    rasters.write_png(from_next_year / "裂缝 0.png", np.zeros((48, 64, 3), np.uint8))
    project = Project.open(from_next_year)
    assert len(project.scan().changed) == 1
    assert project.entries()[0].review is Review.CORRECTED
    assert (project.load_mask(project.entries()[0].id) == MASK).all()
    project.close()


def test_the_same_second_twice_overwrites_nothing(from_next_year, monkeypatch):
    project = Project.open(from_next_year)
    image = project.entries()[0].id
    project.load_mask(image)  # seen, so that saving over it needs no copy
    now = layout.datetime.now().astimezone()

    class Stopped:
        @staticmethod
        def now():
            return now

    monkeypatch.setattr(layout, "datetime", Stopped)
    monkeypatch.setattr(run_folder, "_now", lambda: now)
    for value in (1, 2, 3):
        project.save_mask(image, MASK * value, MaskKind.EXACT)
        project.save_mask(image, None, MaskKind.EXACT)
    kept = [int(rasters.read_mask(path).max()) for path in (project.home / "aside").iterdir()]
    assert sorted(kept) == [1, 2, 3]
    runs = {project.runs.create(RunSpec(method="unet")).id for _ in range(3)}
    assert len(runs) == 3
    project.close()


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_living_studio_on_another_machine_is_not_taken_for_a_dead_one(folder, monkeypatch, hours):
    Project.open(folder).close()
    (folder / ".crackstudio" / "lock").write_bytes(msgspec.json.encode(Holder(pid=1, host="another machine")))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + hours * 3600)
    with pytest.raises(ProjectLockedError, match="another machine"):
        Project.open(folder)
