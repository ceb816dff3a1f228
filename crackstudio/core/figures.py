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

    def of(self, identity: int) -> Figures:
        """Of one class; all 0 where it does not occur."""
        return self.classes.get(identity, NOTHING)
