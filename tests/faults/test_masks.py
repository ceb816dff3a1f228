"""Masks that do not fit, by their size or as files: kept aside, reported, and nobody is kept from the image."""

import numpy as np
import pytest
import tifffile
from closing import close_project

from crackstudio.project import rasters

SMALL = np.ones((10, 20), np.uint8)


def deep(path):
    tifffile.imwrite(path.with_suffix(".tif"), np.full((48, 64), 300, np.uint16))
    path.with_suffix(".tif").rename(path)


UNFIT = {
    "another size": lambda path: rasters.write_png(path, SMALL),
    "turned": lambda path: rasters.write_png(path, np.ones((64, 48), np.uint8)),
    "no picture": lambda path: path.write_bytes(b"not a picture"),
    "cut off": lambda path: path.write_bytes(rasters.png_bytes(np.ones((48, 64), np.uint8))[:40]),
    "empty": lambda path: path.write_bytes(b""),
    "coloured": lambda path: rasters.write_png(path, np.random.default_rng(0).integers(0, 9, (48, 64, 3), np.uint8)),
    "16 bit": deep,
}


@pytest.fixture
def masks(reviewed):
    return reviewed / ".crackstudio" / "masks"


@pytest.mark.parametrize("kind", UNFIT)
def test_it_is_kept_aside_and_told_and_the_image_opens(reviewed, masks, window, open_folder, told, paint, kind):
    path = masks / "裂缝 1.png.png"
    path.unlink()
    UNFIT[kind](path)
    bad = path.read_bytes()
    open_folder(window, reviewed)
    assert window.session.entry.name == "裂缝 1.png"
    (words,) = told(window)
    assert "裂缝 1.png" in words
    assert "kept as" in words
    (kept,) = (reviewed / ".crackstudio" / "aside").iterdir()
    assert kept.read_bytes() == bad
    assert str(kept) in words
    assert not window.session.image.editor.touched
    painted = paint(window)
    close_project(window)
    assert np.array_equal(rasters.read_mask(path), painted)


def test_a_picture_that_was_replaced_by_a_larger_one_opens_without_what_was_painted_on_the_old_one(
    reviewed, masks, window, leave_strokes, open_folder, told, qtbot
):
    rasters.write_png(masks / "裂缝 1.png.png", np.eye(48, 64, dtype=np.uint8))
    leave_strokes("裂缝 1.png", 12)
    old = (masks / "裂缝 1.png.png").read_bytes()
    rasters.write_png(reviewed / "裂缝 1.png", np.zeros((600, 700, 3), np.uint8))
    open_folder(window, reviewed)
    qtbot.waitUntil(lambda: window.session.image.editor.mask.height == 600)
    window.session.project.flush()
    aside = list((reviewed / ".crackstudio" / "aside").iterdir())
    assert len(aside) == 2
    assert old in [path.read_bytes() for path in aside]
    qtbot.waitUntil(lambda: sum("kept as" in words for words in told(window)) == 2)
    assert any("700 x 600" in words for words in told(window))
    assert not window.session.image.editor.touched
