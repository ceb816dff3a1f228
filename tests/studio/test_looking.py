"""Tones and the mini map in the real window."""

import numpy as np

from crackstudio.project import rasters
from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.widgets.main_window import MainWindow


def test_sliders_auto_and_reset_change_what_is_shown(opened: MainWindow) -> None:
    panel, canvas = opened.layers_panel, opened.canvas
    assert not panel.tones.isVisibleTo(panel)
    panel.tones_button.click()
    assert panel.tones.isVisibleTo(panel)
    picture = canvas.picture
    assert picture is not None
    kept = picture.copy()
    panel.tones.brightness.setValue(30)
    assert canvas.scene.tones == Tones(brightness=30)
    panel.tones.auto.click()
    tones = canvas.scene.tones
    assert tones.contrast > 30, "the images hold 90 to 140 only"
    assert (panel.tones.brightness.value(), panel.tones.contrast.value()) == (tones.brightness, tones.contrast)
    panel.tones.reset.click()
    assert canvas.scene.tones == Tones()
    assert panel.tones.contrast.value() == 0
    assert np.array_equal(canvas.picture, kept)


def test_a_dark_16_bit_image_is_decoded_as_ever_and_shown_lighter(tmp_path, make_window, qtbot) -> None:
    random = np.random.default_rng(0)
    deep = random.integers(0, 300, (64, 80), np.uint16)
    deep[0, :8] = 60_000  # what is bright makes the rest dark
    rasters.write_png(tmp_path / "deep.png", deep)
    window = make_window()
    window.session.open_folder(tmp_path)
    qtbot.waitUntil(lambda: window.session.image is not None)
    canvas = window.canvas
    assert canvas.picture is not None
    assert np.array_equal(canvas.picture, rasters.read_rgb8(tmp_path / "deep.png"))
    assert np.median(canvas.picture) < 3
    controls = window.layers_panel.tones
    low, high = canvas.scene.range_of_tones()
    assert 0 <= low < 300 < high <= 60_000
    assert controls.range.text() == f"Black {low:,.0f} · white {high:,.0f}"
    assert canvas.scene.words_at(3, 0) == "60000", "its own values"
    controls.auto.click()
    assert canvas.scene.range_of_tones()[1] < high
    assert f"white {canvas.scene.range_of_tones()[1]:,.0f}" in controls.range.text()
    assert canvas.scene.tones.brightness > 90
    assert canvas.scene.tones.contrast == 100


def test_the_mini_map_is_switched_in_the_menu_and_stays_so(make_window) -> None:
    window = make_window()
    action = window.actions["mini_map"]
    assert action.isChecked()
    assert action in window.menus["View"].actions()
    action.trigger()
    assert not window.settings.shows_mini_map
    again = make_window()
    assert not again.actions["mini_map"].isChecked()
