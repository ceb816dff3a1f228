"""A tablet's pen: how hard it is pressed, and which mouse events are only its echo.

Brushes take the pen's own events. All else (hovering, drafting tools, the hand, double taps) is left to the mouse
events that Qt makes of a tablet event which nobody accepted.
"""

import math
import time

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointerEvent, QPointingDevice, QTabletEvent

_ECHO_S = 0.5
"""Systems may send a mouse event of their own for a pen, that much later at most."""


class Pen:
    """The pen over one canvas."""

    def __init__(self) -> None:
        self.is_felt = True
        """Whether pressure changes the width."""
        self.is_down = False
        """Whether it is drawing."""
        self._heard = -math.inf

    def hear(self, event: QTabletEvent) -> None:
        """Each event that is not left to the mouse."""
        self._heard = time.monotonic()
        self.is_down = event.type() != QEvent.Type.TabletRelease

    def pressure(self, event: QTabletEvent) -> float:
        """In [0, 1]; 1 where it is not to be felt, or the pen does not tell it."""
        tells = event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure
        return min(max(event.pressure(), 0.0), 1.0) if self.is_felt and tells else 1.0

    def echoes(self, event: QMouseEvent) -> bool:
        """Whether a mouse event tells what the pen's own events have told."""
        if event.type() == QEvent.Type.MouseButtonPress or event.type() == QEvent.Type.MouseButtonDblClick:
            by_system = event.source() == Qt.MouseEventSource.MouseEventSynthesizedBySystem
            return (self.is_down or by_system) and time.monotonic() - self._heard < _ECHO_S
        return self.is_down


def is_eraser(event: QPointerEvent) -> bool:
    """Whether a pen is held by its other end."""
    return bool(event.pointerType() == QPointingDevice.PointerType.Eraser)


def has_tablet() -> bool:
    """Whether a device that tells pressure is known already; some are known only once they are used."""
    return any(device.capabilities() & QInputDevice.Capability.Pressure for device in QInputDevice.devices())
