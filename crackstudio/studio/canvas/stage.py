"""The stage: a scene through one viewport, repainted only where something changed. It knows neither mouse nor tools.

All painting happens in device pixels, so that one pixel of the image at 100 % is one pixel of any screen.
"""

import math
from dataclasses import replace

import msgspec
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from crackstudio.studio.canvas import overlays
from crackstudio.studio.canvas.image_sheet import Tones
from crackstudio.studio.canvas.layers import Layer, LayerStack
from crackstudio.studio.canvas.mini_map import MiniMap
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.regions import boxes_of, scaled
from crackstudio.studio.canvas.scene import Scene
from crackstudio.studio.canvas.viewport import Box, Viewport


class ViewState(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at: device pixels per image pixel (0 is fitted), and the image coordinates in the middle."""

    scale: float = 0.0
    centre_x: float = 0.0
    centre_y: float = 0.0


class Stage(QWidget):
    """Shows a `Scene`; zooms and pans it."""

    zoom_changed = Signal(float)
    """Device pixels per image pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 90)
        self.layers = LayerStack()
        self.scene = Scene(self.layers, parent=self)
        self.scene.spoiled.connect(self._repaint)
        self._view: Viewport | None = None
        self._is_fitted = True
        self._checkers = overlays.checkers(8)
        self.mini_map = MiniMap(self)
        self.mini_map.looked_at.connect(self.look_at)

    @property
    def view(self) -> Viewport | None:
        """The transform in force; None without an image."""
        return self._view

    def set_pyramid(self, pyramid: ImagePyramid | None) -> None:
        """Show another image, fitted."""
        self.scene.set_image(pyramid)
        self.mini_map.show_image(pyramid)
        self._view = None
        self.fit()
        self.update()

    def fit(self) -> None:
        """Show the whole image, and keep showing it when the window changes its size."""
        self._is_fitted = True
        self._look(self._fresh_view())

    def actual_size(self) -> None:
        """One pixel of the image on one pixel of the screen."""
        if self._view is not None:
            self._is_fitted = False
            self._look(self._view.centred(*self._view.centre(), scale=1.0))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the window."""
        if self._view is not None:
            self.zoom_at(factor, self._view.width / 2, self._view.height / 2)

    def zoom_at(self, factor: float, x: float, y: float) -> None:
        """Zoom about a device position: what lies there stays."""
        if self._view is not None:
            self._is_fitted = False
            self._look(self._view.zoomed(factor, x, y))

    def pan_by(self, dx: int, dy: int) -> None:
        """Move the image by device pixels."""
        if self._view is not None:
            self._is_fitted = False
            self._look(self._view.panned(dx, dy))

    def look_at(self, x: float, y: float) -> None:
        """Bring image coordinates to the middle."""
        if self._view is not None:
            self._is_fitted = False
            self._look(self._view.centred(x, y, scale=self._view.scale))

    def set_tones(self, tones: Tones) -> None:
        """Show this and other images lighter, darker, flatter or steeper."""
        self.scene.set_tones(tones)
        self.mini_map.set_tones(tones)

    def view_state(self) -> ViewState:
        """What is looked at, to come back to it later."""
        if self._view is None or self._is_fitted:
            return ViewState()
        x, y = self._view.centre()
        return ViewState(scale=self._view.scale, centre_x=x, centre_y=y)

    def restore_view_state(self, state: ViewState) -> None:
        """Look at the same again."""
        fresh = self._fresh_view()
        if fresh is None or state.scale <= 0:
            self.fit()
            return
        self._is_fitted = False
        self._look(fresh.centred(state.centre_x, state.centre_y, scale=state.scale))

    def ratio(self) -> float:
        """Device pixels per logical pixel."""
        return self.devicePixelRatioF()

    def update_device(self, region: QRegion | QRect) -> None:
        """Repaint these device pixels."""
        self.update(scaled(QRegion(region), 1 / self.ratio()))

    def draw_over(self, painter: QPainter, boxes: list[Box]) -> None:
        """Draw over the layers, in device pixels; only the boxes are repainted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.ratio()
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            self._paint(painter, scaled(event.region(), ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_size()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._take_size()
        return super().event(event)

    def _paint(self, painter: QPainter, exposed: QRegion) -> None:
        ground = self.palette().window().color().darker(112)
        if self._view is None:
            painter.fillRect(exposed.boundingRect(), ground)
            return
        overlays.draw_surroundings(painter, exposed, self._view, ground)
        if self.scene.is_see_through:
            painter.fillRect(QRect(*self._view.image_box), self._checkers)
        boxes = boxes_of(exposed)
        self.scene.draw(painter, boxes)
        for box in boxes:
            overlays.draw_grid(painter, box, self._view, ratio=self.ratio())
        overlays.draw_scale_bar(painter, boxes, self._view, font=self.font(), ratio=self.ratio())
        if self.layers.look(Layer.WIDTHS).visible:
            self._draw_width_words(painter, boxes, self._view)
        self.draw_over(painter, boxes)

    def _draw_width_words(self, painter: QPainter, boxes: list[Box], view: Viewport) -> None:
        widths, font, ratio = self.scene.widths, self.font(), self.ratio()
        if widths.found is not None:
            overlays.draw_width_legend(painter, boxes, view, widths.found, font=font, ratio=ratio)
        elif widths.is_too_large:
            overlays.draw_width_refusal(painter, boxes, view, font=font, ratio=ratio)

    def _repaint(self, box: Box | None) -> None:
        if box is None:
            self.update()
        else:
            self.update_device(QRect(*box))

    def _take_size(self) -> None:
        if self._is_fitted or self._view is None:
            self.fit()
        else:
            width, height = self._device_size()
            x, y = self._view.centre()
            self._look(replace(self._view, width=width, height=height).centred(x, y, scale=self._view.scale))

    def _device_size(self) -> tuple[int, int]:
        ratio = self.ratio()
        return max(math.ceil(self.width() * ratio), 1), max(math.ceil(self.height() * ratio), 1)

    def _fresh_view(self) -> Viewport | None:
        if self.scene.size is None:
            return None
        (height, width), image = self._device_size()[::-1], self.scene.size
        return Viewport(width=width, height=height, image_width=image[1], image_height=image[0]).fitted()

    def _look(self, view: Viewport | None) -> None:
        old, self._view = self._view, view
        if view is not None:
            self.scene.look_through(view, line_width=max(1, round(self.ratio())))
            if old is None or old.scale != view.scale:
                self.zoom_changed.emit(view.scale)
        self.mini_map.follow(view)
        self.update()
