"""The classes in the real window: chosen, added, named, coloured, hidden, removed, and there again."""

import numpy as np
import pytest
from closing import close_project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from crackstudio.core.classes import COLOURS, CRACK, UNSURE
from crackstudio.core.images import MaskKind
from crackstudio.project import rasters
from crackstudio.studio.language import speak
from crackstudio.studio.widgets.class_rows import ROW_HEIGHT
from crackstudio.studio.widgets.command_palette import CommandPalette

SWATCH, NAME, EYE = 23, 70, -22


def rows(window):
    return [(row.id, row.name, row.key) for row in window.classes_panel.model.rows]


def click(qtbot, window, place, x, *, double=False):
    view = window.classes_panel.view
    at = QPoint(x if x > 0 else view.viewport().width() + x, place * ROW_HEIGHT + ROW_HEIGHT // 2)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if double:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def type_name(qtbot, window, name):
    editor = window.classes_panel.view.findChildren(QLineEdit)[-1]
    editor.selectAll()
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def add(qtbot, window, name):
    window.classes_panel._add.click()
    type_name(qtbot, window, name)


def told(window):
    return [[label.text() for label in card.findChildren(QLabel)] for card in window.notices.cards()]


def paint(window, value, *, row=20):
    editor = window.session.image.editor
    editor.begin_stroke(10.5, row + 0.5, size=5, value=value)
    editor.extend_stroke(50.5, row + 0.5)
    editor.finish_stroke()
    return editor


@pytest.fixture
def window(opened):
    opened.activateWindow()
    return opened


def test_a_new_project_has_crack_and_unsure(window):
    assert rows(window) == [(1, "crack", "1"), (UNSURE, "unsure", "0")]
    assert window.canvas.brush_value == CRACK.id
    assert not window.actions["class_2"].isEnabled()


def test_a_class_is_added_named_and_painted_at_once(window, qtbot):
    add(qtbot, window, "spall")
    assert rows(window) == [(1, "crack", "1"), (2, "spall", "2"), (UNSURE, "unsure", "0")]
    assert window.canvas.brush_value == 2
    assert window.actions["class_2"].text() == "Class: spall"
    assert "spall" in window.actions["class_2"].toolTip()
    assert window.tool_bar.findChild(QToolButton, "button_class").text().strip() == "spall"
    assert "spall" in window.status.findChild(QLabel, "class").text()
    assert COLOURS[1] in window.status.findChild(QLabel, "class").text()
    assert window.canvas._colour == COLOURS[1]


def test_keys_choose_classes_and_beyond_them_say_what_to_do(window, qtbot):
    add(qtbot, window, "spall")
    said = []
    window.session.message_given.connect(said.append)
    window.canvas.setFocus()
    for key, value in (("1", 1), ("2", 2), ("0", UNSURE), ("5", UNSURE), ("1", 1)):
        qtbot.keyClick(window.canvas, key)
        assert window.canvas.brush_value == value
    assert [words for words in said if "no class" in words] == [
        "There is no class 5 yet: add one in the panel Classes."
    ]


def test_numbers_in_the_list_of_classes_are_keys_too(window, qtbot):
    add(qtbot, window, "spall")
    said = []
    window.session.message_given.connect(said.append)
    window.classes_panel.view.setFocus()
    qtbot.keyClick(window.classes_panel.view, "7")
    qtbot.keyClick(window.classes_panel.view, "1")
    assert window.canvas.brush_value == 1
    assert any("no class 7" in words for words in said)


def test_a_click_chooses_a_double_click_renames(window, qtbot):
    add(qtbot, window, "spall")
    click(qtbot, window, 0, NAME)
    assert window.canvas.brush_value == 1
    click(qtbot, window, 0, NAME, double=True)
    type_name(qtbot, window, "Riss")
    assert [name for _, name, _ in rows(window)] == ["Riss", "spall", "unsure"]
    assert window.status.findChild(QLabel, "class").text().endswith("Riss")


def test_unsure_keeps_its_name(window, qtbot):
    click(qtbot, window, 1, NAME, double=True)
    assert window.canvas.brush_value == UNSURE
    assert window.classes_panel.view.findChild(QLineEdit) is None
    assert not window.classes_panel._remove.isEnabled()


def test_a_name_that_is_taken_is_refused_in_words(window, qtbot):
    add(qtbot, window, "spall")
    window.classes_panel.edit_name(2)
    type_name(qtbot, window, "CRACK")
    assert [name for _, name, _ in rows(window)] == ["crack", "spall", "unsure"]
    assert any("already" in words for card in told(window) for words in card)


def test_an_eye_hides_and_choosing_shows_again(window, qtbot):
    add(qtbot, window, "spall")
    click(qtbot, window, 0, EYE)
    assert window.classes.hidden == {1}
    assert window.canvas.brush_value == 2
    assert not window.canvas.scene._palette().fill[1]
    window.actions["class_1"].trigger()
    assert window.classes.hidden == set()
    assert window.canvas.scene._palette().fill[1]


def test_another_colour_is_seen_everywhere_at_once(window, qtbot):
    add(qtbot, window, "spall")
    editor = paint(window, 2)
    before = editor.revision
    click(qtbot, window, 1, SWATCH)
    dialog = window.findChild(QColorDialog)
    dialog.setCurrentColor(QColor("#12ff34"))
    dialog.accept()
    assert window.classes.all()[1].colour == "#12ff34"
    assert "#12ff34" in window.status.findChild(QLabel, "class").text()
    assert window.canvas._colour == "#12ff34"
    line = int(window.canvas.scene._palette().line[2]) & 0xFFFFFF
    assert QColor(line).green() > QColor(line).red()
    assert editor.revision == before


def test_names_of_classes_are_in_menu_and_palette(window, qtbot):
    add(qtbot, window, "R&D spall")
    assert window.actions["class_2"].text() == "Class: R&&D spall"
    assert [window.actions[f"class_{n}"].isVisible() for n in (1, 2, 3)] == [True, True, False]
    assert window.actions["class_2"].isChecked()
    assert not window.actions["class_1"].isChecked()
    window.actions["palette"].trigger()
    palette = window.findChild(CommandPalette)
    words = [palette._list.item(row).text() for row in range(palette._list.count())]
    assert [word for word in words if word.startswith("Class")] == [
        "Class: crack    1",
        "Class: R&D spall    2",
        "Class: unsure    0",
    ]
    palette.close()


def test_classes_and_the_one_in_use_are_there_again(window, folder, qtbot):
    add(qtbot, window, "spall")
    editor = paint(window, 2)
    paint(window, UNSURE, row=30)
    wanted = editor.array()
    path = window.session.project.home / "masks" / f"{window.session.entry.name}.png"
    close_project(window)
    assert not window.actions["class_1"].isEnabled()
    assert set(np.unique(rasters.read_image(path).array)) == {0, 2, UNSURE}
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: window.session.image is not None)
    assert rows(window)[1] == (2, "spall", "2")
    assert window.canvas.brush_value == 2
    assert (window.session.image.editor.array() == wanted).all()


