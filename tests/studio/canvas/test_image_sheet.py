"""Tones: what is shown changes, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from crackstudio.imaging.depth import Span
from crackstudio.studio.canvas.image_sheet import Tones, tones_of
from crackstudio.studio.canvas.view import Canvas


def table(tones: Tones) -> np.ndarray:
    """What is shown of each 8-bit value."""
    return tones.exposure(Span())(np.arange(256, dtype=np.uint8))


PERCENT = st.integers(-100, 100)


@given(PERCENT, PERCENT)
def test_a_table_never_turns_light_and_dark_round(brightness: int, contrast: int) -> None:
    assert (np.diff(table(Tones(brightness=brightness, contrast=contrast)).astype(int)) >= 0).all()


def test_at_rest_everything_is_shown_as_it_is() -> None:
    assert np.array_equal(table(Tones()), np.arange(256))


def test_brightness_lightens_and_contrast_steepens() -> None:
    assert table(Tones(brightness=20))[100] > 100 > table(Tones(brightness=-20))[100]
    steep, flat = (table(Tones(contrast=contrast)).astype(int) for contrast in (25, -25))
    assert steep[140] - steep[120] == 40
    assert flat[140] - flat[120] == 10


@pytest.mark.parametrize(("low", "high"), [(10, 40), (0, 255), (180, 250), (100, 130)])
def test_the_tones_found_use_the_whole_range(low: int, high: int) -> None:
    ramp = np.linspace(low, high, 800 * 600 * 3).reshape(800, 600, 3).astype(np.uint8)
    shown = table(tones_of(ramp))[ramp]
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


@pytest.mark.parametrize("shape", [(300, 400), (300, 400, 3)])
@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_16_bit_is_shown_by_its_own_range_and_told_by_its_own_values(
    qtbot: QtBot, shape: tuple[int, ...], scale: float
) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    image = np.full(shape, 3000, np.uint16)
    image[:, 200:] = 23_000
    canvas.set_image(image)
    canvas.show()
    qtbot.waitExposed(canvas)
    assert canvas.view is not None
    canvas.zoom_by(scale / canvas.view.scale)
    shown = canvas.grab().toImage()
    assert shown.pixelColor(180, 150) == QColor(0, 0, 0)
    assert shown.pixelColor(220, 150) == QColor(255, 255, 255)
    assert canvas.scene.words_at(5, 5) == "3000"
    assert canvas.scene.range_of_tones() == (3000, 23_000)
    canvas.set_tones(Tones(contrast=25))
    assert canvas.scene.range_of_tones() == (8000, 18_000)
    canvas.set_tones(Tones(brightness=-50))
    assert canvas.grab().toImage().pixelColor(220, 150).red() == pytest.approx(191, abs=1)


def test_fine_steps_of_a_deep_picture_are_told_apart_by_contrast(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    image = np.tile(np.linspace(0, 65_535, 400).astype(np.uint16), (300, 1))
    image[:, 200:204] = (32_700, 32_720, 32_740, 32_760)
    canvas.set_image(image)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.actual_size()
    canvas.set_tones(Tones(contrast=100))
    shown = canvas.grab().toImage()
    greys = [shown.pixelColor(x, 150).red() for x in range(200, 204)]
    assert greys == sorted(set(greys)), "8 bit would show one grey"
