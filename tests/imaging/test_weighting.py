import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from crackstudio.imaging.weighting import distance_weights

MASKS = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.sampled_from([0, 0, 1, 1, 3, 255])
)


def by_the_loop(mask, *, power, positive_weight):
    """The definition, word by word: one transform and one maximum for each region."""
    weights = (mask == 0).astype(np.float64)
    defect = (mask != 0) & (mask != 255)
    regions, count = ndimage.label(defect, structure=np.ones((3, 3)))
    for region in range(1, count + 1):
        inside = regions == region
        # unsure pixels and other regions are no background; 8-connected regions never touch
        away = ndimage.distance_transform_edt(mask != 0) if not mask.all() else np.ones(mask.shape)
        weights[inside] = positive_weight * (away[inside] / away[inside].max()) ** power
    return weights


@given(MASKS, st.sampled_from([1, 2, 3.5]), st.sampled_from([1, 3, 10]))
def test_one_transform_equals_the_loop_over_regions(mask, power, positive_weight):
    weights = distance_weights(mask, power=power, positive_weight=positive_weight)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(
        weights, by_the_loop(mask, power=power, positive_weight=positive_weight), rtol=1e-5, atol=1e-6
    )


@given(arrays(np.uint8, (16, 20), elements=st.sampled_from([0, 1])))
def test_without_unsure_pixels_each_region_may_be_transformed_alone(mask):
    weights = distance_weights(mask, power=2)
    regions, count = ndimage.label(mask, structure=np.ones((3, 3)))
    for region in range(1, count + 1):
        inside = regions == region
        alone = ndimage.distance_transform_edt(inside) if not inside.all() else np.ones(mask.shape)
        np.testing.assert_allclose(weights[inside], (alone[inside] / alone[inside].max()) ** 2, rtol=1e-5)


def test_a_mask_without_background_weighs_alike_everywhere():
    assert (distance_weights(np.ones((5, 7), np.uint8), positive_weight=3) == 3).all()


def test_unsure_is_neither_background_nor_counted():
    mask = np.full((5, 9), 255, np.uint8)
    mask[2, 4] = 1
    weights = distance_weights(mask)
    assert weights[2, 4] == 1
    assert weights.sum() == 1


def test_background_weighs_one_and_the_core_the_positive_weight():
    mask = np.zeros((11, 11), np.uint8)
    mask[3:8, 3:8] = 2
    weights = distance_weights(mask, power=1, positive_weight=5)
    assert weights[0, 0] == 1
    assert weights[5, 5] == 5
    assert weights[3, 3] == pytest.approx(5 / 3)


@given(MASKS, st.floats(0, 1))
def test_the_floor_bounds_every_defect_pixel_from_below(mask, floor):
    defect = (mask != 0) & (mask != 255)
    assert (distance_weights(mask, floor=floor)[defect] >= floor - 1e-6).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 60_000), (60_000, 1)])
def test_extreme_shapes(shape):
    mask = np.ones(shape, np.uint8)
    mask[0, 0] = 0
    weights = distance_weights(mask)
    assert weights.shape == shape
    assert weights[0, 0] == 1
