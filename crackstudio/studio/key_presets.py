"""The keys of the actions: those of the studio, and those that fingers know from other tools."""

from crackstudio.core.classes import UNSURE
from crackstudio.studio.keymap import CLASS_KEYS

DEFAULT: dict[str, tuple[str, ...]] = {
    "open": ("Ctrl+O",),
    "open_demo": ("Shift+F1",),
    "save": ("Ctrl+S",),
    "export_measurements": ("Ctrl+M",),
    "close_project": ("Ctrl+W",),
    "quit": ("Ctrl+Q",),
    "rescan": ("F5",),
    "undo": ("Ctrl+Z",),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "brush": ("B",),
    "erase": ("E",),
    "proposal_brush": ("P",),
    "trace": ("T",),
    "line": ("L",),
    "polygon": ("Y",),
    "fill": ("K",),
    "wand": ("U",),
    "lasso": ("O",),
    "tiles": ("J",),
    "hand": ("H",),
    "swap": ("X",),
    "smaller": ("[", ","),
    "larger": ("]", "."),
    "take_proposal": ("Ctrl+Shift+T",),
    "fill_holes": ("Shift+F",),
    "remove_specks": ("Shift+R",),
    "bridge_gaps": ("Shift+B",),
    "prune_spurs": ("Shift+P",),
    "grow": ("Shift+G",),
    "shrink": ("Shift+S",),
    "previous": ("A", "Left"),
    "next": ("D", "Right"),
    "next_unreviewed": ("Ctrl+Shift+D",),
    "tag_cracked": ("C",),
    "tag_intact": ("I",),
    "tag_unknown": ("N",),
    "accept": ("Return", "Enter"),
    "confirm_nothing": ("Ctrl+Return", "Ctrl+Enter"),
    "flag": ("G",),
    "unconfirm": ("Shift+Return", "Shift+Enter"),
    "propose": ("Ctrl+P",),
    "retrain": ("Ctrl+T",),
    "retrain_form": ("Ctrl+Alt+T",),
    "pause": ("F6",),
    "stop": ("Shift+F6",),
    "use_now": ("F7",),
    "pin_probe": ("F8",),
    "copy_command": ("Ctrl+Shift+C",),
    "record": ("F9",),
    "fit": ("F",),
    "actual_size": ("Ctrl+F", "Ctrl+0"),
    "zoom_in": ("+", "="),
    "zoom_out": ("-",),
    "peek": ("V",),
    "before_after": ("W",),
    "mini_map": ("M",),
    "keys": ("F1",),
    "change_keys": ("Ctrl+F1",),
    "palette": ("Ctrl+Shift+P",),
    **{f"class_{number}": (str(number),) for number in CLASS_KEYS},
    f"class_{UNSURE}": ("0",),
    "next_class": ("Ctrl+]", "Ctrl+."),
    "previous_class": ("Ctrl+[", "Ctrl+,"),
    "add_class": ("Ctrl+Shift+N",),
}
"""What mends the mask has Shift and the first letter of its name; the training has F6 to F9."""

_LABELME: dict[str, tuple[str, ...]] = {
    "open": ("Ctrl+O", "Ctrl+U"),
    "close_project": ("Ctrl+W",),
    "polygon": ("Ctrl+N",),
    "hand": ("Ctrl+J",),
    "trace": ("R",),
    "fit": ("Ctrl+F",),
    "actual_size": ("Ctrl+0",),
    "zoom_in": ("Ctrl++", "Ctrl+="),
    "zoom_out": ("Ctrl+-",),
    "peek": ("T",),
}
"""labelme 5: T hides all polygons, so the tracer has R here."""

_NAPARI: dict[str, tuple[str, ...]] = {
    "open": ("Ctrl+O", "Ctrl+Shift+O"),
    "erase": ("1", "E"),
    "brush": ("2", "P"),
    "polygon": ("3",),
    "fill": ("4", "F"),
    "hand": ("6", "Z"),
    "swap": ("X",),
    "smaller": ("[",),
    "larger": ("]",),
    "previous": ("Left",),
    "next": ("Right",),
    "proposal_brush": ("B",),
    "fit": ("Ctrl+R",),
    "keys": ("F1", "Ctrl+Alt+/"),
    **{f"class_{number}": (f"Alt+{number}",) for number in CLASS_KEYS},
    f"class_{UNSURE}": ("Alt+0",),
}
"""napari 0.6, its labels layer. B keeps other labels there, and the proposal brush is what limits the brush here."""

_ROOT_PAINTER: dict[str, tuple[str, ...]] = {
    "brush": ("Q",),
    "erase": ("E", "W"),
    "undo": ("Z", "Ctrl+Z"),
    "redo": ("Ctrl+Shift+Z",),
    "previous": ("Left",),
    "next": ("Right",),
    "peek": ("A",),
    "before_after": ("Shift+W",),
    "fit": ("Ctrl+F",),
    "actual_size": ("Ctrl+A",),
    "zoom_in": ("+",),
}
"""RootPainter: Q paints foreground and W background, which is the eraser here; A hides what was painted."""


def _over_default(theirs: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Another tool's keys, and the default ones of all other actions but where they clash with those."""
    taken = {key for keys in theirs.values() for key in keys}
    rest = {name: tuple(key for key in keys if key not in taken) for name, keys in DEFAULT.items()}
    return {**rest, **theirs}


PRESETS = {
    "default": DEFAULT,
    "labelme": _over_default(_LABELME),
    "napari": _over_default(_NAPARI),
    "rootpainter": _over_default(_ROOT_PAINTER),
}
"""Keys by preset; an unknown preset falls back to the default one."""

PRESET_TITLES = {"default": "CrackStudio", "labelme": "labelme", "napari": "napari", "rootpainter": "RootPainter"}

RESERVED = {
    "Space": "Space, held, drags the image",
    "Esc": "Esc takes back what is not finished",
    "Tab": "Tab goes to the next field",
    "Shift+Tab": "Shift+Tab goes to the field before",
    "Shift+Backtab": "Shift+Tab goes to the field before",
}
"""Keys that no action may have, and why."""
