"""The tile tags of the open image: how large tiles are, how many have which tag, and what is quicker than sweeping."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox

from crackstudio.core.images import Tag
from crackstudio.core.tiles import DEFAULT_TILE, LARGEST_TILE, SMALLEST_TILE, TileTags
from crackstudio.studio.canvas.palettes import TILE_COLOURS
from crackstudio.studio.language import later, say, show, tr
from crackstudio.studio.widgets.bricks import Section, inset, push, text

_STEP = 32
_COUNTS = {
    Tag.CRACKED: later("{count:,} cracked"),
    Tag.INTACT: later("{count:,} intact"),
    Tag.UNKNOWN: later("{count:,} without a tag"),
}


class TilePanel(Section):
    """Shown while the tile tool is in hand."""

    side_changed = Signal(int)
    """Of tiles without tags, px."""
    rest_pressed = Signal()
    clear_pressed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Tile tags"))
        self._side = QSpinBox()
        self._side.setObjectName("tile_side")
        self._side.setRange(SMALLEST_TILE, LARGEST_TILE)
        self._side.setSingleStep(_STEP)
        self._side.setValue(DEFAULT_TILE)
        self._side.setSuffix(" px")
        self._side.setKeyboardTracking(False)
        say(self._side, toolTip="Best the side of the crops that the method trains on: then a crop is a whole tile")
        inset(self._side)
        self._note = text("", kind="muted", wrap=True)
        self._counts = {tag: text("") for tag in _COUNTS}
        self._rest = push(tr("Rest intact"))
        say(self._rest, toolTip="Tag every tile of this image that has no tag intact; undoable")
        self._clear = push(tr("Clear"))
        say(self._clear, toolTip="Take all tile tags of this image back; undoable")
        self.hint = text("", kind="muted", wrap=True)
        self._lay_out()
        self._side.valueChanged.connect(self.side_changed)
        self._rest.clicked.connect(self.rest_pressed)
        self._clear.clicked.connect(self.clear_pressed)
        self.hide()

    def set_side(self, side: int) -> None:
        """Show the side in force in the project."""
        with QSignalBlocker(self._side):
            self._side.setValue(side)

    def set_tags(self, tags: TileTags | None) -> None:
        """Show how many tiles of the open image have which tag, and whether it keeps tiles of another side."""
        for tag, label in self._counts.items():
            show(label, text=tr(_COUNTS[tag], count=tags.count(tag) if tags else 0))
        keeps = tags is not None and not tags.is_empty and tags.size != self._side.value()
        self._note.setVisible(keeps)
        if tags is not None and keeps:
            words = tr(
                "This image has tags on tiles of {side} px and keeps them; clear them to use the new size.",
                side=tags.size,
            )
            show(self._note, text=words)
        self._rest.setEnabled(tags is not None and tags.count(Tag.UNKNOWN) > 0)
        self._clear.setEnabled(tags is not None and not tags.is_empty)

    def set_hint(self, words: str) -> None:
        """What the canvas says of the tool."""
        show(self.hint, text=words)

    def _lay_out(self) -> None:
        size = QHBoxLayout()
        size.addWidget(text(tr("Tile size"), kind="muted"), 1)
        size.addWidget(self._side)
        buttons = QHBoxLayout()
        buttons.addWidget(self._rest, 1)
        buttons.addWidget(self._clear, 1)
        self.body.addLayout(size)
        self.body.addWidget(self._note)
        for tag, label in self._counts.items():
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(_swatch(TILE_COLOURS.get(tag)))
            row.addWidget(label, 1)
            self.body.addLayout(row)
        self.body.addLayout(buttons)
        self.body.addWidget(self.hint)


def _swatch(colour: str | None) -> QLabel:
    label, pixmap = QLabel(), QPixmap(12, 12)
    pixmap.fill(QColor(colour or "#00000000"))
    label.setPixmap(pixmap)
    return label
