"""Two networks side by side on the same images, where there are too few masks to decide by scores."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from crackstudio.studio.language import say, tr
from crackstudio.studio.widgets.bricks import push, text
from crackstudio.studio.words import network_name

PICTURE = QSize(240, 190)


class ComparisonView(QDialog):
    """Rows of image, crack map before, crack map after; the person chooses."""

    new_chosen = Signal()
    old_chosen = Signal()

    def __init__(
        self,
        *,
        old: str,
        new: str,
        words: str,
        rows: Sequence[tuple[str, Sequence[QImage]]],
        parent: QWidget | None = None,
    ) -> None:
        """`rows` are (name, (image, before, after))."""
        super().__init__(parent)
        say(self, windowTitle="Which network is better?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 720)
        take, keep = push(tr("Use the new network"), primary=True), push(tr("Keep the one in use"))
        take.setObjectName("use_new")
        keep.setObjectName("keep_old")
        take.clicked.connect(self.new_chosen)
        keep.clicked.connect(self.old_chosen)
        for button in (take, keep):
            button.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(keep)
        buttons.addWidget(take)
        scroll = QScrollArea()
        scroll.setObjectName("panel")
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(_table(old, new, rows))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(text(words, kind="muted", wrap=True))
        column.addWidget(scroll, 1)
        column.addLayout(buttons)


def _table(old: str, new: str, rows: Sequence[tuple[str, Sequence[QImage]]]) -> QWidget:
    body = QWidget()
    body.setObjectName("panel_body")
    grid = QGridLayout(body)
    grid.setContentsMargins(12, 12, 12, 12)
    grid.setSpacing(8)
    before = tr("Before: {network}", network=network_name(old))
    after = tr("After: {network}", network=network_name(new))
    for column, heading in enumerate((tr("Image"), before, after)):
        grid.addWidget(text(heading, kind="heading", wrap=True), 0, column)
    for line, (name, pictures) in enumerate(rows):
        for column, picture in enumerate(pictures):
            shown = QLabel()
            shown.setPixmap(QPixmap.fromImage(picture))
            grid.addWidget(shown, 2 * line + 1, column)
        grid.addWidget(text(name, kind="muted"), 2 * line + 2, 0, 1, 3)
    grid.setRowStretch(2 * len(rows) + 1, 1)
    return body