def test_a_class_that_masks_hold_is_not_removed(window, qtbot):
    add(qtbot, window, "spall")
    mask = paint(window, 2).array()
    other = window.session.entries()[3]
    window.session.project.save_mask(other.id, mask, MaskKind.EXACT)
    window.classes_panel._remove.click()
    qtbot.waitUntil(lambda: bool(told(window)))
    assert any("2 masks hold it" in words for words in told(window)[0])
    assert rows(window)[1][1] == "spall"
    assert (window.session.image.editor.array() == mask).all()


def test_a_class_that_no_mask_holds_is_removed_and_can_be_put_back(window, qtbot):
    add(qtbot, window, "spall")
    paint(window, 1)
    window.classes_panel._remove.click()
    qtbot.waitUntil(lambda: bool(told(window)))
    assert rows(window) == [(1, "crack", "1"), (UNSURE, "unsure", "0")]
    assert window.canvas.brush_value == 1
    add(qtbot, window, "rust")
    assert rows(window)[1] == (3, "rust", "2")
    words = [word for card in told(window) for word in card]
    assert any("number 2 will not be used" in word for word in words)
    next(button for button in window.notices.findChildren(QPushButton) if button.text() == "Undo").click()
    assert rows(window)[1:3] == [(2, "spall", "2"), (3, "rust", "3")]


def test_an_undone_removal_of_pixels_brings_the_class_back(window, qtbot):
    add(qtbot, window, "spall")
    editor = paint(window, 2)
    window.actions["undo"].trigger()
    window.classes_panel._remove.click()
    qtbot.waitUntil(lambda: len(rows(window)) == 2)
    window.actions["redo"].trigger()
    assert (editor.array() == 2).any()
    assert window.canvas.scene._palette().fill[2] != window.canvas.scene._palette().fill[1]
    qtbot.waitUntil(lambda: len(rows(window)) == 3)
    assert window.session.is_unsaved, "it did not wait for a save"
    assert rows(window)[1] == (2, "spall", "2")
    assert any("spall" in words for card in told(window) for words in card)


def test_a_class_that_is_painted_while_it_is_being_removed_stays(window, qtbot):
    add(qtbot, window, "spall")
    window.session.writing.submit(lambda: None, done=lambda _none: paint(window, 2))  # before the masks are looked at
    window.classes_panel._remove.click()
    qtbot.waitUntil(lambda: bool(told(window)))
    qtbot.waitUntil(lambda: len(rows(window)) == 3)
    assert (window.session.image.editor.array() == 2).any()


def test_a_step_without_pixels_of_a_removed_class_leaves_it_removed(window, qtbot):
    add(qtbot, window, "spall")
    window.classes_panel._remove.click()
    qtbot.waitUntil(lambda: len(rows(window)) == 2)
    paint(window, 1)
    window.session.reading.finish()
    assert len(rows(window)) == 2


