"""The tool bar: what it shows never moves its buttons."""

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

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
