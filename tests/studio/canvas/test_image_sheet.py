"""Tones: what is shown changes, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.image_sheet import Tones, tones_of
from crackstudio.studio.canvas.view import Canvas

PERCENT = st.integers(-100, 100)


@given(PERCENT, PERCENT)
def test_a_table_never_turns_light_and_dark_round(brightness: int, contrast: int) -> None:
    table = Tones(brightness=brightness, contrast=contrast).table()
    assert table.shape == (256,)
    assert (np.diff(table.astype(int)) >= 0).all()


def test_at_rest_everything_is_shown_as_it_is() -> None:
    assert np.array_equal(Tones().table(), np.arange(256))


def test_brightness_lightens_and_contrast_steepens() -> None:
    assert Tones(brightness=20).table()[100] > 100 > Tones(brightness=-20).table()[100]
    steep, flat = Tones(contrast=25).table().astype(int), Tones(contrast=-25).table().astype(int)
    assert steep[140] - steep[120] == 40
    assert flat[140] - flat[120] == 10


@pytest.mark.parametrize(("low", "high"), [(10, 40), (0, 255), (180, 250), (100, 130)])
def test_the_tones_found_use_the_whole_range(low: int, high: int) -> None:
    ramp = np.linspace(low, high, 800 * 600 * 3).reshape(800, 600, 3).astype(np.uint8)
    shown = tones_of(ramp).table()[ramp]
    assert np.percentile(shown, 2) < 16
    assert np.percentile(shown, 98) > 239
    assert abs(int(np.median(shown)) - 127) < 12


def test_a_picture_of_one_value_gets_tones_too() -> None:
    assert tones_of(np.full((3, 3, 3), 7, np.uint8)).contrast == 100


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_the_canvas_shows_tones_and_keeps_the_picture(qtbot: QtBot, scale: float) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    image = np.full((300, 400, 3), (60, 70, 80), np.uint8)
    canvas.set_image(image)
    canvas.show()
    qtbot.waitExposed(canvas)
    assert canvas.view is not None
    canvas.zoom_by(scale / canvas.view.scale)
    canvas.set_tones(Tones(brightness=40))
    assert canvas.grab().toImage().pixelColor(200, 150) == QColor(111, 121, 131)
    assert canvas.scene.words_at(5, 5) == "60 70 80", "the figures are the picture's own"
    canvas.set_image(image + 10)
    assert canvas.grab().toImage().pixelColor(200, 150) == QColor(121, 131, 141), "the next image is shown alike"
    canvas.set_tones(Tones())
    assert canvas.grab().toImage().pixelColor(200, 150) == QColor(70, 80, 90)
    assert image[0, 0].tolist() == [60, 70, 80]
