"""Retrain with settings: a form drawn from a method's card, with what it needs and what the project has."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from crackstudio.core.runs import CROP, MethodCard, NeedKind, RunSpec, SettingValue, Stock, fitted_to_tiles, shortfalls
from crackstudio.studio.language import heard, joined, later, say, tr
from crackstudio.studio.widgets.bricks import Choices, Segments, inset, line, push, restyle, text
from crackstudio.studio.widgets.setting_fields import SettingField, field_for
from crackstudio.studio.widgets.wheel import WheelGuard

_DEFAULT, _MINUTES, _EPOCHS, _STEPS = "default", "minutes", "epochs", "steps"
_LENGTHS = (_MINUTES, _EPOCHS)
"""Settings that say how long a run takes: the form asks for that once, in its own row."""
_NO_PRESET = later("Defaults")
_ROW = 28


class MethodForm(QDialog):
    """`run_asked` carries a `RunSpec`."""

    run_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say(self, windowTitle="Retrain with settings")
        self.resize(560, 720)
        self._cards: dict[str, MethodCard] = {}
        self._stock = Stock()
        self._start_from: dict[str, str] = {}
        self._fields: dict[str, SettingField] = {}
        self._method = Choices()
        self._preset = Choices()
        self._summary = text("", kind="muted", wrap=True)
        self._notes = text("", kind="muted", wrap=True)
        self._needs = text("", wrap=True)
        self._classes = text("", kind="muted", wrap=True)
        lengths = ((_MINUTES, tr("Minutes")), (_EPOCHS, tr("Epochs")), (_STEPS, tr("Steps")))
        self._limit = Segments(((_DEFAULT, tr("Method's own")), *lengths))
        self._own_length = text("", kind="muted")
        self._minutes = QDoubleSpinBox(minimum=0.1, maximum=10_000, value=10, decimals=1)
        say(self._minutes, suffix=" min")
        self._epochs = QSpinBox(minimum=1, maximum=100_000, value=20)
        say(self._epochs, suffix=" epochs")
        self._steps = QSpinBox(minimum=1, maximum=10_000_000, value=1000)
        say(self._steps, suffix=" steps")
        self._device = QComboBox()
        self._seed = QSpinBox(minimum=0, maximum=2**31 - 1)
        self._purpose = QLineEdit()
        self._from = Choices()
        self._settings = QWidget()
        self._start = push(tr("Start"), icon_name="play", primary=True)
        self._lay_out()
        self._wheel = WheelGuard(self)
        self._method.currentIndexChanged.connect(self._show_method)
        self._preset.currentIndexChanged.connect(self._apply_preset)
        self._limit.chosen.connect(self._choose_limit)
        self._start.clicked.connect(self._ask)

    def set_methods(
        self,
        cards: Sequence[MethodCard],
        *,
        stock: Stock,
        chosen: str,
        start_from: dict[str, str] | None = None,
        classes: Sequence[str] = (),
    ) -> None:
        """Offer these methods; `start_from` maps a method to the checkpoint it may go on from.

        `classes` are the names of those that masks may hold: several are told to count alike.
        """
        self._top.setRowVisible(self._classes, len(classes) > 1)
        say(
            self._classes,
            text=tr(
                "{names}: any of them counts as defect. Networks do not tell classes apart yet.", names=joined(classes)
            ),
        )
        self._stock, self._start_from = stock, start_from or {}
        self._cards = {card.key: card for card in cards}
        self._method.blockSignals(True)
        self._method.offer((tr(card.title), card.key) for card in cards)
        self._method.setCurrentIndex(max(0, self._method.findData(chosen)))
        self._method.blockSignals(False)
        self._show_method()

    def spec(self) -> RunSpec:
        """What the form asks for: only settings that differ from the card's defaults."""
        limit, own = self._chosen_limit, self._own_settings()
        settings = {name: field.value() for name, field in self._fields.items()}
        if limit == _EPOCHS:
            settings[_EPOCHS] = self._epochs.value()
        return RunSpec(
            method=self._card().key,
            settings={name: value for name, value in settings.items() if value != own.get(name)},
            preset=str(self._preset.currentData() or "") or None,
            seed=self._seed.value(),
            minutes=self._minutes.value() if limit == _MINUTES else None,
            steps=self._steps.value() if limit == _STEPS else None,
            start_from=str(self._from.currentData() or "") or None,
            device=self._device.currentText(),
            purpose=self._purpose.text().strip(),
        )

    def _card(self) -> MethodCard:
        return self._cards[str(self._method.currentData())]

    def _own_settings(self) -> dict[str, SettingValue]:
        """The method's, with those of the chosen preset."""
        card = self._card()
        chosen = next((one.settings for one in card.presets if one.name == self._preset.currentData()), {})
        return {setting.name: setting.default for setting in card.settings} | chosen

    def _show_method(self) -> None:
        card = self._card()
        say(self._summary, text=card.summary)
        uses = tr("Supervision: {uses}", uses=tr(card.uses)) if card.uses else ""
        notes = tr(card.notes) if card.notes else ""
        say(self._notes, text=joined(filter(None, (uses, notes, card.paper)), by="\n"))
        self._show_needs(card)
        self._preset.blockSignals(True)
        presets = [(tr(preset.title), preset.name) for preset in card.presets]
        self._preset.offer([(tr(_NO_PRESET), ""), *presets])
        self._preset.blockSignals(False)
        known = [(tr("The network in use"), path) for key, path in self._start_from.items() if key == card.key]
        self._from.offer([(tr("From scratch"), ""), *known])
        self._from.setCurrentIndex(len(known))
        self._draw_settings(card)

    def _show_needs(self, card: MethodCard) -> None:
        missing = shortfalls(card, self._stock)
        met = [
            tr("✓ {have} {things} (needs {least})", have=have, things=tr(need.kind), least=need.at_least)
            for need, have in ((need, self._stock.of(need.kind)) for need in card.needs)
        ]
        words = [*map(heard, missing)] or met or [tr("✓ Needs nothing special")]
        say(self._needs, text=joined([*words, *self._about_tiles(card)], by="\n"))
        restyle(self._needs, "bad", bool(missing))
        restyle(self._needs, "good", not missing)
        self._start.setEnabled(not missing)

    def _about_tiles(self, card: MethodCard) -> list[str]:
        stock = self._stock
        if not stock.tile_side or not any(need.kind is NeedKind.CRACKED for need in card.needs):
            return []
        counts = {"cracked": stock.cracked_tiles, "intact": stock.intact_tiles}
        return [tr("{cracked:,} {cracked:tile|tiles} tagged cracked, {intact:,} intact", **counts)]

    def _draw_settings(self, card: MethodCard) -> None:
        layout = self._settings.layout()
        assert isinstance(layout, QFormLayout)
        while layout.rowCount():
            layout.removeRow(0)
        settings = [setting for setting in card.settings if setting.name not in _LENGTHS]
        self._fields = {setting.name: field_for(setting) for setting in settings}
        for setting in settings:
            name = text(tr(setting.name.replace("_", " ")), kind="muted")
            say(name, toolTip=setting.help)
            name.setMinimumHeight(_ROW)
            layout.addRow(name, self._fields[setting.name].widget)
        self._wheel.watch()
        self._show_own_length()
        self._fit_to_tiles(card)

    def _fit_to_tiles(self, card: MethodCard) -> None:
        field = self._fields.get(CROP)
        if field is not None:
            shown = RunSpec(method=card.key, settings={CROP: field.value()})
            field.set_value(fitted_to_tiles(shown, card, self._stock).settings[CROP])

    def _apply_preset(self) -> None:
        own = self._own_settings()
        for name, field in self._fields.items():
            field.set_value(own[name])
        self._show_own_length()
        self._fit_to_tiles(self._card())

    def _show_own_length(self) -> None:
        own = self._own_settings()
        epochs, minutes = own.get(_EPOCHS), own.get(_MINUTES)
        if epochs:
            say(self._own_length, text=tr("{count:,} {count:epoch|epochs}", count=epochs))
        else:
            say(self._own_length, text=tr("{minutes:g} min", minutes=minutes) if minutes else "")

    def _choose_limit(self, limit: str) -> None:
        self._chosen_limit = limit
        self._own_length.setVisible(limit == _DEFAULT)
        self._minutes.setVisible(limit == _MINUTES)
        self._epochs.setVisible(limit == _EPOCHS)
        self._steps.setVisible(limit == _STEPS)

    def _ask(self) -> None:
        self.run_asked.emit(self.spec())
        self.accept()

    def _lay_out(self) -> None:
        self._device.addItems(["auto", "cpu", "cuda", "mps"])
        self._device.setEditable(True)
        say(self._purpose, placeholderText="What this run is to find out (for the record)")
        top = self._top = QFormLayout()
        top.setHorizontalSpacing(16)
        top.setVerticalSpacing(8)
        top.addRow(text(tr("Method")), self._method)
        top.addRow("", self._summary)
        top.addRow(text(tr("Needs")), self._needs)
        top.addRow(text(tr("Classes")), self._classes)
        top.addRow(text(tr("Preset")), self._preset)
        top.addRow(text(tr("Start from")), self._from)
        limit = QHBoxLayout()
        limit.setSpacing(10)
        limit.addWidget(self._limit, 1)
        limit.addWidget(self._own_length)
        limit.addWidget(self._minutes)
        limit.addWidget(self._epochs)
        limit.addWidget(self._steps)
        top.addRow(text(tr("Length")), limit)
        top.addRow(text(tr("Device")), self._device)
        top.addRow(text(tr("Seed")), self._seed)
        top.addRow(text(tr("Purpose")), self._purpose)
        form = QFormLayout(self._settings)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(6)
        self._settings.setObjectName("panel_body")
        scroll = QScrollArea()
        scroll.setWidget(self._settings)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setObjectName("panel")
        scroll.setMinimumHeight(160)
        cancel = push(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(line())
        column.addWidget(text(tr("Settings"), kind="heading"))
        column.addWidget(scroll, 1)
        column.addWidget(self._notes)
        column.addLayout(buttons)
        self._notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for box in (self._minutes, self._epochs, self._steps, self._seed):
            inset(box)
        self._limit.choose(_DEFAULT)
        self._choose_limit(_DEFAULT)
