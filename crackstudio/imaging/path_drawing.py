"""A path drawn into a mask: as wide as it is at each point, or by the brush where it is of one width.

Coordinates are (x, y) in pixels of the image; pixel (row i, column j) has its centre at (j + 0.5, i + 0.5).
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from crackstudio.imaging.blocks import paint
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.patch import Area, Patch, Pixels
from crackstudio.imaging.tiled_mask import TiledMask

Line = NDArray[np.float64]

SMOOTH = 250
"""A fixed width is drawn along fewer corners, off by up to this part of it: each corner costs a pull of the brush."""


def painted(mask: TiledMask, path: Line, widths: Line | int, *, value: int) -> Patch:
    """The patch that draws a path; `widths` in pixels, one for each of its points or one for all."""
    after = mask.snapshot()
    if isinstance(widths, int):
        stroke = Stroke(after, Brush(size=widths, value=value))
        for x, y in _simplified(path, tolerance=min(max(widths / SMOOTH, 0.1), 2)):
            stroke.to(x, y)
    else:
        drawn, area = stroke_of(path, widths, (mask.height, mask.width))
        paint(after, area, drawn.astype(np.bool_), value=value)
    return after.changes_since(mask)


def stroke_of(path: Line, widths: Line | float, shape: tuple[int, int]) -> tuple[Pixels, Area]:
    """Draw a path as wide as it is, inside a mask of `shape` (H, W): (h, w) uint8, 1 = crack, and where that lies.

    widths: (N,) or one for all, in pixels; below 1 they are 1, so that nothing tears. A pixel is drawn if its centre is
    inside, as by the brush. Between points the width changes evenly.
    """
    radius = np.maximum(np.broadcast_to(np.asarray(widths, np.float64), len(path)), 1) / 2
    points, radius = _evenly(path, radius)
    reach = math.ceil(float(radius.max())) + 1
    corner = np.floor(points.min(axis=0)).astype(int) - reach
    columns, rows = np.floor(points.max(axis=0)).astype(int) + reach + 1 - corner
    drawn = np.zeros((rows, columns), np.uint8)
    _draw(drawn, points - corner, radius)
    left, top = (int(place) for place in corner)
    inside = drawn[max(-top, 0) : max(shape[0] - top, 0), max(-left, 0) : max(shape[1] - left, 0)]
    return inside, Area(max(top, 0), max(left, 0), *inside.shape)


def _simplified(path: Line, *, tolerance: float) -> Line:
    """Fewer points, whose line stays within `tolerance` px of the path's (Douglas and Peucker); its ends stay."""
    points = cv2.approxPolyDP(np.ascontiguousarray(path, np.float32).reshape(-1, 1, 2), tolerance, closed=False)
    return np.asarray(points.reshape(-1, 2), np.float64)


def _evenly(path: Line, radius: Line) -> tuple[Line, Line]:
    """Points at most a third of the radius, or a pixel, apart; a path of few points keeps its own between them."""
    lengths = np.hypot(*np.diff(path, axis=0).T)
    strides = np.concatenate([[0], np.cumsum(lengths / np.maximum(np.minimum(radius[1:], radius[:-1]) / 3, 1))])
    places = np.linspace(0, strides[-1], math.ceil(strides[-1]) + 1)
    if 2 * len(path) < len(places):
        places = np.union1d(places, strides)
    x, y, radius = (np.interp(places, strides, values) for values in (*path.T, radius))
    return np.stack([x, y], axis=1), radius


def _draw(mask: Pixels, points: Line, radius: Line) -> None:
    """Set the pixels under the points and inside the pieces between; thick pieces go apart from thin, for speed."""
    mask[np.floor(points[:, 1]).astype(int), np.floor(points[:, 0]).astype(int)] = 1
    first = slice(None, -1) if len(points) > 1 else slice(None)
    pieces = (points[first], points[-len(points[first]) :], radius[first], radius[-len(points[first]) :])
    classes = np.ceil(np.log2(np.maximum(pieces[2], pieces[3])))
    for each in np.unique(classes):
        _draw_pieces(mask, *(part[classes == each] for part in pieces))


def _draw_pieces(mask: Pixels, starts: Line, ends: Line, thick: Line, thin: Line) -> None:
    along = ends - starts
    reach = math.ceil(float(np.abs(along).max()) + float(max(thick.max(), thin.max()))) + 1
    away = np.arange(-reach, reach + 1)
    columns, rows = (np.floor(starts[:, axis]).astype(int)[:, None] + away for axis in (0, 1))
    x, y = (columns + 0.5 - starts[:, :1])[:, None, :], (rows + 0.5 - starts[:, 1:])[:, :, None]
    u, v = along[:, 0, None, None], along[:, 1, None, None]
    share = ((x * u + y * v) / np.maximum(u * u + v * v, 1e-12)).clip(0, 1)
    wide = thick[:, None, None] + share * (thin - thick)[:, None, None]
    inside = (x - share * u) ** 2 + (y - share * v) ** 2 <= wide * wide
    piece, row, column = np.nonzero(inside)
    mask[rows[piece, row], columns[piece, column]] = 1
