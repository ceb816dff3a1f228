"""The look: two sets of colours, one style sheet, and following the system between them."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from crackstudio.core.locations import resources
from crackstudio.studio.colours import DARK, LIGHT, Colours
from crackstudio.studio.settings import Scheme
from crackstudio.studio.style_sheet import style_sheet


class Theme(QObject):
    """Dresses the application and follows the system where it is asked to."""

    def __init__(self, app: QApplication, *, scheme: Scheme) -> None:
        super().__init__(app)
        self._app = app
        self.scheme = scheme
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._dress)
        self._dress()

    def choose(self, scheme: Scheme) -> None:
        """Fix the look, or follow the system."""
        self.scheme = scheme
        self._dress()

    def _dress(self) -> None:
        chosen = self._wanted()
        self._app.setPalette(_palette(chosen))
        self._app.setStyleSheet(style_sheet(chosen, icons=resources() / "icons"))

    def _wanted(self) -> Colours:
        if self.scheme is Scheme.SYSTEM:
            return LIGHT if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
        return LIGHT if self.scheme is Scheme.LIGHT else DARK


def _palette(chosen: Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for what, colour in (
        (role.Window, chosen.window),
        (role.Base, chosen.panel),
        (role.AlternateBase, chosen.raised),
        (role.Button, chosen.raised),
        (role.ToolTipBase, chosen.raised),
        (role.Text, chosen.text),
        (role.WindowText, chosen.text),
        (role.ButtonText, chosen.text),
        (role.ToolTipText, chosen.text),
        (role.BrightText, chosen.bad),
        (role.PlaceholderText, chosen.muted),
        (role.Highlight, chosen.accent),
        (role.HighlightedText, chosen.on_accent),
        (role.Link, chosen.accent_text),
        (role.Accent, chosen.accent),
        (role.Mid, chosen.border),
        (role.Midlight, chosen.hover),
        (role.Dark, chosen.border),
        (role.Shadow, chosen.ground),
    ):
        palette.setColor(what, QColor(colour))
    for what in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(group.Disabled, what, QColor(chosen.faint))
    return palette
