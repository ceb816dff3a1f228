"""The README's table of results, made of what was measured."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean, pstdev

from rows import rows

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- results: written by `make results` -->", "<!-- /results -->"
COLUMNS = {"IoU": "iou", "F1": "f1", "F1, 2 px": "f1_tol2", "AP": "pixel_ap"}
BARE_COLUMNS = ("seeds", "steps", "weights", "losses finite", "stability", "at the end")
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
    """Markdown: a table for each data set, seeds as mean and deviation; then what was run without figures."""
    found: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
    for row in rows():
        kept = measured / f"{row.name}.json"
        if kept.exists():
            title = TITLES[row.data] if row.figures else ""
            found[title][row.title].append(json.loads(kept.read_text(encoding="utf-8")))
    bare = found.pop("", {})
    tables = [_table(title, by_title) for title, by_title in found.items()]
    return "\n".join([*tables, *([_bare_table(bare)] if bare else [])])


def _table(title: str, by_title: dict[str, list[Found]]) -> str:
    head = f"| {title} | {' | '.join(COLUMNS)} | steps | stability |\n|---|{'---|' * (len(COLUMNS) + 2)}\n"
    rows_of = [_line(name, runs) for name, runs in by_title.items()]
    return head + "\n".join([*rows_of, *_baselines(next(iter(by_title.values()))[0])]) + "\n"


def _bare_table(by_title: dict[str, list[Found]]) -> str:
    head = f"| Only run | {' | '.join(BARE_COLUMNS)} |\n|---|{'---|' * len(BARE_COLUMNS)}\n"
    return head + "\n".join(_bare_line(name, runs) for name, runs in by_title.items()) + "\n"


def _bare_line(name: str, runs: list[Found]) -> str:
    finite = f"{sum(bool(run['finite']) for run in runs)} of {len(runs)}"
    steps = _cell([run["steps"] for run in runs], digits=0)
    weights, stable = f"{runs[0]['parameters']:,}", _cell([run["stability"] for run in runs], digits=2)
    return f"| {name} | {len(runs)} | {steps} | {weights} | {finite} | {stable} | {_end(runs)} |"


def _end(runs: list[Found]) -> str:
    """What became of the runs, and the guard's last words where it had any against them."""
    states = Counter(str(run["state"]) for run in runs)
    told = [str(word) for run in runs for word in run["guard"] if " healthy: " not in str(word)]  # type: ignore[attr-defined]
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"{counted}; step {told[-1]}" if told else counted


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
