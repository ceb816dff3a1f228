"""What mends the mask of a class as a whole, and the size each takes."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QSpinBox

from crackstudio.studio.language import later, show, tr
from crackstudio.studio.mending import Mend
from crackstudio.studio.widgets.action_set import title_of
from crackstudio.studio.widgets.bricks import Section, inset, push, show_tip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """What it is at first, the most that may be asked for, its unit, and what it means.

    The most is far beyond what mends, and is still done in seconds on 144 megapixels full of cracks: growing by 200 px
    takes 2.3 s of processor time, by 1000 px 13.5; pruning to 100 px 8.7.
    """

    first: int
    most: int
    unit: str
    tip: str


_SIZES = {
    Mend.FILL_HOLES: _Size(first=100, most=100_000, unit=" px²", tip=later("Holes of up to so many pixels are filled")),
    Mend.REMOVE_SPECKS: _Size(first=30, most=100_000, unit=" px²", tip=later("Pieces of fewer pixels go")),
    Mend.BRIDGE_GAPS: _Size(
        first=15, most=200, unit=" px", tip=later("Ends that face each other within so many pixels are joined")
    ),
    Mend.PRUNE_SPURS: _Size(first=8, most=100, unit=" px", tip=later("Branches that are shorter go")),
    Mend.GROW: _Size(first=1, most=200, unit=" px", tip=later("On every side")),
    Mend.SHRINK: _Size(first=1, most=200, unit=" px", tip=later("On every side")),
}


class MendPanel(Section):
    """A button and its size for each way to mend."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__(tr("Mend"), folded=True)
        self._sizes: dict[Mend, QSpinBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for row, (mend, size) in enumerate(_SIZES.items()):
            button = push(title_of(mend))
            button.clicked.connect(actions[mend].trigger)
            show_tip(button, actions[mend])
            box = QSpinBox()
            with QSignalBlocker(box):
                box.setRange(1, size.most)
                box.setValue(size.first)
            box.setSuffix(size.unit)
            show(box, toolTip=tr("{tip}; {most:,} at most", tip=tr(size.tip), most=size.most))
            inset(box)
            self._sizes[mend] = box
            grid.addWidget(button, row, 0)
            grid.addWidget(box, row, 1)
        self.body.addLayout(grid)

    def size_of(self, mend: Mend) -> int:
        """What a person set for it."""
        return self._sizes[mend].value()

    def words_of(self, mend: Mend) -> str:
        """The same with its unit."""
        return self._sizes[mend].text()
