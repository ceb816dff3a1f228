"""The window as a whole: pages, keys, looks, notices, what is kept."""

import pytest
from closing import close_project, close_window
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from crackstudio.studio.app import build_window
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.settings import Scheme, Settings
from crackstudio.studio.theme import Theme
from crackstudio.studio.widgets.command_palette import CommandPalette
from crackstudio.studio.widgets.keys_sheet import KeysSheet


def test_it_starts_on_the_start_page_with_nothing_to_do_wrong(window):
    assert window.pages.currentWidget() is window.start_page
    assert not window.actions["retrain"].isEnabled()
    assert window.actions["open"].isEnabled()
    assert not window.tool_bar.isVisible()


def test_a_folder_is_opened_by_dropping_it(window, folder, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.start_page.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, left, none))
    qtbot.waitUntil(lambda: window.session.image is not None)


def test_a_recent_folder_is_offered_and_opens(opened, folder, qtbot):
    close_project(opened)
    assert opened.pages.currentWidget() is opened.start_page
    recent = opened.start_page.findChild(QPushButton, "recent")
    assert recent.toolTip() == str(folder)
    recent.click()
    qtbot.waitUntil(lambda: opened.session.image is not None)


@pytest.mark.parametrize(
    ("key", "tool"),
    [("E", ToolKey.ERASE), ("P", ToolKey.PROPOSAL_BRUSH), ("H", ToolKey.HAND), ("B", ToolKey.BRUSH)],
)
def test_tools_by_key(opened, qtbot, key, tool):
    opened.activateWindow()
    opened.actions["hand" if key != "H" else "brush"].trigger()
    qtbot.keyClick(opened.canvas, key)
    assert opened.canvas.tool is tool
    assert opened.actions[tool.value].isChecked()


def test_swap_and_sizes_by_key(opened, qtbot):
    opened.activateWindow()
    for tool in (ToolKey.ERASE, ToolKey.BRUSH):
        qtbot.keyClick(opened.canvas, "X")
        assert opened.canvas.tool is tool
    size = opened.canvas.brush_size
    qtbot.keyClick(opened.canvas, "]")
    assert opened.canvas.brush_size > size
    assert opened.tool_panel._size.value == opened.canvas.brush_size


def test_letters_in_the_search_field_are_letters(opened, qtbot):
    opened.activateWindow()
    opened.image_list._search.setFocus()
    qtbot.keyClicks(opened.image_list._search, "bed")
    assert opened.image_list._search.text() == "bed"
    assert opened.canvas.tool is ToolKey.BRUSH


def test_enter_in_a_field_does_not_confirm(opened, qtbot):
    opened.activateWindow()
    field = opened.tool_panel._size._number
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    opened.actions["accept"].trigger()
    assert opened.notices.cards() == []
    assert opened.canvas.hasFocus()


def test_the_mask_is_hidden_while_its_key_is_held(opened, qtbot, monkeypatch):
    seen = []
    monkeypatch.setattr(opened.canvas, "peek", seen.append)
    qtbot.keyPress(opened, Qt.Key.Key_V)
    qtbot.keyRelease(opened, Qt.Key.Key_V)
    assert seen == [True, False]


def test_layers_and_canvas_agree(opened):
    from crackstudio.studio.canvas.layers import Layer

    opened.layers_panel.toggle("mask")
    assert not opened.canvas.layers.look(Layer.MASK).visible
    opened.canvas.layers.set_look(Layer.HEAT, opacity=0.25)
    assert opened.layers_panel._rows["heat"].opacity.value() == 25


def test_a_region_label_shows_its_weights(opened):
    from crackstudio.studio.canvas.layers import Layer

    opened.image_panel.kind_chosen.emit("region")
    assert opened.canvas.layers.look(Layer.WEIGHTS).visible
    opened.image_panel.weighting_changed.emit(1.0, 3.0)
    opened.image_panel.kind_chosen.emit("exact")
    assert not opened.canvas.layers.look(Layer.WEIGHTS).visible


def test_keys_sheet_and_palette(opened, qtbot):
    opened.actions["keys"].trigger()
    sheet = opened.findChild(KeysSheet)
    assert sheet.isVisible()
    sheet.close()
    opened.actions["palette"].trigger()
    palette = opened.findChild(CommandPalette)
    qtbot.keyClicks(palette._line, "eraser")
    palette._list.setCurrentRow(palette._list.currentRow())
    qtbot.keyClick(palette._line, Qt.Key.Key_Down)
    qtbot.keyClick(palette._line, Qt.Key.Key_Up)
    qtbot.keyClick(palette._line, Qt.Key.Key_Return)
    assert opened.canvas.tool is not ToolKey.HAND


def test_notices_of_a_topic_replace_each_other_and_their_buttons_act(window, qtbot):
    pressed = []
    for number in range(6):
        window.session.tell(
            Notice(
                title=f"Notice {number}",
                words="What was kept.",
                tone=Tone.BAD,
                topic=str(number // 2),
                offers=(Offer(words="Do it", act=lambda number=number: pressed.append(number)),),
            )
        )
    assert [card.notice.title for card in window.notices.cards()] == ["Notice 5", "Notice 3", "Notice 1"]
    window.notices.cards()[0].findChild(QPushButton).click()
    assert pressed == [5]
    assert len(window.notices.cards()) == 2
    assert window.notices.geometry().right() <= window.pages.width()
    window.notices.clear()
    qtbot.waitUntil(lambda: not window.notices.isVisible())


@pytest.mark.parametrize("scheme", [Scheme.DARK, Scheme.LIGHT])
def test_looks(qapp, window, scheme):
    sheet, palette = qapp.styleSheet(), qapp.palette()
    theme = Theme(qapp, scheme=Scheme.DARK)
    theme.choose(scheme)
    try:
        assert (qapp.palette().window().color().lightness() < 128) == (scheme is Scheme.DARK)
        assert not window.grab().isNull()
    finally:
        theme.deleteLater()
        qapp.setStyleSheet(sheet)
        qapp.setPalette(palette)


def test_size_brush_and_docks_are_kept(opened, tmp_path, qtbot):
    opened.canvas.brush_size = 77
    opened.images_dock.close()
    close_window(opened)
    again = build_window(Settings(tmp_path / "studio.ini"))
    qtbot.addWidget(again)
    assert again.canvas.brush_size == 77
    again.show_project(True)
    again.show()
    assert not again.images_dock.isVisible()
    assert again.panels_dock.isVisible()
    close_window(again)


def test_a_long_message_makes_the_window_no_wider(opened):
    """It was pushed over the edge of the screen."""
    before = opened.minimumSizeHint().width()
    opened.status.say("Copied: crackstudio train " + "/a/long/folder" * 20)
    QApplication.processEvents()
    assert opened.minimumSizeHint().width() == before


def test_the_status_line(opened):
    opened.canvas.cursor_moved.emit(3, 4, "128 117 115")
    assert opened.status._cursor.text() == "3, 4   128 117 115"
    assert opened.status._path.text() == "cracked/0.png"
    assert opened.status._size.text() == "64 × 48"
    opened.status.say("Hello")
    assert opened.status._path.isVisible()


def test_it_fits_a_small_laptop_with_all_panels_open(opened, qtbot):
    opened.training_dock.show()
    qtbot.waitUntil(lambda: opened.minimumSizeHint().width() <= 1000)
    assert opened.minimumSizeHint().height() <= 640
