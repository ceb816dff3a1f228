"""The README's table of results, made of what was measured."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import mean, pstdev

from rows import Row, rows

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- results: written by `make results` -->", "<!-- /results -->"
COLUMNS = {"IoU": "iou", "F1": "f1", "F1, 2 px": "f1_tol2", "AP": "pixel_ap"}
BASELINES = {"all_background": "all background", "otsu_darkness": "darker than Otsu's threshold"}
TITLES = {"cracks": "CFD and DeepCrack, 70 test images", "magnetic_tile": "Magnetic tiles, split by piece"}
Found = dict[str, object]


def write(measured: Path) -> None:
    """Put the table between its marks in the README."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if rest:
        README.write_text(f"{before}{BEGIN}\n\n{lines(measured)}\n{END}{after}", encoding="utf-8")


def lines(measured: Path) -> str:
    """Markdown: a table for each data set; seeds of one row as mean and deviation."""
    found: dict[str, dict[str, list[tuple[Row, Found]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows():
        kept = measured / f"{row.name}.json"
        if row.figures and kept.exists():
            found[row.data][row.title].append((row, json.loads(kept.read_text(encoding="utf-8"))))
    return "\n".join(_table(TITLES[data], by_title) for data, by_title in found.items())


def _table(title: str, by_title: dict[str, list[tuple[Row, Found]]]) -> str:
    head = f"| {title} | {' | '.join(COLUMNS)} | steps | stability |\n|---|{'---|' * (len(COLUMNS) + 2)}\n"
    rows_of = [_line(name, [found for _, found in runs]) for name, runs in by_title.items()]
    return head + "\n".join([*rows_of, *_baselines(next(iter(by_title.values()))[0][1])]) + "\n"


def _line(name: str, runs: list[Found]) -> str:
    cells = [_cell([run.get(key) for run in runs]) for key in COLUMNS.values()]
    steps = _cell([run["steps"] for run in runs], digits=0)
    return f"| {name} | {' | '.join(cells)} | {steps} | {_cell([run['stability'] for run in runs], digits=2)} |"


def _baselines(run: Found) -> list[str]:
    told = run.get("baselines")
    assert isinstance(told, dict)
    return [
        f"| {BASELINES.get(name, name)} | {' | '.join(_cell([scores.get(key)]) for key in COLUMNS.values())} | – | – |"
        for name, scores in told.items()
    ]


def _cell(values: list[object], *, digits: int = 3) -> str:
    known = [float(value) for value in values if isinstance(value, int | float)]
    if not known:
        return "–"
    spread = f" ± {pstdev(known):.{digits}f}" if len(known) > 1 and digits else ""
    return f"{mean(known):,.{digits}f}{spread}"
