"""The writer thread: nothing a person does waits for it."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from crackstudio.core import wire
from crackstudio.core.errors import FolderError
from crackstudio.core.images import Domain, Review, Tag
from crackstudio.project import database, rasters


def test_no_key_press_waits_for_a_disk_that_does_not_answer(opened, folder, id_of, monkeypatch):
    project = opened()
    project.flush()
    image = id_of(project, "a.png")
    (asked,) = project.proposals.ask([image])
    rasters.write_png(Path(asked.out), np.zeros((20, 30), np.uint8))
    answers, waits = threading.Event(), threading.Event()
    save = database.Database.save

    def hanging(*args):
        waits.set()
        answers.wait(30)
        save(*args)

    monkeypatch.setattr(database.Database, "save", hanging)
    project.remember("wake", 1)
    assert waits.wait(10)
    journal = project.journal(image)
    event = wire.Proposed(id=image, out=asked.out, checkpoint="c", threshold=0.5, score=0, share=0)
    began = time.perf_counter()
    project.set_tag([image], Tag.CRACKED)
    project.set_review([image], Review.CONFIRMED)
    project.set_domain([image], Domain.TARGET)
    project.remember("image", "a.png")
    project.proposals.record(event, label="starter")
    project.use_network(folder / "x", label="x")
    journal.append(b"stroke")
    journal.mark()
    project.entries()
    project.runs.stock()
    took = time.perf_counter() - began
    assert not answers.is_set()
    assert took < 10  # of the 30 s for which the disk does not answer
    answers.set()
    project.flush()
    assert project.entry(image).tag is Tag.CRACKED
    assert journal.read() == [b"stroke"]


def test_a_thousand_changes_of_one_image_are_few_rows(project, id_of, monkeypatch):
    rows = []
    save = database.Database.save
    project.flush()

    def counted(self, images, removed, state):
        kept = list(images)
        rows.extend(kept)
        save(self, kept, removed, state)

    monkeypatch.setattr(database.Database, "save", counted)
    image = id_of(project, "a.png")
    for number in range(1000):
        project.set_tag([image], (Tag.CRACKED, Tag.INTACT)[number % 2])
    project.flush()
    assert rows[-1].entry.tag is Tag.INTACT
    assert len(rows) < 1000


def test_an_act_that_fails_in_an_unforeseen_way_ends_neither_the_writer_nor_what_waits_behind_it(project):
    project.flush()
    failing = [ValueError("unforeseen")]

    def act():
        if failing:
            raise failing[0]

    project._writer.do("odd", act)
    image = project.entries()[0].id
    project.journal(image).append(b"stroke")
    with pytest.raises(FolderError, match="unforeseen"):
        project.flush()
    assert [entry.id for entry in project.unsaved()] == [image]
    failing.clear()
    project.flush()
