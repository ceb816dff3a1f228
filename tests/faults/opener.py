"""Opens a folder in the real window, without the privileges of root, and says what the window then tells.

Arguments: the folder, where settings may lie, and, if it is not in the folder, where the project lies.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QLabel

from crackstudio.studio.app import build_window
from crackstudio.studio.settings import Settings

FAKE_ENGINE = Path(__file__).parents[1] / "studio" / "fake_engine.py"


def main(folder, settings, home=None):
    app = QApplication([])
    window = build_window(Settings(Path(settings)), engine=(sys.executable, str(FAKE_ENGINE), ""))
    scanned = []
    window.session._opening.scanned.connect(lambda: scanned.append(True))
    window.show()
    window.session.open_folder(Path(folder), home=Path(home) if home else None)
    while not scanned and not (window.notices.cards() and window.session.project is None):
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 1000)
    told = [" ".join(label.text() for label in card.findChildren(QLabel)) for card in window.notices.cards()]
    os.write(1, "\n".join([*told, f"images: {len(window.session.entries())}"]).encode())
    window.close()


main(*sys.argv[1:])
