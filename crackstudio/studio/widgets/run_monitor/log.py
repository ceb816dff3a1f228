"""What the engine says, word by word."""

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

from crackstudio.studio.language import say

MOST_LINES = 5000


class LogView(QPlainTextEdit):
    """The newest lines of a log; follows the end unless scrolled away."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        say(self, placeholderText="What the engine has to complain of appears here.")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)

    def show_text(self, lines: str) -> None:
        """Show another run's log."""
        self.setPlainText(lines)
