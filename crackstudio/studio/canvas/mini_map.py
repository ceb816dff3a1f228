"""The mini map: the whole picture small in the lower right corner, the part in view framed, to be moved by mouse."""

import math

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.canvas.overlays import INK
from crackstudio.studio.canvas.pyramid import ImagePyramid, averaged_level
from crackstudio.studio.canvas.viewport import Viewport
from crackstudio.studio.language import say

_ROOM = (168, 126)
"""Width and height at most, in logical pixels."""
_MARGIN = 12
_SHARE = 2.5
"""The canvas is at least so many times as wide and high, or the map would cover what it is to help with."""
_SMALLEST_FRAME = 6.0
_SHADE, _EDGE = QColor(12, 14, 18, 110), QColor(12, 14, 18)


class MiniMap(QWidget):
    """A child of the canvas, so that the mouse over it is its own and no stroke of the brush falls on it."""

    looked_at = Signal(float, float)
    """Image coordinates that shall lie in the middle of the canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # nor of a pen's events
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        say(self, toolTip="Click or drag to look elsewhere")
        self.hide()
        self._pyramid: ImagePyramid | None = None
        self._tones = Tones()
        self._view: Viewport | None = None
        self._picture: QImage | None = None
        self._wanted = True
        self._grip: QPointF | None = None

    def show_image(self, pyramid: ImagePyramid | None) -> None:
        """Take another picture; its small version is made when it is first looked at."""
        self._pyramid, self._picture, self._view = pyramid, None, None
        self.hide()

    def set_tones(self, tones: Tones) -> None:
        """Show the picture as the canvas does."""
        self._tones, self._picture = tones, None
        self.update()

    def set_wanted(self, wanted: bool) -> None:
        """Whether it shows itself where there is more than the canvas holds."""
        self._wanted = wanted
        self.follow(self._view)

    def follow(self, view: Viewport | None) -> None:
        """Frame what this viewport shows; be gone where it shows all."""
        self._view = view
        shows = view is not None and self._wanted and self._pyramid is not None and self._is_needed(view)
        if view is not None and shows:
            self._take_place(view)
            self.update()
        self.setVisible(shows)

    @property
    def frame(self) -> QRectF:
        """What the canvas shows, in this widget's pixels; never too small to be seen."""
        if self._view is None:
            return QRectF()
        left, top = self._view.to_image(0, 0)
        right, bottom = self._view.to_image(self._view.width, self._view.height)
        whole = QRectF(0, 0, self._view.image_width, self._view.image_height)
        shown = QRectF(left, top, right - left, bottom - top) & whole
        small = self._shrink()
        frame = QRectF(shown.x() * small, shown.y() * small, shown.width() * small, shown.height() * small)
        wider, higher = (max(_SMALLEST_FRAME - side, 0) / 2 for side in (frame.width(), frame.height()))
        return frame.adjusted(-wider, -higher, wider, higher)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._make_picture()
        frame = self.frame
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._picture)
            for left, top, right, bottom in (
                (0.0, 0.0, self.width(), frame.top()),
                (0.0, frame.bottom(), self.width(), self.height()),
                (0.0, frame.top(), frame.left(), frame.bottom()),
                (frame.right(), frame.top(), self.width(), frame.bottom()),
            ):
                painter.fillRect(QRectF(left, top, right - left, bottom - top), _SHADE)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, inset in ((_EDGE, 0.0), (INK, 1.0)):
                painter.setPen(QPen(colour, 1))
                painter.drawRect(frame.adjusted(inset - 0.5, inset - 0.5, -inset - 0.5, -inset - 0.5))
            painter.setPen(QPen(_EDGE, 1))
            painter.drawRect(0, 0, self.width() - 1, self.height() - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            frame = self.frame
            inside = frame.contains(event.position())
            self._grip = frame.center() - event.position() if inside else QPointF()
            self._look(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._look(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = None

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        QApplication.sendEvent(self._canvas, QEvent(QEvent.Type.Leave))  # Qt sends none, and the ring would stay

    def _is_needed(self, view: Viewport) -> bool:
        has_room = self._canvas.width() >= _SHARE * _ROOM[0] and self._canvas.height() >= _SHARE * _ROOM[1]
        larger = view.image_width * view.scale > view.width or view.image_height * view.scale > view.height
        return has_room and larger

    def _take_place(self, view: Viewport) -> None:
        shrink = min(_ROOM[0] / view.image_width, _ROOM[1] / view.image_height)
        width, height = (max(8, round(side * shrink)) for side in (view.image_width, view.image_height))
        if (width, height) != (self.width(), self.height()):
            self._picture = None
        corner = (self._canvas.width() - width - _MARGIN, self._canvas.height() - height - _MARGIN)
        self.setGeometry(*corner, width, height)

    def _shrink(self) -> float:
        """Pixels of this widget per pixel of the image."""
        assert self._view is not None
        return min(self.width() / self._view.image_width, self.height() / self._view.image_height)

    def _make_picture(self) -> QImage:
        assert self._pyramid is not None
        ratio = self.devicePixelRatioF()
        size = (math.ceil(self.width() * ratio), math.ceil(self.height() * ratio))
        level = averaged_level(max(size[0] / self._pyramid.width, size[1] / self._pyramid.height))
        small = cv2.resize(self._pyramid.level(level), size, interpolation=cv2.INTER_AREA)
        shown = np.ascontiguousarray(self._tones.exposure(self._pyramid.span)(small))
        form = QImage.Format.Format_Grayscale8 if shown.ndim == 2 else QImage.Format.Format_RGB888
        picture = QImage(shown.data, *size, shown.strides[0], form)
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)  # a copy of its own, and quick to draw
        picture.setDevicePixelRatio(ratio)
        return picture

    def _look(self, at: QPointF) -> None:
        """Bring a position of the map to the middle of the canvas, as far as the image reaches."""
        if self._view is None or self._grip is None:
            return
        view, small, middle = self._view, self._shrink(), at + self._grip
        x = _within(middle.x() / small, view.width / view.scale, view.image_width)
        y = _within(middle.y() / small, view.height / view.scale, view.image_height)
        self.looked_at.emit(x, y)


def _within(middle: float, shown: float, length: int) -> float:
    """The middle of a part of `shown` pixels that does not reach over the ends of `length`."""
    half = min(shown, length) / 2
    return min(max(middle, half), length - half)
