"""What others write while images lie on the desk: another mask, another picture, a picture of another size."""

import numpy as np
import pytest

from crackstudio.core.images import Review
from crackstudio.project import rasters
from crackstudio.studio import shelf

NAME = "cracked/0.png"
OTHER = "cracked/4.png"


def stroke(window, *, y=20):
    editor = window.session.image.editor
    editor.begin_stroke(20, y, size=6, value=1)
    editor.extend_stroke(30, y)
    editor.finish_stroke()
    return editor.array()


def show(window, name, qtbot):
    identity = next(entry.id for entry in window.session.entries() if entry.path == name)
    window.session.open_image(identity)
    qtbot.waitUntil(lambda: window.session.image is not None and window.session.image.id == identity)
    return window.session.image


def saved(window):
    window.session.writing.finish()
    window.session.project.flush()


def kept_aside(window):
    return [rasters.read_mask(path) for path in (window.session.project.home / "aside").rglob("*.png")]


def is_black(image):
    return not np.asarray(image.picture.picture).any()


def replace(window, size):
    rasters.write_png(window.session.project.folder / NAME, np.zeros((*size, 3), np.uint8))


def test_a_mask_of_another_program_is_not_overwritten_unseen_by_an_image_that_comes_back(opened, qtbot, monkeypatch):
    monkeypatch.setattr(shelf, "PICTURE_BYTES", 4 * 48 * 64)
    stroke(opened)
    show(opened, OTHER, qtbot)
    saved(opened)
    foreign = np.ones((48, 64), np.uint8)
    rasters.write_png(opened.session.project.home / "masks" / f"{NAME}.png", foreign)
    show(opened, NAME, qtbot)
    stroke(opened, y=40)
    opened.actions["save"].trigger()
    saved(opened)
    (kept,) = kept_aside(opened)
    assert np.array_equal(kept, foreign)
    qtbot.waitUntil(lambda: any("Another program" in card.notice.title for card in opened.notices.cards()))


@pytest.mark.parametrize("is_scanned", [True, False])
@pytest.mark.parametrize("size", [(48, 64), (100, 120), (20, 30)])
def test_a_picture_that_was_replaced_while_another_image_was_open_is_shown(
    opened, qtbot, monkeypatch, size, is_scanned
):
    if not is_scanned:
        monkeypatch.setattr(shelf, "PICTURE_BYTES", 4 * 48 * 64)
    painted = stroke(opened)
    show(opened, OTHER, qtbot)
    saved(opened)
    replace(opened, size)
    if is_scanned:
        opened.session.rescan()
        opened.session.reading.finish()
    image = show(opened, NAME, qtbot)
    assert is_black(image)
    assert opened.canvas.scene.size == size == (image.editor.mask.height, image.editor.mask.width)
    if size == (48, 64):
        assert np.array_equal(image.editor.array(), painted)
    else:
        assert not image.editor.touched
        assert np.array_equal(kept_aside(opened)[0], painted)


@pytest.mark.parametrize("size", [(48, 64), (100, 120)])
def test_the_open_picture_is_read_anew_when_it_was_replaced(opened, qtbot, size):
    painted = stroke(opened)
    project, identity = opened.session.project, opened.session.image.id
    opened.reviewing.accept()
    image = show(opened, NAME, qtbot)
    saved(opened)
    replace(opened, size)
    painted = stroke(opened, y=30)
    opened.session.rescan()
    qtbot.waitUntil(lambda: opened.session.image is not None and is_black(opened.session.image))
    image = opened.session.image
    assert (image.id, opened.canvas.scene.size) == (identity, size)
    assert opened.session.entry.review is not Review.CONFIRMED
    if size == (48, 64):
        assert np.array_equal(image.editor.array(), painted)
    else:
        assert not image.editor.touched
        assert any(np.array_equal(kept, painted) for kept in kept_aside(opened))
    after = stroke(opened, y=10)
    opened.actions["save"].trigger()
    saved(opened)
    assert np.array_equal(project.load_mask(identity), after)
    assert project.unsaved() == []


def test_a_mask_of_another_program_that_a_batch_came_by_is_not_overwritten_unseen(opened, qtbot):
    stroke(opened)
    show(opened, OTHER, qtbot)
    saved(opened)
    foreign = np.ones((48, 64), np.uint8)
    rasters.write_png(opened.session.project.home / "masks" / f"{NAME}.png", foreign)
    batch = next(child for child in opened.session.children() if type(child).__name__ == "Batch")
    opened.image_list.view.select_rows(range(2))
    opened.actions["accept"].trigger()
    qtbot.waitUntil(lambda: not batch.is_busy)
    show(opened, NAME, qtbot)
    stroke(opened, y=40)
    opened.actions["save"].trigger()
    saved(opened)
    assert any(np.array_equal(kept, foreign) for kept in kept_aside(opened))


def test_a_batch_meets_a_picture_of_another_size_that_lay_on_the_desk(opened, qtbot):
    identity = opened.session.image.id
    show(opened, OTHER, qtbot)
    replace(opened, (100, 120))
    opened.session.rescan()
    opened.session.reading.finish()
    batch = next(child for child in opened.session.children() if type(child).__name__ == "Batch")
    opened.image_list.view.select_rows(range(3))
    opened.actions["confirm_nothing"].trigger()
    qtbot.waitUntil(lambda: not batch.is_busy)
    assert opened.session.project.entry(identity).review is Review.CONFIRMED
    assert any("3" in card.notice.title for card in opened.notices.cards())
    image = show(opened, NAME, qtbot)
    assert is_black(image)
    assert (image.editor.mask.height, image.editor.mask.width) == (100, 120)
    assert image.editor.touched
    saved(opened)
    assert opened.session.project.load_mask(identity).shape == (100, 120)
