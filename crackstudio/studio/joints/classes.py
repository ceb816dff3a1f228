"""Joins the classes to their panel, the canvas, the menu, the tool bar and the status line."""

from functools import partial

from crackstudio.core.classes import CRACK, UNSURE
from crackstudio.studio.classes import Classes
from crackstudio.studio.keymap import CLASS_KEYS
from crackstudio.studio.language import follow, show, tr
from crackstudio.studio.own_keys import native
from crackstudio.studio.widgets.action_set import CLASSES
from crackstudio.studio.widgets.class_rows import ClassRow, swatch_icon
from crackstudio.studio.widgets.main_window import MainWindow

_STEPS = {"next_class": 1, "previous_class": -1}


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
    for name, by in _STEPS.items():
        window.actions[name].triggered.connect(lambda _checked, by=by: classes.step(by))
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
    window.canvas.scene.set_classes(window.classes.drawn(), hidden=window.classes.hidden)
    _show_in_use(window)


def _show_in_use(window: MainWindow) -> None:
    classes, keys = window.classes, _first_keys(window)
    name, colour = classes.name_of(classes.in_use), classes.colour_of(classes.in_use)
    window.canvas.set_class(classes.in_use, name=name, colour=colour)
    window.classes_panel.set_rows(_rows(classes, keys))
    window.classes_panel.set_note(_note(window))
    window.tool_bar.set_class(name, icon=swatch_icon(colour, hatched=classes.in_use == UNSURE))
    window.status.set_class(name, colour=colour)
    measured = CRACK.id if classes.in_use == UNSURE else classes.in_use
    window.image_panel.tell_of(measured, classes.name_of(measured) if len(classes.all()) > 1 else "")
    _show_actions(window, keys)


def _first_keys(window: MainWindow) -> dict[str, str]:
    """By the names of the actions, as they are shown; empty where there is none."""
    in_force = window.keymap.in_force()
    return {name: native(in_force[name][0]) if in_force[name] else "" for name in CLASSES}


def _note(window: MainWindow) -> str:
    """How the classes are reached that have no key of their own."""
    if len(window.classes.all()) <= len(CLASS_KEYS):
        return ""
    following, before = (window.keymap.keys_of(name) for name in _STEPS)
    if not (following and before):
        return ""
    return tr(
        "From the tenth class on: a click, or {next} and {previous} step through the list",
        next=native(following[0]),
        previous=native(before[0]),
    )


def _rows(classes: Classes, keys: dict[str, str]) -> list[ClassRow]:
    named = [(kind.id, f"class_{place}") for place, kind in enumerate(classes.all(), 1)]
    return [
        ClassRow(
            id=identity,
            name=classes.name_of(identity),
            colour=classes.colour_of(identity),
            key=keys.get(action, ""),
            shown=identity not in classes.hidden,
            in_use=identity == classes.in_use,
        )
        for identity, action in (*named, (UNSURE, f"class_{UNSURE}"))
    ]


def _show_actions(window: MainWindow, keys: dict[str, str]) -> None:
    """Those of classes that there are, by name; the others wait out of sight."""
    is_open, classes = window.session.project is not None, window.classes
    ids = {number: kind.id for number, kind in enumerate(classes.all(), 1)} | {UNSURE: UNSURE}
    for name, number in CLASSES.items():
        action, identity = window.actions[name], ids.get(number)
        action.setEnabled(is_open and identity is not None)
        action.setVisible(identity is not None)
        if identity is not None:
            called = classes.name_of(identity)
            tip = tr("Paint “{name}”", name=called)
            show(
                action,
                text=tr("Class: {name}", name=called.replace("&", "&&")),
                toolTip=tr("{name}  ({key})", name=tip, key=keys[name]) if keys[name] else tip,
            )
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
