"""Figures against shapes whose width and length are known: a pixel belongs where its centre is inside."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from crackstudio.imaging.measuring import measure, measure_area
from crackstudio.imaging.synthesis import draw_crack
from crackstudio.imaging.thinning import thinned

WIDTHS = (1, 2, 3, 4, 5, 7, 10, 15)
ANGLES = (0, 7, 22.5, 30, 41, 60, 90, 118, 160)
MASKS = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.sampled_from([0, 0, 1, 1, 2, 255])
)


def bar(*, width, length=160, degrees=0.0, offset=(0.0, 0.0), side=200):
    """A rectangle around the middle of a square picture."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    x, y, angle = x - offset[0], y - offset[1], np.deg2rad(degrees)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (abs(along) < length / 2) & (abs(across) < width / 2)


def ring(*, width, radius, offset=(0.0, 0.0)):
    reach = radius + width
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return abs(np.hypot(x - offset[0], y - offset[1]) - radius) < width / 2


def strokes(points, *, width, side=260):
    """Round strokes through each list of `points`."""
    y, x = np.mgrid[:side, :side].astype(float)
    area = np.zeros((side, side), bool)
    for line in points:
        for (x0, y0), (x1, y1) in pairwise(line):
            dx, dy = x1 - x0, y1 - y0
            t = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx**2 + dy**2), 0, 1)
            area |= np.hypot(x - x0 - t * dx, y - y0 - t * dy) < width / 2
    return area


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("degrees", ANGLES)
def test_straight_cracks_at_any_angle(width, degrees):
    chance = np.random.default_rng(width)
    for _ in range(2):
        offset = chance.uniform(-0.5, 0.5, 2) if degrees % 90 else (0.1 + width % 2 / 2, 0.1 + width % 2 / 2)
        measured = measure_area(bar(width=width, degrees=degrees, offset=offset))
        assert measured.cracks == 1
        assert measured.length == pytest.approx(160, rel=0.03)
        assert measured.mean_width == pytest.approx(width, abs=0.5)
        assert measured.p95_width == pytest.approx(width, abs=0.6)
        assert measured.max_width == pytest.approx(width, abs=1)


@pytest.mark.parametrize("width", range(1, 16))
def test_an_upright_bar_measures_exactly(width):
    area = np.zeros((40, 120), bool)
    area[10 : 10 + width, 10:110] = True
    measured = measure_area(area)
    figures = (measured.mean_width, measured.p95_width, measured.max_width)
    assert figures == pytest.approx((width,) * 3, abs=1e-6)
    assert measured.width_at == pytest.approx(width, abs=1e-6)
    assert measured.length == pytest.approx(100, abs=0.5)
    assert measured.area == 100 * width


@pytest.mark.parametrize("width", [1, 3, 6, 9, 15])
@pytest.mark.parametrize("radius", [20, 45, 90])
def test_curved_cracks(width, radius):
    measured = measure_area(ring(width=width, radius=radius, offset=(0.3, -0.2)))
    assert measured.cracks == 1
    assert measured.length == pytest.approx(2 * np.pi * radius, rel=0.03)
    assert measured.mean_width == pytest.approx(width, abs=0.5)
    assert measured.p95_width == pytest.approx(width, abs=0.5)


@pytest.mark.parametrize("width", [1, 2, 5, 9, 15])
@pytest.mark.parametrize("degrees", [50, 70, 90])
def test_a_branch_counts_from_the_middle_of_the_crack_to_its_tip(width, degrees):
    start, angle = np.array((130.2, 129.7)), np.deg2rad(20)
    main, side = np.array((np.cos(angle), np.sin(angle))), angle + np.deg2rad(degrees)
    branch = start + 80 * np.array((np.cos(side), np.sin(side)))
    measured = measure_area(strokes([(start - 100 * main, start + 100 * main), (start, branch)], width=width))
    assert measured.cracks == 1
    assert measured.length == pytest.approx(200 + width + 80 + width / 2, rel=0.03)
    assert measured.mean_width == pytest.approx(width, abs=0.5)
    assert measured.p95_width == pytest.approx(width, abs=0.6)


def test_a_width_that_grows_is_followed():
    y, x = np.mgrid[:80, :320]
    true = 3 + x / 32
    measured = measure_area(abs(y - 40.3) < true / 2)
    rows, columns = measured.skeleton.T
    inner = (columns > 20) & (columns < 300)
    assert abs(measured.width_at - true[rows, columns])[inner].max() < 0.7
    assert measured.mean_width == pytest.approx(8, abs=0.3)
    assert measured.max_width == pytest.approx(12.6, abs=0.7)  # the last bit, as long as it is wide, is a tip


