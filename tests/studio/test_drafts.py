"""A polygon that was begun when its image is left, confirmed, or closed: it is a step of that image before."""

import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import QPoint, Qt

from crackstudio.core.images import Review
from crackstudio.project.project import Project
from crackstudio.studio.canvas.tools.tool import ToolKey


@pytest.fixture
def drafting(opened, qtbot):
    """The first image, confirmed a while ago, and three corners of a polygon."""
    editor = opened.session.image.editor
    editor.begin_stroke(50, 40, size=6, value=1)
    editor.finish_stroke()
    first = opened.session.image.id
    opened.reviewing.accept()
    opened.session.open_image(first)
    qtbot.waitUntil(lambda: opened.session.image.id == first and not opened.session.is_between_images)
    opened.canvas.set_tool(ToolKey.POLYGON)
    for x, y in ((10, 10), (30, 10), (30, 30)):
        at = opened.canvas.view.to_device(x, y)
        qtbot.mouseClick(opened.canvas, Qt.MouseButton.LeftButton, pos=QPoint(*map(int, at)))
    return opened


def on_disk(window, image):
    window.session.writing.finish()
    window.session.project.flush()
    return window.session.project.load_mask(image.id)


def leave(window, qtbot, act):
    image = window.session.image
    act()
    qtbot.waitUntil(lambda: window.session.image is not image)
    return image


def test_an_image_that_is_left_is_not_confirmed_with_what_was_added(drafting, qtbot):
    image = leave(drafting, qtbot, drafting.actions["next"].trigger)
    assert image.editor.array()[12, 28]
    assert drafting.session.project.entry(image.id).review is Review.CORRECTED
    assert np.array_equal(on_disk(drafting, image), image.editor.array())


def test_what_is_confirmed_has_it(drafting, qtbot):
    image = leave(drafting, qtbot, drafting.image_panel.accept.click)
    assert image.editor.array()[12, 28]
    assert drafting.session.project.entry(image.id).review is Review.CONFIRMED
    assert np.array_equal(on_disk(drafting, image), image.editor.array())


def test_where_nothing_is_there_nothing_is_left_of_it(drafting, qtbot):
    image = leave(drafting, qtbot, drafting.image_panel.nothing.click)
    assert drafting.session.project.entry(image.id).review is Review.CONFIRMED
    assert not image.editor.array().any()
    assert not on_disk(drafting, image).any()


def test_closing_saves_it(drafting):
    image, folder = drafting.session.image, drafting.session.project.folder
    close_project(drafting)
    project = Project.open(folder)
    assert project.load_mask(image.id)[12, 28]
    assert project.unsaved() == []
    project.close()
