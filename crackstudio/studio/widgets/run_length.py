"""How long a run takes: as the method has it, or so many minutes, epochs or steps."""

from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from crackstudio.studio.language import say, tr
from crackstudio.studio.widgets.bricks import Segments, inset, text

OWN, MINUTES, EPOCHS, STEPS = "default", "minutes", "epochs", "steps"


class RunLength(QWidget):
    """What is chosen has a number; the others are None."""

    def __init__(self) -> None:
        super().__init__()
        lengths = ((MINUTES, tr("Minutes")), (EPOCHS, tr("Epochs")), (STEPS, tr("Steps")))
        self._limit = Segments(((OWN, tr("Method's own")), *lengths))
        self._own = text("", kind="muted")
        self._minutes = QDoubleSpinBox(minimum=0.1, maximum=10_000, value=10, decimals=1)
        say(self._minutes, suffix=" min")
        self._epochs = QSpinBox(minimum=1, maximum=100_000, value=20)
        say(self._epochs, suffix=" epochs")
        self._steps = QSpinBox(minimum=1, maximum=10_000_000, value=1000)
        say(self._steps, suffix=" steps")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._limit, 1)
        row.addWidget(self._own)
        for box in (self._minutes, self._epochs, self._steps):
            inset(box)
            row.addWidget(box)
        self._limit.chosen.connect(self._choose)
        self._limit.choose(OWN)
        self._choose(OWN)

    @property
    def minutes(self) -> float | None:
        """Of the run."""
        return self._minutes.value() if self._chosen == MINUTES else None

    @property
    def epochs(self) -> int | None:
        """Of the run."""
        return self._epochs.value() if self._chosen == EPOCHS else None

    @property
    def steps(self) -> int | None:
        """Of the run."""
        return self._steps.value() if self._chosen == STEPS else None

    def show_own(self, *, epochs: object, minutes: object) -> None:
        """What the method takes by itself: epochs, where it has some, go before minutes."""
        if epochs:
            say(self._own, text=tr("{count:,} {count:epoch|epochs}", count=epochs))
        else:
            say(self._own, text=tr("{minutes:g} min", minutes=minutes) if minutes else "")

    def _choose(self, limit: str) -> None:
        self._chosen = limit
        self._own.setVisible(limit == OWN)
        self._minutes.setVisible(limit == MINUTES)
        self._epochs.setVisible(limit == EPOCHS)
        self._steps.setVisible(limit == STEPS)
