"""The tool bar: what it shows never moves its buttons."""

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from crackstudio.studio.language import ENGLISH, speak

LONG = "exposed reinforcement with spalling around it"


@pytest.mark.parametrize("name", ["a", "rebar", LONG])
def test_the_name_of_the_class_moves_no_button(opened, name):
    bar = opened.tool_bar
    places = [(bar.paints.width(), bar.propose.x(), bar.retrain.x())]
    bar.set_class(name, icon=QIcon())
    QApplication.processEvents()
    places.append((bar.paints.width(), bar.propose.x(), bar.retrain.x()))
    assert places[0] == places[1]
    assert name in bar.paints.toolTip()
    shown = bar.paints.text().strip()
    assert shown == name if name != LONG else shown.endswith("…")


@pytest.mark.parametrize(
    ("device", "hint", "english", "chinese"),
    [
        ("CPU, 1 thread", "", "CPU, 1 thread", "CPU，1 个线程"),
        ("CPU, 2 threads", "", "CPU, 2 threads", "CPU，2 个线程"),
        ("CPU, 2 threads", "Update the driver.", "CPU, 2 threads !", "CPU，2 个线程 !"),
        ("NVIDIA H200", "", "NVIDIA H200", "NVIDIA H200"),
    ],
)
def test_the_chip_says_the_device_in_the_language_in_force(opened, device, hint, english, chinese):
    chip = opened.tool_bar.device
    opened.tool_bar.set_device(device, hint=hint)
    assert chip.text() == english
    try:
        speak("zh_CN")
        assert chip.text() == chinese
        opened.tool_bar.set_device(device, hint=hint)
        assert chip.text() == chinese
    finally:
        speak(ENGLISH)
    assert chip.text() == english
