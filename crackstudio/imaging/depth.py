"""Pictures of any depth, seen in 8 bit: which values are black and white, and a line between them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.imaging.patch import Pixels

Native = npt.NDArray[Any]
"""(H, W) or (H, W, 3) RGB, uint8, uint16 or float32."""

Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""From greys, 0 to 255 and beyond, to those that are shown."""

_SHARES = (0.1, 99.9)
"""The percentiles that become black and white."""
_SAMPLE = 1e6
_STRIP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The values that are seen as black and as white."""

    black: float = 0.0
    white: float = 255.0

    def greys(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """0 for black, 255 for white, and beyond."""
        scale = 255 / (self.white - self.black) if self.white > self.black else 0.0
        with np.errstate(invalid="ignore"):  # infinity times 0
            greys: npt.NDArray[np.float64] = (values.astype(np.float64) - self.black) * scale
        return greys

    def value(self, grey: float) -> float:
        """What is seen as this grey."""
        return self.black + grey * (self.white - self.black) / 255


def span_of(pixels: npt.NDArray[Any]) -> Span:
    """8 bit is seen as it is. Deeper pictures from their 0.1st to their 99.9th percentile (of all channels together, of
    about a million pixels), so that 12 bits in a 16-bit file or floats of any range can be seen.
    """
    if pixels.dtype == np.uint8:
        return Span()
    step = max(1, int((pixels.shape[0] * pixels.shape[1] / _SAMPLE) ** 0.5))
    sample = pixels[::step, ::step].astype(np.float64)
    sample = sample[np.isfinite(sample)]
    low, high = np.percentile(sample, _SHARES) if sample.size else (0.0, 0.0)
    if high <= low and sample.size:
        low, high = sample.min(), sample.max()
    return Span(black=float(low), white=float(high))


class Exposure:
    """What is shown of each value: 8 and 16 bit by a table, all else worked out."""

    def __init__(self, span: Span, *, curve: Curve | None = None) -> None:
        self._span, self._curve = span, curve
        self._is_plain = curve is None and span == Span()
        self._tables: dict[int, Pixels] = {}

    def __call__(self, pixels: npt.NDArray[Any]) -> Pixels:
        """The same shape, uint8."""
        if pixels.dtype == np.uint8 and self._is_plain:
            return pixels
        if pixels.dtype in (np.uint8, np.uint16):
            shown: Pixels = cv2.LUT(pixels, self._table(256**pixels.dtype.itemsize))
            return shown
        result = np.empty(pixels.shape, np.uint8)
        for top in range(0, pixels.shape[0], _STRIP):  # a float copy of 144 megapixels is 1.7 GB
            result[top : top + _STRIP] = self._shown(pixels[top : top + _STRIP])
        return result

    def _table(self, size: int) -> Pixels:
        if size not in self._tables:
            self._tables[size] = self._shown(np.arange(size))
        return self._tables[size]

    def _shown(self, values: npt.NDArray[Any]) -> Pixels:
        greys = self._span.greys(values)
        shown = greys if self._curve is None else self._curve(greys)
        whole: Pixels = np.clip(np.nan_to_num(shown, nan=0, posinf=255, neginf=0), 0, 255).round().astype(np.uint8)
        return whole


def value_counts(pixels: Pixels) -> npt.NDArray[np.int64]:
    """(256,): how many pixels of an (H, W) picture have each value.

    np.bincount needs eight times the picture's memory, and lets no other thread run meanwhile.
    """
    counts = np.zeros(256, np.int64)
    for top in range(0, pixels.shape[0], _STRIP):
        strip = pixels[top : top + _STRIP]
        counts += cv2.calcHist([strip], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    return counts


class SeenPicture:
    """A picture of any depth, seen as (H, W, 3) uint8 RGB: made of what is cut out of it, for it may be very large."""

    ndim = 3

    def __init__(self, pixels: Native, exposure: Exposure) -> None:
        self._pixels, self._exposure = pixels, exposure
        self.shape = (*pixels.shape[:2], 3)

    def __getitem__(self, cut: tuple[slice, slice]) -> Pixels:
        shown = self._exposure(np.ascontiguousarray(self._pixels[cut]))
        return shown if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return self[:, :].astype(dtype or np.uint8, copy=False)


def seen(pixels: Native, exposure: Exposure) -> Pixels:
    """The picture as the tools look at it: what can be cut out of an (H, W, 3) uint8 array can be cut out of it."""
    is_rgb8 = pixels.ndim == 3 and pixels.dtype == np.uint8
    return pixels if is_rgb8 else cast("Pixels", SeenPicture(pixels, exposure))
