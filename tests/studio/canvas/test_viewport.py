"""The transform: zooming keeps what is under the pointer, panning is whole pixels, the image stays in sight."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackstudio.imaging.patch import Area
from crackstudio.studio.canvas.viewport import LARGEST_SCALE, Box, Viewport

SIDES = st.integers(1, 20_000)
VIEWS = st.builds(
    Viewport,
    width=st.integers(120, 4000),
    height=st.integers(90, 3000),
    image_width=SIDES,
    image_height=SIDES,
)


@settings(deadline=None)
@given(VIEWS)
def test_fitted_shows_the_whole_image(view: Viewport) -> None:
    fitted = view.fitted()
    left, top = fitted.to_device(0, 0)
    right, bottom = fitted.to_device(view.image_width, view.image_height)
    assert left >= -1
    assert top >= -1
    assert right <= view.width + 1
    assert bottom <= view.height + 1


@settings(deadline=None)
@given(VIEWS, st.floats(0.3, 3), st.floats(0, 1), st.floats(0, 1))
def test_zooming_keeps_what_is_under_the_pointer(view: Viewport, factor: float, across: float, down: float) -> None:
    fitted = view.fitted()
    box = fitted.image_box
    x, y = box.x + across * box.width, box.y + down * box.height
    zoomed = fitted.zoomed(factor, x, y)
    left, top = zoomed.to_device(0, 0)
    off = 0.5 if zoomed.scale == 1 else 1e-3
    held = zoomed.to_image(x, y) == pytest.approx(fitted.to_image(x, y), rel=1e-6, abs=off / zoomed.scale)
    at_the_edge = min(left + view.image_width * zoomed.scale, view.width - left) <= 48 or (
        min(top + view.image_height * zoomed.scale, view.height - top) <= 48
    )
    assert held or at_the_edge


@settings(deadline=None)
@given(VIEWS, st.lists(st.tuples(st.floats(0.1, 10), st.integers(-5000, 5000), st.integers(-5000, 5000)), max_size=8))
def test_whatever_is_done_the_image_stays_in_sight(view: Viewport, acts: list[tuple[float, int, int]]) -> None:
    moved = view.fitted()
    for factor, dx, dy in acts:
        moved = moved.zoomed(factor, dx, dy).panned(dx, dy)
        assert moved.scale <= LARGEST_SCALE
        left, top = moved.to_device(0, 0)
        right, bottom = moved.to_device(view.image_width, view.image_height)
        assert left < view.width + 1
        assert top < view.height + 1
        assert right > -1
        assert bottom > -1


@settings(deadline=None)
@given(VIEWS, st.integers(-3000, 3000), st.integers(-3000, 3000))
def test_panning_moves_by_whole_pixels(view: Viewport, dx: int, dy: int) -> None:
    fitted = view.fitted().zoomed(1.37, 11.3, 7.9)
    panned = fitted.panned(dx, dy)
    assert (panned.x - fitted.x).is_integer()
    assert (panned.y - fitted.y).is_integer()


@settings(deadline=None)
@given(st.floats(0.05, 20), st.floats(-50, 50), st.floats(-50, 50), st.data())
def test_the_boxes_of_neighbours_meet_without_gap_or_overlap(
    scale: float, x: float, y: float, data: st.DataObject
) -> None:
    view = Viewport(width=500, height=500, image_width=100, image_height=100, scale=scale, x=x, y=y)
    cut = data.draw(st.integers(1, 99))
    left, right = view.box_of(Area(0, 0, 100, cut)), view.box_of(Area(0, cut, 100, 100 - cut))
    assert left.x + left.width == right.x
    assert left.y == right.y


@settings(deadline=None)
@given(VIEWS, st.lists(st.floats(0.2, 5), min_size=1, max_size=30))
def test_zooming_never_jumps_over_100_percent(view: Viewport, factors: list[float]) -> None:
    zoomed = view.fitted()
    for factor in factors:
        before, zoomed = zoomed.scale, zoomed.zoomed(factor, 31.7, 12.3)
        assert (before - 1) * (zoomed.scale - 1) >= 0
        if zoomed.scale == 1:
            assert zoomed.x.is_integer()
            assert zoomed.y.is_integer()


def test_boxes_meet_join_and_grow() -> None:
    one, other = Box(0, 0, 10, 10), Box(5, 8, 10, 10)
    assert one.meet(other) == Box(5, 8, 5, 2)
    assert one.join(other) == Box(0, 0, 15, 18)
    assert one.grown(2) == Box(-2, -2, 14, 14)
    assert one.meet(Box(20, 0, 5, 5)).is_empty
