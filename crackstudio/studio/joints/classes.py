"""Joins the classes to their panel, the canvas, the menu, the tool bar and the status line."""

from functools import partial

from crackstudio.core.classes import UNSURE, UNSURE_COLOUR
from crackstudio.studio.keymap import CLASS_KEYS
from crackstudio.studio.language import follow, show, tr
from crackstudio.studio.own_keys import native
from crackstudio.studio.widgets.action_set import CLASSES
from crackstudio.studio.widgets.class_rows import ClassRow, swatch_icon
from crackstudio.studio.widgets.main_window import MainWindow


def join_classes(window: MainWindow) -> None:
    """What a person wants of the classes, and where they are shown."""
    classes, panel = window.classes, window.classes_panel
    panel.class_pressed.connect(classes.choose)
    panel.shown_changed.connect(classes.show)
    panel.renamed.connect(classes.rename)
    panel.recoloured.connect(classes.recolour)
    panel.add_pressed.connect(classes.add)
    panel.remove_pressed.connect(classes.remove)
    for number in CLASS_KEYS:
        choose = partial(classes.choose_by_key, number)
        window.actions[f"class_{number}"].triggered.connect(lambda _checked, choose=choose: choose())
    window.actions[f"class_{UNSURE}"].triggered.connect(lambda _checked: classes.choose(UNSURE))
    window.actions["add_class"].triggered.connect(lambda _checked: classes.add())
    window.class_missed.connect(classes.choose_by_key)
    window.retraining.run_started.connect(lambda _history: _tell_of_training(window))
    classes.added.connect(partial(_edit_name, window))
    classes.changed.connect(partial(_show_classes, window))
    classes.chosen.connect(lambda _identity: _show_in_use(window))
    window.session.project_closed.connect(partial(_show_in_use, window))
    window.keymap_changed.connect(lambda _keymap: _show_in_use(window))
    follow(panel, partial(_show_classes, window))


def _show_classes(window: MainWindow) -> None:
    window.canvas.scene.set_classes(window.classes.all(), hidden=window.classes.hidden)
    _show_in_use(window)


def _show_in_use(window: MainWindow) -> None:
    classes = window.classes
    name, colour = classes.name_of(classes.in_use), classes.colour_of(classes.in_use)
    window.canvas.set_class(classes.in_use, name=name, colour=colour)
    window.classes_panel.set_rows(_rows(window))
    window.tool_bar.set_class(name, icon=swatch_icon(colour, hatched=classes.in_use == UNSURE))
    window.status.set_class(name, colour=colour)
    _show_actions(window)


def _rows(window: MainWindow) -> list[ClassRow]:
    classes, keys = window.classes, window.keymap.in_force()
    named = {f"class_{place}": kind for place, kind in enumerate(classes.all(), 1)}
    rows = [
        ClassRow(
            id=kind.id,
            name=kind.name,
            colour=kind.colour,
            key=native(keys[name][0]) if keys.get(name) else "",
            shown=kind.id not in classes.hidden,
            in_use=kind.id == classes.in_use,
        )
        for name, kind in named.items()
    ]
    key = keys[f"class_{UNSURE}"]
    unsure = ClassRow(
        id=UNSURE,
        name=tr("unsure"),
        colour=UNSURE_COLOUR,
        key=native(key[0]) if key else "",
        shown=UNSURE not in classes.hidden,
        in_use=classes.in_use == UNSURE,
    )
    return [*rows, unsure]


def _show_actions(window: MainWindow) -> None:
    """Those of classes that there are, by name; the others wait out of sight."""
    is_open, classes = window.session.project is not None, window.classes
    ids = [kind.id for kind in classes.all()]
    for name, number in CLASSES.items():
        action = window.actions[name]
        identity = number if number == UNSURE else ids[number - 1] if number <= len(ids) else None
        action.setEnabled(is_open and identity is not None)
        action.setVisible(identity is not None)
        if identity is not None:
            called = classes.name_of(identity)
            keys = window.keymap.keys_of(name)
            show(action, text=tr("Class: {name}", name=called.replace("&", "&&")))
            tip = tr("Paint “{name}”", name=called)
            show(action, toolTip=tr("{name}  ({key})", name=tip, key=native(keys[0])) if keys else tip)
            action.setIcon(swatch_icon(classes.colour_of(identity), hatched=identity == UNSURE))
            action.setChecked(identity == classes.in_use)


def _tell_of_training(window: MainWindow) -> None:
    if len(window.classes.all()) > 1:
        words = tr("Training: any class counts as defect. Networks do not tell classes apart yet.")
        window.session.message_given.emit(words)


def _edit_name(window: MainWindow, identity: int) -> None:
    window.panels_dock.show()
    window.show_panel(window.classes_panel)
    window.classes_panel.edit_name(identity)
