"""Texts follow the language, at once and while the window is open."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QLocale, QObject
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QMenu,
    QTableWidget,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItemIterator,
    QWidget,
)

from crackstudio.core.runs import RunSpec
from crackstudio.studio import language, telling
from crackstudio.studio.joints import dialogs
from crackstudio.studio.language import ENGLISH, LANGUAGES, follow, heard, joined, say, show, speak, tr
from crackstudio.studio.settings import Settings
from crackstudio.studio.widgets.command_palette import CommandPalette

WORDS = {
    "Stop": "停止",
    "Go on": "继续",
    "{count} {count:image|images}": "{count} 张图像",
    "{count} of {things}": "{things}：{count}",
    ", ": "、",
    "{n1} masks: go": "{n1} 张掩膜：去",
    "{n1} cannot be read: {n2}": "无法读取 {n1}：{n2}",
    "it is damaged": "已损坏",
    ". ": "。",
    ".": "。",
}
OURS = re.compile(r"⟦[^⟦⟧]*⟧")
PROPERTIES = ("text", "toolTip", "windowTitle", "placeholderText", "title", "suffix", "prefix", "iconText", "statusTip")
AS_THEY_ARE = {
    "CrackStudio", "labelme", "napari", "RootPainter", "English", "简体中文", "RepairerGAN", "images", "a",
    "auto", "cpu", "cuda", "mps", "float", "fake", "px", "px²", "p", "w", "pos",
    "Ctrl", "Shift", "Alt", "Return", "Enter", "Left", "Right",
}  # fmt: skip
"""Names of programs, languages, papers, folders, probes and devices; units and formula signs; keys."""


class Marked(dict):
    """A language that marks each text with letters beside its places."""

    def get(self, text, default=None):
        return f"⟦{text}⟧" if text in self else default

    def __contains__(self, text):
        return any(map(str.isalpha, re.sub(r"{[^|{}]*}", "", text)))


@pytest.fixture
def chinese(monkeypatch, qapp):
    monkeypatch.setattr(language, "texts_of", lambda code: {} if code == ENGLISH else WORDS)
    yield
    speak(ENGLISH)


@pytest.fixture
def marked(monkeypatch, qapp):
    monkeypatch.setattr(language, "texts_of", lambda code: {} if code == ENGLISH else Marked())
    yield lambda: speak("marked")
    speak(ENGLISH)


def test_what_was_said_follows_a_switch(chinese, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    label, menu = QLabel(window), QMenu(window)
    say(label, text="Stop", toolTip="no translation")
    action = menu.addAction("")
    say(action, text="Stop")
    say(menu, title="Stop")
    speak("zh_CN")
    assert (label.text(), label.toolTip(), action.text(), menu.title()) == ("停止", "no translation", "停止", "停止")
    speak(ENGLISH)
    assert (label.text(), action.text(), menu.title()) == ("Stop", "Stop", "Stop")


def test_a_text_with_numbers_and_other_texts_in_it_follows_too(chinese, qtbot):
    label = QLabel()
    qtbot.addWidget(label)
    images = tr("{count} {count:image|images}", count=1)
    say(label, text=tr("{count} of {things}", count=joined([tr("Stop"), "x"]), things=images))
    assert label.text() == "Stop, x of 1 image"
    speak("zh_CN")
    assert label.text() == "1 张图像：停止、x"
    assert tr("{count} {count:image|images}", count=3) == "3 张图像"
    speak(ENGLISH)
    assert tr("{count} {count:image|images}", count=3) == "3 images"


def test_what_shows_something_else_by_now_is_left_alone(chinese, qtbot):
    label = QLabel()
    qtbot.addWidget(label)
    say(label, text="Stop")
    label.setText("a.png")
    speak("zh_CN")
    assert label.text() == "a.png"


def test_names_are_shown_as_they_are(chinese, qtbot):
    label = QLabel()
    qtbot.addWidget(label)
    speak("zh_CN")
    show(label, text="Stop")
    assert label.text() == "Stop"


def test_what_is_no_property_is_done_again(chinese, qtbot):
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItem("")
    follow(box, lambda: box.setItemText(0, tr("Stop")))
    assert box.itemText(0) == "Stop"
    speak("zh_CN")
    assert box.itemText(0) == "停止"


def test_sentences_from_below_are_found_by_the_names_and_numbers_in_them(chinese, qtbot):
    label = QLabel()
    qtbot.addWidget(label)
    say(label, text=heard("12 masks: go. a.png cannot be read: it is damaged."))
    assert label.text() == "12 masks: go. a.png cannot be read: it is damaged."
    speak("zh_CN")
    assert label.text() == "12 张掩膜：去。无法读取 a.png：已损坏。"
    assert heard("Quite unknown 1.5 {x}.") == "Quite unknown 1.5 {x}."


def test_the_first_start_follows_the_system_and_a_choice_is_kept(tmp_path, monkeypatch, qapp):
    monkeypatch.setattr(QLocale, "system", lambda: QLocale("zh_CN"))
    monkeypatch.setattr(language, "can_write", lambda _code: True)
    settings = Settings(tmp_path / "studio.ini")
    assert settings.language == "zh_CN"
    monkeypatch.setattr(language, "can_write", lambda code: code == ENGLISH)
    assert settings.language == ENGLISH, "no font: boxes tell nobody how to get out"
    monkeypatch.setattr(QLocale, "system", lambda: QLocale("fr_FR"))
    assert settings.language == ENGLISH
    settings.language = "zh_CN"
    assert Settings(tmp_path / "studio.ini").language == "zh_CN"


def test_the_menu_switches_at_once_and_keeps_the_choice(opened, qtbot):
    window = opened
    assert [window.actions[f"language_{code}"].text() for code in LANGUAGES] == ["English", "简体中文"]
    try:
        window.actions["language_zh_CN"].trigger()
        assert window.actions["brush"].text() == "画笔"
        assert window.actions["brush"].toolTip().startswith("画笔（B）\n")
        assert window.tool_bar.propose.text().strip() == "预标注"
        assert window.settings.language == "zh_CN"
    finally:
        window.actions["language_en"].trigger()
    assert window.actions["brush"].text() == "Brush"


def test_a_language_that_no_font_can_write_is_told_of(opened, monkeypatch):
    monkeypatch.setattr(dialogs, "can_write", lambda _code: False)
    try:
        opened.actions["language_zh_CN"].trigger()
        assert "fonts-noto-cjk" in opened.notices.cards()[0].notice.words
    finally:
        speak(ENGLISH)


def test_nothing_is_lost_by_a_switch(proposed, qtbot):
    window, canvas = proposed, proposed.canvas
    window.actions["lasso"].trigger()
    canvas.zoom_by(3)
    window.image_list._search.setText("cracked")
    window.session.tell_failure(ValueError("42"))

    def kept() -> tuple[object, ...]:
        images = window.image_list
        topics = [card.notice.topic for card in window.notices.cards()]
        cards = [topic for topic in topics if topic != "font"]  # where the machine has none for Chinese
        return window.session.image, canvas.view_state(), canvas.tool, images.selected(), images.filter(), cards

    before = kept()
    try:
        window.actions["language_zh_CN"].trigger()
        qtbot.wait(1)
        assert kept() == before
        assert window.tool_panel.hint.text().startswith("圈出一处")
        assert window.notices.findChild(QLabel, "notice_title").text().startswith("CrackStudio 内部错误：ValueError")
    finally:
        window.actions["language_en"].trigger()
    assert kept() == before


def test_longer_words_make_room_for_themselves(opened, monkeypatch, qtbot):
    class Long(dict):
        def get(self, text, default=None):
            return f"{text} {text} {text}" if text.isalpha() else default

    column = opened.panels_dock.widget()
    before = column.width()
    monkeypatch.setattr(language, "texts_of", lambda code: {} if code == ENGLISH else Long())
    try:
        speak("long")
        qtbot.waitUntil(lambda: column.width() > before)
        qtbot.waitUntil(lambda: column.viewport().width() >= column.widget().minimumSizeHint().width())
    finally:
        speak(ENGLISH)


@pytest.mark.parametrize("typed", ["橡皮", "erase"])
def test_commands_are_found_in_both_languages(opened, typed):
    try:
        opened.actions["language_zh_CN"].trigger()
        opened.actions["palette"].trigger()
        palette = opened.findChild(CommandPalette)
        palette._line.setText(typed)
        assert palette._list.currentItem().text().startswith("橡皮擦")
        palette.close()
    finally:
        opened.actions["language_en"].trigger()


def test_a_run_in_progress_goes_on_in_the_other_language(make_window, folder, open_folder, qtbot):
    window = make_window("endless")
    _train(window, folder, open_folder, qtbot)
    try:
        window.actions["language_zh_CN"].trigger()
        assert window.retraining.is_running
        assert "训练中" in window.run_monitor.header._title.text()
        window.actions["pause"].trigger()
        qtbot.waitUntil(lambda: "已暂停" in window.run_monitor.header._title.text())
    finally:
        window.actions["language_en"].trigger()
    assert "is paused" in window.run_monitor.header._title.text()


def test_nothing_in_the_window_goes_past_the_translation(make_window, folder, open_folder, marked, qtbot):
    window = make_window("endless")
    window.actions["trace"].trigger()
    window.proposing.start()
    qtbot.waitUntil(lambda: bool(window.proposing.methods))
    open_folder(window, folder)
    for name in ("keys", "change_keys", "retrain_form", "palette"):
        window.actions[name].trigger()
    qtbot.waitUntil(lambda: any(type(one).__name__ == "MethodForm" for one in window.findChildren(QWidget)))
    _train(window, folder, open_folder, qtbot)
    window.session.tell(telling.silent_run(restart=lambda: None, end=lambda: None))
    window.status.set_saved(datetime.now(UTC))
    marked()
    things = [window, *filter(_is_seen, window.findChildren(QObject))]
    plain = {f"{type(one).__name__} {words!r}" for one in things for words in _words_of(one) if _plain(words)}
    assert sorted(plain) == []


def _is_seen(thing: QObject) -> bool:
    """pyqtgraph has a menu that is never opened here."""
    return not type(thing.parent()).__module__.startswith("pyqtgraph")


def _train(window, folder, open_folder, qtbot):
    """A run that has stepped and does not end."""
    if window.session.project is None:
        open_folder(window, folder)
    window.actions["confirm_nothing"].trigger()
    qtbot.waitUntil(lambda: not window.session.is_between_images)
    window.retraining.retrain(RunSpec(method="attention-cyclegan"))
    qtbot.waitUntil(lambda: window.retraining.history is not None and window.retraining.history.best is not None)


def _plain(words: str) -> list[str]:
    """What no language was asked for, beside names, keys, units and paths."""
    rest = re.sub(r"\S*/\S*|\S+\.png", "", re.sub(r"<[^>]*>|&nbsp;", "", words))
    while OURS.search(rest):
        rest = OURS.sub("", rest)
    return [word for word in re.findall(r"[^\W\d_]+", rest) if word not in AS_THEY_ARE and not re.match("[A-Z]$", word)]


def _words_of(thing: QObject) -> Iterator[str]:
    for name in PROPERTIES:
        words = thing.property(name)
        if isinstance(words, str):
            yield words
    if isinstance(thing, QComboBox):
        yield from (thing.itemText(index) for index in range(thing.count()))
    if isinstance(thing, QTabWidget):
        yield from (thing.tabText(index) for index in range(thing.count()))
    if isinstance(thing, QTableWidget):
        yield from (thing.horizontalHeaderItem(index).text() for index in range(thing.columnCount()))
    if isinstance(thing, QTreeWidget):
        yield from (thing.headerItem().text(index) for index in range(thing.columnCount()))
        items = QTreeWidgetItemIterator(thing)
        while items.value() is not None:
            yield items.value().text(0)
            items += 1
