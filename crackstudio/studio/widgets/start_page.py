"""What one sees first: the loop in four words, a folder to open, the folders opened last."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from crackstudio.studio.language import follow, later, show, tr
from crackstudio.studio.widgets.bricks import Glyph, line, push, text

_LOOP = (
    ("sparkle", later("Propose"), later("A network draws the cracks it sees.")),
    ("paint-brush", later("Correct"), later("Brush what is wrong, accept what is right.")),
    ("arrows-clockwise", later("Retrain"), later("It learns from you while you go on.")),
    ("repeat", later("Repeat"), later("Every round proposes better.")),
)
_CARD_WIDTH = 760
_DOORS_WIDTH = 270


class StartPage(QWidget):
    """Tells which folder was asked for."""

    open_pressed = Signal()
    demo_pressed = Signal()
    folder_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._recents = QVBoxLayout()
        self._recents.setSpacing(2)
        self._recents_head = text(tr("Recent"), kind="heading")
        self._busy = text("", kind="muted")
        self._busy.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card = self._card()
        card.setFixedWidth(_CARD_WIDTH)
        follow(card, lambda: card.setMinimumHeight(card.heightForWidth(_CARD_WIDTH)))
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(self._heading())
        column.addSpacing(24)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addWidget(self._busy)
        column.addStretch(3)

    def set_recents(self, folders: Sequence[Path]) -> None:
        """Offer these folders."""
        while (item := self._recents.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for folder in folders:
            self._recents.addWidget(self._recent(folder))
        if not folders:
            self._recents.addWidget(text(tr("Folders you open appear here."), kind="muted"))
        self._recents.addStretch(1)

    def set_busy(self, words: str) -> None:
        """Say what is going on below the card."""
        show(self._busy, text=words)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(Path(url.toLocalFile()).is_dir() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folders = [url.toLocalFile() for url in event.mimeData().urls() if Path(url.toLocalFile()).is_dir()]
        if folders:
            self.folder_chosen.emit(folders[0])

    def _heading(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        title = text("CrackStudio", kind="display")
        words = text(tr("Masks of cracks and defects you can stand by"), kind="muted")
        for part in (title, words):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        return column

    def _card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(20)
        steps = QHBoxLayout()
        steps.setSpacing(20)
        for glyph, word, words in _LOOP:
            steps.addLayout(_loop_step(glyph, tr(word), tr(words)), 1)
        column.addLayout(steps)
        column.addWidget(line())
        below = QHBoxLayout()
        below.setSpacing(28)
        below.addLayout(self._doors())
        recents = QVBoxLayout()
        recents.setSpacing(6)
        recents.addWidget(self._recents_head)
        recents.addLayout(self._recents, 1)
        below.addLayout(recents, 1)
        column.addLayout(below)
        return card

    def _doors(self) -> QVBoxLayout:
        open_folder = push(tr("Open a folder of images…"), icon_name="folder-open", primary=True)
        demo = push(tr("Try the demo"), icon_name="flask", tip=tr("Drawn cracks on drawn surfaces, with exact truth"))
        open_folder.setObjectName("start_open")
        demo.setObjectName("start_demo")
        for button in (open_folder, demo):
            button.setMinimumHeight(36)
        open_folder.clicked.connect(self.open_pressed)
        demo.clicked.connect(self.demo_pressed)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(text(tr("Start"), kind="heading"))
        column.addWidget(open_folder)
        column.addWidget(demo)
        words = tr(
            "Sub-folders named cracked (positive, defect, ng) and intact (negative, good, ok) give the tags. "
            "A folder can be dropped here."
        )
        hint = text(words, kind="muted", wrap=True)
        hint.setFixedWidth(_DOORS_WIDTH)
        column.addSpacing(4)
        column.addWidget(hint)
        column.addStretch(1)
        return column

    def _recent(self, folder: Path) -> QPushButton:
        button = QPushButton()
        button.setObjectName("recent")
        button.setToolTip(str(folder))
        button.setMinimumHeight(44)
        sign, words = Glyph("folder-simple", colour="muted", size=20), QVBoxLayout()
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words.setSpacing(0)
        for part in (text(folder.name or str(folder)), text(_short(folder.parent), kind="muted")):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(part)
        row = QHBoxLayout(button)
        row.setContentsMargins(10, 4, 10, 4)
        row.setSpacing(10)
        row.addWidget(sign)
        row.addLayout(words, 1)
        button.clicked.connect(lambda: self.folder_chosen.emit(str(folder)))
        return button


def _loop_step(glyph: str, word: str, words: str) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(Glyph(glyph, colour="accent_text", size=20))
    head.addWidget(text(word, kind="heading"), 1)
    column.addLayout(head)
    column.addWidget(text(words, kind="muted", wrap=True), 1, Qt.AlignmentFlag.AlignTop)
    return column


def _short(path: Path) -> str:
    shown = str(path)
    home = str(Path.home())
    shown = "~" + shown[len(home) :] if shown.startswith(home) else shown
    return shown if len(shown) <= 52 else "…" + shown[-51:]
