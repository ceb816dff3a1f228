"""Many images at once: each is as before or as after, under kills too, and what a person did meanwhile stands."""

import subprocess
import sys

import msgspec
import numpy as np
import pytest

from crackstudio.core.errors import FolderError
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project import atomic
from crackstudio.project.deciding import Decision, Standing
from crackstudio.project.project import Project

MASK = np.ones((20, 30), np.uint8)
OLD = np.eye(20, 30, dtype=np.uint8)


def confirming(project, image, *, mask=MASK):
    before = Standing.of(project.entry(image))
    after = msgspec.structs.replace(before, review=Review.CONFIRMED, kind=MaskKind.EXACT, tag=Tag.INTACT)
    return Decision(id=image, before=before, after=after, redraws=True, mask=mask)


def taking_back(decided):
    decision = decided.decision
    return Decision(id=decision.id, before=decision.after, after=decision.before, redraws=True,
                    signature=decided.signature)  # fmt: skip


@pytest.fixture
def masked(project, id_of):
    """A project of which one image, `a.png`, has a mask."""
    project.save_mask(id_of(project, "a.png"), OLD, MaskKind.REGION)
    return project


def test_masks_and_rows_are_as_decided_and_come_back_exactly(masked, id_of):
    drawn, bare = id_of(masked, "a.png"), id_of(masked, "b.png")
    before = [masked.entry(image) for image in (drawn, bare)]
    outcome = masked.decide([confirming(masked, drawn), confirming(masked, bare)])
    assert not outcome.failed
    for image in (drawn, bare):
        assert (masked.load_mask(image) == MASK).all()
        assert Standing.of(masked.entry(image)) == Standing(
            tag=Tag.INTACT, review=Review.CONFIRMED, kind=MaskKind.EXACT
        )
    kept = masked.read_kept_mask(outcome.decided[0].kept)
    first, second = map(taking_back, outcome.decided)
    masked.decide([_with(first, kept), second])
    assert (masked.load_mask(drawn) == OLD).all()
    assert masked.load_mask(bare) is None
    assert [Standing.of(masked.entry(image)) for image in (drawn, bare)] == [Standing.of(entry) for entry in before]
    assert not masked._layout.in_flight.exists()


def _with(decision, mask):
    return Decision(id=decision.id, before=decision.before, after=decision.after, redraws=True, mask=mask,
                    signature=decision.signature)  # fmt: skip


def test_what_was_changed_meanwhile_is_left(masked, id_of):
    drawn, bare, open_one = (id_of(masked, name) for name in ("a.png", "b.png", "cracked/0.png"))
    (decided,) = masked.decide([confirming(masked, drawn)]).decided
    masked.save_mask(drawn, OLD, MaskKind.EXACT)
    late = confirming(masked, bare)
    masked.set_review([bare], Review.FLAGGED)
    masked.journal(open_one).append(b"a stroke")
    outcome = masked.decide([taking_back(decided), late, confirming(masked, open_one)])
    assert set(outcome.failed) == {drawn, bare, open_one}
    assert not outcome.decided
    assert (masked.load_mask(drawn) == OLD).all()
    assert masked.load_mask(bare) is None
    masked.journal(open_one).clear(1)


def test_nothing_is_changed_where_nothing_can_be_written(masked, id_of, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "write_bytes", full)
    with pytest.raises(FolderError, match="Nothing was changed"):
        masked.decide([confirming(masked, id_of(masked, "a.png"))])
    monkeypatch.undo()
    assert (masked.load_mask(id_of(masked, "a.png")) == OLD).all()


KILLED = """
import os, sys
from pathlib import Path
import msgspec, numpy as np
from crackstudio.core.images import MaskKind, Review
from crackstudio.project import atomic, database
from crackstudio.project.deciding import Decision, Standing
from crackstudio.project.project import Project

project = Project.open(Path(sys.argv[1]))
left = int(sys.argv[2])

def counting(act):
    def do(*arguments):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        result = act(*arguments)
        left -= 1
        if left == 0:
            os._exit(9)
        return result
    return do

atomic.replace = counting(atomic.replace)
database.Database.save = counting(database.Database.save)
decisions = []
for entry in project.entries()[:4]:
    before = Standing.of(entry)
    after = msgspec.structs.replace(before, review=Review.CONFIRMED, kind=MaskKind.EXACT)
    mask = np.full((20, 30), 2, np.uint8)
    decisions.append(Decision(id=entry.id, before=before, after=after, redraws=True, mask=mask))
project.decide(decisions)
project.close()
"""


def test_a_kill_leaves_each_image_as_before_or_as_after(opened, folder, tmp_path):
    project = opened()
    for entry in project.entries()[:2]:
        project.save_mask(entry.id, OLD, MaskKind.EXACT)
    project.close()
    survived = False
    for moment in range(1, 60, 3):
        result = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(moment)], check=False)
        project = Project.open(folder)
        for number, entry in enumerate(project.entries()[:4]):
            mask = project.load_mask(entry.id)
            if project.entry(entry.id).review is Review.CONFIRMED:
                assert (mask == 2).all()
            elif number < 2:
                assert (mask == OLD).all()
            else:
                assert mask is None
            if project.entry(entry.id).review is Review.CONFIRMED:  # start over
                project.save_mask(entry.id, OLD if number < 2 else None, MaskKind.EXACT)
                project.set_review([entry.id], Review.CORRECTED if number < 2 else Review.UNSEEN)
        project.close()
        if result.returncode == 0:
            survived = True
            break
        assert result.returncode == 9
    assert survived
    assert moment > 15
