"""Arrays to Qt pictures."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """(H, W, 3) RGB or (H, W) grey uint8 -> a picture of its own memory."""
    solid = np.ascontiguousarray(pixels)
    height, width = solid.shape[:2]
    form = QImage.Format.Format_Grayscale8 if solid.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(solid.data, width, height, solid.strides[0], form).copy()
