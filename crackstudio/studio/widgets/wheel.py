"""The wheel over a panel scrolls it; it turns a control only once a person has gone into it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget

_TURNING: tuple[type[QWidget], ...] = (QAbstractSpinBox, QComboBox, QSlider)


class WheelGuard(QObject):
    """Lives as long as its panel."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self.watch()

    def watch(self) -> None:
        """Guard every control that is in the panel by now."""
        for kind in _TURNING:
            for control in self._panel.findChildren(kind):
                control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's own takes the focus by the wheel itself
                control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget) or watched.hasFocus():
            return False
        event.ignore()  # on to what scrolls
        return True
