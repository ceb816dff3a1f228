"""A path of one width, drawn by the brush; other strokes are tested with the tracing."""

import cv2
import numpy as np
import pytest

from crackstudio.imaging.path_drawing import painted
from crackstudio.imaging.tiled_mask import TiledMask


@pytest.mark.parametrize("width", [1, 5, 40, 400, 2000])
def test_a_fixed_width_is_that_of_the_brush(width: int) -> None:
    x = np.arange(400.0, 1400)
    path = np.stack([x, 1350 + 50 * np.sin(x / 50)], axis=1)
    mask = TiledMask(2600, 2600)
    mask.apply(painted(mask, path, width, value=1))
    through = np.ones((2600, 2600), np.uint8)
    through[tuple(path.astype(int)[:, ::-1].T)] = 0
    away, found = cv2.distanceTransform(through, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), mask.to_array() > 0
    slack = 1 + min(max(width / 250, 0.1), 2)  # a pixel is not a point; and what the middle line may be off
    assert found[away <= width / 2 - slack].all()
    assert not found[away > width / 2 + slack].any()
