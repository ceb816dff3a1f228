"""The keys in force: a preset, and what a person changed of it. Whatever was changed, no key does two things."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from crackstudio.studio.key_presets import DEFAULT, PRESETS, RESERVED
from crackstudio.studio.keymap import ACTIONS

Keys = tuple[str, ...]
NAMES = tuple(binding.name for binding in ACTIONS)
_MODIFIERS = frozenset(
    {
        Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta, Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_unknown,
    }
)  # fmt: skip
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMap:
    """Keys are portable text, such as `Ctrl+Shift+P`; an action's first one is shown in tool tips.

    `own` holds the actions that differ from the preset. Names in it that are not known are kept and do nothing.
    """

    preset: str = "default"
    own: Mapping[str, Keys] = field(default_factory=dict)

    def in_force(self) -> dict[str, Keys]:
        """The keys of every action. Own ones come first; a key that is taken already is left out."""
        holders: dict[str, str] = {}
        wanted = {name: _clean(self.own[name]) for name in NAMES if name in self.own}
        wanted |= {name: self.of_preset(name) for name in NAMES if name not in self.own}
        given = {
            name: tuple(key for key in keys if holders.setdefault(key, name) == name) for name, keys in wanted.items()
        }
        return {name: given[name] for name in NAMES}

    def keys_of(self, name: str) -> Keys:
        """The keys of one action; none for an unknown name."""
        return self.in_force().get(name, ())

    def of_preset(self, name: str) -> Keys:
        """What the preset alone gives it."""
        return PRESETS.get(self.preset, DEFAULT).get(name, ())

    def holder(self, key: str) -> str | None:
        """The action that has this key."""
        wanted = canonical(key)
        return next((name for name, keys in self.in_force().items() if wanted in keys), None)

    def with_keys(self, name: str, keys: Iterable[str]) -> "KeyMap":
        """`name` has these keys and no others; an action that had one of them loses it."""
        wanted = _clean(keys)
        own = {other: self._without(other, wanted) for other in self.own}
        own[name] = wanted
        return replace(self, own={name: keys for name, keys in own.items() if self._differs(name, keys)})

    def reset(self) -> "KeyMap":
        """Every action has the preset's keys again."""
        return replace(self, own={name: keys for name, keys in self.own.items() if name not in NAMES})

    def _without(self, name: str, taken: Keys) -> Keys:
        return tuple(key for key in _clean(self.own[name]) if key not in taken) if name in NAMES else self.own[name]

    def _differs(self, name: str, keys: Keys) -> bool:
        return name not in NAMES or keys != self.of_preset(name)


def canonical(key: str) -> str:
    """`key` as Qt writes it; empty where it is no key, more than one, or one that no action may have."""
    sequence = QKeySequence(key)
    written = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    return written if sequence.count() == 1 and written not in RESERVED else ""


def pressed_key(event: QKeyEvent) -> str:
    """What was pressed, as portable text; empty for a modifier alone. Shift is left out where it makes the sign."""
    if event.key() in _MODIFIERS:
        return ""
    left_out = _KEYPAD
    if event.modifiers() & _SHIFT and event.text().isprintable() and event.text() and not event.text().isalnum():
        left_out |= _SHIFT if not event.text().isspace() else _KEYPAD
    return QKeySequence(event.keyCombination().toCombined() & ~left_out.value).toString()


def native(key: str) -> str:
    """`key` as the system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _clean(keys: Iterable[str]) -> Keys:
    return tuple(dict.fromkeys(key for key in map(canonical, keys) if key))
