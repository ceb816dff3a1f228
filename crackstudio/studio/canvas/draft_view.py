"""What a tool has in hand, drawn over the canvas: its path light on dark and its width, its nodes as small squares.

What is not certain is dotted: the way ahead of the path, and the line that would close it.
"""

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from crackstudio.studio.canvas.tools.tool import Draft
from crackstudio.studio.canvas.viewport import Viewport

_NODE = 3.5
_BAND = QColor(255, 255, 255, 70)
_PIECE = 16
"""Points whose rectangle is repainted together: a path round the image would have the whole window for one."""


class DraftView:
    """Draws the draft of the tool in hand through whatever view is in force; `show` says which pixels that changes."""

    def __init__(self) -> None:
        self._draft: Draft | None = None

    def show(self, draft: Draft | None, view: Viewport | None, *, ratio: float) -> QRegion:
        """Returns the device pixels to repaint: where the one before was and where this one is."""
        left = self._region(view, ratio)
        self._draft = draft
        return left + self._region(view, ratio)

    def draw(self, painter: QPainter, view: Viewport | None, *, ratio: float) -> None:
        """In device pixels."""
        path, nodes = self._places(view)
        if self._draft is None or not path:
            return
        known = len(self._draft.path)
        dotted = path[known - 1 :] if self._draft.ahead else path[-1:] + path[:1] if self._draft.closed else []
        path = path[:known]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if width := self._width(view):
            painter.setPen(QPen(_BAND, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline(path)
        for colour, width in ((QColor(0, 0, 0, 170), 3.0), (QColor(255, 255, 255, 235), 1.2)):
            painter.setPen(QPen(colour, width * ratio))
            painter.drawPolyline(path)
            painter.setPen(QPen(colour, width * ratio, Qt.PenStyle.DotLine))
            painter.drawPolyline(dotted)
        painter.setPen(QPen(QColor(0, 0, 0, 200), ratio))
        painter.setBrush(QColor(255, 255, 255))
        half = _NODE * ratio
        for node in nodes:
            painter.drawRect(QRectF(node.x() - half, node.y() - half, 2 * half, 2 * half))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _places(self, view: Viewport | None) -> tuple[list[QPointF], list[QPointF]]:
        """The path with what is ahead of it, and the nodes, in device pixels."""
        draft = self._draft
        if draft is None or view is None:
            return [], []
        path, nodes = (
            [QPointF(*view.to_device(*point)) for point in points] for points in (draft.path + draft.ahead, draft.nodes)
        )
        return path, nodes

    def _width(self, view: Viewport | None) -> float:
        """In device pixels."""
        return 0.0 if self._draft is None or view is None else self._draft.width * view.scale

    def _region(self, view: Viewport | None, ratio: float) -> QRegion:
        path, nodes = self._places(view)
        points = path + (path[:1] if self._draft is not None and self._draft.closed else [])
        margin = math.ceil((_NODE + 3) * ratio + self._width(view) / 2)
        region = QRegion()
        for start in range(0, len(points), _PIECE):
            bounds = QPolygonF(points[start : start + _PIECE + 1]).boundingRect().toAlignedRect()
            region += QRect(bounds).adjusted(-margin, -margin, margin, margin)
        for node in nodes:
            region += QRect(node.toPoint(), node.toPoint()).adjusted(-margin, -margin, margin, margin)
        return region