def test_the_class_of_cracks_stays(window, qtbot):
    window.classes_panel._remove.click()
    assert any("stays" in words for card in told(window) for words in card)
    assert rows(window)[0][1] == "crack"


def test_a_mask_with_unknown_classes_is_shown_told_and_left_alone(window, qtbot):
    project, other = window.session.project, window.session.entries()[3]
    mask = np.zeros((48, 64), np.uint8)
    mask[:10], mask[20:30] = 7, 1
    path = project.home / "masks" / f"{other.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    rasters.write_png(path, mask)
    kept = path.read_bytes()
    window.session.open_image(other.id)
    qtbot.waitUntil(lambda: window.session.image.id == other.id and len(rows(window)) == 3)
    assert rows(window)[1] == (7, "class 7", "2")
    assert any("class 7" in words for card in told(window) for words in card)
    assert (window.session.image.editor.array() == mask).all()
    qtbot.keyClick(window.canvas, "2")
    assert window.canvas.brush_value == 7
    assert path.read_bytes() == kept


def test_names_of_classes_stay_when_the_language_is_switched(window, qtbot):
    add(qtbot, window, "spall")
    speak("zh_CN")
    assert window.actions["class_2"].text().endswith("spall")
    assert rows(window)[1] == (2, "spall", "2")
    speak("en")
    assert window.actions["class_2"].text() == "Class: spall"
    assert "spall" in window.actions["class_2"].toolTip()
    assert rows(window)[2][1] == "unsure"


def test_other_keys_are_shown(window, qtbot):
    window.set_keymap(window.keymap.with_keys("class_1", ["Alt+7"]))
    assert rows(window)[0] == (1, "crack", "Alt+7")
    qtbot.keyClick(window.canvas, "7", Qt.KeyboardModifier.AltModifier)
    assert window.canvas.brush_value == 1


def test_the_class_in_use_may_be_hidden_and_that_is_told(window, qtbot):
    said = []
    window.session.message_given.connect(said.append)
    click(qtbot, window, 0, EYE)
    assert window.classes.hidden == {1}
    assert any("hidden" in words for words in said)
    click(qtbot, window, 0, NAME)
    assert not window.classes.hidden


def test_a_damaged_list_of_classes_is_told_and_comes_from_the_database(window, folder, qtbot):
    add(qtbot, window, "spall")
    home = window.session.project.home
    close_project(window)
    (home / "classes.json").write_bytes(b'{"torn')
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: window.session.image is not None and bool(told(window)))
    assert rows(window)[1] == (2, "spall", "2")
    assert any("damaged" in words for card in told(window) for words in card)


def test_a_picture_in_the_place_of_a_mask_adds_no_classes(window, qtbot):
    other = window.session.entries()[3]
    path = window.session.project.home / "masks" / f"{other.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    rasters.write_png(path, np.arange(48 * 64).reshape(48, 64).astype(np.uint8))
    kept = path.read_bytes()
    window.session.open_image(other.id)
    qtbot.waitUntil(lambda: window.session.image.id == other.id and bool(told(window)))
    assert [row[1] for row in rows(window)] == ["crack", "unsure"]
    assert any("253 values that are no classes" in words for card in told(window) for words in card)
    assert path.read_bytes() == kept


def test_the_menu_of_a_row_hides_and_renames(window, qtbot):
    add(qtbot, window, "spall")
    panel = window.classes_panel
    for words in ("Hide on the canvas", "Rename…"):
        panel.view.customContextMenuRequested.emit(QPoint(NAME, ROW_HEIGHT // 2))
        menu = panel.findChildren(QMenu)[-1]
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()
    assert window.classes.hidden == {1}
    type_name(qtbot, window, "Riss")
    assert rows(window)[0][1] == "Riss"
    panel.view.customContextMenuRequested.emit(QPoint(NAME, 2 * ROW_HEIGHT + 5))
    menu = panel.findChildren(QMenu)[-1]
    assert [action.text() for action in menu.actions()] == ["Hide on the canvas"]
    menu.close()


def test_the_tenth_class_is_reached_by_key_and_the_panel_says_how(window, qtbot):
    note = window.classes_panel._note
    for _ in range(8):
        window.classes.add()
    assert not note.isVisible()
    window.classes.add()
    assert note.isVisible()
    assert "Ctrl+]" in note.text()
    assert "Ctrl+[" in note.text()
    window.classes.choose(9)
    window.canvas.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    for key, expected in (("]", 10), ("]", UNSURE), ("]", CRACK.id), ("[", UNSURE), ("[", 10), ("[", 9)):
        qtbot.keyClick(window.canvas, key, Qt.KeyboardModifier.ControlModifier)
        assert window.classes.in_use == window.canvas.brush_value == expected
    window.set_keymap(window.keymap.with_keys("next_class", ["Z"]))
    assert "Z" in note.text()
    window.set_keymap(window.keymap.with_keys("next_class", []))
    assert not note.isVisible()
