"""What is seen of pictures of any depth."""

import numpy as np
import pytest

from crackstudio.imaging.depth import Exposure, Span, seen, span_of, value_counts

RNG = np.random.default_rng(0)


def test_8_bit_is_seen_as_it_is() -> None:
    picture = RNG.integers(0, 256, (30, 40, 3), np.uint8)
    assert span_of(picture) == Span()
    assert Exposure(span_of(picture))(picture) is picture


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32, np.float64])
def test_a_deep_picture_is_seen_from_its_darkest_to_its_brightest(dtype: type) -> None:
    ramp = np.linspace(1000, 5000, 400 * 500).reshape(400, 500).astype(dtype)
    shown = Exposure(span_of(ramp))(ramp)
    assert shown.dtype == np.uint8
    assert (np.diff(shown.ravel().astype(int)) >= 0).all()
    assert shown[0, 0] == 0
    assert shown[-1, -1] == 255
    assert abs(int(shown[200, 0]) - 128) <= 1


def test_tables_and_sums_agree() -> None:
    deep = RNG.integers(0, 65536, (300, 70, 3), np.uint16)
    for exposure in (Exposure(Span(black=900, white=41_000)), Exposure(Span(), curve=lambda grey: 2 * grey - 100)):
        assert np.array_equal(exposure(deep), exposure(deep.astype(np.float64)))


def test_what_is_no_number_is_black_and_what_is_endless_white() -> None:
    odd = np.array([[0, 1, np.nan, np.inf, -np.inf, 10]], np.float32)
    assert Exposure(Span(black=0, white=10))(odd)[0].tolist() == [0, 26, 0, 255, 0, 255]


def test_a_picture_of_one_value_has_a_span_too() -> None:
    assert not Exposure(span_of(np.full((5, 5), 700, np.uint16)))(np.full((5, 5), 700, np.uint16)).any()


@pytest.mark.parametrize("shape", [(50, 60), (50, 60, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_what_is_cut_out_is_rgb_of_8_bit(shape: tuple[int, ...], dtype: type) -> None:
    pixels = RNG.integers(0, 250, shape).astype(dtype)
    exposure = Exposure(Span(black=0, white=250) if dtype != np.uint8 else Span())
    picture = seen(pixels, exposure)
    whole = exposure(pixels)
    rgb = whole if whole.ndim == 3 else np.dstack([whole] * 3)
    assert picture.shape == (50, 60, 3)
    assert picture.ndim == 3
    assert np.array_equal(picture[10:30, 5:60], rgb[10:30, 5:60])
    assert np.array_equal(np.asarray(picture), rgb)


def test_values_are_counted() -> None:
    pixels = RNG.integers(0, 256, (700, 31), np.uint8)
    assert np.array_equal(value_counts(pixels), np.bincount(pixels.ravel(), minlength=256))
    assert np.array_equal(value_counts(pixels[:, 3:20]), np.bincount(pixels[:, 3:20].ravel(), minlength=256))
