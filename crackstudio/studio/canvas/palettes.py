"""Colour tables of the layers: what a class, a crack map's value or a weight looks like."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from crackstudio.core.classes import BACKGROUND, CRACK, UNSURE, UNSURE_COLOUR
from crackstudio.core.images import Tag
from crackstudio.imaging.counts import level_of

Table = npt.NDArray[np.int32]
"""256 colours, ARGB32 premultiplied, as the integers Qt keeps."""


SILENT = 0.25

TILE_COLOURS = {Tag.CRACKED: "#ff8c1a", Tag.INTACT: "#1e9bff"}
_SHARES = 1.0, 0.75
"""Of the opacity: most of an image is intact, and is still looked at."""
_GRID = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskPalette:
    """The fill and the contour of each class."""

    fill: Table
    line: Table


def mask_palette(
    colours: Mapping[int, str], *, opacity: float, is_filled: bool = True, hidden: Collection[int] = ()
) -> MaskPalette:
    """From colours by class id; unknown ones look like the first. The contour stays clear where the fill is faint."""
    first = next(iter(colours.values()), CRACK.colour)
    names = [*(colours.get(value, first) for value in range(UNSURE)), UNSURE_COLOUR]
    clear = {BACKGROUND, *hidden}

    def table(alpha: float) -> Table:
        # each colour once: Qt lets go of Python's lock at every call, and beside a scan that took 11 ms for 1.5 of work
        inks = {name: _premultiplied(QColor(name), alpha) for name in set(names)}
        return np.array([0 if value in clear else inks[name] for value, name in enumerate(names)], np.int32)

    fill, line = table(opacity if is_filled else 0.0), table(min(1.0, opacity + 0.4) if opacity else 0.0)
    return MaskPalette(fill=fill, line=line)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePalette:
    """By cell of the tile tags: the tint, and the lines at the start and at the end of a tile."""

    fill: Table
    light: Table
    dark: Table


def tile_palette(*, opacity: float, with_grid: bool) -> TilePalette:
    """Orange and blue, which every eye tells apart; the grid of tiles without a tag is light and dark side by side."""
    shown = [QColor(TILE_COLOURS[tag]) for tag in (Tag.CRACKED, Tag.INTACT)]
    fill = [0, *(_premultiplied(colour, share * opacity) for colour, share in zip(shown, _SHARES, strict=True))]
    frames = [_premultiplied(colour, min(1.0, 2.5 * opacity)) for colour in shown]
    light, dark = (_premultiplied(QColor(ink), _GRID if with_grid else 0.0) for ink in ("#ffffff", "#000000"))
    tables = (np.array(cells, np.int32) for cells in (fill, [light, *frames], [dark, *frames]))
    return TilePalette(**dict(zip(("fill", "light", "dark"), tables, strict=True)))


def heat_table(*, threshold: float, opacity: float, colour: str) -> list[int]:
    """Below the threshold: a perceptual map from violet to red, faint and then clear. From it on: `colour`.

    A network is never quite silent; what is under a quarter of the threshold is no hint and would only tint the image.
    """
    taken = level_of(threshold)
    bright = QColor(colour)
    table = []
    for value, warm in enumerate(_perceptual(cv2.COLORMAP_INFERNO, low=0.3, high=0.62)):
        if value >= taken:
            table.append(_plain(bright, opacity))
        else:
            hint = max(0.0, (value / taken - SILENT) / (1 - SILENT))
            table.append(_plain(warm, opacity * hint * taken / 255))
    return table


def weight_table(*, opacity: float) -> list[int]:
    """0: no defect, clear. 1 to 255: weight 0 to the greatest, dark to bright."""
    return [0, *(_plain(colour, opacity) for colour in _perceptual(cv2.COLORMAP_VIRIDIS, low=0.0, high=1.0)[1:])]


def width_table(*, opacity: float) -> list[int]:
    """0: no crack, clear. 1 to 255: thin to wide, blue to red."""
    return [0, *(_plain(colour, opacity) for colour in _perceptual(cv2.COLORMAP_TURBO, low=0.05, high=0.95)[1:])]


def _perceptual(colour_map: int, *, low: float, high: float) -> list[QColor]:
    steps = np.linspace(255 * low, 255 * high, 256).astype(np.uint8)
    found = cv2.applyColorMap(steps[:, None], colour_map)[:, 0]
    return [QColor(int(red), int(green), int(blue)) for blue, green, red in found]


def _plain(colour: QColor, alpha: float) -> int:
    return QColor(colour.red(), colour.green(), colour.blue(), round(255 * alpha)).rgba()


def _premultiplied(colour: QColor, alpha: float) -> int:
    red, green, blue = (round(part * alpha) for part in (colour.red(), colour.green(), colour.blue()))
    argb = round(255 * alpha) << 24 | red << 16 | green << 8 | blue
    return argb - (1 << 32) if argb >= 1 << 31 else argb
