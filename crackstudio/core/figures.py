"""The figures of cracks in a mask, as numbers alone: what lists show, tables hold and projects keep."""

import msgspec


class Figures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of one class, in px; see `crackstudio.imaging.measuring.Measured`."""

    cracks: int
    length: float
    mean_width: float
    max_width: float
    p95_width: float
    area: int


NOTHING = Figures(cracks=0, length=0, mean_width=0, max_width=0, p95_width=0, area=0)


class MaskFigures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of each class that occurs, by its id. `scored`: all pixels but the unsure ones."""

    classes: dict[int, Figures]
    scored: int

    @property
    def cracks(self) -> int:
        """Of all classes."""
        return sum(found.cracks for found in self.classes.values())

    @property
    def length(self) -> float:
        """Of all classes, in px."""
        return sum(found.length for found in self.classes.values())

    @property
    def mean_width(self) -> float:
        """Over the length of all classes, in px."""
        return sum(found.mean_width * found.length for found in self.classes.values()) / max(self.length, 1e-9)

    @property
    def max_width(self) -> float:
        """The widest of all classes, in px."""
        return max((found.max_width for found in self.classes.values()), default=0.0)
