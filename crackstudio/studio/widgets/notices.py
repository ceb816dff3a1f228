"""A column of notices over the canvas: they never take the keyboard, and never stop anything."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crackstudio.studio.language import tr
from crackstudio.studio.notice import Notice, Tone
from crackstudio.studio.widgets.bricks import ICON, Glyph, glyph_button, push, text

_WIDTH = 420
_MARGIN = 12
_MOST = 4
_GLYPHS = {
    Tone.PLAIN: ("info", "accent_text"),
    Tone.GOOD: ("check-circle", "good"),
    Tone.WARNING: ("warning", "warning"),
    Tone.BAD: ("warning-octagon", "bad"),
}


class NoticeCard(QFrame):
    """One notice with its buttons."""

    dismissed = Signal()

    def __init__(self, notice: Notice, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("tone", notice.tone.value)
        glyph, colour = _GLYPHS[notice.tone]
        sign = Glyph(glyph, colour=colour)
        title = text(notice.title, wrap=True)
        title.setObjectName("notice_title")
        shut = glyph_button("x", tip=tr("Close"))
        shut.clicked.connect(self.dismiss)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(title, 1)
        head.addWidget(shut, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 10)
        column.setSpacing(6)
        column.addLayout(head)
        if notice.words:
            words = text(notice.words, kind="muted", wrap=True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setContentsMargins(26, 0, 8, 0)
            column.addWidget(words)
        self._add_offers(column)
        if notice.seconds is not None:
            QTimer.singleShot(notice.seconds * 1000, self, self.dismiss)

    def dismiss(self) -> None:
        """Go away."""
        self.hide()
        self.dismissed.emit()
        self.deleteLater()

    def _add_offers(self, column: QVBoxLayout) -> None:
        if not self.notice.offers:
            return
        row = QHBoxLayout()
        row.setContentsMargins(26, 2, 8, 0)
        row.setSpacing(6)
        for index, offer in enumerate(self.notice.offers):
            button = push(offer.words, primary=index == 0)
            button.setIconSize(ICON)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _checked, act=offer.act: act())
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)


class Notices(QWidget):
    """Lies over the upper right of `over` and grows with what it holds."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._cards: list[NoticeCard] = []
        """Newest first. Never asked of the layout: PySide keeps what `itemAt` gave after Qt has freed it, and crashes
        once something else lies there."""
        self.setObjectName("notices")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        over.installEventFilter(self)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Put a notice on top; one with the same topic goes."""
        if notice.topic:
            self.settle(notice.topic)
        for card in self.cards()[_MOST - 1 :]:
            card.dismiss()
        card = NoticeCard(notice, parent=self)
        card.dismissed.connect(partial(self._drop, card))
        self._cards.insert(0, card)
        self._column.insertWidget(0, card)
        card.show()
        self.show()
        self.raise_()
        self._fit()

    def cards(self) -> list[NoticeCard]:
        """What is shown, newest first."""
        return list(self._cards)

    def settle(self, *topics: str) -> None:
        """What these were about is over: they go."""
        for card in self.cards():
            if card.notice.topic in topics:
                card.dismiss()

    def clear(self) -> None:
        """Close them all."""
        for card in self.cards():
            card.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _drop(self, card: NoticeCard) -> None:
        if card in self._cards:
            self._cards.remove(card)
            self._column.removeWidget(card)
            self._fit()

    def _fit(self) -> None:
        if not self.cards():
            self.hide()
            return
        over = self._over
        width = min(_WIDTH, over.width() - 2 * _MARGIN)
        height = (
            self._column.totalHeightForWidth(width) if self._column.hasHeightForWidth() else self.sizeHint().height()
        )
        self.setGeometry(over.width() - width - _MARGIN, _MARGIN, width, height)
