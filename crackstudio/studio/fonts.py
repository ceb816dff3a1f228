"""Fonts for Chinese: names of files in it are everywhere, and the window may speak it."""

from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

_SIMPLIFIED = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")


def with_chinese(font: QFont) -> QFont:
    """`font`, then a sans serif made for simplified Chinese, where one of Linux' usual ones is installed.

    Left alone, fontconfig takes any font that has the sign: in a bold cut, a serif, or the forms of another language.
    """
    made = QFont(font)
    made.setFamilies([QFontInfo(font).family(), *filter(QFontDatabase.hasFamily, _SIMPLIFIED)])
    return made


def can_write(code: str) -> bool:
    """Whether there is a font for the language's script."""
    if QLocale(code).script() != QLocale.Script.SimplifiedHanScript:
        return True
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
