"""The settings of a method to fill in: the everyday ones, and below them the others in groups that fold."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from crackstudio.core.runs import Setting, SettingGroup, SettingValue
from crackstudio.studio.language import say, tr
from crackstudio.studio.widgets.bricks import Section, line, restyle, text
from crackstudio.studio.widgets.setting_fields import field_for

MARGIN = 16
"""Of rows at either side, as in a section's body."""
ROW_LABEL = "row_label"
"""The name by which the labels of all rows are found."""

_ROW = 28
"""Of a field, px: beside it a label is in the middle."""


def rows() -> QFormLayout:
    """Rows of a label and what it names."""
    made = QFormLayout()
    made.setHorizontalSpacing(16)
    made.setVerticalSpacing(8)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return made


def row_label(words: str, *, kind: str = "") -> QLabel:
    """What stands before a field."""
    made = text(words, kind=kind)
    made.setObjectName(ROW_LABEL)
    made.setMinimumHeight(_ROW)
    return made


class SettingsForm(QWidget):
    """Tells by a heading and by labels what differs from `own`: the method's settings, with those of its preset."""

    unfolded = Signal(QWidget)

    def __init__(self, settings: Sequence[Setting], groups: Sequence[SettingGroup]) -> None:
        super().__init__()
        self.fields = {setting.name: field_for(setting) for setting in settings}
        self._labels = {setting.name: _label(setting) for setting in settings}
        self._own = {setting.name: setting.default for setting in settings}
        self._sections: dict[Section, SettingGroup] = {}
        grouped = {name for group in groups for name in group.settings}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        everyday = self._rows_of(name for name in self.fields if name not in grouped)
        everyday.setContentsMargins(MARGIN, 0, MARGIN, 12)
        column.addLayout(everyday)
        column.addWidget(line())
        for group in groups:
            column.addWidget(self._section(group))
        for field in self.fields.values():
            field.on_change(self._tell_changes)

    def show_own(self, own: Mapping[str, SettingValue]) -> None:
        """Fill in these, from which changes are counted."""
        self._own = {name: own[name] for name in self.fields}
        for name, field in self.fields.items():
            with QSignalBlocker(field.widget):
                field.set_value(own[name])
        self._tell_changes()

    def changes(self) -> dict[str, SettingValue]:
        """What differs from the method's own."""
        values = {name: field.value() for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value != self._own[name]}

    def _section(self, group: SettingGroup) -> Section:
        section = Section(tr(group.title), folded=True)
        section.body.addLayout(self._rows_of(group.settings))
        section.unfolded.connect(partial(self.unfolded.emit, section))
        self._sections[section] = group
        return section

    def _rows_of(self, names: Iterable[str]) -> QFormLayout:
        made = rows()
        for name in names:
            self.fields[name].widget.setMinimumHeight(_ROW)
            made.addRow(self._labels[name], self.fields[name].widget)
        return made

    def _tell_changes(self) -> None:
        changes = self.changes()
        for name, label in self._labels.items():
            if bool(label.property("changed")) != (name in changes):
                restyle(label, "changed", name in changes)
        for section, group in self._sections.items():
            title, count = tr(group.title), len(changes.keys() & set(group.settings))
            heading = tr("{group} · {count} changed", group=title, count=count) if count else title
            section.set_title(heading, stands_out=count > 0)


def _label(setting: Setting) -> QLabel:
    name = row_label(tr(setting.name.replace("_", " ")), kind="muted")
    say(name, toolTip=setting.help)
    return name
