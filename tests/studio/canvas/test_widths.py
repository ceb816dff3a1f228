"""The width layer: colours along the centre lines, over the widths that an image has, and what they stand for."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from crackstudio.imaging.patch import Pixels
from crackstudio.studio.canvas import widths
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.canvas.widths import LiveWidths, Widths, shown_widths
from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH = 400, 500


def shown(mask: Pixels) -> Widths:
    found = shown_widths(mask)
    assert found is not None
    return found


def of_thin_cracks_and_a_region() -> Pixels:
    """Two cracks of 3 and 9 px, and a region of 120 x 160."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:23, 10:490] = mask[40:49, 10:490] = 1
    mask[200:320, 100:260] = 1
    return mask


def test_the_centre_line_holds_the_width() -> None:
    mask = np.zeros((60, 90), np.uint8)
    mask[20:27, 10:80] = 1
    mask[40:60, 10:80] = 255
    found = shown(mask)
    assert abs(found.at(45, 23) - 7) <= 0.3
    assert np.count_nonzero(found.pixels[:, 45]) == 3
    assert not found.pixels[35:].any(), "unsure is not measured"
    assert shown_widths(np.zeros((5, 5), np.uint8)) is None


def test_classes_that_touch_are_measured_apart() -> None:
    mask = np.zeros((80, 90), np.uint8)
    mask[20:27, 10:80], mask[27:70, 10:80] = 1, 2
    assert abs(shown(mask).at(45, 23) - 7) <= 0.3


def test_one_broad_region_leaves_the_cracks_their_colours() -> None:
    found = shown(of_thin_cracks_and_a_region())
    thin, thick = int(found.pixels[21, 250]), int(found.pixels[44, 250])
    assert thick - thin > 40
    assert found.pixels[260, 180] == 255
    assert found.most < 60
    assert found.words_at(180, 260) == f"≥ {found.most} px wide"
    assert found.words_at(250, 21) == "3.0 px wide"
    assert found.words_at(250, 100) == ""


@pytest.mark.parametrize("width", [1, 3, 60])
def test_cracks_of_one_width_have_a_range_too(width: int) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[100 : 100 + width, 20:480] = 1
    found = shown(mask)
    assert found.least <= width <= found.most
    assert math.isclose(found.at(250, 100 + width // 2), width, abs_tol=0.5)


def test_it_follows_the_brush_once_somebody_looks(qtbot: QtBot) -> None:
    owner = QObject()
    live, editor = LiveWidths(owner), MaskEditor(60, 90)
    live.follow(editor)
    live.set_wanted(True)
    with qtbot.waitSignal(live.changed):
        editor.begin_stroke(20, 30.5, size=9, value=1)
        editor.extend_stroke(70, 30.5)
        editor.finish_stroke()
    assert live.found is not None
    assert abs(live.found.at(45, 30) - 9) <= 0.5
    with qtbot.waitSignal(live.changed):
        editor.clear()
    assert live.found is None
    live.close()


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def pictures(canvas: Canvas, qtbot: QtBot, *, ground: int, mask: Pixels) -> tuple[QImage, QImage]:
    """The lower left corner without and with the widths."""
    canvas.set_image(np.full((HEIGHT, WIDTH, 3), ground, np.uint8))
    canvas.set_editor(MaskEditor(HEIGHT, WIDTH, mask=mask))
    canvas.layers.set_look(Layer.MASK, visible=False)
    canvas.actual_size()
    before = canvas.grab().toImage()
    with qtbot.waitSignal(canvas.scene.widths.changed):
        canvas.layers.set_look(Layer.WIDTHS, visible=True)
    return before, canvas.grab().toImage()


def corner(image: QImage) -> QImage:
    return image.copy(0, image.height() - 90, 200, 55)


@pytest.mark.parametrize("ground", [0, 255])
def test_a_legend_says_what_the_colours_stand_for(canvas: Canvas, qtbot: QtBot, ground: int) -> None:
    _, after = pictures(canvas, qtbot, ground=ground, mask=of_thin_cracks_and_a_region())
    found = canvas.scene.widths.found
    assert found is not None
    assert found.ends == (f"{found.least} px", f"≥ {found.most} px")
    shown = corner(after)
    colours = [QColor(shown.pixel(x, y)) for x in range(shown.width()) for y in range(shown.height())]
    assert len({colour.hue() // 30 for colour in colours if colour.saturation() > 100}) > 5, "blue to red"
    light = [colour.lightness() for colour in colours]
    assert sum(one > 200 for one in light) > 100, "figures"
    assert sum(one < 110 for one in light) > 2000, "on a dark ground, on a bright picture too"
    canvas.layers.set_look(Layer.WIDTHS, visible=False)
    hidden = corner(canvas.grab().toImage())
    assert not any(QColor(hidden.pixel(x, 30)).saturation() > 100 for x in range(hidden.width()))
    canvas.scene.widths.close()


def test_a_mask_too_large_to_be_measured_while_painting_says_so(
    canvas: Canvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_mask: Pixels) -> Widths:
        raise AssertionError("measured")

    monkeypatch.setattr(widths, "MEASURED_PIXELS", HEIGHT * WIDTH - 1)
    monkeypatch.setattr(widths, "shown_widths", never)
    failures: list[Exception] = []
    canvas.scene.widths._background.work_failed.connect(failures.append)
    canvas.set_image(np.full((HEIGHT, WIDTH, 3), 100, np.uint8))
    editor = MaskEditor(HEIGHT, WIDTH, mask=of_thin_cracks_and_a_region())
    canvas.set_editor(editor)
    before = corner(canvas.grab().toImage())
    canvas.layers.set_look(Layer.WIDTHS, visible=True)
    said = corner(canvas.grab().toImage())
    assert said != before
    editor.begin_stroke(20, 30.5, size=9, value=1)
    editor.finish_stroke()
    qtbot.waitUntil(lambda: not canvas.scene.widths._pause.isActive())
    canvas.scene.widths._background.finish()
    assert failures == []
    assert canvas.scene.widths.found is None
    canvas.layers.set_look(Layer.WIDTHS, visible=False)
    assert corner(canvas.grab().toImage()) == before
    canvas.scene.widths.close()


def test_without_a_crack_there_is_no_legend(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_image(np.full((HEIGHT, WIDTH, 3), 100, np.uint8))
    canvas.set_editor(MaskEditor(HEIGHT, WIDTH))
    before = canvas.grab().toImage()
    canvas.layers.set_look(Layer.WIDTHS, visible=True)
    canvas.scene.widths.close()
    assert canvas.scene.widths.found is None
    assert canvas.grab().toImage() == before
