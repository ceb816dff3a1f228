"""What mends the mask of a class as a whole, and the size each takes."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QSpinBox

from crackstudio.studio.language import later, say, tr
from crackstudio.studio.mending import Mend
from crackstudio.studio.widgets.action_set import title_of
from crackstudio.studio.widgets.bricks import Section, inset, push, show_tip

_SIZES = {
    Mend.FILL_HOLES: (100, " px²", later("Holes of up to so many pixels are filled")),
    Mend.REMOVE_SPECKS: (30, " px²", later("Pieces of fewer pixels go")),
    Mend.BRIDGE_GAPS: (15, " px", later("Ends that face each other within so many pixels are joined")),
    Mend.PRUNE_SPURS: (8, " px", later("Branches that are shorter go")),
    Mend.GROW: (1, " px", later("On every side")),
    Mend.SHRINK: (1, " px", later("On every side")),
}
_LARGEST = 100_000


class MendPanel(Section):
    """A button and its size for each way to mend."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__(tr("Mend"), folded=True)
        self._sizes: dict[Mend, QSpinBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for row, (mend, (size, unit, tip)) in enumerate(_SIZES.items()):
            button = push(title_of(mend))
            button.clicked.connect(actions[mend].trigger)
            show_tip(button, actions[mend])
            box = QSpinBox()
            with QSignalBlocker(box):
                box.setRange(1, _LARGEST)
                box.setValue(size)
            box.setSuffix(unit)
            say(box, toolTip=tip)
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
