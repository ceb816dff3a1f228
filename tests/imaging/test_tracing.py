"""Paths, widths and strokes against drawn cracks whose centre line and width are known."""

import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crackstudio.core.errors import MaskError
from crackstudio.imaging.counts import count_tolerant
from crackstudio.imaging.patch import Area
from crackstudio.imaging.path_drawing import stroke_of
from crackstudio.imaging.retouching import _paths
from crackstudio.imaging.synthesis import draw, draw_crack
from crackstudio.imaging.tracing import Polarity, Trace, widths_along

SIZE, FINER = 256, 8
FROM, TO = (24.0, 128.0), (232.0, 128.0)
WIDTHS = (1.5, 2.0, 3.0, 4.0, 8.0, 16.0)


def wave(x: np.ndarray) -> np.ndarray:
    return 128 + 12 * np.sin((x - 24) * 2 * np.pi / 104)


def off_centre(path: np.ndarray) -> np.ndarray:
    """How far each point of a path is from the wave."""
    x = np.arange(0, SIZE, 0.05)
    return np.hypot(path[:, :1] - x, path[:, 1:] - wave(x)).min(axis=1)


def covered(width: float, *, size: int = SIZE) -> np.ndarray:
    """The share of each pixel that a waving line of this width covers, (size, size) float32."""
    canvas = np.zeros((size * FINER, SIZE * FINER), np.uint8)
    x = np.arange(-8, SIZE + 8, 0.5)
    points = np.round(np.stack([x, wave(x)], axis=1) * FINER).astype(np.int32)
    cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 255, round(width * FINER))
    return cv2.resize(canvas, (SIZE, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def photograph(coverage: np.ndarray, *, depth: float = 80, noise: float = 6) -> np.ndarray:
    grey = cv2.GaussianBlur(140 - depth * coverage, (0, 0), 0.7)
    return np.clip(grey + np.random.default_rng(0).normal(0, noise, grey.shape), 0, 255).astype(np.uint8)


def traced(image: np.ndarray) -> np.ndarray:
    return Trace(image, at=FROM).grown_to(*TO).path_to(*TO)


def whole(drawn: np.ndarray, area: Area, shape: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[area.top : area.top + area.height, area.left : area.left + area.width] = drawn
    return mask


@pytest.mark.parametrize("width", WIDTHS)
def test_a_path_runs_within_half_a_pixel_of_the_centre_line(width: float) -> None:
    path = traced(photograph(covered(width)))
    away = off_centre(path)
    assert np.median(away) < (0.2 if width < 10 else 0.5)
    assert away.max() < max(0.7, width / 8)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_width_is_right_to_half_a_pixel(width: float) -> None:
    image = photograph(covered(width))
    found = widths_along(image, traced(image), lens=0.75)
    assert np.median(np.abs(found - width)) <= 0.5


@pytest.mark.parametrize("width", WIDTHS)
def test_the_stroke_is_the_crack(width: float) -> None:
    coverage = covered(width)
    image = photograph(coverage)
    path = traced(image)
    drawn = whole(*stroke_of(path, widths_along(image, path, lens=0.75), image.shape), image.shape)
    part = np.s_[:, 34:222]
    both = (drawn[part] > 0) & (coverage[part] >= 0.5)
    assert both.sum() / ((drawn[part] > 0) | (coverage[part] >= 0.5)).sum() > 0.8


def test_a_width_that_changes_is_followed() -> None:
    x = np.arange(SIZE) + 0.5
    truth = 3 + 6 * x / SIZE
    y = np.arange(SIZE)[:, None] + 0.5
    image = photograph(np.clip(truth / 2 - np.abs(y - 128) + 0.5, 0, 1).astype(np.float32))
    path = traced(image)
    assert np.abs(widths_along(image, path) - np.interp(path[:, 0], x, truth)).max() < 0.8


def test_no_width_is_above_the_most() -> None:
    image = photograph(covered(16))
    assert widths_along(image, traced(image), most=9).max() <= 9


def test_where_nothing_is_the_width_is_that_of_a_pixel_or_more() -> None:
    found = widths_along(np.full((60, 60), 90, np.uint8), np.array([[5.5, 5.5], [6.5, 5.5], [7.5, 6.5]]))
    assert (found >= 1).all()


@pytest.mark.parametrize("off", [5, 7, 9])
def test_a_bright_rim_under_the_click_does_not_make_a_dark_crack_bright(off: int) -> None:
    image, (x, y) = photograph(covered(4)), (int(FROM[0]), int(FROM[1]) - off)
    cv2.line(image, (x - 6, y), (x + 6, y), 255, 2)
    assert Trace(image, at=(x, y + 1)).polarity is Polarity.DARK


def test_a_bright_crack_is_seen_by_itself_and_by_argument() -> None:
    image = 255 - photograph(covered(4))
    trace = Trace(image, at=FROM)
    assert trace.polarity is Polarity.BRIGHT
    path = trace.grown_to(*TO).path_to(*TO)
    assert np.median(off_centre(path)) < 0.3
    assert np.median(np.abs(widths_along(image, path, polarity=Polarity.BRIGHT) - 4)) <= 0.5
    assert Trace(image, at=FROM, polarity=Polarity.DARK).polarity is Polarity.DARK


def test_grain_alone_is_taken_for_dark() -> None:
    image = np.random.default_rng(2).normal(120, 9, (200, 200)).astype(np.uint8)
    assert Trace(image, at=(100, 100)).polarity is Polarity.DARK


def test_colour_is_as_good_as_grey() -> None:
    grey = photograph(covered(4))
    one, other = (traced(image) for image in (grey, np.dstack([grey] * 3)))
    assert np.array_equal(one, other)


def test_both_ends_move_to_the_crack_or_stay() -> None:
    image = photograph(covered(3))
    trace = Trace(image, at=(24, 131)).grown_to(*TO)
    for x, y in (trace.at, trace.path_to(232, 125)[-1]):
        assert abs(y - wave(x)) <= 1
    there = Trace(image, at=(24.2, 131.7), snap=0).grown_to(*TO)
    assert there.at == (24.5, 131.5)
    assert tuple(there.path_to(232.9, 125.1, snap=0)[-1]) == (232.5, 125.5)


def test_a_trace_goes_on_where_the_last_one_ended() -> None:
    image = photograph(covered(3))
    first = Trace(image, at=FROM).path_to(130, 130)
    second = Trace(image, at=tuple(first[-1]), polarity=Polarity.DARK, snap=0).grown_to(*TO).path_to(*TO)
    assert np.array_equal(first[-1], second[0])


def test_a_path_is_even_and_without_steps() -> None:
    path = traced(photograph(covered(4)))
    lengths = np.hypot(*np.diff(path, axis=0).T)
    assert lengths.max() < 2
    turns = np.diff(np.unwrap(np.arctan2(*np.diff(path[3:-3], axis=0).T)))
    assert np.abs(turns).max() < 0.6


def test_to_where_it_stands_a_path_is_one_point() -> None:
    image = photograph(covered(4))
    trace = Trace(image, at=FROM)
    path = trace.path_to(*trace.at)
    assert path.shape == (1, 2)
    assert widths_along(image, path).shape == (1,)


def test_a_window_grows_when_asked_and_the_old_trace_stays() -> None:
    image = np.tile(photograph(covered(4)), (1, 5))
    image[:, 1150:] = 140
    trace = Trace(image, at=(30, 128))
    before = trace.path_to(500, 128)
    assert trace.covers(100, 100)
    assert not trace.covers(500, 128)
    grown = trace.grown_to(500, 128)
    assert grown.covers(500, 128)
    assert grown.covers(600, 128), "a cursor that moves on asks seldom"
    assert grown.grown_to(510, 120) is grown
    assert np.array_equal(trace.path_to(500, 128), before)
    assert grown.at == trace.at


def test_beyond_its_window_a_path_ends_in_a_straight_line() -> None:
    image = np.tile(photograph(covered(4)), (2, 3))
    path = Trace(image, at=(30, 128)).path_to(600, 128)
    assert tuple(path[-1]) == (600, 128)
    assert np.hypot(*np.diff(path, axis=0).T).max() < 2
    outside = path[path[:, 0] > 200]
    assert np.ptp(outside[:, 1]) < 20


def test_the_window_is_bounded() -> None:
    image = np.zeros((50, 6000), np.uint8)
    trace = Trace(image, at=(10, 20)).grown_to(5900, 20)
    assert trace.covers(5900, 20), "it cannot grow there"
    assert trace._area.width < 1100
    assert tuple(trace.path_to(5900, 20)[-1]) == (5900, 20)


@given(st.floats(-50, 350), st.floats(-50, 350))
def test_a_cursor_may_be_anywhere(x: float, y: float) -> None:
    path = CORNER.grown_to(x, y).path_to(x, y)
    assert tuple(path[0]) == CORNER.at
    assert np.hypot(*(path[-1] - (x, y))) < 9
    assert np.isfinite(path).all()


CORNER = Trace(photograph(covered(4)), at=(256, 256), snap=0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (2, 2), (7, 9, 3)])
def test_small_images_can_be_traced(shape: tuple[int, ...]) -> None:
    image = np.full(shape, 100, np.uint8)
    path = Trace(image, at=(0, 0)).path_to(shape[1], shape[0])
    drawn, area = stroke_of(path, widths_along(image, path), shape[:2])
    assert drawn.shape == (area.height, area.width)
    assert drawn.any()


def test_a_click_outside_is_refused() -> None:
    with pytest.raises(MaskError, match="outside the image of 30 x 20"):
        Trace(np.zeros((20, 30), np.uint8), at=(31, 5))


def test_traces_on_several_threads_agree() -> None:
    image = np.tile(photograph(covered(4)), (1, 2))
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: Trace(image, at=FROM).grown_to(400, 128).path_to(400, 128), range(8)))
    assert all(np.array_equal(paths[0], path) for path in paths)


