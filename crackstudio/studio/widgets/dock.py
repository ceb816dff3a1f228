"""A dock with a title bar of our own: its name, and a button that closes it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from crackstudio.studio.language import show, tr
from crackstudio.studio.widgets.bricks import glyph_button, text


class Dock(QDockWidget):
    """Movable and closable; the View menu brings it back."""

    def __init__(self, name: str, *, key: str, content: QWidget, head: QWidget | None = None) -> None:
        """`head` takes the place of the name in the title bar."""
        super().__init__()
        show(self, windowTitle=name)
        self.setObjectName(key)
        self.setWidget(content)
        bar = QWidget()
        bar.setObjectName("dock_title")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = head or text(name)
        if head is None:
            title.setObjectName("dock_name")
        shut = glyph_button("x", tip=tr("Close (View brings it back)"), colour="faint")
        shut.clicked.connect(self.close)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 3, 6, 3)
        row.addWidget(title, 1)
        row.addWidget(shut, 0, Qt.AlignmentFlag.AlignTop)
        self.setTitleBarWidget(bar)
