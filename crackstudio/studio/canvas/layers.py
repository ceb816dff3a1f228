"""The layers of the canvas, bottom to top, and how each one looks."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class Layer(StrEnum):
    """From the bottom to the top."""

    IMAGE = "image"
    HEAT = "heat"
    WEIGHTS = "weights"
    MASK = "mask"
    WIDTHS = "widths"
    TILES = "tiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`opacity` in [0, 1]; `colour` as `#rrggbb`, None where the layer brings its own colours.

    The colour of HEAT marks what is over the threshold; those of MASK are its classes'.
    """

    visible: bool = True
    opacity: float = 1.0
    colour: str | None = None


class LayerStack(QObject):
    """How every layer looks; the only place that knows."""

    changed = Signal(Layer)

    def __init__(self) -> None:
        super().__init__()
        self._looks = {
            Layer.IMAGE: Look(),
            Layer.HEAT: Look(opacity=0.6, colour="#ffd23f"),
            Layer.MASK: Look(opacity=0.45),
            Layer.WEIGHTS: Look(visible=False, opacity=0.75),
            Layer.WIDTHS: Look(visible=False, opacity=1.0),
            Layer.TILES: Look(visible=False, opacity=0.3),
        }

    def look(self, layer: Layer) -> Look:
        """How a layer looks now."""
        return self._looks[layer]

    def set_look(
        self,
        layer: Layer,
        *,
        visible: bool | None = None,
        opacity: float | None = None,
        colour: str | None = None,
    ) -> None:
        """Change what is given. `opacity` is brought into [0, 1]; `colour` counts only where the layer has one."""
        old = self._looks[layer]
        look = Look(
            visible=old.visible if visible is None else visible,
            opacity=old.opacity if opacity is None else min(max(opacity, 0.0), 1.0),
            colour=colour if colour and old.colour else old.colour,
        )
        if look != old:
            self._looks[layer] = look
            self.changed.emit(layer)
