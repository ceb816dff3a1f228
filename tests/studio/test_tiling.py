"""Tile tags by a real mouse in the real window: sweeps, undo, what is kept and what is shown."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from closing import close_window
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project import rasters
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.widgets.main_window import MainWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
COLUMNS = 6


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Two images of 4 x 6 tiles of 50 px."""
    for name in ("a", "b"):
        rasters.write_png(tmp_path / "large" / f"{name}.png", np.full((200, 300, 3), 120, np.uint8))
    return tmp_path / "large"


class Sitting:
    """A person with the tile tool in hand."""

    def __init__(self, window: MainWindow, qtbot: QtBot, folder: Path) -> None:
        self.window, self.qtbot = window, qtbot
        window.session.open_folder(folder)
        qtbot.waitUntil(lambda: window.session.image is not None and len(window.session.entries()) == 2)
        window.actions["tiles"].trigger()
        self.choose_side(50)

    def choose_side(self, side: int) -> None:
        self.window.tile_panel._side.setValue(side)

    def at(self, place: int) -> QPoint:
        """The middle of a tile of 50 px."""
        assert self.window.canvas.view is not None
        row, column = divmod(place, COLUMNS)
        return QPoint(*map(round, self.window.canvas.view.to_device(50 * column + 25, 50 * row + 25)))

    def sweep(self, *places: int, button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NONE) -> None:
        canvas = self.window.canvas
        QTest.mousePress(canvas, button, held, self.at(places[0]))
        for place in places[1:]:
            QTest.mouseMove(canvas, self.at(place))
        QTest.mouseRelease(canvas, button, held, self.at(places[-1]))

    def tagged(self, tag: Tag) -> list[int]:
        image = self.window.session.image
        assert image is not None
        return image.tiles.tags.places(tag)

    @property
    def cracked(self) -> list[int]:
        return self.tagged(Tag.CRACKED)

    @property
    def intact(self) -> list[int]:
        return self.tagged(Tag.INTACT)

    def undo(self) -> None:
        self.window.actions["undo"].trigger()

    def open(self, number: int) -> None:
        entry = self.window.session.entries()[number]
        self.window.session.open_image(entry.id)
        self.qtbot.waitUntil(lambda: self.window.session.image is not None and self.window.session.image.id == entry.id)


@pytest.fixture
def sitting(window: MainWindow, qtbot: QtBot, large: Path) -> Sitting:
    return Sitting(window, qtbot, large)


@pytest.fixture
def reopened(make_window: Callable[..., MainWindow], qtbot: QtBot, large: Path) -> Callable[[MainWindow], Sitting]:
    def reopen(window: MainWindow) -> Sitting:
        close_window(window)
        return Sitting(make_window(), qtbot, large)

    return reopen


def test_the_key_takes_the_tool(sitting: Sitting) -> None:
    canvas = sitting.window.canvas
    sitting.window.actions["brush"].trigger()
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_J)
    assert sitting.window.actions["tiles"].isChecked()
    assert canvas.tool == "tiles"
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_a_left_drag_is_cracked_a_right_drag_or_ctrl_intact(sitting: Sitting) -> None:
    sitting.sweep(0, 3)
    sitting.sweep(12, 13, button=RIGHT)
    sitting.sweep(20, held=CTRL)
    assert sitting.cracked == [0, 1, 2, 3]  # no gap at any speed
    assert sitting.intact == [12, 13, 20]
    sitting.sweep(2, 3, button=RIGHT)
    assert (sitting.cracked, sitting.intact) == ([0, 1], [2, 3, 12, 13, 20])


def test_tags_are_taken_back_by_alt_or_by_the_same_click_again(sitting: Sitting) -> None:
    sitting.sweep(0, 5)
    sitting.sweep(4, 5, held=ALT)
    assert sitting.cracked == [0, 1, 2, 3]
    sitting.sweep(0)
    assert sitting.cracked == [1, 2, 3]
    sitting.sweep(1, 2)  # a sweep that goes on from there takes nothing back
    assert sitting.cracked == [1, 2, 3]
    sitting.sweep(2, button=RIGHT)
    assert (sitting.cracked, sitting.intact) == ([1, 3], [2])


