"""What every change of one class must keep to."""

from collections.abc import Callable

import numpy as np
import pytest

from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask

Mend = Callable[[TiledMask], Patch]


@pytest.fixture(scope="session")
def mended() -> Callable[[np.ndarray, Mend], np.ndarray]:
    """`mended(array, mend)`: the array after the patch, which left the mask as it was and bounds what it changes."""

    def mend_it(array: np.ndarray, mend: Mend) -> np.ndarray:
        mask = TiledMask.from_array(array)
        patch = mend(mask)
        assert np.array_equal(mask.to_array(), array)
        mask.apply(patch)
        after = mask.to_array()
        changed = np.argwhere(after != array)
        assert patch.is_empty == (len(changed) == 0)
        if len(changed):
            (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0) + 1
            assert patch.bounds == (top, left, bottom - top, right - left)
        return after

    return mend_it
