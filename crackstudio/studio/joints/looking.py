"""Joins what changes how an image is looked at, and nothing else: its tones and the mini map."""

from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.widgets.main_window import MainWindow


def join_looking(window: MainWindow) -> None:
    """Tones go with the window, from image to image; the mini map with the settings."""
    controls, action = window.layers_panel.tones, window.actions["mini_map"]
    controls.tones_changed.connect(
        lambda brightness, contrast: _show_tones(window, Tones(brightness=brightness, contrast=contrast))
    )
    window.session.image_opened.connect(lambda _image: controls.set_range(*window.canvas.scene.range_of_tones()))
    controls.auto_pressed.connect(lambda: _find_tones(window))
    action.setChecked(window.settings.shows_mini_map)
    window.canvas.mini_map.set_wanted(action.isChecked())
    action.toggled.connect(lambda shows: _show_mini_map(window, shows))


def _find_tones(window: MainWindow) -> None:
    tones = window.canvas.scene.find_tones()
    _show_tones(window, tones)
    window.layers_panel.tones.set_tones(tones.brightness, tones.contrast)


def _show_tones(window: MainWindow, tones: Tones) -> None:
    window.canvas.set_tones(tones)
    window.layers_panel.tones.set_range(*window.canvas.scene.range_of_tones())


def _show_mini_map(window: MainWindow, shows: bool) -> None:
    window.settings.shows_mini_map = shows
    window.canvas.mini_map.set_wanted(shows)
