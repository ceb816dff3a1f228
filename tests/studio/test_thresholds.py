"""A threshold set by hand: kept with the project, for as long as the network that it was set for proposes."""

from pathlib import Path

import numpy as np
import pytest
from closing import close_project

from crackstudio.core import wire
from crackstudio.core.images import Review
from crackstudio.project import rasters
from crackstudio.studio.figures import CrackFigures
from crackstudio.studio.thresholds import threshold_of
from crackstudio.studio.verbs import Verb, decision_of


@pytest.fixture
def name(proposed):
    """Of the open image, whose threshold was set by hand."""
    proposed.threshold_panel.threshold_changed.emit(0.02)
    return proposed.session.entry.name


@pytest.fixture
def propose_as(proposed, qtbot):
    """The open image is proposed again, by the network of that name."""

    def propose(label, *, threshold=0.4):
        session = proposed.session
        (asked,) = session.project.proposals.ask([session.image.id])
        crack_map = np.full((48, 64), 100, np.uint8)
        rasters.write_png(Path(asked.out), crack_map)
        event = wire.Proposed(id=asked.id, out=asked.out, checkpoint="x", threshold=threshold, score=0.5, share=0.1)
        with qtbot.waitSignal(session.proposal_changed):
            session.take_proposals_in([session.project.proposals.record(event, label=label)])

    return propose


def show(window, name, qtbot):
    identity = next(entry.id for entry in window.session.entries() if entry.name == name)
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.image.id == identity)


def shown(window):
    return window.session.image.threshold, window.canvas.threshold, window.threshold_panel._slider.value


def all_marked(window):
    """Whether a batch, and the figures, take the whole image for a crack."""
    project, entry = window.session.project, window.session.entry
    decision = decision_of(project, Verb.ACCEPT, entry.id)
    assert decision.after.review is Review.CONFIRMED
    level = CrackFigures().terms(project, entry)[1]
    assert decision.mask.all() == (level <= 10)
    return bool(decision.mask.all())


def test_it_is_there_when_the_project_is_opened_again(proposed, name, folder, open_folder, qtbot):
    close_project(proposed)
    open_folder(proposed, folder)
    assert proposed.session.entry.name == name
    assert shown(proposed) == (0.02, 0.02, 0.02)
    assert all_marked(proposed)
    proposed.actions["accept"].trigger()
    qtbot.waitUntil(lambda: proposed.session.entry.name != name)
    assert proposed.session.image.threshold == 0.4
    show(proposed, name, qtbot)
    assert proposed.session.image.editor.array().all()


def test_the_same_network_proposing_again_leaves_it(proposed, name, propose_as):
    propose_as("fake")
    assert shown(proposed) == (0.02, 0.02, 0.02)


def test_another_network_comes_with_its_own(proposed, name, propose_as, folder, open_folder):
    propose_as("another", threshold=0.7)
    assert shown(proposed) == (0.7, 0.7, 0.7)
    assert not all_marked(proposed)
    assert threshold_of(proposed.session.project, proposed.session.entry) == 0.7
    close_project(proposed)
    open_folder(proposed, folder)
    assert shown(proposed) == (0.7, 0.7, 0.7)


def test_set_for_another_network_it_is_that_ones(proposed, name, propose_as):
    propose_as("another", threshold=0.7)
    proposed.threshold_panel.threshold_changed.emit(0.3)
    propose_as("another", threshold=0.7)
    assert shown(proposed) == (0.3, 0.3, 0.3)


def test_reset_is_its_own_again(proposed, name, propose_as):
    proposed.threshold_panel._reset.setEnabled(True)
    proposed.threshold_panel._reset.click()
    propose_as("fake", threshold=0.6)
    assert shown(proposed) == (0.6, 0.6, 0.6)
