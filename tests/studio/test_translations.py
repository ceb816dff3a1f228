"""Every text of the studio has its Chinese, and every translation its text: found in the source and in its tables."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import count, product
from pathlib import Path
from string import Formatter

import crackstudio
from crackstudio import studio
from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.core.locations import resources
from crackstudio.core.runs import Need, NeedKind, RunState
from crackstudio.engine.cards import method_cards
from crackstudio.engine.collapse import GuardState
from crackstudio.project.catalogue import GONE
from crackstudio.studio.key_presets import RESERVED
from crackstudio.studio.keymap import ACTIONS, GESTURES, Group
from crackstudio.studio.language import Said
from crackstudio.studio.verbs import Left
from crackstudio.studio.widgets.image_model import Order

SOURCES = sorted(Path(studio.__file__).parent.rglob("*.py"))
FLOORS = ("core", "imaging", "project", "engine", "studio")
BELOW = sorted(path for floor in FLOORS for path in (Path(crackstudio.__file__).parent / floor).rglob("*.py"))
UNHEARD = {"ValueError", "TypeError", "ScoreError", "SettingError"}
"""Errors of the command line, and those that are caught where they are raised."""
SPEAKING = {
    "runs.py": ("choose_method", "shortfalls"),
    "collapse.py": ("_judged", "_slow_faults", "_blindness", "_fault", "_given_up"),
    "device.py": ("gpu_hint", "name"),
    "outcome.py": ("failure",),
    "writer.py": ("_conclude",),
}
"""Functions of lower floors whose literals are said."""
BY_THE_SYSTEM = ("No space left on device", "Permission denied", "Read-only file system", "No such file or directory")
SPOKEN: tuple[type[StrEnum], ...] = (Review, Tag, MaskKind, RunState, NeedKind, GuardState, Left, Group, Order)
"""Enumerations whose values are said to people."""
CAPITALISED: tuple[type[StrEnum], ...] = (Review, Tag, MaskKind, Order)
PICTURES = ("image", "mask", "crack map", "repaired")
"""Layers of the previews, as the methods name them."""
CHOICES_BY_NAME = {
    "adam", "adamw", "radam", "rmsprop", "sgd", "cbam", "convnext", "resnet", "resnext", "v1", "v1-rgb", "v2", "ssim",
    "ms-ssim", "grad-cam", "grad-cam++", "score-cam",
}  # fmt: skip
"""What settings offer under the name that papers give it."""
NAMES = ("crack",)
"""Names that are said: of the class that every project begins with."""
BETWEEN = (", ", " ", ". ", ".")
"""What stands between parts and sentences."""
SAYING = {"tr", "later"}
SINKS = {
    "setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setTitle", "setSuffix", "setPrefix", "addItem",
    "addItems", "addTab", "addRow", "setTabText", "setHeaderLabels", "setHorizontalHeaderLabels", "setStatusTip",
    "drawText", "text", "push", "glyph_button", "Section", "Dock", "Notice", "Offer", "show", "emit", "QLabel",
    "QPushButton", "QCheckBox", "addAction", "addMenu", "set_busy", "show_busy",
}  # fmt: skip
SHOWN = {"title", "words", "tip", "text", "toolTip", "suffix", "offer"}
"""What shows words that it is given, and by which names: a literal has to come through `tr`."""

AS_THEY_ARE = {
    "CrackStudio", " – CrackStudio", " px", "p", "w pos", "\tCtrl+A", "auto", "cpu", "cuda", "mps",
    '<span style="color: ', '">■</span> ', "No font here can write ",
    "Its signs show as boxes. On Debian and Ubuntu: sudo apt-get install fonts-noto-cjk, then start again.",
}  # fmt: skip
"""The program's name, units and formula signs, keys, devices as commands call them, markup, and what is to be read
where no font can write the language."""


CHINESE = json.loads((resources() / "languages" / "zh_CN.json").read_text("utf-8"))


def test_every_text_has_its_chinese():
    assert sorted({text for text in texts() if needs_words(text)} - CHINESE.keys()) == []


def test_no_translation_is_left_over():
    """Sentences of lower floors may stay English, but no translation stays behind them."""
    assert sorted(CHINESE.keys() - texts() - set(in_lower_floors())) == []


def test_translations_have_the_places_of_their_texts():
    """Where a sentence of a lower floor is said again, a place may be left out."""
    assert {text: said for text, said in CHINESE.items() if not places(said) <= places(text)} == {}
    assert {text for text, said in CHINESE.items() if places(said) != places(text) and "{n1}" not in text} == set()


def test_chinese_has_one_form_for_any_number():
    assert [chinese for chinese in CHINESE.values() if re.search(r"{\w*:[^{}]*\|", chinese)] == []


def test_no_literal_is_shown_as_it_is():
    assert list(bypasses()) == []


def texts() -> set[str]:
    """The English of all of them."""
    return {*in_source(), *in_keymap(), *in_enums(), *in_cards(), *PICTURES, *NAMES, *BETWEEN}


def needs_words(text: str) -> bool:
    """Whether there is anything to translate beside the places."""
    return any(map(str.isalpha, re.sub(r"{\w*(:[^|{}]*)?}", "", text)))


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def in_source() -> Iterator[str]:
    """Literals given to `tr`, `say` and `later`."""
    for path in SOURCES:
        for call in _calls(path):
            if _name(call) in SAYING:
                yield from _literals(call.args[:1])
            elif _name(call) == "say" and isinstance(call.func, ast.Name):
                yield from _literals([keyword.value for keyword in call.keywords])


def bypasses() -> Iterator[str]:
    """Places where a literal with words is shown as it is."""
    for path in SOURCES:
        for call in _calls(path):
            if _name(call) in SINKS:
                args = [] if _name(call) == "glyph_button" else call.args
                for shown in _literals([*args, *(word.value for word in call.keywords if word.arg in SHOWN)]):
                    if needs_words(shown) and shown not in AS_THEY_ARE:
                        yield f"{path.name}:{call.lineno} {shown!r}"


def in_keymap() -> Iterator[str]:
    """Titles, with and without the dots that promise a question, hints, gestures and kept keys."""
    for binding in ACTIONS:
        if not isinstance(binding.title, Said):
            yield from {binding.title, binding.title.removesuffix("…")}
        yield from filter(None, (binding.hint, binding.submenu))
    for gesture in GESTURES:
        yield from (gesture.keys, gesture.title)
    yield from RESERVED.values()


def in_enums() -> Iterator[str]:
    """Values of enumerations that are said, and those that begin a line or button."""
    for kind in SPOKEN:
        yield from (member.value for member in kind)
    for kind in CAPITALISED:
        yield from (member.capitalize() for member in kind)


def in_cards() -> Iterator[str]:
    """What the methods say of themselves and of their settings."""
    for card in method_cards():
        yield from filter(None, (card.title, card.summary, card.uses, card.notes))
        yield from (preset.title for preset in card.presets)
        yield from (group.title for group in card.groups)
        for setting in card.settings:
            yield setting.name.replace("_", " ")
            yield from filter(None, (setting.help, setting.unit))
            yield from set(setting.choices) - CHOICES_BY_NAME


def in_lower_floors() -> Iterator[str]:
    """Sentences that the studio says again: of errors, of the guard, of how a method is chosen and what it lacks."""
    for path in BELOW:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _is_heard(_name(node)):
                for said in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    yield from _sentences(said)
            if isinstance(node, ast.FunctionDef) and node.name in SPEAKING.get(path.name, ()):
                yield from _said_in(node)
    for kind, number in product(NeedKind, (1, 2)):
        yield str(Need(kind=kind, at_least=number)).replace(str(number), "{n1}", 1)
    for words in (GONE, *BY_THE_SYSTEM):
        yield from _sentences(ast.Constant(words))


def _is_heard(name: str) -> bool:
    return name in ("report", "_report", "ProposalFailed") or (name.endswith("Error") and name not in UNHEARD)


def _said_in(function: ast.FunctionDef) -> Iterator[str]:
    docstring = ast.get_docstring(function, clean=False)
    inner = {id(part) for node in ast.walk(function) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(function):
        if id(node) not in inner and not (isinstance(node, ast.Constant) and node.value == docstring):
            yield from _sentences(node)


def _sentences(said: ast.AST) -> Iterator[str]:
    """What a literal says, with numbered places; names and keys are no sentences."""
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        words = said.value
    elif isinstance(said, ast.JoinedStr):
        words = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in said.values)
    else:
        return
    for sentence in re.sub(r"(^|\. ){} (?=[A-Z])", r"\1", words.removesuffix(".")).split(". "):
        if " " in sentence and needs_words(sentence):
            numbers = count(1)
            yield re.sub("{}", lambda _place: f"{{n{next(numbers)}}}", sentence)  # noqa: B023  used at once


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literals(values: Iterable[ast.expr]) -> Iterator[str]:
    """Literals among what is given, also in one of two branches; of an f-string what stands in it."""
    for value in values:
        if isinstance(value, ast.IfExp):
            yield from _literals([value.body, value.orelse])
        elif isinstance(value, ast.BoolOp | ast.JoinedStr):
            yield from _literals(value.values)
        elif isinstance(value, ast.BinOp):
            yield from _literals([value.left, value.right])
        elif isinstance(value, ast.List | ast.Tuple):
            yield from _literals(value.elts)
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
