"""The demo's hand: its strokes turn any proposal into nearly the truth."""

import numpy as np
import pytest

from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.retouching import touches
from crackstudio.imaging.scores import count
from crackstudio.imaging.synthesis import draw
from crackstudio.imaging.tiled_mask import TiledMask


@pytest.mark.parametrize("seed", range(6))
def test_the_strokes_mend_a_bad_proposal(seed: int) -> None:
    truth = draw((4, seed), cracked=True).mask
    proposal = truth.copy()
    proposal[:, 100:160] = 0
    proposal[30:38, 20:90] = 1
    mask = TiledMask.from_array(proposal)
    for touch in touches(proposal > 0, truth > 0):
        stroke = Stroke(mask, Brush(size=touch.size, value=0 if touch.erases else 1))
        for x, y in touch.points:
            stroke.to(x, y)
    mended = mask.to_array()
    assert count(mended > 0, truth, threshold=0.5).iou > 0.7


def test_a_right_proposal_is_left_alone() -> None:
    truth = draw(9, cracked=True).mask > 0
    assert touches(truth, truth) == []
    nothing = np.zeros_like(truth)
    assert touches(nothing, nothing) == []
