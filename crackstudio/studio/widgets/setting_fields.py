"""One input per `Setting`: a check box, a choice, a whole number, a number or words."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from crackstudio.core.runs import Setting, SettingValue
from crackstudio.studio.language import say, show, tr
from crackstudio.studio.widgets.bricks import Choices, inset
from crackstudio.studio.widgets.scientific_box import ScientificBox

_LARGEST_WHOLE = 2**31 - 1


class SettingField(ABC):
    """A widget that holds one setting's value."""

    widget: QWidget

    @abstractmethod
    def value(self) -> SettingValue:
        """What it holds."""

    @abstractmethod
    def set_value(self, value: SettingValue) -> None:
        """Show `value`."""

    @abstractmethod
    def on_change(self, act: Callable[[], object]) -> None:
        """Do it whenever the value is another."""


class _Switch(SettingField):
    def __init__(self, setting: Setting) -> None:
        self.widget: QCheckBox = QCheckBox()
        say(self.widget, text=setting.help)

    def value(self) -> SettingValue:
        return self.widget.isChecked()

    def set_value(self, value: SettingValue) -> None:
        self.widget.setChecked(bool(value))

    def on_change(self, act: Callable[[], object]) -> None:
        self.widget.toggled.connect(lambda _value: act())


class _Choice(SettingField):
    def __init__(self, setting: Setting) -> None:
        self.widget: Choices = Choices()
        self.widget.offer((tr(choice), choice) for choice in setting.choices)

    def value(self) -> SettingValue:
        return str(self.widget.currentData())

    def set_value(self, value: SettingValue) -> None:
        self.widget.setCurrentIndex(self.widget.findData(str(value)))

    def on_change(self, act: Callable[[], object]) -> None:
        self.widget.currentIndexChanged.connect(lambda _index: act())


class _Whole(SettingField):
    def __init__(self, setting: Setting) -> None:
        self.widget: QSpinBox = QSpinBox()
        inset(self.widget)
        low = -_LARGEST_WHOLE if setting.minimum is None else int(setting.minimum)
        high = _LARGEST_WHOLE if setting.maximum is None else min(_LARGEST_WHOLE, int(setting.maximum))
        self.widget.setRange(low, high)
        show(self.widget, suffix=tr(" {unit}", unit=tr(setting.unit)) if setting.unit else "")

    def value(self) -> SettingValue:
        return self.widget.value()

    def set_value(self, value: SettingValue) -> None:
        self.widget.setValue(int(value))

    def on_change(self, act: Callable[[], object]) -> None:
        self.widget.valueChanged.connect(lambda _value: act())


class _Number(SettingField):
    def __init__(self, setting: Setting) -> None:
        self.widget: ScientificBox = ScientificBox()
        inset(self.widget)
        self.widget.setRange(
            -1e300 if setting.minimum is None else setting.minimum,
            1e300 if setting.maximum is None else setting.maximum,
        )
        show(self.widget, suffix=tr(" {unit}", unit=tr(setting.unit)) if setting.unit else "")

    def value(self) -> SettingValue:
        return self.widget.value()

    def set_value(self, value: SettingValue) -> None:
        self.widget.setValue(float(value))

    def on_change(self, act: Callable[[], object]) -> None:
        self.widget.valueChanged.connect(lambda _value: act())


class _Words(SettingField):
    def __init__(self, _setting: Setting) -> None:
        self.widget: QLineEdit = QLineEdit()

    def value(self) -> SettingValue:
        return self.widget.text()

    def set_value(self, value: SettingValue) -> None:
        self.widget.setText(str(value))

    def on_change(self, act: Callable[[], object]) -> None:
        self.widget.textChanged.connect(lambda _value: act())


def field_for(setting: Setting) -> SettingField:
    """The field that fits a setting's default and choices, holding the default."""
    field = _kind_of(setting)(setting)
    field.set_value(setting.default)
    field.widget.setObjectName(f"setting_{setting.name}")
    say(field.widget, toolTip=setting.help)
    return field


def _kind_of(setting: Setting) -> type[_Switch | _Choice | _Whole | _Number | _Words]:
    if setting.choices:
        return _Choice
    if isinstance(setting.default, bool):
        return _Switch
    if isinstance(setting.default, int):
        return _Whole
    return _Number if isinstance(setting.default, float) else _Words
