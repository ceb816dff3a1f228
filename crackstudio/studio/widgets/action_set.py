"""Every action of the key map as a QAction with its keys, icon and tool tip, and the menus they make."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from crackstudio.core.classes import UNSURE
from crackstudio.studio.icons import icon
from crackstudio.studio.keymap import ACTIONS, CLASS_KEYS, Binding, Group
from crackstudio.studio.own_keys import KeyMap, native

TOOLS = ("brush", "erase", "proposal_brush", "trace", "line", "polygon", "fill", "wand", "lasso", "hand")
CLASSES = {f"class_{number}": number for number in (*CLASS_KEYS, UNSURE)}
"""The actions that choose a class, with its id."""


def make_actions(window: QMainWindow) -> dict[str, QAction]:
    """The actions by name, added to `window` so that their keys, once shown, work everywhere in it."""
    made = {binding.name: _make(binding, window) for binding in ACTIONS}
    tools = QActionGroup(window)
    for name in TOOLS:
        tools.addAction(made[name])
    for action in made.values():
        window.addAction(action)
    return made


def show_keys(actions: dict[str, QAction], keymap: KeyMap) -> None:
    """Give the actions these keys, and tool tips that name them."""
    in_force = keymap.in_force()
    for binding in ACTIONS:
        action, keys = actions[binding.name], in_force[binding.name]
        if not binding.held:
            action.setShortcuts([QKeySequence(key) for key in keys])
        name = binding.title.rstrip("…")
        tip = f"{name}  ({native(keys[0])})" if keys else name
        action.setToolTip(f"{tip}\n{binding.hint}" if binding.hint else tip)


def fill_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[Group, QMenu]:
    """The menu bar, in the order of the groups."""
    menus = {group: window.menuBar().addMenu(group.value) for group in Group}
    submenus: dict[str, QMenu] = {}
    for binding in ACTIONS:
        menu = menus[binding.group]
        if binding.submenu:
            menu = submenus.get(binding.submenu) or submenus.setdefault(binding.submenu, menu.addMenu(binding.submenu))
        if binding.gap:
            menu.addSeparator()
        menu.addAction(actions[binding.name])
    return menus


def _make(binding: Binding, window: QMainWindow) -> QAction:
    action = QAction(binding.title, window)
    action.setObjectName(binding.name)
    action.setCheckable(binding.checkable)
    action.setAutoRepeat(not binding.once)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    if binding.icon:
        action.setIcon(icon(binding.icon))
    action.setStatusTip("")
    return action