def test_bumps_and_flat_ends_are_no_branches():
    area = bar(width=9)
    area[94:96, 60:62] = area[104:106, 120:123] = True
    measured = measure_area(area)
    assert measured.cracks == 1
    assert measured.length == pytest.approx(160, abs=1.5)


@pytest.mark.parametrize("width", WIDTHS)
def test_on_the_diagonal_the_width_is_that_of_the_pixels(width):
    """There whole rows of pixels lie 0.71 px apart: no measure could tell 3 px from 2.83 or 3.54."""
    area = bar(width=width, degrees=45, offset=(0.2, 0.1))
    measured = measure_area(area)
    assert measured.mean_width == pytest.approx(np.count_nonzero(area) / 160, abs=0.2)
    assert measured.length == pytest.approx(160, rel=0.02)


def test_pinholes_change_nothing():
    area = np.zeros((40, 120), bool)
    area[10:17, 10:110] = True
    whole = measure_area(area)
    area[13, 30] = area[12:14, 60:62] = False
    pierced = measure_area(area)
    assert pierced.area == whole.area - 5
    assert (pierced.length, pierced.max_width) == pytest.approx((whole.length, whole.max_width))


def test_a_loop_around_an_island_is_measured():
    area = ring(width=5, radius=20)
    assert measure_area(area).length == pytest.approx(40 * np.pi, rel=0.03)


def test_the_widest_part_may_be_the_end():
    area = strokes([((40, 130), (200, 130))], width=3) | strokes([((200, 130), (200.5, 130))], width=31)
    measured = measure_area(area)
    assert measured.max_width == pytest.approx(31, abs=2)
    assert measured.length == pytest.approx(160 + 1.5 + 15.5, rel=0.03)


def test_a_wide_part_between_forks_keeps_its_width():
    lines = [((100, 130), (140, 130)), ((40, 90), (100, 130)), ((40, 170), (100, 130))]
    lines += [((140, 130), (200, 90)), ((140, 130), (200, 170))]
    measured = measure_area(strokes(lines[:1], width=31) | strokes(lines[1:], width=3))
    assert measured.max_width == pytest.approx(31, abs=2)
    assert np.median(measured.width_at) == pytest.approx(3, abs=0.5)


def test_cracks_that_touch_by_a_corner_are_one():
    mask = np.zeros((20, 20), np.uint8)
    mask[2:6, 2:6] = mask[6:12, 6:8] = mask[15, 3:18] = 1
    assert measure(mask)[1].cracks == 2


def test_a_crack_beside_another_does_not_widen_it():
    area = np.zeros((30, 100), bool)
    area[8:11, 10:90] = area[12:15, 10:90] = True
    measured = measure_area(area)
    assert measured.cracks == 2
    assert measured.max_width == pytest.approx(3, abs=0.4)


def test_classes_apart_and_unsure_pixels_not_at_all():
    mask = np.zeros((60, 100), np.uint8)
    mask[10:13, 10:90], mask[30:35, 10:90], mask[50:55, 10:90] = 1, 7, 255
    measured = measure(mask)
    assert list(measured) == [1, 7]
    assert [measured[i].mean_width for i in (1, 7)] == pytest.approx([3, 5])


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (1, 1000), (1000, 1), (1, 60_000), (3, 1000), (300, 400)])
def test_full_masks(shape):
    measured = measure(np.ones(shape, np.uint8))[1]
    assert measured.cracks == 1
    assert measured.length == pytest.approx(max(shape))
    assert (measured.mean_width, measured.max_width) == pytest.approx((min(shape),) * 2)
    assert measured.area == shape[0] * shape[1]


@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (30, 40), (0, 0)])
def test_an_empty_mask_measures_nothing(shape):
    assert measure(np.zeros(shape, np.uint8)) == {}
    measured = measure_area(np.zeros(shape, bool))
    assert (measured.cracks, measured.length, measured.area) == (0, 0, 0)
    assert (measured.mean_width, measured.p95_width, measured.max_width) == (0, 0, 0)
    assert measured.skeleton.shape == (0, 2)
    assert measured.width_at.shape == (0,)


