"""Keys of one's own, from the press in the editor to the window, the sheet and the next sitting."""

import pytest
from closing import close_window
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from crackstudio.studio.app import build_window
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.key_presets import PRESETS
from crackstudio.studio.keymap import ACTIONS, CLASS_KEYS
from crackstudio.studio.own_keys import KeyMap, native
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.keys_editor import KeysEditor
from crackstudio.studio.widgets.keys_sheet import KeysSheet

NUMBERED = [f"class_{number}" for number in CLASS_KEYS]
"""In one row, where their keys go on with the numbers."""


@pytest.fixture
def editor(opened):
    opened.actions["change_keys"].trigger()
    return opened.findChild(KeysEditor)


def press(qtbot, editor, name, key, modifier=Qt.KeyboardModifier.NoModifier):
    editor.choose(name)
    editor.activateWindow()
    editor.panel.recorder.click()
    qtbot.waitUntil(editor.panel.recorder.hasFocus)
    qtbot.keyClick(editor.panel.recorder, key, modifier)


def shortcuts(window, name):
    return [key.toString() for key in window.actions[name].shortcuts()]


def caps(sheet):
    return [cap.text() for cap in sheet.findChildren(QLabel, "key")]


def test_a_key_is_recorded_and_works_at_once(opened, editor, qtbot):
    press(qtbot, editor, "erase", Qt.Key.Key_R)
    assert shortcuts(opened, "erase") == ["E", "R"]
    editor.close()
    opened.activateWindow()
    opened.canvas.setFocus()
    qtbot.waitUntil(opened.isActiveWindow)
    qtbot.keyClick(opened.canvas, Qt.Key.Key_R)
    assert opened.canvas.tool is ToolKey.ERASE


def test_every_action_shows_all_of_its_keys(editor):
    for name, item in editor._items.items():
        assert editor.list.fontMetrics().horizontalAdvance(item.text(1)) < editor.list.columnWidth(1), name


def test_a_clash_names_the_other_and_takes_the_key_only_when_told(opened, editor, qtbot):
    press(qtbot, editor, "flag", Qt.Key.Key_B)
    assert editor.bar.isVisible()
    assert editor.bar.words == "B is a key of “Brush”."
    assert shortcuts(opened, "brush") == ["B"]
    editor.bar.offer.click()
    assert (shortcuts(opened, "flag"), shortcuts(opened, "brush")) == (["G", "B"], [])
    assert opened.actions["brush"].toolTip().startswith("Brush\n")
    assert not editor.bar.isVisible()


def test_reset_asks_for_a_key_that_another_has_now(opened, editor, qtbot):
    press(qtbot, editor, "brush", Qt.Key.Key_E)
    editor.bar.offer.click()
    press(qtbot, editor, "erase", Qt.Key.Key_R)
    editor.panel.reset.click()
    assert editor.bar.words == "E is a key of “Brush”."
    editor.bar.offer.click()
    assert (shortcuts(opened, "erase"), shortcuts(opened, "brush")) == (["E"], ["B"])
    assert not editor.panel.reset.isEnabled()


