"""The proposal of a large image is taken in at the first stroke without working it out there."""

import numpy as np
import pytest

from crackstudio.studio import mask_editor, taking_ahead
from crackstudio.studio.mask_steps import replayed


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(taking_ahead, "LARGE", 1)


@pytest.fixture
def ready(large, proposed, qtbot):
    """The window with the open image's proposal worked out ahead."""
    wait_until_ready(proposed, qtbot)
    return proposed


def wait_until_ready(window, qtbot):
    editor = window.session.image.editor
    qtbot.waitUntil(lambda: editor._ahead is not None and editor._ahead.where.is_like(editor.to_take))


def stroke(window):
    editor = window.session.image.editor
    editor.begin_stroke(20, 20, size=6, value=1)
    editor.extend_stroke(30, 20)
    editor.finish_stroke()
    return editor.array()


def never(*_args, **_kwargs):
    raise AssertionError("worked out while a person waits")


def test_the_first_stroke_finds_it_done_and_can_be_undone(ready, monkeypatch):
    editor = ready.session.image.editor
    expected = (editor.to_take.crack_map / 255 >= editor.to_take.threshold).astype(np.uint8)
    monkeypatch.setattr(mask_editor, "take_in", never)
    painted = stroke(ready)
    assert (painted >= expected).all()
    assert painted[20, 25] == 1
    ready.actions["undo"].trigger()
    assert not editor.array().any()
    ready.actions["redo"].trigger()
    assert np.array_equal(editor.array(), painted)


def test_the_journal_holds_it_all(ready, qtbot):
    painted = stroke(ready)
    image = ready.session.image
    fresh = mask_editor.MaskEditor(*painted.shape)
    fresh.bring_back(replayed(ready.session.project.journal(image.id).read(), fresh.mask))
    assert np.array_equal(fresh.array(), painted)


def test_another_threshold_is_worked_out_anew_and_the_old_one_not_used(ready, qtbot):
    ready.threshold_panel.threshold_changed.emit(0.02)
    assert stroke(ready).all()
    ready.actions["undo"].trigger()
    ready.threshold_panel.threshold_changed.emit(0.9)
    wait_until_ready(ready, qtbot)
    assert stroke(ready).sum() < 48 * 64 / 4


def test_a_cancelled_stroke_leaves_nothing(ready):
    editor = ready.session.image.editor
    editor.begin_stroke(20, 20, size=6, value=1)
    editor.cancel_stroke()
    assert not editor.array().any()
    assert not editor.touched


def test_it_goes_with_the_image(ready, qtbot):
    editor = ready.session.image.editor
    ready.actions["next"].trigger()
    qtbot.waitUntil(lambda: ready.session.image.editor is not editor)
    assert editor._ahead is None
