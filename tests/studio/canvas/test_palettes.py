"""Colour tables of the layers."""

import pytest
from PySide6.QtGui import QColor

from crackstudio.core.classes import UNSURE
from crackstudio.studio.canvas import palettes

COLOURS = {1: "#ff0000", 2: "#00ff00"}


def test_each_class_has_its_colour_and_unknown_ones_that_of_the_first() -> None:
    palette = palettes.mask_palette(COLOURS, opacity=0.5, hidden={2})
    assert palette.fill[0] == palette.fill[2] == palette.line[2] == 0
    assert palette.fill[1] == palette.fill[200] != palette.fill[UNSURE]


def test_a_colour_is_asked_of_qt_once_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may take Python's lock at every call: hundreds held up the first painting of an image."""
    asked: list[str] = []

    def colour(name: str) -> QColor:
        asked.append(name)
        return QColor(name)

    monkeypatch.setattr(palettes, "QColor", colour)
    palettes.mask_palette(COLOURS, opacity=0.5)
    assert len(asked) <= 2 * (len(COLOURS) + 1)
