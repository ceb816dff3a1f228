"""A fault that nobody foresaw is told, and its details can be had."""

from PySide6.QtGui import QGuiApplication

from crackstudio.studio.app import take_mishap


def test_a_fault_in_a_slot_is_told_with_its_details(window, capsys, qtbot):
    try:
        raise IndexError("7 of 3")
    except IndexError as error:
        take_mishap(error, window.session)
    notice = window.notices.cards()[0].notice
    assert "7 of 3" in notice.title
    notice.offers[0].act()
    assert "test_mishaps.py" in QGuiApplication.clipboard().text()
    assert "IndexError: 7 of 3" in capsys.readouterr().err
