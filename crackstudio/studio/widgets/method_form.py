"""Retrain with settings: a form drawn from a method's card, with what it needs and what the project has."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from crackstudio.core.runs import CROP, MethodCard, NeedKind, RunSpec, SettingValue, Stock, fitted_to_tiles, shortfalls
from crackstudio.studio.language import heard, joined, later, say, tr
from crackstudio.studio.widgets.bricks import Choices, Section, inset, line, push, restyle, text
from crackstudio.studio.widgets.panel_column import PanelColumn
from crackstudio.studio.widgets.run_length import EPOCHS, MINUTES, RunLength
from crackstudio.studio.widgets.settings_form import MARGIN, ROW_LABEL, SettingsForm, row_label, rows
from crackstudio.studio.widgets.wheel import WheelGuard

_LENGTHS = (MINUTES, EPOCHS)
"""Settings that say how long a run takes: the form asks for that once, in its own row."""
_NO_PRESET = later("Defaults")
_WIDTH, _HEIGHT = 660, 760
_ROUND_IT = 80
"""What a screen keeps free round the form: its title bar, and a panel of the desktop."""


class MethodForm(QDialog):
    """`run_asked` carries a `RunSpec`."""

    run_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say(self, windowTitle="Retrain with settings")
        self.resize(_WIDTH, min(_HEIGHT, self.screen().availableSize().height() - _ROUND_IT))
        self._cards: dict[str, MethodCard] = {}
        self._stock = Stock()
        self._start_from: dict[str, str] = {}
        self._method = Choices()
        self._preset = Choices()
        self._summary = text("", kind="muted", wrap=True)
        self._notes = text("", kind="muted", wrap=True)
        self._notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._notes.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self._needs = text("", wrap=True)
        self._classes = text("", kind="muted", wrap=True)
        self._length = RunLength()
        self._device = QComboBox()
        self._device.addItems(["auto", "cpu", "cuda", "mps"])
        self._device.setEditable(True)
        self._seed = QSpinBox(minimum=0, maximum=2**31 - 1)
        inset(self._seed)
        self._purpose = QLineEdit()
        say(self._purpose, placeholderText="What this run is to find out (for the record)")
        self._from = Choices()
        self._settings = SettingsForm((), ())
        self._start = push(tr("Start"), icon_name="play", primary=True)
        self._content = QWidget()
        self._scroll = PanelColumn([self._content])
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._top = self._top_rows()
        self._run = self._run_section()
        self._lay_out()
        self._wheel = WheelGuard(self)
        self._method.currentIndexChanged.connect(self._show_method)
        self._preset.currentIndexChanged.connect(self._apply_preset)
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
        settings, epochs = self._settings.changes(), self._length.epochs
        if epochs is not None and epochs != self._own_settings().get(EPOCHS):
            settings[EPOCHS] = epochs
        return RunSpec(
            method=self._card().key,
            settings=settings,
            preset=str(self._preset.currentData() or "") or None,
            seed=self._seed.value(),
            minutes=self._length.minutes,
            steps=self._length.steps,
            start_from=str(self._from.currentData() or "") or None,
            device=self._device.currentText(),
            purpose=self._purpose.text().strip(),
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._align()

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
        drawn = SettingsForm([one for one in card.settings if one.name not in _LENGTHS], card.groups)
        self._place.replaceWidget(self._settings, drawn)
        self._settings.setParent(None)
        self._settings.deleteLater()
        self._settings = drawn
        drawn.unfolded.connect(self._reveal)
        self._align()
        self._order_tabs()
        self._wheel.watch()
        self._show_own_length()
        self._fit_to_tiles(card)

    def _fit_to_tiles(self, card: MethodCard) -> None:
        field = self._settings.fields.get(CROP)
        if field is not None:
            shown = RunSpec(method=card.key, settings={CROP: field.value()})
            field.set_value(fitted_to_tiles(shown, card, self._stock).settings[CROP])

    def _apply_preset(self) -> None:
        self._settings.show_own(self._own_settings())
        self._show_own_length()
        self._fit_to_tiles(self._card())

    def _show_own_length(self) -> None:
        own = self._own_settings()
        self._length.show_own(epochs=own.get(EPOCHS), minutes=own.get(MINUTES))

    def _ask(self) -> None:
        self.run_asked.emit(self.spec())
        self.accept()

    def _reveal(self, section: Section) -> None:
        """Scroll to what was unfolded, its heading at the top where it has no room, once it is laid out."""

        def scroll() -> None:
            head = section.mapTo(self._content, section.rect().topLeft())
            self._scroll.ensureWidgetVisible(section, 0, 0)
            self._scroll.ensureVisible(0, head.y(), 0, 0)

        QTimer.singleShot(0, section, scroll)

    def _align(self) -> None:
        """All labels are as wide as the widest: the rows lie in several layouts."""
        labels = self.findChildren(QLabel, ROW_LABEL)
        widest = max(label.sizeHint().width() for label in labels)
        for label in labels:
            label.setMinimumWidth(widest)

    def _order_tabs(self) -> None:
        """From top to bottom: a method's settings come to the form later than what is below them."""
        stops = [
            one
            for one in self.findChildren(QWidget)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None and one.window() is self
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _top_rows(self) -> QFormLayout:
        made = rows()
        made.setContentsMargins(MARGIN, MARGIN, MARGIN, 8)
        made.addRow(row_label(tr("Method")), self._method)
        made.addRow(row_label(""), self._summary)
        made.addRow(row_label(tr("Needs")), self._needs)
        made.addRow(row_label(tr("Classes")), self._classes)
        made.addRow(row_label(tr("Preset")), self._preset)
        made.addRow(row_label(tr("Start from")), self._from)
        made.addRow(row_label(tr("Length")), self._length)
        return made

    def _run_section(self) -> Section:
        made, inside = Section(tr("Device, seed and purpose"), folded=True), rows()
        inside.addRow(row_label(tr("Device")), self._device)
        inside.addRow(row_label(tr("Seed")), self._seed)
        inside.addRow(row_label(tr("Purpose")), self._purpose)
        made.body.addLayout(inside)
        made.unfolded.connect(lambda: self._reveal(made))
        return made

    def _lay_out(self) -> None:
        place = QWidget()
        self._place = _column(place)
        self._place.addWidget(self._settings)
        content = _column(self._content)
        content.addLayout(self._top)
        content.addWidget(place)
        content.addWidget(self._run)
        content.addWidget(self._notes)
        column = _column(self)
        column.addWidget(self._scroll, 1)
        column.addWidget(line())
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        cancel = push(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        made = QHBoxLayout()
        made.setContentsMargins(MARGIN, 12, MARGIN, 12)
        made.setSpacing(8)
        made.addStretch(1)
        made.addWidget(cancel)
        made.addWidget(self._start)
        return made


def _column(of: QWidget) -> QVBoxLayout:
    """From border to border."""
    made = QVBoxLayout(of)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(0)
    return made
