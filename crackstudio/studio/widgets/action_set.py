"""Every action of the key map as a QAction with its keys, icon and tool tip, and the menus they make."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from crackstudio.studio.icons import icon
from crackstudio.studio.keymap import ACTIONS, Binding, Group, keys_of

TOOLS = ("brush", "erase", "proposal_brush", "trace", "line", "polygon", "fill", "wand", "lasso", "hand")
CLASS_KEYS = range(1, 10)


def make_actions(window: QMainWindow, *, preset: str) -> dict[str, QAction]:
    """The actions by name, added to `window` so that their keys work everywhere in it."""
    made = {binding.name: _make(binding, window, preset=preset) for binding in ACTIONS}
    for number in CLASS_KEYS:
        name = f"class_{number}"
        action = QAction(f"Class {number}", window)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(str(number)))
        made[name] = action
    tools = QActionGroup(window)
    for name in TOOLS:
        tools.addAction(made[name])
    for action in made.values():
        window.addAction(action)
    return made


def fill_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[Group, QMenu]:
    """The menu bar, in the order of the groups."""
    menus = {group: window.menuBar().addMenu(group.value) for group in Group}
    for binding in ACTIONS:
        menu = menus[binding.group]
        if binding.gap:
            menu.addSeparator()
        menu.addAction(actions[binding.name])
    return menus


def _make(binding: Binding, window: QMainWindow, *, preset: str) -> QAction:
    action = QAction(binding.title, window)
    action.setObjectName(binding.name)
    action.setCheckable(binding.checkable)
    action.setAutoRepeat(not binding.once)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    if binding.icon:
        action.setIcon(icon(binding.icon))
    keys = [QKeySequence(key) for key in keys_of(binding.name, preset=preset)]
    if not binding.held:
        action.setShortcuts(keys)
    shown = keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
    name = binding.title.rstrip("…")
    tip = f"{name}  ({shown})" if shown else name
    action.setToolTip(f"{tip}\n{binding.hint}" if binding.hint else tip)
    action.setStatusTip("")
    return action
