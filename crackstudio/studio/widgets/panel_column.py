"""The panels one below the other: they scroll up and down, and none is cut off at the side."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from crackstudio.studio.widgets.wheel import WheelGuard

_NARROWEST = 280


class PanelColumn(QScrollArea):
    """Always as wide as what it holds needs, in any language, unfolded or not."""

    def __init__(self, panels: Iterable[QWidget]) -> None:
        super().__init__()
        self._body = QWidget()
        self._body.setObjectName("panel_body")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for panel in panels:
            column.addWidget(panel)
        column.addStretch(1)
        WheelGuard(self._body)
        self.setObjectName("panel")
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        needed = self._body.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(max(_NARROWEST, needed), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