@given(MASKS)
def test_whatever_the_mask_the_figures_hold_together(mask):
    for number, measured in measure(mask).items():
        area = mask == number
        assert measured.cracks == ndimage.label(area, structure=np.ones((3, 3)))[1]
        assert measured.area == np.count_nonzero(area)
        assert measured.length >= measured.cracks
        assert measured.mean_width > 0
        assert measured.mean_width <= measured.max_width + 1e-9
        assert measured.p95_width <= measured.max_width + 1e-9
        assert len(measured.skeleton) == len(measured.width_at) > 0
        assert ndimage.binary_fill_holes(area)[tuple(measured.skeleton.T)].all()  # pinholes are bridged
        assert measured.skeleton.dtype == np.int32
        assert measured.width_at.dtype == np.float32
        assert np.isfinite(measured.width_at).all()


def figures(area):
    measured = measure_area(area)
    return measured.cracks, measured.length, measured.mean_width, measured.p95_width, measured.max_width


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(0, 3), st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_turned_mirrored_and_shifted_it_measures_the_same(seed, quarters, mirrored, down, right):
    area = draw_crack(np.random.default_rng(seed), 96, 128) >= 0.5
    turned = np.rot90(area[:, ::-1] if mirrored else area, quarters)
    moved = np.pad(turned, ((down, 3), (right, 2)))
    assert figures(moved) == pytest.approx(figures(area), rel=1e-6)


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=12)), st.integers(0, 3), st.booleans())
def test_so_does_any_scatter_of_pixels(area, quarters, mirrored):
    turned = np.rot90(area[:, ::-1] if mirrored else area, quarters)
    assert figures(turned) == pytest.approx(figures(area), rel=1e-6)


@pytest.mark.parametrize("towards", [0, 9999])
def test_the_last_digit_of_a_distance_does_not_matter(monkeypatch, towards):
    """OpenCV's changes with the alignment of memory, from one call to the next."""
    areas = [draw_crack(np.random.default_rng(seed), 96, 128) >= 0.5 for seed in (57702, *range(20))]
    before, exact = list(map(figures, areas)), cv2.distanceTransform
    monkeypatch.setattr(cv2, "distanceTransform", lambda *a: np.nextafter(exact(*a), np.float32(towards)))
    for area, expected in zip(areas, before, strict=True):
        assert figures(area) == pytest.approx(expected, rel=1e-6)


def test_centre_line_and_widths_come_back_turned_too():
    area = strokes([((40, 60), (200, 90)), ((120, 75), (150, 200))], width=5)
    first, turned = measure_area(area), measure_area(area.T)
    there = {(int(c), int(r)): w for (r, c), w in zip(first.skeleton, first.width_at, strict=True)}
    assert there == {(int(r), int(c)): w for (r, c), w in zip(turned.skeleton, turned.width_at, strict=True)}


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=20)))
def test_thinning_keeps_pieces_and_holes(area):
    part = np.pad(area, 1).view(np.uint8)
    line = np.zeros(part.size, np.uint8)
    line[thinned(part)] = 1
    line = line.reshape(part.shape)
    assert (line <= part).all()
    eight = np.ones((3, 3))
    assert ndimage.label(line, eight)[1] == ndimage.label(part, eight)[1]
    assert ndimage.label(line == 0)[1] == ndimage.label(part == 0)[1]


@pytest.mark.parametrize("seed", range(8))
def test_length_times_width_is_the_area_of_a_drawn_crack(seed):
    area = draw_crack(np.random.default_rng(seed), 256, 256) >= 0.5
    measured = measure_area(area)
    assert measured.length * measured.mean_width == pytest.approx(measured.area, rel=0.12)


@pytest.mark.parametrize("width", [1.75, 3.25, 6.25, 12.25])
def test_as_synthesis_stamps_it(width):
    """`synthesis` draws four times as large; there OpenCV's lines are one px wider than they are asked to be."""
    canvas = np.zeros((1024, 1024), np.uint8)
    angles = np.linspace(0, np.pi, 200)
    points = np.round(4 * np.stack((128 - 90 * np.cos(angles), 60 + 90 * np.sin(angles)), axis=1)).astype(int)
    for one, other in pairwise(points.tolist()):
        cv2.line(canvas, one, other, 255, round(4 * width) - 1)
    area = cv2.resize(canvas, (256, 256), interpolation=cv2.INTER_AREA) >= 128
    measured = measure_area(area)
    assert measured.mean_width == pytest.approx(width, abs=0.5)
    assert measured.length == pytest.approx(90 * np.pi + width, rel=0.03)
