"""The language of the window. The texts in the code are English; the others lie in `resources/languages/*.json`."""

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from crackstudio.core.locations import resources

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "简体中文"}
"""What a language calls itself, by its code."""

_KEPT = "said_"


class _InForce:
    """What is in force: one per process, as Qt's own translators are."""

    code = ENGLISH
    texts: Mapping[str, str] = {}
    of_qt: QTranslator | None = None


def tr(text: str, /, **values: object) -> str:
    """`text` in the language in force (in English where that has none), with `values` in its `{places}`."""
    found = _InForce.texts.get(text, text)
    return found.format(**values) if values else found


def say(thing: QObject, **texts: str) -> None:
    """Set Qt properties (`text`, `toolTip`, `windowTitle`, …) to texts that follow the language."""
    for name, text in texts.items():
        thing.setProperty(name, tr(text))
        thing.setProperty(_KEPT + name, text)


def language() -> str:
    """The code of the language in force."""
    return _InForce.code


def texts_of(code: str) -> dict[str, str]:
    """The translations of a language, by the English text."""
    if code == ENGLISH:
        return {}
    return msgspec.json.decode((resources() / "languages" / f"{code}.json").read_bytes(), type=dict[str, str])


def speak(code: str) -> None:
    """Use a language from now on. Widgets get `LanguageChange` after everything that was said follows already."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    _InForce.code, _InForce.texts = code, texts_of(code)
    _translate_qt(app, code)
    for widget in app.topLevelWidgets():
        for thing in (widget, *widget.findChildren(QObject)):
            _say_again(thing)
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))


def _say_again(thing: QObject) -> None:
    for name in thing.dynamicPropertyNames():
        kept = bytes(name.data()).decode()
        if kept.startswith(_KEPT):
            thing.setProperty(kept.removeprefix(_KEPT), tr(thing.property(kept)))


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
