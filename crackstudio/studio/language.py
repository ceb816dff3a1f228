"""The language of the window. The texts in the code are English; the others lie in `resources/languages/*.json`.

`tr` says a text now, and gives a string that remembers what it says; `say` and `show` give such texts to a widget or
action and keep them right when the language is switched, and `follow` does so for what is no property (items, headers).
`{count:image|images}` in a text is the word for one or for more; a language without plurals leaves it out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from crackstudio.core.locations import resources
from crackstudio.studio.fonts import can_write

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "简体中文"}
"""What a language calls itself, by its code."""

_KEPT = "said"


class Said(str):
    """A text in the language that was in force when it was made; it can be said again in another.

    For the window: what goes to disk is no text of it, and msgspec takes only a plain `str(text)`.
    """

    __slots__ = ("source", "values")

    source: str
    values: Mapping[str, object]

    def again(self) -> "Said":
        """The same in the language in force now."""
        values = {name: value.again() if isinstance(value, Said) else value for name, value in self.values.items()}
        return tr(self.source, **values)


class _Heard(Said):
    """Words of a lower floor, whose places are to be found in them again."""

    __slots__ = ()

    def again(self) -> Said:
        return heard(self.source)


@dataclass(slots=True)
class _Kept:
    """What a widget or action was told to show."""

    texts: dict[str, Said] = field(default_factory=dict)
    shows: list[Callable[[], object]] = field(default_factory=list)


class _InForce:
    """What is in force: one per process, as Qt's own translators are."""

    code = ENGLISH
    texts: Mapping[str, str] = {}
    patterns: Mapping[str, re.Pattern[str]] | None = None
    of_qt: QTranslator | None = None


class _Forms(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        one, many, more = format_spec.partition("|")
        if not many:
            return format(value, format_spec)
        return one if value == 1 else more


_forms = _Forms()


def tr(text: str, /, **values: object) -> Said:
    """`text` in the language in force (in English where that has none), with `values` in its `{places}`."""
    if isinstance(text, Said):
        return text.again()
    found = _InForce.texts.get(text, text)
    said = Said(_forms.vformat(found, (), values) if values else found)
    said.source, said.values = text, values
    return said


def joined(parts: Iterable[str], *, by: str = ", ") -> Said:
    """The parts, with what the language puts between them."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return tr("{by}".join(f"{{{name}}}" for name in values), by=tr(by), **values)


def heard(words: str) -> Said:
    """What a lower floor says, in English: sentence by sentence, `{n1} cannot be read` being that of any name."""
    sentences = words.removesuffix(".").split(". ")
    known = [_sentence(sentence) for sentence in sentences]
    full = tr(". ").join(known) + (tr(".") if words.endswith(".") else "")
    said = _Heard(words if known == sentences else full)
    said.source, said.values = words, {}
    return said


def later(text: str) -> str:
    """A text in a table, which `tr` or `say` gets in time: this tells that it is to be translated."""
    return text


def say(thing: QObject, **texts: str) -> None:
    """Set Qt properties (`text`, `toolTip`, `windowTitle`, …) to texts that follow the language."""
    show(thing, **{name: tr(text) for name, text in texts.items()})


def show(thing: QObject, **texts: str) -> None:
    """Set Qt properties to what `tr` has made, which follows the language, or to names and numbers, as they are."""
    for name, text in texts.items():
        if isinstance(text, Said):
            _kept(thing).texts[name] = text
        thing.setProperty(name, str(text))


def follow(thing: QObject, act: Callable[[], object]) -> None:
    """Do it now, and whenever the language is switched while `thing` lives."""
    _kept(thing).shows.append(act)
    act()


def language() -> str:
    """The code of the language in force."""
    return _InForce.code


def system_language() -> str:
    """The first of the system's languages that there is, and a font for it; else English."""
    for wanted in QLocale.system().uiLanguages():
        for code in LANGUAGES:
            if QLocale(wanted).language() == QLocale(code).language() and can_write(code):
                return code
    return ENGLISH


def texts_of(code: str) -> Mapping[str, str]:
    """The translations of a language, by the English text."""
    if code == ENGLISH:
        return {}
    return msgspec.json.decode((resources() / "languages" / f"{code}.json").read_bytes(), type=dict[str, str])


def speak(code: str) -> None:
    """Use a language from now on. Widgets get `LanguageChange` after everything that was said follows already."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    _InForce.code, _InForce.texts, _InForce.patterns = code, texts_of(code), None
    _translate_qt(app, code)
    for widget in app.topLevelWidgets():
        if widget.parent() is None:
            _say_again(widget)


def _say_again(widget: QWidget) -> None:
    for thing in (widget, *widget.findChildren(QObject)):
        kept = thing.property(_KEPT)
        if isinstance(kept, _Kept):
            _keep_right(thing, kept)
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))


def _keep_right(thing: QObject, kept: _Kept) -> None:
    for name, text in list(kept.texts.items()):
        if thing.property(name) == text:
            show(thing, **{name: text.again()})
        else:  # it shows something else by now
            del kept.texts[name]
    for act in kept.shows:
        act()


def _kept(thing: QObject) -> _Kept:
    kept = thing.property(_KEPT)
    if not isinstance(kept, _Kept):
        kept = _Kept()
        thing.setProperty(_KEPT, kept)
    return kept


def _sentence(words: str) -> str:
    if words in _InForce.texts:
        return tr(words)
    if _InForce.patterns is None:
        surest_first = sorted(_InForce.texts, key=lambda text: (text.startswith("{n1}"), -len(text)))
        _InForce.patterns = {text: _pattern(text) for text in surest_first if "{n1}" in text}
    for text, pattern in _InForce.patterns.items():
        if found := pattern.fullmatch(words):
            return tr(text, **{name: heard(value) for name, value in found.groupdict().items()})
    return words


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(n\d+)\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL)


def _translate_qt(app: QApplication, code: str) -> None:
    """Qt's own buttons and dialogs."""
    if _InForce.of_qt is not None:
        app.removeTranslator(_InForce.of_qt)
        _InForce.of_qt = None
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if code != ENGLISH and translator.load(f"qtbase_{code}", folder):
        app.installTranslator(translator)
        _InForce.of_qt = translator
