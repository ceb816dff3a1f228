"""Every action of the key map as a QAction with its keys, icon and tool tip, and the menus they make."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from crackstudio.core.classes import UNSURE
from crackstudio.studio.icons import icon
from crackstudio.studio.keymap import ACTIONS, BINDINGS, CLASS_KEYS, Binding, Group
from crackstudio.studio.language import Said, say, show, tr
from crackstudio.studio.own_keys import KeyMap, native

TOOLS = ("brush", "erase", "proposal_brush", "trace", "line", "polygon", "fill", "wand", "lasso", "tiles", "hand")
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
        name = title_of(binding.name)
        tip = tr("{name}  ({key})", name=name, key=native(keys[0])) if keys else name
        show(action, toolTip=tr("{tip}\n{hint}", tip=tip, hint=tr(binding.hint)) if binding.hint else tip)


def fill_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[Group, QMenu]:
    """The menu bar, in the order of the groups."""
    menus = {group: add_menu(window.menuBar(), group.value) for group in Group}
    submenus: dict[str, QMenu] = {}
    for binding in ACTIONS:
        menu = menus[binding.group]
        if binding.submenu:
            if binding.submenu not in submenus:
                submenus[binding.submenu] = add_menu(menu, binding.submenu)
            menu = submenus[binding.submenu]
        if binding.gap:
            menu.addSeparator()
        menu.addAction(actions[binding.name])
    return menus


def add_menu(bar: QMenuBar | QMenu, title: str) -> QMenu:
    """One more menu in a bar or menu."""
    menu = bar.addMenu("")
    say(menu, title=title)
    return menu


def title_of(name: str) -> Said:
    """What an action is called outside of menus: without the dots that promise a question."""
    title = BINDINGS[name].title
    return tr(title.removesuffix("…") if title.endswith("…") else title)


def _make(binding: Binding, window: QMainWindow) -> QAction:
    action = QAction(window)
    say(action, text=binding.title)
    action.setObjectName(binding.name)
    action.setCheckable(binding.checkable)
    action.setAutoRepeat(not binding.once)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    if binding.icon:
        action.setIcon(icon(binding.icon))
    if binding.hint:
        say(action, statusTip=binding.hint)
    return action
