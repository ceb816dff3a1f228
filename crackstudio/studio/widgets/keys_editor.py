"""Keys of one's own: a preset, every action by group, and the keys of the chosen one."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crackstudio.studio.key_presets import PRESET_TITLES, RESERVED
from crackstudio.studio.keymap import ACTIONS, BINDINGS, Binding, Group
from crackstudio.studio.language import follow, joined, say, show, tr
from crackstudio.studio.own_keys import KeyMap, Keys, native
from crackstudio.studio.widgets.action_set import title_of
from crackstudio.studio.widgets.bricks import glyph_button, push, restyle, text
from crackstudio.studio.widgets.key_recorder import KeyRecorder

_NAME = Qt.ItemDataRole.UserRole
_ROW, _HEADING_ROW = QSize(0, 26), QSize(0, 32)
_KEYS_WIDTH = 220
_MOST_KEYS = 4


class KeysEditor(QDialog):
    """Shows the key map it was last given; every change is told at once."""

    keymap_changed = Signal(object)
    """`KeyMap`: as a person wants it."""
    preset_chosen = Signal(str)

    def __init__(self, *, keymap: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say(self, windowTitle="Change keys")
        self.resize(620, 700)
        self._keymap = keymap
        self.presets = _presets()
        self.search = QLineEdit()
        say(self.search, placeholderText="Search by action or key")
        self.search.setClearButtonEnabled(True)
        self.list = self._make_list()
        follow(self.list, self._name_items)
        self.panel = _ActionPanel()
        self.bar = _Bar()
        self.reset_all = push(tr("Reset all"), tip=tr("Every action has the preset's keys again"))
        self._lay_out()
        self.presets.activated.connect(lambda _index: self.preset_chosen.emit(self.presets.currentData()))
        self.search.textChanged.connect(self._search)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_chosen())
        self.list.itemActivated.connect(self._listen)
        self.panel.recorder.recorded.connect(self._record)
        self.panel.removed.connect(self._remove)
        self.panel.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self.set_keymap(keymap)
        self.choose(ACTIONS[0].name)

    def set_keymap(self, keymap: KeyMap) -> None:
        """Show these keys."""
        self._keymap = keymap
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(max(0, self.presets.findData(keymap.preset)))
        in_force = keymap.in_force()
        for name, item in self._items.items():
            item.setText(1, "    ".join(native(key) for key in in_force[name]))
            font = QFont(self.font())
            font.setBold(in_force[name] != keymap.of_preset(name))
            item.setFont(1, font)
        self.reset_all.setEnabled(keymap != keymap.reset())
        self.bar.hide()
        self._narrow(self.search.text())
        self._show_chosen()

    def choose(self, name: str) -> None:
        """Go to an action."""
        self.list.setCurrentItem(self._items[name])

    @property
    def chosen(self) -> str:
        """The action whose keys are shown below."""
        item = self.list.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ACTIONS[0].name

    def _listen(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _NAME) and self.panel.recorder.isEnabled():
            self.panel.recorder.setChecked(True)

    def _record(self, key: str) -> None:
        if key in RESERVED:
            self.bar.say(tr("{why}, so no action may have it.", why=tr(RESERVED[key])))
        else:
            self._want(self.chosen, (*self._keymap.keys_of(self.chosen), key))

    def _remove(self, key: str) -> None:
        self._change(
            self._keymap.with_keys(self.chosen, [kept for kept in self._keymap.keys_of(self.chosen) if kept != key])
        )

    def _reset(self) -> None:
        self._want(self.chosen, self._keymap.of_preset(self.chosen))

    def _want(self, name: str, keys: Keys) -> None:
        """Change it, or ask first where another action holds one of the keys."""
        changed = self._keymap.with_keys(name, keys)
        held = {key: holder for key in keys if (holder := self._keymap.holder(key)) not in (None, name)}
        if not held:
            self._change(changed)
            return
        said = joined(
            tr("{key} is a key of “{action}”", key=native(key), action=title_of(str(holder)))
            for key, holder in held.items()
        )
        self.bar.say(tr("{words}.", words=said), offer=tr("Take it"), act=lambda: self._change(changed))

    def _reset_all(self) -> None:
        before = self._keymap
        self._change(before.reset())
        self.bar.say(tr("All keys are the preset's again."), offer=tr("Undo"), act=lambda: self._change(before))

    def _change(self, keymap: KeyMap) -> None:
        self.set_keymap(keymap)
        self.keymap_changed.emit(keymap)

    def _show_chosen(self) -> None:
        name = self.chosen
        self.panel.show_action(BINDINGS[name], self._keymap.keys_of(name), preset=self._keymap.of_preset(name))
        self.bar.hide()

    def _search(self, words: str) -> None:
        self._narrow(words)
        found = [name for name, item in self._items.items() if not item.isHidden()]
        if found and self.chosen not in found:
            self.choose(found[0])

    def _narrow(self, words: str) -> None:
        wanted = words.lower().split()
        for name, item in self._items.items():
            english = name.replace("_", " ")
            said = f"{item.text(0)} {item.text(1)} {tr(BINDINGS[name].group)} {english}".lower()
            item.setHidden(not all(word in said for word in wanted))
        for group, heading in self._headings.items():
            heading.setHidden(all(self._items[name].isHidden() for name in _names(group)))

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setColumnCount(2)
        made.setRootIsDecorated(False)
        made.setItemsExpandable(False)
        made.setIndentation(0)
        made.header().setStretchLastSection(False)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.header().resizeSection(1, _KEYS_WIDTH)
        made.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._headings = {group: _heading(group, made) for group in Group}
        for binding in ACTIONS:
            item = QTreeWidgetItem(self._headings[binding.group], [title_of(binding.name), ""])
            item.setData(0, _NAME, binding.name)
            item.setSizeHint(0, _ROW)
            self._items[binding.name] = item
        made.expandAll()
        return made

    def _name_items(self) -> None:
        self.list.setHeaderLabels([tr("Action"), tr("Keys")])
        for name, item in self._items.items():
            item.setText(0, title_of(name))
        for group, heading in self._headings.items():
            heading.setText(0, tr(group))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(text(tr("Keys as in"), kind="muted"))
        head.addWidget(self.presets)
        head.addStretch(1)
        head.addWidget(self.reset_all)
        self.reset_all.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.panel)
        column.addWidget(self.bar)


class _ActionPanel(QFrame):
    """One action: what it does, its keys to take away, a key to add."""

    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._title, self._hint = text("", kind=""), text("", kind="muted", wrap=True)
        self._caps = QHBoxLayout()
        self._caps.setSpacing(4)
        self._shown: list[QWidget] = []
        self.recorder = KeyRecorder()
        self.reset = push(tr("Reset"), flat=True)
        self.reset.setAutoDefault(False)
        row = QHBoxLayout()
        row.addLayout(self._caps)
        row.addStretch(1)
        row.addWidget(self.reset)
        row.addWidget(self.recorder)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        for part in (self._title, self._hint):
            column.addWidget(part)
        column.addLayout(row)

    def show_action(self, binding: Binding, keys: Keys, *, preset: Keys) -> None:
        """Show the keys in force, and what Reset would make of them."""
        say(self._title, text=title_of(binding.name))
        say(self._hint, text=binding.hint)
        self._hint.setVisible(bool(binding.hint))
        for widget in self._shown:
            self._caps.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown = [self._cap(key) for key in keys] or [text(tr("No key: by menu and palette"), kind="muted")]
        for widget in self._shown:
            self._caps.addWidget(widget)
        self.recorder.setEnabled(len(keys) < _MOST_KEYS)
        self.reset.setEnabled(keys != preset)
        words = joined(native(key) for key in preset) if preset else tr("no key")
        say(self.reset, toolTip=tr("Back to the preset's: {keys}", keys=words))

    def _cap(self, key: str) -> QWidget:
        cap = QLabel(native(key))
        cap.setObjectName("key")
        away = glyph_button("x", tip=tr("Take {key} away", key=native(key)))
        away.clicked.connect(lambda: self.removed.emit(key))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(0)
        row.addWidget(cap)
        row.addWidget(away)
        return both


class _Bar(QFrame):
    """A line that warns, and may offer one thing to do about it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._words = text("", wrap=True)
        self.offer = push("", primary=True)
        self.offer.setAutoDefault(False)
        self.offer.clicked.connect(self._take)
        self._act: Callable[[], None] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(self._words, 1)
        row.addWidget(self.offer)
        self.hide()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def say(self, words: str, *, offer: str = "", act: Callable[[], None] | None = None) -> None:
        """Show the words; `act` is done where a person takes the offer."""
        show(self._words, text=words)
        self._act = act
        show(self.offer, text=offer)
        self.offer.setVisible(act is not None)
        restyle(self, "tone", "warning")
        self.show()

    def _take(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()


def _presets() -> QComboBox:
    box = QComboBox()
    for preset, title in PRESET_TITLES.items():
        box.addItem(title, preset)
    box.setMinimumWidth(150)
    return box


def _heading(group: Group, tree: QTreeWidget) -> QTreeWidgetItem:
    made = QTreeWidgetItem(tree, [tr(group)])
    made.setFlags(Qt.ItemFlag.ItemIsEnabled)
    font = QFont(tree.font())
    font.setBold(True)
    made.setFont(0, font)
    made.setFirstColumnSpanned(True)
    made.setSizeHint(0, _HEADING_ROW)
    return made


def _names(group: Group) -> list[str]:
    return [binding.name for binding in ACTIONS if binding.group is group]
