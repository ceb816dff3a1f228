"""What a tool has in hand, drawn over the canvas: its path light on dark, its nodes as small squares."""

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from crackstudio.studio.canvas.tools.tool import Draft
from crackstudio.studio.canvas.viewport import Viewport

_NODE = 3.5
_PIECE = 16
"""Points whose rectangle is repainted together: a path round the image would have the whole window for one."""


class DraftView:
    """Draws the draft of the tool in hand; `show` says which pixels that changes."""

    def __init__(self) -> None:
        self._path = QPolygonF()
        self._nodes: list[QPointF] = []
        self._closed = False
        self._ratio = 1.0

    def show(self, draft: Draft | None, view: Viewport | None, *, ratio: float) -> QRegion:
        """Show it through this view. Returns the device pixels to repaint: where it was and where it is."""
        left = self._region()
        seen = draft if view is not None else None
        places = [view.to_device(*point) for point in seen.path] if seen is not None and view is not None else []
        nodes = [view.to_device(*point) for point in seen.nodes] if seen is not None and view is not None else []
        self._path = QPolygonF([QPointF(*place) for place in places])
        self._nodes = [QPointF(*node) for node in nodes]
        self._closed = seen is not None and seen.closed
        self._ratio = ratio
        return left + self._region()

    def draw(self, painter: QPainter) -> None:
        """In device pixels."""
        if self._path.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 170), 3.0), (QColor(255, 255, 255, 235), 1.2)):
            painter.setPen(QPen(colour, width * self._ratio))
            painter.drawPolyline(self._path)
            if self._closed:
                painter.setPen(QPen(colour, width * self._ratio, Qt.PenStyle.DotLine))
                painter.drawLine(self._path.last(), self._path.first())
        painter.setPen(QPen(QColor(0, 0, 0, 200), self._ratio))
        painter.setBrush(QColor(255, 255, 255))
        half = _NODE * self._ratio
        for node in self._nodes:
            painter.drawRect(QRectF(node.x() - half, node.y() - half, 2 * half, 2 * half))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _region(self) -> QRegion:
        points = self._path.toList()
        points += points[:1] if self._closed else []
        margin = math.ceil((_NODE + 3) * self._ratio)
        region = QRegion()
        for start in range(0, len(points), _PIECE):
            bounds = QPolygonF(points[start : start + _PIECE + 1]).boundingRect().toAlignedRect()
            region += QRect(bounds).adjusted(-margin, -margin, margin, margin)
        for node in self._nodes:
            region += QRect(node.toPoint(), node.toPoint()).adjusted(-margin, -margin, margin, margin)
        return region
