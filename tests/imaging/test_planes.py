"""Large planes: blank, and freed while other threads run."""

import sys

import numpy as np
import pytest

from crackstudio.imaging import planes
from crackstudio.imaging.planes import blank_plane


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_a_plane_is_blank_and_may_be_written(dtype: type[np.generic]) -> None:
    plane = blank_plane((3, 5), dtype)
    assert (plane.shape, plane.dtype) == ((3, 5), dtype)
    assert not plane.any()
    plane[1, 2] = 7
    assert np.flatnonzero(plane).tolist() == [7]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes all of it at once")
def test_the_memory_of_a_plane_goes_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of them other threads get Python's lock, and memory of their own from the system."""
    steps: list[tuple[int, int]] = []
    monkeypatch.setattr(planes._Memory, "madvise", lambda _self, _how, *step: steps.append(step))
    plane = blank_plane((3000, 3000), np.int32)
    part = plane[5:]
    del plane
    assert not steps
    del part
    assert [start for start, _ in steps] == [sum(size for _, size in steps[:number]) for number in range(len(steps))]
    assert sum(size for _, size in steps) == 4 * 3000 * 3000
    assert max(size for _, size in steps) <= 8 << 20