def test_shift_tags_a_rectangle_which_may_shrink_again(sitting: Sitting) -> None:
    sitting.sweep(0)
    sitting.sweep(0, 23, 8, button=RIGHT, held=SHIFT)
    assert (sitting.cracked, sitting.intact) == ([], [0, 1, 2, 6, 7, 8])
    sitting.undo()
    assert (sitting.cracked, sitting.intact) == ([0], [])


def test_a_sweep_may_leave_the_image_and_come_back(sitting: Sitting) -> None:
    view = sitting.window.canvas.view
    assert view is not None
    outside = QPoint(*map(round, view.to_device(-8, 25)))
    QTest.mousePress(sitting.window.canvas, LEFT, NONE, outside)
    QTest.mouseMove(sitting.window.canvas, sitting.at(1))
    QTest.mouseRelease(sitting.window.canvas, LEFT, NONE, sitting.at(1))
    assert sitting.cracked == [0, 1]


def test_undo_takes_back_what_was_done_last_be_it_sweep_or_stroke(sitting: Sitting) -> None:
    window = sitting.window
    assert window.session.image is not None
    editor = window.session.image.editor
    sitting.sweep(0, 1)
    window.actions["brush"].trigger()
    sitting.sweep(8, 9)
    window.actions["tiles"].trigger()
    sitting.sweep(12, button=RIGHT)
    painted = editor.array()
    assert painted.any()
    sitting.undo()
    assert (sitting.intact, sitting.cracked) == ([], [0, 1])
    assert np.array_equal(editor.array(), painted)
    sitting.undo()
    assert not editor.array().any()
    assert sitting.cracked == [0, 1]
    sitting.undo()
    assert sitting.cracked == []
    assert not window.actions["undo"].isEnabled()
    for _ in range(3):
        window.actions["redo"].trigger()
    assert (sitting.cracked, sitting.intact) == ([0, 1], [12])
    assert np.array_equal(editor.array(), painted)


def test_undo_in_the_middle_of_a_sweep_takes_that_back(sitting: Sitting) -> None:
    sitting.sweep(20)
    QTest.mousePress(sitting.window.canvas, LEFT, NONE, sitting.at(0))
    QTest.mouseMove(sitting.window.canvas, sitting.at(3))
    assert sitting.cracked == [0, 1, 2, 3, 20]
    sitting.undo()
    QTest.mouseMove(sitting.window.canvas, sitting.at(4))
    QTest.mouseRelease(sitting.window.canvas, LEFT, NONE, sitting.at(4))
    assert sitting.cracked == [20]


def test_undo_of_tags_that_nobody_sees_is_said(sitting: Sitting) -> None:
    sitting.sweep(0, 1)
    sitting.sweep(7, button=RIGHT)
    sitting.window.actions["brush"].trigger()
    with sitting.qtbot.waitSignal(sitting.window.session.message_given) as said:
        sitting.undo()
    assert said.args == ["Tile tags: 2 cracked, 0 intact"]


def test_tags_do_not_touch_mask_or_confirmation(sitting: Sitting) -> None:
    session = sitting.window.session
    assert session.image is not None
    assert session.project is not None
    sitting.sweep(0)
    assert not session.image.editor.touched
    session.image.editor.set_kind(MaskKind.REGION)
    session.image.editor.begin_stroke(10, 10, size=9, value=1)
    session.image.editor.finish_stroke()
    confirmed = session.image.id
    sitting.window.actions["accept"].trigger()
    sitting.qtbot.waitUntil(lambda: session.image is not None and session.image.id != confirmed)
    sitting.open(0)
    sitting.sweep(3)
    assert session.project.entry(confirmed).review is Review.CONFIRMED
    session.image.editor.begin_stroke(30, 30, size=9, value=1)
    session.image.editor.finish_stroke()
    sitting.sweep(5)
    assert session.project.entry(confirmed).review is Review.CORRECTED
    sitting.undo()
    sitting.undo()  # the stroke: the mask is again what was confirmed, though tiles are not
    assert session.project.entry(confirmed).review is Review.CONFIRMED


def test_tags_are_there_again_after_closing_and_stay_with_their_image(
    sitting: Sitting, reopened: Callable[[MainWindow], Sitting]
) -> None:
    sitting.sweep(0, 1)
    sitting.open(1)
    assert sitting.cracked == []
    sitting.sweep(7, button=RIGHT)
    sitting.open(0)
    assert sitting.cracked == [0, 1]
    again = reopened(sitting.window)
    assert again.window.tile_panel._side.value() == 50
    again.open(0)
    assert again.cracked == [0, 1]
    again.open(1)
    assert again.intact == [7]


