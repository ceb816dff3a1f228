"""Levels against their definitions, and what is brought to the screen against the pixel under each centre."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackstudio.imaging.patch import TILE, Area
from crackstudio.studio.canvas.pyramid import (
    DEEPEST,
    ImagePyramid,
    MapPyramid,
    averaged_level,
    kept_level,
)
from crackstudio.studio.canvas.sampling import sample_blocks, sample_smoothly
from crackstudio.studio.canvas.viewport import Box, Viewport

SIDES = st.integers(1, 2 * TILE + 30)


@settings(deadline=None)
@given(SIDES, SIDES, st.integers(0, 2**32), st.integers(1, DEEPEST))
def test_a_max_level_is_the_maximum_of_its_blocks(height: int, width: int, seed: int, level: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    edge = 2**level
    padded = np.pad(pixels, ((0, -height % edge), (0, -width % edge)))
    expected = padded.reshape(padded.shape[0] // edge, edge, -1, edge).max(axis=(1, 3))
    whole = Area(0, 0, *expected.shape)
    assert np.array_equal(MapPyramid(pixels).region(level, whole), expected)


@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, DEEPEST), st.data())
def test_a_part_of_a_map_is_that_part_of_its_level(height: int, width: int, level: int, data: st.DataObject) -> None:
    pixels = np.arange(height * width, dtype=np.uint32).reshape(height, width).astype(np.uint8)
    rows, cols = -(-height // 2**level), -(-width // 2**level)
    top, left = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, cols - 1))
    area = Area(top, left, data.draw(st.integers(1, rows - top)), data.draw(st.integers(1, cols - left)))
    whole = MapPyramid(pixels).region(level, Area(0, 0, rows, cols))
    part = MapPyramid(pixels).region(level, area)
    assert np.array_equal(part, whole[top : top + area.height, left : left + area.width])


@pytest.mark.parametrize(("height", "width"), [(512, 768), (301, 517), (1, 9), (2000, 3)])
def test_averaged_levels_keep_the_mean_and_the_place(height: int, width: int) -> None:
    ramp = np.linspace(0, 255, width)[None, :, None] * np.ones((height, 1, 3))
    pyramid = ImagePyramid(ramp.astype(np.uint8))
    pyramid.prepare(width=100, height=100)
    for level in (1, 2, 3):
        small = pyramid.level(level)
        assert small.shape == (-(-height // 2**level), -(-width // 2**level), 3)
        whole = small[:, : width // 2**level]
        blocks = ramp[0, : whole.shape[1] * 2**level, 0].reshape(-1, 2**level).mean(axis=1)
        assert np.abs(whole[0, :, 0] - blocks).max(initial=0) <= 2


@pytest.mark.parametrize(
    ("scale", "averaged", "kept"), [(3, 0, 0), (1, 0, 0), (0.9, 0, 1), (0.5, 1, 1), (0.3, 1, 2), (0.25, 2, 2)]
)
def test_which_level_is_shown(scale: float, averaged: int, kept: int) -> None:
    assert averaged_level(scale) == averaged
    assert kept_level(scale) == kept


@st.composite
def views(draw: st.DrawFn) -> Viewport:
    scale = draw(st.one_of(st.sampled_from([1.0, 2.0, 3.0]), st.floats(1, 12)))
    return Viewport(
        width=90,
        height=70,
        image_width=draw(st.integers(1, 60)),
        image_height=draw(st.integers(1, 60)),
        scale=scale,
        x=draw(st.floats(-40, 40)),
        y=draw(st.floats(-40, 40)),
    )


@settings(deadline=None)
@given(views(), st.integers(0, 30), st.integers(0, 30))
def test_blocks_show_the_pixel_under_each_centre(view: Viewport, x: int, y: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (view.image_height, view.image_width), np.uint8)
    box = Box(x, y, 50, 30).meet(view.image_box)
    if box.is_empty:
        return
    found = sample_blocks(lambda a: pixels[a.top : a.top + a.height, a.left : a.left + a.width], view, box)
    for row in range(box.height):
        for col in range(box.width):
            at_x, at_y = view.to_image(box.x + col + 0.5, box.y + row + 0.5)
            assert found[row, col] == pixels[int(at_y), int(at_x)]


@settings(deadline=None)
@given(st.floats(0.5, 2), st.floats(-30, 30), st.floats(-30, 30))
def test_smooth_sampling_keeps_places(scale: float, x: float, y: float) -> None:
    """A linear ramp must come out as the same ramp at each centre, up to rounding."""
    height = width = 100
    ramp = np.repeat((np.arange(width) * 2.0)[None], height, axis=0).astype(np.uint8)
    view = Viewport(width=80, height=60, image_width=width, image_height=height, scale=scale, x=x, y=y)
    box = view.image_box
    if box.is_empty:
        return
    found = sample_smoothly(
        lambda a: ramp[a.top : a.top + a.height, a.left : a.left + a.width],
        view,
        box,
        level=0,
        height=height,
        width=width,
    )
    centres = (np.arange(box.x, box.x + box.width) + 0.5 - x) / scale
    expected = np.clip(centres - 0.5, 0, width - 1) * 2
    assert found.shape == (box.height, box.width)
    assert np.abs(found - expected).max() <= 1.1