def test_keys_that_the_canvas_and_dialogs_need_are_refused(opened, editor, qtbot):
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Tab):
        press(qtbot, editor, "flag", key)
        assert editor.bar.isVisible()
        assert not editor.bar.offer.isVisible()
        assert shortcuts(opened, "flag") == ["G"]
    press(qtbot, editor, "flag", Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert not editor.panel.recorder.isChecked()
    assert shortcuts(opened, "flag") == ["G"]


def test_a_recorder_that_is_left_listens_no_more(editor, qtbot):
    editor.activateWindow()
    editor.panel.recorder.click()
    editor.search.setFocus()
    assert not editor.panel.recorder.isChecked()
    qtbot.keyClicks(editor.search, "b")
    assert editor.search.text() == "b"


def test_a_key_is_taken_away_and_the_action_stays_in_menu_and_palette(opened, editor, qtbot):
    editor.choose("flag")
    editor.panel._shown[0].findChild(QToolButton).click()
    assert shortcuts(opened, "flag") == []
    assert opened.actions["flag"] in opened.menus[next(b.group for b in ACTIONS if b.name == "flag")].actions()
    opened.actions["palette"].trigger()
    from crackstudio.studio.widgets.command_palette import CommandPalette

    palette = opened.findChild(CommandPalette)
    assert "Flag for later" in [palette._list.item(row).text() for row in range(palette._list.count())]
    palette.close()


def test_every_action_is_in_a_menu(opened):
    def held(menu):
        for action in menu.actions():
            yield from held(action.menu()) if action.menu() else [action]

    listed = {action.objectName() for menu in opened.menus.values() for action in held(menu)}
    assert {binding.name for binding in ACTIONS} <= listed


def test_four_keys_are_enough(opened, editor, qtbot):
    for key in (Qt.Key.Key_R, Qt.Key.Key_S, Qt.Key.Key_Z):
        assert editor.panel.recorder.isEnabled()
        press(qtbot, editor, "flag", key)
    assert shortcuts(opened, "flag") == ["G", "R", "S", "Z"]
    assert not editor.panel.recorder.isEnabled()


def test_there_is_one_editor_and_a_double_click_records(opened, editor, qtbot):
    opened.actions["change_keys"].trigger()
    assert opened.findChildren(KeysEditor) == [editor]
    editor.activateWindow()
    editor.list.itemActivated.emit(next(iter(editor._headings.values())), 0)
    assert not editor.panel.recorder.isChecked()
    editor.choose("grow")
    editor.list.itemActivated.emit(editor.list.currentItem(), 0)
    qtbot.waitUntil(editor.panel.recorder.hasFocus)
    qtbot.keyClick(editor.panel.recorder, Qt.Key.Key_R)
    assert shortcuts(opened, "grow") == ["Shift+G", "R"]


def test_search_by_action_key_and_group(editor):
    for words, name in (("speck", "remove_specks"), ("ctrl+shift+p", "palette"), ("review flag", "flag")):
        editor.search.setText(words)
        assert [key for key, item in editor._items.items() if not item.isHidden()] == [name]
        assert editor.chosen == name
        assert sum(not heading.isHidden() for heading in editor._headings.values()) == 1
    editor.search.clear()
    assert not any(item.isHidden() for item in editor._items.values())


def test_a_preset_is_chosen_and_own_keys_of_each_come_back(opened, editor, qtbot, tmp_path):
    press(qtbot, editor, "flag", Qt.Key.Key_R)
    editor.presets.setCurrentIndex(editor.presets.findData("napari"))
    editor.presets.activated.emit(editor.presets.currentIndex())
    assert shortcuts(opened, "brush") == ["2", "P"]
    assert shortcuts(opened, "class_2") == ["Alt+2"]
    assert shortcuts(opened, "flag") == ["G"]
    opened.settings.sync()
    assert Settings(tmp_path / "studio.ini").preset == "napari"
    editor.presets.setCurrentIndex(editor.presets.findData("default"))
    editor.presets.activated.emit(editor.presets.currentIndex())
    assert shortcuts(opened, "flag") == ["G", "R"]


def test_reset_all_can_be_undone(opened, editor, qtbot):
    assert not editor.reset_all.isEnabled()
    press(qtbot, editor, "flag", Qt.Key.Key_R)
    editor.reset_all.click()
    assert shortcuts(opened, "flag") == ["G"]
    editor.bar.offer.click()
    assert shortcuts(opened, "flag") == ["G", "R"]


def test_the_sheet_and_buttons_follow(opened, qtbot):
    opened.actions["keys"].trigger()
    sheet = opened.findChild(KeysSheet)
    assert "Ctrl+R" not in caps(sheet)
    next(button for button in sheet.findChildren(QPushButton) if "Change keys" in button.text()).click()
    editor = opened.findChild(KeysEditor)
    press(qtbot, editor, "grow", Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    editor.panel._shown[0].findChild(QToolButton).click()
    assert "Ctrl+R" in caps(sheet)
    assert "Shift+G" not in caps(sheet)
    assert opened.actions["grow"].toolTip().startswith("Grow  (Ctrl+R)\n")
    press(qtbot, editor, "accept", Qt.Key.Key_R)
    assert opened.image_panel.accept.toolTip() == opened.actions["accept"].toolTip()
    button = next(one for one in opened.mend_panel.findChildren(QPushButton) if one.text() == "Grow")
    assert button.toolTip() == opened.actions["grow"].toolTip()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_sheet_has_every_action_of_every_preset(opened, preset):
    sheet = KeysSheet(keymap=KeyMap(preset=preset), parent=opened)
    said = {label.text() for label in sheet.findChildren(QLabel)}
    titles = {str(binding.title) for binding in ACTIONS if binding.name not in NUMBERED}
    assert titles <= said
    assert {native(keys[0]) for name, keys in KeyMap(preset=preset).in_force().items() if name not in NUMBERED} <= said


def test_the_sheet_fits_on_the_screen(opened, qtbot):
    opened.actions["keys"].trigger()
    sheet = opened.findChild(KeysSheet)
    room = sheet.screen().availableSize()
    assert (sheet.width(), sheet.height()) <= (room.width(), room.height())
    change = next(button for button in sheet.findChildren(QPushButton) if "Change keys" in button.text())
    assert sheet.rect().contains(change.geometry())


def test_the_mask_is_hidden_while_its_new_key_is_held(opened, editor, qtbot, monkeypatch):
    seen = []
    monkeypatch.setattr(opened.canvas, "peek", seen.append)
    editor.choose("peek")
    editor.panel._shown[0].findChild(QToolButton).click()
    press(qtbot, editor, "peek", Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    editor.close()
    qtbot.keyPress(opened, Qt.Key.Key_V)
    assert seen == []
    qtbot.keyPress(opened, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyRelease(opened, Qt.Key.Key_R)
    assert seen == [True, False]
    assert opened.actions["peek"].shortcuts() == []


def test_own_keys_are_there_in_the_next_sitting(opened, editor, qtbot, tmp_path):
    press(qtbot, editor, "flag", Qt.Key.Key_R)
    close_window(opened)
    again = build_window(Settings(tmp_path / "studio.ini"))
    qtbot.addWidget(again)
    assert again.actions["flag"].shortcuts() == [QKeySequence("G"), QKeySequence("R")]
    close_window(again)