def test_every_sweep_is_in_the_project_when_it_ends(sitting: Sitting) -> None:
    session = sitting.window.session
    assert session.project is not None
    assert session.image is not None
    sitting.sweep(0, 1)
    assert session.project.tiles.tags(session.image.id, width=300, height=200).places(Tag.CRACKED) == [0, 1]
    sitting.undo()
    assert session.project.runs.stock().cracked_tiles == 0
    sitting.sweep(4)
    assert session.project.runs.stock().cracked_tiles == 1


def test_another_side_keeps_the_tags_that_there_are_and_says_so(sitting: Sitting) -> None:
    panel, session = sitting.window.tile_panel, sitting.window.session
    sitting.sweep(0, 1)
    assert panel._note.isHidden()
    sitting.choose_side(100)
    assert session.image is not None
    assert (session.image.tiles.tags.size, sitting.cracked) == (50, [0, 1])
    assert "50 px" in panel._note.text()
    sitting.open(1)
    assert session.image.tiles.tags.size == 100
    assert panel._note.isHidden()
    sitting.open(0)
    panel._clear.click()
    assert (session.image.tiles.tags.size, sitting.cracked) == (100, [])
    sitting.undo()
    assert (session.image.tiles.tags.size, sitting.cracked) == (50, [0, 1])


def test_the_rest_is_intact_by_one_press(sitting: Sitting) -> None:
    sitting.sweep(0, 5)
    sitting.window.tile_panel._rest.click()
    assert len(sitting.intact) == 18
    counts = [label.text() for label in sitting.window.tile_panel._counts.values()]
    assert counts == ["6 cracked", "18 intact", "0 without a tag"]
    assert not sitting.window.tile_panel._rest.isEnabled()
    sitting.undo()
    assert (len(sitting.cracked), len(sitting.intact)) == (6, 0)


def test_layer_and_panel_come_with_the_tool_and_go_with_it(sitting: Sitting) -> None:
    window = sitting.window
    layers = window.canvas.layers
    assert layers.look(Layer.TILES).visible
    assert not window.tile_panel.isHidden()
    assert window.tool_panel.isHidden()
    window.actions["brush"].trigger()
    assert not layers.look(Layer.TILES).visible
    assert window.canvas.scene.sheet(Layer.TILES) is None  # nothing that other tools would pay for
    assert window.tile_panel.isHidden()
    assert not window.tool_panel.isHidden()
    layers.set_look(Layer.TILES, visible=True)  # wanted beside other tools
    window.actions["tiles"].trigger()
    window.actions["brush"].trigger()
    assert layers.look(Layer.TILES).visible


def test_what_is_shown_is_what_is_tagged(sitting: Sitting) -> None:
    canvas = sitting.window.canvas
    sitting.sweep(0)
    sitting.sweep(8, button=RIGHT)
    assert canvas.view is not None
    ratio = canvas.ratio()

    def colour(place: int) -> tuple[int, int, int]:
        pixel = canvas.grab().toImage().pixelColor(sitting.at(place) * ratio)
        return pixel.red(), pixel.green(), pixel.blue()

    (red, _, blue), plain, (red_of_intact, _, blue_of_intact) = colour(0), colour(2), colour(8)
    assert red > plain[0] > blue
    assert red_of_intact < plain[0] < blue_of_intact
    assert plain == (120, 120, 120)
    sitting.undo()
    assert colour(8) == plain


def test_one_press_takes_tiles_and_crops_of_their_side_into_a_run(sitting: Sitting) -> None:
    window = sitting.window
    window.proposing.start()
    sitting.qtbot.waitUntil(lambda: bool(window.proposing.methods), timeout=15_000)
    sitting.choose_side(150)
    sitting.sweep(0)
    window.tile_panel._rest.click()
    window.actions["retrain"].trigger()
    sitting.qtbot.waitUntil(lambda: window.retraining.history is not None, timeout=15_000)
    assert window.retraining.history is not None
    assert window.retraining.history.record.spec.settings == {"tile": 150}
    assert window.session.project is not None
    (run,) = window.session.project.runs.all()
    (item,) = run.snapshot().items
    assert item.tiles is not None
    assert (item.tag, item.tiles.count(Tag.CRACKED), item.tiles.count(Tag.INTACT)) == (Tag.CRACKED, 1, 1)
