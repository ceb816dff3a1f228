"""F1: every key on one sheet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crackstudio.core.classes import UNSURE
from crackstudio.studio.keymap import ACTIONS, CLASS_KEYS, GESTURES, Group
from crackstudio.studio.language import say, tr
from crackstudio.studio.own_keys import KeyMap, Keys, native
from crackstudio.studio.widgets.bricks import push, text

Row = tuple[Keys, str]
_COLUMNS = ((Group.FILE, Group.EDIT, Group.IMAGE), (Group.REVIEW, Group.TRAIN, Group.VIEW, Group.HELP))


class KeysSheet(QDialog):
    """A reference; closes with Escape. Actions without a key are not on it."""

    change_asked = Signal()

    def __init__(self, *, keymap: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say(self, windowTitle="Keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._body = QWidget()
        change = push(tr("Change keys…"), icon_name="sliders-horizontal")
        change.setAutoDefault(False)
        change.clicked.connect(self.change_asked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(28, 24, 28, 20)
        self._column.addWidget(self._body)
        self._column.addWidget(change, 0, Qt.AlignmentFlag.AlignRight)
        self.show_keymap(keymap)
        self.setFocus()

    def show_keymap(self, keymap: KeyMap) -> None:
        """Show these keys from now on."""
        body = _body(keymap.in_force())
        self._column.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body


def _body(in_force: dict[str, Keys]) -> QWidget:
    body = QWidget()
    columns = QHBoxLayout(body)
    columns.setContentsMargins(0, 0, 0, 0)
    columns.setSpacing(40)
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
    bindings = [binding for binding in ACTIONS if binding.group is group and not binding.submenu]
    rows: list[Row] = [(_native(in_force[binding.name]), tr(binding.title)) for binding in bindings]
    if group is Group.EDIT:
        rows += [*_class_rows(in_force), (_native(in_force[f"class_{UNSURE}"]), tr("Unsure"))]
    return [row for row in rows if row[0]]


def _class_rows(in_force: dict[str, Keys]) -> list[Row]:
    """One row where the keys go on with the numbers, else one for each class."""
    keys = [in_force[f"class_{number}"] for number in CLASS_KEYS]
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
    grid.setColumnMinimumWidth(0, 220)
    for line, (keys, title) in enumerate(rows):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for key in keys:
            cap = text(key)
            cap.setObjectName("key")
            caps.addWidget(cap)
        caps.addStretch(1)
        grid.addWidget(text(title, kind="muted"), line, 0)
        grid.addLayout(caps, line, 1)
    return grid
