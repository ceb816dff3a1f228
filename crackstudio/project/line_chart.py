"""A line chart as inline SVG: curves by name over steps, with both axes and a legend."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 28, 24
COLOURS = ("#2f6fde", "#d9534f", "#3a9d5d", "#b07d12", "#8250df", "#0c8599", "#c2255c", "#5c5f66", "#74b816", "#e8590c")
MOST_POINTS = 400
"""Of a curve: more than the chart has pixels for is thinned out evenly."""


def line_chart(lines: Mapping[str, Sequence[Point]], *, title: str) -> str:
    """An `<svg>` of these curves; those without a point are left out of the picture, not of the legend."""
    points = [point for line in lines.values() for point in line]
    across, up = _span(x for x, _ in points), _span(y for _, y in points)

    def place(point: Point) -> str:
        x = LEFT + (point[0] - across[0]) / (across[1] - across[0]) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (point[1] - up[0]) / (up[1] - up[0]) * (HEIGHT - TOP - BOTTOM)
        return f"{x:.1f},{y:.1f}"

    drawn = "".join(
        f'<polyline points="{" ".join(map(place, _thinned(line)))}" stroke="{COLOURS[i % len(COLOURS)]}"/>'
        for i, line in enumerate(lines.values())
        if line
    )
    legend = "".join(
        f'<span style="color:{COLOURS[i % len(COLOURS)]}">&#9644;</span> {escape(name)} '
        for i, name in enumerate(lines)
    )
    return (
        f'<figure class=chart><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f'<text x="{LEFT}" y="16">{escape(title)}</text>'
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" class="axis"/>'
        f'<text x="{LEFT - 6}" y="{TOP + 8}" class="end">{up[1]:.3g}</text>'
        f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" class="end">{up[0]:.3g}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 6}">{across[0]:,.0f}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" class="end">{across[1]:,.0f} steps</text>'
        f"{drawn}</svg><figcaption>{legend}</figcaption></figure>"
    )


def _span(values: Iterable[float]) -> tuple[float, float]:
    """From the least to the most, of some length also where all are the same or there are none."""
    known = list(values) or [0.0]
    least, most = min(known), max(known)
    return (least, most) if most > least else (least - 0.5, least + 0.5)


def _thinned(line: Sequence[Point]) -> Sequence[Point]:
    step = -(-len(line) // MOST_POINTS)
    return [*line[::step], line[-1]] if step > 1 else line
