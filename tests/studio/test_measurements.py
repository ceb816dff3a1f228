"""Export measurements: the command's own table, of what a person confirmed, whole or not at all."""

import threading
from pathlib import Path

import numpy as np
import pytest
from closing import close_project
from PySide6.QtWidgets import QFileDialog, QLineEdit

from crackstudio.commands.measure import measure_command
from crackstudio.core.images import MaskKind, Review
from crackstudio.studio import finding, measurements
from crackstudio.studio.measurements import Measurements


def crack(length, value=1):
    mask = np.zeros((48, 64), np.uint8)
    mask[10:13, 5 : 5 + length] = value
    return mask


def save(window, name, mask, *, review=Review.CONFIRMED, kind=MaskKind.EXACT):
    project = window.session.project
    entry = next(entry for entry in window.session.entries() if entry.name == name)
    project.save_mask(entry.id, mask, kind)
    project.set_review([entry.id], review)
    window.session.tell_changed([project.entry(entry.id)])


@pytest.fixture
def confirmed(opened):
    save(opened, "cracked/3.png", crack(20))
    save(opened, "cracked/4.png", crack(50) + crack(30, 2)[::-1])
    save(opened, "intact/0.png", crack(0))
    save(opened, "cracked/5.png", crack(40), review=Review.CORRECTED)
    save(opened, "cracked/2.png", crack(40), kind=MaskKind.REGION)
    return opened


@pytest.fixture
def place(tmp_path):
    return tmp_path / "out" / "widths.csv"


@pytest.fixture
def told(confirmed):
    notices = []
    confirmed.session.notice_raised.connect(notices.append)
    return notices


def exporter(window):
    return window.session.findChild(Measurements)


def test_the_table_is_the_commands_to_the_byte(confirmed, place, told, qtbot, tmp_path):
    with qtbot.waitSignal(exporter(confirmed).written):
        exporter(confirmed).export(place)
    confirmed.session.project.flush()
    measure_command(confirmed.session.project.folder, out=tmp_path / "command.csv", json=True)
    assert place.read_bytes() == (tmp_path / "command.csv").read_bytes()
    lines = place.read_text().splitlines()
    assert len(lines) == 1 + 3 * 2
    assert lines[1].startswith("cracked/3.png,crack,1,20.00,3.00,3.00,3.00,60,")
    assert told[-1].title == "Measurements of 3 masks exported"
    assert str(place) in told[-1].words
    assert "5 images are left out" in told[-1].words
    assert confirmed.image_list._busy.isHidden()


def test_strokes_of_this_moment_are_in_it(confirmed, place, qtbot):
    image = confirmed.session.image
    image.editor.begin_stroke(5.5, 20.5, size=3, value=1)
    image.editor.extend_stroke(50.5, 20.5)
    image.editor.finish_stroke()
    confirmed.session.project.set_review([image.id], Review.CONFIRMED)
    with qtbot.waitSignal(exporter(confirmed).written):
        exporter(confirmed).export(place)
    assert f"{confirmed.session.entry.name},crack,1,4" in place.read_text()


def dialog_of(window, qtbot):
    def shown():
        return [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    return shown()[0]


def test_the_action_asks_for_a_place_and_remembers_it(confirmed, place, qtbot):
    place.parent.mkdir()
    confirmed.actions["export_measurements"].trigger()
    dialog = dialog_of(confirmed, qtbot)
    assert dialog.selectedFiles() == [str(confirmed.session.project.folder / "measurements.csv")]
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.findChild(QLineEdit).setText(str(place.with_suffix("")))
    with qtbot.waitSignal(exporter(confirmed).written):
        dialog.accept()
    assert place.exists()
    confirmed.actions["export_measurements"].trigger()
    assert dialog_of(confirmed, qtbot).selectedFiles() == [str(place)]


def test_the_place_before_is_looked_for_off_the_windows_thread(confirmed, place, qtbot, monkeypatch):
    place.parent.mkdir()
    confirmed.session.project.remember("measurements", str(place))
    is_dir, asked = Path.is_dir, []

    def noted(path):
        if path == place.parent:
            asked.append(threading.current_thread() is threading.main_thread())
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", noted)  # a share that went away may keep it waiting for half a minute
    confirmed.actions["export_measurements"].trigger()
    assert dialog_of(confirmed, qtbot).selectedFiles() == [str(place)]
    assert asked == [False]


def test_where_nothing_is_confirmed_that_is_told_before_a_place_is_asked_for(opened, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "open", lambda _dialog: pytest.fail("there is nothing to write"))
    with qtbot.waitSignal(opened.session.notice_raised) as raised:
        opened.actions["export_measurements"].trigger()
    assert "no measurements to export" in raised.args[0].title


def test_stopping_writes_nothing(confirmed, place, qtbot, monkeypatch):
    monkeypatch.setattr(measurements, "PIECE_SECONDS", 0)
    place.parent.mkdir()
    place.write_text("what was there")
    exporter(confirmed).progressed.connect(lambda _done, _of: confirmed.image_list._stop.click())
    with qtbot.waitSignal(exporter(confirmed).stopped):
        exporter(confirmed).export(place)
    assert place.read_text() == "what was there"


def test_a_place_that_cannot_be_written_is_told_and_another_one_offered(confirmed, place, told, qtbot):
    place.parent.write_text("no folder")
    with qtbot.waitSignal(exporter(confirmed).failed):
        exporter(confirmed).export(place)
    assert told[-1].title == "The measurements could not be written"
    told[-1].offers[0].act()
    assert dialog_of(confirmed, qtbot)


def test_a_file_that_came_to_be_there_meanwhile_is_not_overwritten(confirmed, place, told, qtbot, monkeypatch):
    monkeypatch.setattr(measurements, "PIECE_SECONDS", 0)
    place.parent.mkdir()
    exporter(confirmed).progressed.connect(lambda _done, _of: place.write_text("another's"))
    with qtbot.waitSignal(exporter(confirmed).failed):
        exporter(confirmed).export(place)
    assert place.read_text() == "another's"


def test_a_mask_that_is_gone_is_told_by_name(confirmed, place, told, qtbot):
    (confirmed.session.project.home / "masks" / "cracked" / "3.png.png").unlink()
    with qtbot.waitSignal(exporter(confirmed).failed):
        exporter(confirmed).export(place)
    assert "cracked/3.png" in told[-1].title
    assert not place.exists()


def test_closing_the_project_ends_it(confirmed, place, qtbot, monkeypatch):
    monkeypatch.setattr(measurements, "PIECE_SECONDS", 0)
    monkeypatch.setattr(finding, "PIECE_SECONDS", 0)
    with qtbot.waitSignal(exporter(confirmed).progressed):
        exporter(confirmed).export(place)
    close_project(confirmed)
    assert confirmed.session.project is None
    assert confirmed.image_list._busy.isHidden()
    assert not place.exists()
