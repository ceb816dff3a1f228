"""A line chart as inline SVG: curves by name over steps, with both axes and a legend."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 28, 24
COLOURS = ("#2f6fde", "#d9534f", "#3a9d5d", "#b07d12", "#8250df", "#0c8599", "#c2255c", "#5c5f66", "#74b816", "#e8590c")
DASHES = ("", "7 4", "2 3")
"""Each time that the colours have been used up the curves are dashed otherwise."""
MOST_POINTS = 400
"""Of a curve: more than the chart has pixels for is thinned out evenly."""
FLOOR = 1e-6
"""A share of the largest value: on a logarithmic axis what is less counts as 0, which has no place there."""


def line_chart(lines: Mapping[str, Sequence[Point]], *, title: str, logarithmic: bool = False) -> str:
    """An `<svg>` of these curves; those without a point are left out of the picture, not of the legend.

    `logarithmic`: the axis upwards, for curves of very different size.
    """
    shown = _powers(lines) if logarithmic else lines
    points = [point for line in shown.values() for point in line]
    across, up = _span(x for x, _ in points), _span(y for _, y in points)

    def height(y: float) -> float:
        return HEIGHT - BOTTOM - (y - up[0]) / (up[1] - up[0]) * (HEIGHT - TOP - BOTTOM)

    def place(point: Point) -> str:
        x = LEFT + (point[0] - across[0]) / (across[1] - across[0]) * (WIDTH - LEFT - RIGHT)
        return f"{x:.1f},{height(point[1]):.1f}"

    drawn = "".join(
        f'<polyline points="{" ".join(map(place, _thinned(line)))}" {_stroke(i)}/>'
        for i, line in enumerate(shown.values())
        if line
    )
    marks = "".join(_marks(up, height)) if logarithmic else ""
    ends = [_short(10**end if logarithmic else end) for end in up]
    return (
        f'<figure class=chart><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f'<text x="{LEFT}" y="16">{escape(title)}</text>'
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" class="axis"/>{marks}'
        f'<text x="{LEFT - 6}" y="{TOP + 8}" class="end">{ends[1]}</text>'
        f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" class="end">{ends[0]}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 6}">{across[0]:,.0f}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" class="end">{across[1]:,.0f} steps</text>'
        f"{drawn}</svg><figcaption>{_legend(lines)}</figcaption></figure>"
    )


def _legend(names: Iterable[str]) -> str:
    return "".join(
        f'<span><svg class=key viewBox="0 0 24 8"><path d="M0 4H24" {_stroke(i)}/></svg> {escape(name)}</span> '
        for i, name in enumerate(names)
    )


def _stroke(number: int) -> str:
    """How the curve of that number looks."""
    round_, colour = divmod(number, len(COLOURS))
    return f'stroke="{COLOURS[colour]}" stroke-dasharray="{DASHES[round_ % len(DASHES)]}"'


def _powers(lines: Mapping[str, Sequence[Point]]) -> dict[str, list[Point]]:
    """The powers of ten that the values are."""
    least = FLOOR * max((y for line in lines.values() for _, y in line), default=0.0)
    return {name: [(x, math.log10(y)) for x, y in line if y > max(0.0, least)] for name, line in lines.items()}


def _marks(up: tuple[float, float], height: Callable[[float], float]) -> Iterator[str]:
    """A line at each power of ten, named where the names of the axis's ends leave room."""
    for power in range(math.ceil(up[0]), math.floor(up[1]) + 1):
        y = height(power)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" class="mark"/>'
        if TOP + 24 < y < HEIGHT - BOTTOM - 14:
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="end">{_short(10.0**power)}</text>'


def _short(value: float) -> str:
    """With room beside the axis."""
    return f"{value:.0e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"


def _span(values: Iterable[float]) -> tuple[float, float]:
    """From the least to the most, of some length also where all are the same or there are none."""
    known = list(values) or [0.0]
    least, most = min(known), max(known)
    return (least, most) if most > least else (least - 0.5, least + 0.5)


def _thinned(line: Sequence[Point]) -> Sequence[Point]:
    step = -(-len(line) // MOST_POINTS)
    return [*line[::step], line[-1]] if step > 1 else line
