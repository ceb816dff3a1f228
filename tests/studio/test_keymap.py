"""The key map: no key twice, every icon there, everything that needs a key has one."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from crackstudio.studio.icons import icon
from crackstudio.studio.keymap import ACTIONS, PRESETS, keys_of


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_does_two_things(preset, qapp):
    keys = Counter(QKeySequence(key).toString() for binding in ACTIONS for key in keys_of(binding.name, preset=preset))
    assert [key for key, count in keys.items() if count > 1 or not key] == []


def test_names_are_unique_and_icons_exist(qapp):
    assert len({binding.name for binding in ACTIONS}) == len(ACTIONS)
    for binding in ACTIONS:
        if binding.icon:
            assert not icon(binding.icon).pixmap(16, 16).isNull()


def test_keys_belong_to_actions():
    names = {binding.name for binding in ACTIONS}
    assert all(set(preset) <= names for preset in PRESETS.values())


def test_an_unknown_preset_falls_back():
    assert keys_of("undo", preset="of tomorrow") == ("Ctrl+Z",)
