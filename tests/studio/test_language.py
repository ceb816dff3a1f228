"""Texts follow the language, at once and while the window is open."""

import pytest
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from crackstudio.studio import language
from crackstudio.studio.language import ENGLISH, say, speak, tr


@pytest.fixture
def chinese(monkeypatch, qapp):
    words = {"Stop": "停止", "{count} images": "{count} 张图像"}
    monkeypatch.setattr(language, "texts_of", lambda code: {} if code == ENGLISH else words)
    yield
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
    assert tr("{count} images", count=3) == "3 张图像"
    speak(ENGLISH)
    assert (label.text(), action.text(), menu.title()) == ("Stop", "Stop", "Stop")
    assert tr("{count} images", count=3) == "3 images"
