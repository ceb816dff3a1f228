"""A chart as inline SVG: where its curves lie, and what its axes are marked with."""

import re

import pytest

from crackstudio.project.line_chart import BOTTOM, HEIGHT, TOP, line_chart

FOOT = HEIGHT - BOTTOM


def heights(chart):
    """Of each curve's points, from the top of the picture."""
    return [[float(point.split(",")[1]) for point in curve.split()] for curve in re.findall('points="([^"]+)"', chart)]


def named(chart):
    """What the axis upwards is marked with."""
    return re.findall('class="end">([^<]+)<', chart)[:-1]


def test_a_line_goes_from_foot_to_top():
    chart = line_chart({"a": [(0, 1.0), (1, 2.0), (2, 3.0)]}, title="A")
    assert heights(chart) == [[FOOT, pytest.approx((TOP + FOOT) / 2), TOP]]
    assert named(chart) == ["3", "1"]


def test_on_a_logarithmic_axis_small_curves_move_as_much_as_large_ones():
    chart = line_chart(
        {"large": [(0, 100.0), (1, 10.0)], "small": [(0, 0.1), (1, 0.01)]}, title="Loss", logarithmic=True
    )
    large, small = heights(chart)
    assert large[1] - large[0] == pytest.approx(small[1] - small[0], abs=0.2)
    assert large[1] - large[0] == pytest.approx((FOOT - TOP) / 4, abs=0.2)
    assert sorted(named(chart), key=float) == ["0.01", "0.1", "1", "10", "100"]


def test_small_numbers_have_room_beside_the_axis():
    names = named(line_chart({"a": [(0, 1.0), (1, 1.0991e-4)]}, title="Loss", logarithmic=True))
    assert names == ["0.001", "0.01", "0.1", "1", "1e-04"]


def test_what_has_no_logarithm_is_left_out_but_named():
    lines = {"late": [(0, 0.0), (1, 0.5), (2, 0.1)], "never": [(0, 0.0), (1, 0.0)], "dust": [(0, 1e-30)]}
    chart = line_chart(lines, title="Loss", logarithmic=True)
    assert heights(chart) == [[TOP, FOOT]]
    assert all(name in chart for name in lines)


@pytest.mark.parametrize("lines", [{}, {"a": []}, {"a": [(0, 0.0)]}, {"a": [(3, 2.0)]}, {"a": [(0, -1.0), (1, -2.0)]}])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_few_points_or_none_make_a_chart_too(lines, logarithmic):
    assert "nan" not in line_chart(lines, title="A", logarithmic=logarithmic)


def test_a_dozen_curves_all_look_different_and_the_legend_shows_how():
    chart = line_chart({str(number): [(0, number), (1, number + 1)] for number in range(12)}, title="Scores")
    strokes = re.findall('stroke="[^"]+" stroke-dasharray="[^"]*"', chart)
    assert len(set(strokes)) == 12
    assert strokes[:12] == strokes[12:]
