"""Large planes: blank, and freed while other threads run."""

import sys
import threading

import numpy as np
import pytest

from crackstudio.imaging.planes import blank_plane


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_a_plane_is_blank_and_may_be_written(dtype: type[np.generic]) -> None:
    plane = blank_plane((3, 5), dtype)
    assert (plane.shape, plane.dtype) == ((3, 5), dtype)
    assert not plane.any()
    plane[1, 2] = 7
    assert np.flatnonzero(plane).tolist() == [7]


def test_another_thread_runs_while_planes_are_freed() -> None:
    planes = [blank_plane((1000, 2000), np.int32) for _ in range(30)]
    for plane in planes:
        plane[:] = 1
    del plane
    gate, ran = threading.Lock(), threading.Event()
    gate.acquire()
    other = threading.Thread(target=lambda: (gate.acquire(), ran.set()))
    other.start()
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)  # Python's lock is given up or kept, never taken
    try:
        gate.release()
        while planes and not ran.is_set():
            planes.pop()
        assert ran.is_set()
    finally:
        sys.setswitchinterval(before)
        other.join()