def distance(path: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    best = np.full(shape, np.inf)
    for (ax, ay), (bx, by) in pairwise(path):
        length = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-12)
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1)
        best = np.minimum(best, np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
    return best


POINTS = st.tuples(st.floats(-20, 90), st.floats(-20, 70))


@given(POINTS, POINTS, st.floats(2, 40))
def test_a_straight_stroke_is_the_exact_capsule(a: tuple[float, float], b: tuple[float, float], width: float) -> None:
    assume(np.hypot(a[0] - b[0], a[1] - b[1]) > 1e-2)
    path = np.array([a, b])
    found = whole(*stroke_of(path, width, (50, 70)), (50, 70))
    expected = distance(path, (50, 70))
    clear = np.abs(expected - width / 2) > 1e-6
    assert np.array_equal(found[clear] > 0, (expected < width / 2)[clear])


def test_a_stroke_is_as_wide_as_it_is_told_everywhere() -> None:
    x = np.arange(20, 280, 1.0)
    widths = 3 + 12 * (x - 20) / 260
    drawn = whole(*stroke_of(np.stack([x, np.full_like(x, 50.3)], axis=1), widths, (100, 300)), (100, 300))
    columns = np.arange(30, 260)
    expected = np.interp(columns + 0.5, x, widths)
    assert np.abs(drawn[:, columns].sum(axis=0) - expected).max() <= 1.01
    assert abs(drawn[:, columns].sum() / expected.sum() - 1) < 0.01


@given(st.lists(st.tuples(st.floats(1, 69), st.floats(1, 49)), min_size=2, max_size=5))
def test_the_thinnest_stroke_is_in_one_piece(points: list[tuple[float, float]]) -> None:
    drawn, _ = stroke_of(np.array(points), 0, (50, 70))
    assert cv2.connectedComponents(drawn, connectivity=8)[0] == 2


def test_a_long_straight_stroke_takes_no_more_than_its_area() -> None:
    tracemalloc.start()
    drawn, _ = stroke_of(np.array([[5.0, 5.0], [3900.0, 2900.0]]), 6, (3000, 4000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn.sum() == pytest.approx(6 * np.hypot(3895, 2895), rel=0.01)
    assert peak < 10 * drawn.size


def test_a_path_beside_the_image_has_a_width() -> None:
    found = widths_along(np.full((40, 40), 90, np.uint8), np.array([[-90.0, -90.0], [-80.0, -80.0], [-70.0, -80.0]]))
    assert np.isfinite(found).all()


def test_a_stroke_outside_the_mask_is_empty() -> None:
    drawn, area = stroke_of(np.array([[-50.0, -50.0], [-60.0, -40.0]]), 5, (30, 30))
    assert drawn.size == 0
    assert area.height * area.width == 0


def test_a_drawn_crack_is_traced_from_end_to_end() -> None:
    """Clicks about 80 px apart on the centre lines of `synthesis`' cracks give back its masks."""
    scores = []
    for seed in range(6):
        drawn = draw((9, seed), cracked=True)
        scores.append(traced_score(drawn.image, drawn.mask))
    assert np.median(scores) > 0.85


def test_widths_of_drawn_cracks_are_right_to_half_a_pixel() -> None:
    errors: list[float] = []
    for seed in range(6):
        coverage = draw_crack(np.random.default_rng(seed), SIZE, SIZE)
        image = photograph(coverage)
        for line in lines(coverage >= 0.5):
            (row, column), (to_row, to_column) = line[0], line[-1]
            path = Trace(image, at=(column + 0.5, row + 0.5)).grown_to(to_column, to_row).path_to(to_column, to_row)
            inner = slice(5, -5)
            errors += list((widths_along(image, path) - across(coverage, path))[inner])
    assert len(errors) > 500
    assert np.median(np.abs(errors)) <= 0.5


def across(coverage: np.ndarray, path: np.ndarray) -> np.ndarray:
    """The width of what a path crosses: the coverage summed along a line across, as far as it goes on, (N,)."""
    along = np.gradient(cv2.GaussianBlur(path, (1, 9), 2), axis=0)
    along /= np.hypot(*along.T)[:, None]
    normal, step = np.stack([-along[:, 1], along[:, 0]], axis=1), 0.25
    widths = np.zeros(len(path))
    for side in (-step, step):
        going = np.ones(len(path), bool)
        for i in range(64):
            x, y = np.ascontiguousarray((path + side * (i + 0.5) * normal - 0.5).T, np.float32)
            share = cv2.remap(coverage, x, y, cv2.INTER_LINEAR).ravel()
            going &= share > 0.02
            widths += step * share * going
    return widths


def lines(mask: np.ndarray) -> list[list[tuple[int, int]]]:
    """The lines of its skeleton, of 12 pixels and more."""
    from skimage.morphology import skeletonize

    return [line for line in _paths(skeletonize(mask)) if len(line) >= 12]


def traced_score(image: np.ndarray, truth: np.ndarray) -> float:
    found = np.zeros(truth.shape, np.uint8)
    for line in lines(truth > 0):
        count = max(1, round(len(line) / 80))
        clicks = [line[round(i * (len(line) - 1) / count)] for i in range(count + 1)]
        for (row, column), (to_row, to_column) in pairwise(clicks):
            path = Trace(image, at=(column + 0.5, row + 0.5)).path_to(to_column + 0.5, to_row + 0.5)
            found |= whole(*stroke_of(path, widths_along(image, path), truth.shape), truth.shape)
    return count_tolerant(found * np.uint8(255), truth, threshold=0.5).f1


def test_importing_it_loads_neither_scipy_nor_skimage() -> None:
    code = "import sys, crackstudio.imaging.tracing; sys.exit(any(m in sys.modules for m in ('scipy', 'skimage')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
