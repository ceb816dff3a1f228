"""Joins the switch for a pen's pressure to the canvas; it is offered where there is a tablet."""

from crackstudio.studio.canvas.pen import has_tablet
from crackstudio.studio.widgets.main_window import MainWindow


def join_pen(window: MainWindow) -> None:
    """On or off goes with the person, from sitting to sitting."""
    canvas, panel = window.canvas, window.tool_panel
    panel.set_pressure(window.settings.pen_pressure)
    canvas.pen.is_felt = window.settings.pen_pressure
    panel.pressure_changed.connect(lambda on: _feel(window, on))
    canvas.pen_met.connect(lambda: panel.offer_pressure(True))
    panel.offer_pressure(has_tablet())


def _feel(window: MainWindow, on: bool) -> None:
    window.canvas.pen.is_felt = window.settings.pen_pressure = on
