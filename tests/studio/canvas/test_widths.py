"""The width layer: colours along the centre lines, comparable between images."""

import numpy as np
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.widths import PER_PIXEL, LiveWidths, shown_widths
from crackstudio.studio.mask_editor import MaskEditor


def test_the_centre_line_holds_tenths_of_a_pixel_of_width() -> None:
    mask = np.zeros((60, 90), np.uint8)
    mask[20:27, 10:80] = 1
    mask[40:60, 10:80] = 255
    shown = shown_widths(mask)
    assert abs(int(shown[23, 45]) - 7 * PER_PIXEL) <= 3
    assert np.count_nonzero(shown[:, 45]) == 3
    assert not shown[35:].any(), "unsure is not measured"
    assert not shown_widths(np.zeros((5, 5), np.uint8)).any()


def test_classes_that_touch_are_measured_apart() -> None:
    mask = np.zeros((80, 90), np.uint8)
    mask[20:27, 10:80], mask[27:70, 10:80] = 1, 2
    assert abs(int(shown_widths(mask)[23, 45]) - 7 * PER_PIXEL) <= 3


def test_it_follows_the_brush_once_somebody_looks(qtbot: QtBot) -> None:
    owner = QObject()
    widths, editor = LiveWidths(owner), MaskEditor(60, 90)
    widths.follow(editor)
    with qtbot.waitSignal(widths.changed):
        widths.set_wanted(True)
    with qtbot.waitSignal(widths.changed):
        editor.begin_stroke(20, 30.5, size=9, value=1)
        editor.extend_stroke(70, 30.5)
        editor.finish_stroke()
    assert widths.pixels is not None
    assert abs(int(widths.pixels[30, 45]) - 9 * PER_PIXEL) <= 5
    widths.close()
