"""What the proposer says reaches the image that asked for it, whatever was opened in between."""

from pathlib import Path

import numpy as np
import pytest

from crackstudio.core import wire
from crackstudio.project import rasters


@pytest.fixture
def held_back(proposed, monkeypatch):
    """What the engine of `proposed` is asked from now on; it never hears of it."""
    commands = []
    monkeypatch.setattr(proposed.proposing._link, "send", commands.append)
    return commands


@pytest.fixture
def other_folder(tmp_path):
    for number in range(3):
        rasters.write_png(tmp_path / "other" / "cracked" / f"{number}.png", np.full((48, 64, 3), 120, np.uint8))
    return tmp_path / "other"


def asked(commands):
    return [(image, one) for one in commands if isinstance(one, wire.Propose) for image in one.images]


def answer(window, image, command):
    rasters.write_png(Path(image.out), np.full((48, 64), 200, np.uint8))
    window.proposing._link.event_arrived.emit(
        wire.Proposed(id=image.id, out=image.out, checkpoint=command.checkpoint, threshold=0.4, score=0.1, share=0.1)
    )


def propose(window, commands, qtbot):
    commands.clear()
    window.actions["propose"].trigger()
    qtbot.waitUntil(lambda: bool(asked(commands)))
    return asked(commands)


def open_in_place(window, folder, qtbot):
    """Open another project that proposes with the same network."""
    network = window.session.project.network()
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: window.session.project is not None and len(window.session.entries()) == 3)
    qtbot.waitUntil(lambda: window.session.image is not None)
    window.session.project.use_network(network.path, label=network.label)


def test_a_map_of_the_project_before_is_not_taken_for_an_image_of_this_one(proposed, held_back, other_folder, qtbot):
    ((late, command),) = propose(proposed, held_back, qtbot)
    open_in_place(proposed, other_folder, qtbot)
    wishes = propose(proposed, held_back, qtbot)
    answer(proposed, late, command)
    assert [entry.proposed_by for entry in proposed.session.entries()] == [None, None, None]
    assert proposed.proposing.waiting == 3
    for image, own in wishes:
        answer(proposed, image, own)
    assert [entry.proposed_by for entry in proposed.session.entries()] == ["fake", "fake", "fake"]
    assert proposed.proposing.waiting == 0


def test_a_failure_of_the_project_before_is_not_told_of_an_image_of_this_one(proposed, held_back, other_folder, qtbot):
    ((late, _command),) = propose(proposed, held_back, qtbot)
    open_in_place(proposed, other_folder, qtbot)
    propose(proposed, held_back, qtbot)
    proposed.proposing._link.event_arrived.emit(wire.ProposalFailed(id=late.id, message="No memory."))
    assert proposed.notices.cards() == []
    assert proposed.proposing.waiting == 3


@pytest.fixture
def silent(opened, monkeypatch, qtbot):
    """A window without proposals, and what its engine is asked; it never hears of it."""
    starter, commands = opened.session.project.home / "fake.safetensors", []
    starter.write_bytes(b"")
    opened.session.project.use_network(starter, label="fake")
    with qtbot.waitSignal(opened.proposing.ready, timeout=15_000):
        opened.proposing.start()
    monkeypatch.setattr(opened.proposing._link, "send", commands.append)
    return opened, commands


def test_a_first_proposal_is_said_to_be_on_its_way(silent, qtbot):
    window, commands = silent
    origin, on_its_way = window.threshold_panel._origin, "The proposal is on its way."
    assert origin.text() == "No proposal yet. Propose makes one."
    (image, command), *_ = propose(window, commands, qtbot)
    assert origin.text() == on_its_way
    with qtbot.waitSignal(window.session.proposal_changed):
        answer(window, image, command)
        assert origin.text() == on_its_way, "it is being read"
    assert origin.text() == "By fake"


def test_what_is_not_made_any_more_is_not_on_its_way(silent, qtbot):
    window, commands = silent
    (image, _command), *_ = propose(window, commands, qtbot)
    window.proposing._link.event_arrived.emit(wire.ProposalFailed(id=image.id, message="No memory."))
    assert "No proposal yet" in window.threshold_panel._origin.text()
    window.session.step(1)
    qtbot.waitUntil(lambda: "on its way" in window.threshold_panel._origin.text())
    window.proposing.cancel()
    assert "No proposal yet" in window.threshold_panel._origin.text()


def test_a_failure_names_its_image(proposed, held_back, qtbot):
    ((image, _command),) = propose(proposed, held_back, qtbot)
    proposed.proposing._link.event_arrived.emit(wire.ProposalFailed(id=image.id, message="No memory."))
    assert [card.notice.title for card in proposed.notices.cards()] == ["cracked/0.png could not be proposed"]
