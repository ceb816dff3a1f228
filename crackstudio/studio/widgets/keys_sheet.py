"""F1: every key on one sheet."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from crackstudio.studio.keymap import ACTIONS, GESTURES, Group, keys_of
from crackstudio.studio.widgets.bricks import text


class KeysSheet(QDialog):
    """A reference; closes with Escape."""

    def __init__(self, *, preset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        columns = QHBoxLayout(self)
        columns.setContentsMargins(28, 24, 28, 24)
        columns.setSpacing(40)
        groups = [group for group in Group if _rows(group, preset)]
        halves = (groups[:3], groups[3:])
        for half in halves:
            column = QVBoxLayout()
            column.setSpacing(8)
            for group in half:
                column.addWidget(text(group.value, kind="heading"))
                column.addLayout(_table(_rows(group, preset)))
                column.addSpacing(12)
            if half is halves[-1]:
                column.addWidget(text("Mouse", kind="heading"))
                column.addLayout(_table([((gesture.keys,), gesture.title) for gesture in GESTURES]))
            column.addStretch(1)
            columns.addLayout(column, 1)


def _rows(group: Group, preset: str) -> list[tuple[tuple[str, ...], str]]:
    rows = ((keys_of(binding.name, preset=preset), binding.title) for binding in ACTIONS if binding.group is group)
    return [(tuple(_native(key) for key in keys), title) for keys, title in rows if keys]


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _table(rows: list[tuple[tuple[str, ...], str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    grid.setColumnMinimumWidth(0, 220)
    for line, (keys, title) in enumerate(rows):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for key in keys:
            cap = QLabel(key)
            cap.setObjectName("key")
            caps.addWidget(cap)
        caps.addStretch(1)
        grid.addWidget(text(title, kind="muted"), line, 0)
        grid.addLayout(caps, line, 1)
    return grid
