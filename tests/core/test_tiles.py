"""Tiles cover an image exactly, and a sweep meets every tile it goes through."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.images import Tag
from crackstudio.core.tiles import TileTags

GRIDS = st.builds(
    TileTags.none, size=st.integers(1, 300), width=st.integers(1, 1500), height=st.integers(1, 1500)
)  # fmt: skip


@given(GRIDS)
def test_tiles_cover_every_pixel_once_and_none_is_a_sliver(grid):
    if grid.rows * grid.columns > 5000:
        return
    areas = [grid.area(place) for place in range(grid.rows * grid.columns)]
    assert sum(area.height * area.width for area in areas) == grid.width * grid.height
    for place, (top, left, height, width) in enumerate(areas):
        assert height >= min(grid.height, grid.size / 2)
        assert width <= 1.5 * grid.size
        assert grid.place_at(left, top) == grid.place_at(left + width - 0.01, top + height - 0.01) == place
    assert grid.place_at(grid.width, 0) is grid.place_at(-0.1, 0) is None


def test_a_sweep_that_ends_on_a_border_does_not_go_past_it():
    assert min(TileTags.none(size=1, width=207, height=1).along((206.04612163152674, 0.0), (2.0, 0.0))) == 2


@given(GRIDS, st.data())
def test_a_sweep_has_no_gaps_at_any_speed(grid, data):
    points = st.tuples(st.floats(0, grid.width - 0.01), st.floats(0, grid.height - 0.01))
    start, end = data.draw(points), data.draw(points)
    swept = grid.along(start, end)
    assert {grid.place_at(*start), grid.place_at(*end)} <= swept
    block = grid.block(start, end)
    assert swept <= set(grid.tagged_block(block, Tag.INTACT).places(Tag.INTACT))
    top, left, height, width = grid.area_of(block)
    assert left <= min(start[0], end[0])
    assert max(start[1], end[1]) < top + height
    assert max(start[0], end[0]) < left + width
    assert top <= min(start[1], end[1])
    reached, border = set(), [grid.place_at(*start)]
    while border:
        place = border.pop()
        reached.add(place)
        row, column = divmod(place, grid.columns)
        border += [
            other
            for other in swept - reached
            if max(abs(other // grid.columns - row), abs(other % grid.columns - column)) == 1
        ]
    assert reached == swept


def test_a_tag_stays_until_another_one_comes():
    tags = TileTags.none(size=10, width=40, height=30).tagged({0, 1, 2}, Tag.CRACKED).tagged([1], Tag.INTACT)
    assert (tags.places(Tag.CRACKED), tags.places(Tag.INTACT)) == ([0, 2], [1])
    assert (tags.count(Tag.CRACKED), tags.count(Tag.UNKNOWN), tags.tag_at(1)) == (2, 9, Tag.INTACT)
    assert tags.tagged([0, 1, 2], Tag.UNKNOWN).is_empty
    assert not tags.is_empty
    assert tags.rest_tagged(Tag.INTACT).count(Tag.INTACT) == 12 - 2


@pytest.mark.parametrize("way", [msgspec.msgpack, msgspec.json])
def test_they_travel_and_are_refused_where_they_are_damaged(way):
    tags = TileTags.none(size=10, width=40, height=30).tagged({5}, Tag.CRACKED)
    assert way.decode(way.encode(tags), type=TileTags) == tags
    with pytest.raises(ValueError, match="grid"):
        way.decode(way.encode({**msgspec.structs.asdict(tags), "width": 90}), type=TileTags)
