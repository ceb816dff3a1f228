"""F1: every key on one sheet."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crackstudio.studio.keymap import ACTIONS, CLASS_KEYS, GESTURES, Group
from crackstudio.studio.language import say, tr
from crackstudio.studio.own_keys import KeyMap, Keys, native
from crackstudio.studio.widgets.bricks import push, text

Row = tuple[Keys, str]
_NUMBERED = [f"class_{number}" for number in CLASS_KEYS]
_COLUMNS = ((Group.FILE, Group.IMAGE, Group.TRAIN), (Group.EDIT,), (Group.REVIEW, Group.VIEW, Group.HELP))
_TITLE_WIDTH = 190
_AROUND = QSize(80, 110)
"""Margins and button."""
_MOST = 0.95
"""Of the screen; the rest is scrolled to."""


class KeysSheet(QDialog):
    """A reference; closes with Escape. Actions without a key are not on it."""

    change_asked = Signal()

    def __init__(self, *, keymap: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say(self, windowTitle="Keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        change = push(tr("Change keys…"), icon_name="sliders-horizontal")
        change.setAutoDefault(False)
        change.clicked.connect(self.change_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.addWidget(self._scroll)
        column.addWidget(change, 0, Qt.AlignmentFlag.AlignRight)
        self.show_keymap(keymap)
        self.setFocus()

    def show_keymap(self, keymap: KeyMap) -> None:
        """Show these keys from now on."""
        body = _body(keymap.in_force())
        self._scroll.setWidget(body)
        self.resize((body.sizeHint() + _AROUND).boundedTo(self.screen().availableSize() * _MOST))


def _body(in_force: dict[str, Keys]) -> QWidget:
    body = QWidget()
    columns = QHBoxLayout(body)
    columns.setContentsMargins(0, 0, 0, 0)
    columns.setSpacing(32)
    for groups in _COLUMNS:
        column = QVBoxLayout()
        column.setSpacing(8)
        for group in groups:
            if rows := _rows(group, in_force):
                _add(column, tr(group), rows)
        if groups is _COLUMNS[-1]:
            _add(column, tr("Mouse"), [((tr(gesture.keys),), tr(gesture.title)) for gesture in GESTURES])
        column.addStretch(1)
        columns.addLayout(column, 1)
    return body


def _add(column: QVBoxLayout, heading: str, rows: list[Row]) -> None:
    column.addWidget(text(heading, kind="heading"))
    column.addLayout(_table(rows))
    column.addSpacing(12)


def _rows(group: Group, in_force: dict[str, Keys]) -> list[Row]:
    rows: list[Row] = []
    for binding in ACTIONS:
        if binding.name == _NUMBERED[0]:
            rows += _class_rows(in_force) if group is binding.group else []
        elif binding.group is group and binding.name not in _NUMBERED:
            rows.append((_native(in_force[binding.name]), tr(binding.title)))
    return [row for row in rows if row[0]]


def _class_rows(in_force: dict[str, Keys]) -> list[Row]:
    """One row where the keys go on with the numbers, else one for each class."""
    keys = [in_force[name] for name in _NUMBERED]
    stem = keys[0][0].removesuffix("1") if keys[0] else ""
    if keys == [(f"{stem}{number}",) for number in CLASS_KEYS]:
        return [((f"{native(keys[0][0])} … {CLASS_KEYS[-1]}",), tr("Class"))]
    return [(_native(held), tr("Class {number}", number=number)) for number, held in zip(CLASS_KEYS, keys, strict=True)]


def _native(keys: Keys) -> Keys:
    return tuple(native(key) for key in keys)


def _table(rows: list[Row]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    for line, (keys, title) in enumerate(rows):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for key in keys:
            cap = text(key)
            cap.setObjectName("key")
            caps.addWidget(cap)
        caps.addStretch(1)
        said = text(title, kind="muted", wrap=True)
        said.setFixedWidth(_TITLE_WIDTH)
        grid.addWidget(said, line, 0)
        grid.addLayout(caps, line, 1, Qt.AlignmentFlag.AlignVCenter)
    return grid
