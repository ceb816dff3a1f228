"""Small pieces of a crack map fade; cracks and the quiet surface stay as they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crackstudio.imaging.specks import fade_specks


def test_a_speck_fades_by_its_size_and_a_crack_stays() -> None:
    crack_map = np.full((40, 40), 0.1, np.float32)
    crack_map[5, :] = 0.9
    crack_map[20:24, 20:25] = 0.8
    faded = fade_specks(crack_map, smallest=40)
    assert np.array_equal(faded[5], crack_map[5])
    assert faded[21, 21] == pytest.approx(0.4)
    assert faded[30, 30] == pytest.approx(0.1)
    assert crack_map[21, 21] == np.float32(0.8)


def test_a_wisp_fades_beside_a_crack_and_stays_where_it_is_all_there_is() -> None:
    crack_map = np.zeros((40, 40), np.float32)
    crack_map[30, 10:20] = 0.5
    assert np.array_equal(fade_specks(crack_map, smallest=0, lightest=0.2), crack_map)
    crack_map[5:10, :20] = 1
    faded = fade_specks(crack_map, smallest=0, lightest=0.2)
    assert faded[30, 15] == pytest.approx(0.5 * 5 / (0.2 * 100))
    assert np.array_equal(faded[:20], crack_map[:20])


def test_a_diagonal_line_is_one_piece() -> None:
    crack_map = np.eye(50, dtype=np.float32)
    assert np.array_equal(fade_specks(crack_map, smallest=50), crack_map)


def test_what_is_no_number_stays_none_so_that_it_is_noticed() -> None:
    assert np.isnan(fade_specks(np.full((4, 4), np.nan, np.float32), smallest=9)).all()


@given(arrays(np.float32, (9, 11), elements=st.floats(0, 1, width=32)), st.integers(0, 60), st.floats(0, 1))
def test_nothing_grows_and_nothing_leaves_the_range(crack_map: np.ndarray, smallest: int, lightest: float) -> None:
    faded = fade_specks(crack_map, smallest=smallest, lightest=lightest)
    assert (faded <= crack_map).all()
    assert (faded >= 0).all()
    assert faded.dtype == np.float32
