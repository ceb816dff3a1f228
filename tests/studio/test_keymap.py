"""The key map: no key twice, every icon there, and no series of changes that leaves a clash."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from crackstudio.studio.icons import icon
from crackstudio.studio.key_presets import PRESET_TITLES, PRESETS, RESERVED
from crackstudio.studio.keymap import ACTIONS
from crackstudio.studio.own_keys import NAMES, KeyMap, canonical, pressed_key

KEYS = sorted({key for preset in PRESETS.values() for keys in preset.values() for key in keys})
anything = st.sampled_from([*KEYS, *RESERVED]) | st.text(max_size=6)
key_lists = st.lists(anything, max_size=3).map(tuple)
names = st.sampled_from(NAMES)
keymaps = st.builds(
    KeyMap,
    preset=st.sampled_from([*PRESETS, "of tomorrow"]),
    own=st.dictionaries(names | st.just("of_tomorrow"), key_lists, max_size=6),
)
edits = st.lists(st.tuples(st.sampled_from(("give", "add", "remove", "reset", "reset all")), names, key_lists))


def clashes(keymap: KeyMap) -> list[str]:
    counts = Counter(key for keys in keymap.in_force().values() for key in keys)
    return [key for key, count in counts.items() if count > 1]


def edited(keymap: KeyMap, how: str, name: str, keys: tuple[str, ...]) -> KeyMap:
    now = keymap.keys_of(name)
    if how == "reset all":
        return keymap.reset()
    wanted = {
        "give": keys,
        "add": (*now, *keys),
        "remove": tuple(key for key in now if key not in keys),
        "reset": keymap.of_preset(name),
    }
    return keymap.with_keys(name, wanted[how])


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_has_two_actions_on_one_key(preset):
    assert clashes(KeyMap(preset=preset)) == []
    counts = Counter(key for keys in PRESETS[preset].values() for key in keys)
    assert [key for key, count in counts.items() if count > 1] == []


@given(key=st.sampled_from(KEYS))
def test_every_key_of_every_preset_is_one_that_qt_knows(key):
    sequence = QKeySequence(key)
    assert sequence.count() == 1
    assert sequence.toString(QKeySequence.SequenceFormat.PortableText) == key == canonical(key)
    assert sequence[0].key() != Qt.Key.Key_unknown


@pytest.mark.parametrize("preset", PRESETS)
def test_every_action_has_a_key_in_every_preset(preset):
    in_force = KeyMap(preset=preset).in_force()
    assert [binding.name for binding in ACTIONS if not in_force[binding.name]] == []


@given(keymap=keymaps)
def test_whatever_the_settings_hold_no_key_does_two_things(keymap):
    assert clashes(keymap) == []
    assert all(canonical(key) == key for keys in keymap.in_force().values() for key in keys)


@given(keymap=keymaps, series=edits)
def test_no_series_of_edits_leaves_a_clash(keymap, series):
    foreign = keymap.own.get("of_tomorrow")
    for edit in series:
        keymap = edited(keymap, *edit)
        assert clashes(keymap) == []
        assert set(keymap.in_force()) == set(NAMES)
        assert keymap.own.get("of_tomorrow") == foreign


@given(keymap=keymaps, name=names, keys=key_lists)
def test_an_action_gets_what_it_is_given(keymap, name, keys):
    changed = keymap.with_keys(name, keys)
    assert changed.keys_of(name) == tuple(dict.fromkeys(canonical(key) for key in keys if canonical(key)))
    for key in changed.keys_of(name):
        assert changed.holder(key) == name


@given(keymap=keymaps, name=names)
def test_only_differences_are_kept(keymap, name):
    assert name not in keymap.with_keys(name, keymap.of_preset(name)).own
    assert keymap.reset().in_force() == KeyMap(preset=keymap.preset).in_force()


def test_a_key_that_was_taken_comes_back_when_its_taker_is_reset():
    taken = KeyMap().with_keys("brush", ["B", "E"])
    assert (taken.keys_of("erase"), list(taken.own)) == ((), ["brush"])
    assert taken.with_keys("brush", taken.of_preset("brush")).keys_of("erase") == ("E",)


def test_the_other_tools_keys_are_theirs():
    expected = {
        "labelme": {"polygon": ("Ctrl+N",), "fit": ("Ctrl+F",), "next": ("D", "Right"), "undo": ("Ctrl+Z",)},
        "napari": {"erase": ("1", "E"), "brush": ("2", "P"), "fill": ("4", "F"), "swap": ("X",)},
        "rootpainter": {"brush": ("Q",), "undo": ("Z", "Ctrl+Z"), "actual_size": ("Ctrl+A",), "peek": ("A",)},
    }
    for preset, keys in expected.items():
        assert keys.items() <= KeyMap(preset=preset).in_force().items()


def test_names_are_unique_and_icons_exist(qapp):
    assert len({binding.name for binding in ACTIONS}) == len(ACTIONS)
    for binding in ACTIONS:
        if binding.icon:
            assert not icon(binding.icon).pixmap(16, 16).isNull()


def test_keys_belong_to_actions_and_presets_have_titles():
    assert all(set(preset) <= set(NAMES) for preset in PRESETS.values())
    assert set(PRESET_TITLES) == set(PRESETS)


def test_an_unknown_preset_falls_back():
    assert KeyMap(preset="of tomorrow").keys_of("undo") == ("Ctrl+Z",)


@pytest.mark.parametrize(
    ("key", "modifiers", "words", "expected"),
    [
        (Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier, "b", "B"),
        (Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier, "B", "Shift+B"),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier, "+", "+"),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.KeypadModifier, "+", "+"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "\r", "Enter"),
        (Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier, "", "Shift+F1"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier, " ", "Shift+Space"),
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier, "\t", "Shift+Backtab"),
        (Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier, "", ""),
        (Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, "", ""),
    ],
)
def test_what_was_pressed(key, modifiers, words, expected):
    assert pressed_key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, words)) == expected
