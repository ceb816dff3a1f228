"""A number box for learning rates and weights: shows `2e-05` as written, steps by a tenth of the value's size."""

import math

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class ScientificBox(QDoubleSpinBox):
    """A double spin box without a fixed number of decimals."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(323)  # no rounding: textFromValue says how many digits are seen

    def textFromValue(self, value: float) -> str:
        return f"{value:.6g}"

    def valueFromText(self, words: str) -> float:
        try:
            return float(self._bare(words))
        except ValueError:
            return self.value()

    def validate(self, words: str, position: int) -> tuple[QValidator.State, str, int]:
        try:
            value = float(self._bare(words))
        except ValueError:
            return QValidator.State.Intermediate, words, position
        fits = self.minimum() <= value <= self.maximum()
        return (QValidator.State.Acceptable if fits else QValidator.State.Intermediate), words, position

    def stepBy(self, steps: int) -> None:
        value = self.value()
        size = 10 ** math.floor(math.log10(abs(value))) if value else 0.1
        self.setValue(value + steps * size / 10)

    def _bare(self, words: str) -> str:
        return words.removesuffix(self.suffix()).strip()
