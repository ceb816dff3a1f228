"""The one transform of the canvas: where the image lies on the device's pixels. No Qt.

Everything is counted in device pixels, so that high-DPI screens are sharp: at a scale of 1 one pixel of the image is
one pixel of the screen. Image coordinates have fractions; pixel (row i, column j) spans j to j + 1 and i to i + 1.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from crackstudio.imaging.patch import Area

LARGEST_SCALE = 64.0
_KEPT_IN_VIEW = 48
"""Device pixels of the image that cannot be pushed out of the window."""


class Box(NamedTuple):
    """A rectangle of device pixels."""

    x: int
    y: int
    width: int
    height: int

    def meet(self, other: "Box") -> "Box":
        """What both cover; width or height 0 where nothing."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Box(x, y, max(right - x, 0), max(bottom - y, 0))

    def join(self, other: "Box") -> "Box":
        """The smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Box(x, y, right - x, bottom - y)

    def grown(self, by: int) -> "Box":
        """With a margin on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    @property
    def pixels(self) -> int:
        """How many it covers."""
        return self.width * self.height

    @property
    def is_empty(self) -> bool:
        """Whether it covers nothing."""
        return self.width <= 0 or self.height <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """A window of `width` x `height` device pixels on an image of `image_width` x `image_height`.

    `scale` is device pixels per image pixel, (x, y) where the image's top left corner lies.
    """

    width: int
    height: int
    image_width: int
    image_height: int
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Image coordinates of a device position."""
        return (x - self.x) / self.scale, (y - self.y) / self.scale

    def to_device(self, x: float, y: float) -> tuple[float, float]:
        """Device position of image coordinates."""
        return x * self.scale + self.x, y * self.scale + self.y

    def box_of(self, area: Area) -> Box:
        """The device pixels whose centres lie in an area of the image."""
        left, top = self.to_device(area.left, area.top)
        right, bottom = self.to_device(area.left + area.width, area.top + area.height)
        x, y = math.ceil(left - 0.5), math.ceil(top - 0.5)
        return Box(x, y, math.ceil(right - 0.5) - x, math.ceil(bottom - 0.5) - y)

    @property
    def image_box(self) -> Box:
        """The device pixels that show the image, as far as they lie in the window."""
        whole = self.box_of(Area(0, 0, self.image_height, self.image_width))
        return whole.meet(Box(0, 0, self.width, self.height))

    @property
    def smallest_scale(self) -> float:
        """A quarter of the scale that fits, but 100 % always: no further out."""
        return min(self._fitting_scale() / 4, 1.0)

    def fitted(self) -> "Viewport":
        """The whole image in the middle, with a little room around; small images are enlarged by whole factors only."""
        return self.centred(self.image_width / 2, self.image_height / 2, scale=self._fitting_scale())

    def centred(self, x: float, y: float, *, scale: float) -> "Viewport":
        """With image coordinates (x, y) in the middle of the window, on whole pixels."""
        scale = min(max(scale, self.smallest_scale), LARGEST_SCALE)
        left, top = round(self.width / 2 - x * scale), round(self.height / 2 - y * scale)
        return _held(replace(self, scale=scale, x=float(left), y=float(top)))

    def centre(self) -> tuple[float, float]:
        """Image coordinates of the middle of the window."""
        return self.to_image(self.width / 2, self.height / 2)

    def zoomed(self, factor: float, x: float, y: float) -> "Viewport":
        """With the scale multiplied; what lies under the device position (x, y) stays there.

        On its way the scale stops at 100 %, and there the image lies on whole pixels: sharp, at most half a pixel off.
        """
        scale = min(max(self.scale * factor, self.smallest_scale), LARGEST_SCALE)
        if (self.scale - 1) * (scale - 1) < 0:
            scale = 1.0
        at_x, at_y = self.to_image(x, y)
        zoomed = _held(replace(self, scale=scale, x=x - at_x * scale, y=y - at_y * scale))
        return replace(zoomed, x=float(round(zoomed.x)), y=float(round(zoomed.y))) if scale == 1 else zoomed

    def panned(self, dx: int, dy: int) -> "Viewport":
        """Moved by whole device pixels, but never out of sight."""
        held = _held(replace(self, x=self.x + dx, y=self.y + dy))
        return replace(self, x=self.x + round(held.x - self.x), y=self.y + round(held.y - self.y))

    def _fitting_scale(self) -> float:
        room = 0.96
        scale = room * min(self.width / self.image_width, self.height / self.image_height)
        return min(float(math.floor(scale)) if scale >= 2 else scale, 16.0)


def _held(view: Viewport) -> Viewport:
    x = _hold(view.x, view.image_width * view.scale, view.width)
    y = _hold(view.y, view.image_height * view.scale, view.height)
    return replace(view, x=_exact(x), y=_exact(y))


def _exact(position: float) -> float:
    """To 1/1024 pixel: so that a position moved by whole pixels is exactly that, and what is drawn can be kept."""
    return round(position * 1024) / 1024


def _hold(start: float, length: float, window: int) -> float:
    kept = min(_KEPT_IN_VIEW, length, window)
    return min(max(start, kept - length), window - kept)
