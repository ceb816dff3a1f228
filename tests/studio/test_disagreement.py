"""The order by how far two networks disagree: shares of pixels at both thresholds, kept, and taken anew when needed."""

from pathlib import Path

import numpy as np
import pytest
from closing import close_project

from crackstudio.core import wire
from crackstudio.project import rasters
from crackstudio.studio import finding
from crackstudio.studio.disagreement import Disagreement
from crackstudio.studio.finding import Finder, Look
from crackstudio.studio.survey import Survey
from crackstudio.studio.widgets.image_model import Order


def propose(project, name, *, share, label, threshold):
    """A proposal with `share` of its columns just over the threshold."""
    entry = next(entry for entry in project.entries() if entry.name == name)
    (asked,) = project.proposals.ask([entry.id])
    crack_map = np.full((48, 64), round(threshold * 255) - 20, np.uint8)
    crack_map[:, : round(share * 64)] = round(threshold * 255) + 20
    rasters.write_png(Path(asked.out), crack_map)
    event = wire.Proposed(id=entry.id, out=asked.out, checkpoint="x", threshold=threshold, score=0.5, share=share)
    project.proposals.record(event, label=label)
    project.flush()  # the next one comes by the same file


@pytest.fixture
def twice(opened):
    """Three images proposed by two networks of different thresholds, and one by a single network."""
    project = opened.session.project
    for name, before, now in (("cracked/1.png", 0, 0.25), ("cracked/4.png", 0.25, 1), ("intact/0.png", 0.5, 0.5)):
        propose(project, name, share=before, label="first", threshold=0.3)
        propose(project, name, share=now, label="second", threshold=0.7)
    propose(project, "cracked/0.png", share=1, label="second", threshold=0.7)
    opened.session.tell_changed(project.entries())
    return opened


def choose(window, order):
    box = window.image_list._order
    box.setCurrentIndex(box.findData(order.value))


def listed(window):
    names = {entry.id: entry.name for entry in window.session.entries()}
    return [names[identity] for identity in window.image_list.model.order()]


def test_shares_are_of_both_masks_at_their_thresholds(twice):
    project = twice.session.project
    finder = Finder(Disagreement(), project)
    shares = {entry.name: finder.one(entry) for entry in project.entries()}
    assert {name: share for name, share in shares.items() if share is not None} == {
        "cracked/1.png": 0.25,
        "cracked/4.png": 0.75,
        "intact/0.png": 0,
    }


def test_the_list_is_ordered_by_them_and_the_others_follow(twice, qtbot):
    choose(twice, Order.DISPUTED_FIRST)
    qtbot.waitUntil(lambda: listed(twice)[:3] == ["cracked/4.png", "cracked/1.png", "intact/0.png"])
    assert listed(twice)[3] == "cracked/0.png"
    assert twice.image_list._busy.isHidden()


def test_what_is_known_is_not_looked_at_again(twice, qtbot, monkeypatch):
    project, looked_at = twice.session.project, []

    def look_at_all():
        look = Look(sitting=0, holds=lambda _image, _terms: False)
        list(Finder(Disagreement(), project).all(look))

    look_at_all()
    monkeypatch.setattr(Disagreement, "answer", lambda _self, _project, entry, _terms: looked_at.append(entry.name))
    look_at_all()
    assert looked_at == []
    propose(project, "cracked/1.png", share=0.5, label="second", threshold=0.7)
    look_at_all()
    assert looked_at == ["cracked/1.png"]


def test_new_proposals_change_the_order(twice, qtbot):
    choose(twice, Order.DISPUTED_FIRST)
    qtbot.waitUntil(lambda: listed(twice)[0] == "cracked/4.png")
    propose(twice.session.project, "intact/1.png", share=0, label="second", threshold=0.7)
    propose(twice.session.project, "intact/1.png", share=1, label="third", threshold=0.7)
    twice.proposing.finished.emit(1)
    qtbot.waitUntil(lambda: listed(twice)[0] == "intact/1.png")


def test_without_a_second_network_that_is_said(opened, qtbot):
    with qtbot.waitSignal(
        opened.session.message_given, check_params_cb=lambda words: "two networks" in words, timeout=5000
    ):
        choose(opened, Order.DISPUTED_FIRST)


def test_closing_while_it_is_measured(twice, qtbot, monkeypatch):
    monkeypatch.setattr(finding, "PIECE_SECONDS", 0)
    (survey,) = (one for one in twice.session.findChildren(Survey) if isinstance(one._question, Disagreement))
    with qtbot.waitSignal(survey.progressed):
        choose(twice, Order.DISPUTED_FIRST)
    close_project(twice)
    assert twice.session.project is None
    assert twice.image_list._busy.isHidden()
