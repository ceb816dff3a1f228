"""The record of a run as a lab would keep it: one HTML page in the run's folder, made of what the run told.

It stands on its own with the pictures beside it. What a person writes lies in `notes.txt` and is never written over.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TypeVar

from crackstudio.core import wire
from crackstudio.core.runs import RunRecord, RunSpec
from crackstudio.core.stability import Stability, stability
from crackstudio.project.atomic import write_bytes
from crackstudio.project.line_chart import line_chart
from crackstudio.project.run_folder import RunFolder

_Event = TypeVar("_Event", bound=wire.Event)

PAGE, NOTES = "record.html", "notes.txt"
STAGES = 3
"""Previews are shown at the first, the middle and the last scoring."""
_ROOM = "Analysis\n\n\nPlan\n\n"
_STYLE = """<style>
:root { color-scheme: light dark; --quiet: #6b7280; --line: #d7dae0; --good: #2f9e44; --bad: #d9480f }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 1180px; margin: 32px auto; padding: 0 24px }
h1 { font-size: 26px; margin: 0 } h1 small { color: var(--quiet); font: 14px monospace; margin-left: 12px }
h2 { font-size: 17px; border-bottom: 1px solid var(--line); padding-bottom: 4px; margin-top: 32px }
h3 { font-size: 14px; margin: 16px 0 4px } .purpose { font-size: 16px } .hint, th { color: var(--quiet) }
table { border-collapse: collapse }
th { text-align: left; font-weight: normal; padding: 2px 24px 2px 0; vertical-align: top; white-space: nowrap }
td { padding: 2px 16px 2px 0 } td.healthy { color: var(--good) } td:not(.healthy)[class] { color: var(--bad) }
pre { white-space: pre-wrap; border: 1px solid var(--line); border-radius: 6px; padding: 12px; font-size: 13px }
.notes { min-height: 160px } figure { margin: 0 } figcaption { color: var(--quiet); font-size: 12px }
.charts, .stage { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-end; margin-bottom: 12px }
.stage b { flex-basis: 100%; font-weight: normal } .stage img { height: 170px; image-rendering: pixelated }
.chart { flex: 1 1 480px } svg { width: 100% }
.key { width: 24px; vertical-align: middle } .key path { stroke-width: 3 }
figcaption span { white-space: nowrap; margin-right: 10px }
svg text { font-size: 12px; fill: var(--quiet) } .end { text-anchor: end }
polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round }
.axis, .mark { fill: none; stroke: var(--line) } .mark { stroke-dasharray: 2 4 }
@media print { body { margin: 0 } }
</style>"""


def write_report(run: RunFolder) -> Path:
    """Write `record.html` anew, and `notes.txt` where there is none yet. Any thread. Raises `RunError`, `OSError`."""
    record, events = run.record(), list(run.events())
    notes = run.path / NOTES
    if not notes.exists():
        write_bytes(notes, _ROOM.encode())
    page = run.path / PAGE
    write_bytes(page, _page(record, events, state=str(run.state()), notes=_text(notes)).encode())
    return page


def _page(record: RunRecord, events: Sequence[wire.AnyEvent], *, state: str, notes: str) -> str:
    body = "".join(
        (
            f"<h1>{escape(record.spec.method)}<small>{escape(record.id)}</small></h1>",
            f"<p class=purpose>{escape(record.spec.purpose) or 'No purpose was noted.'}</p>",
            _table(_circumstances(record, events, state=state)),
            "<h2>Outcome</h2>",
            _table(_outcome(events)),
            "<h2>Curves</h2>",
            _curves(events),
            "<h2>Guard</h2>" + _guard(events) if any(isinstance(one, wire.GuardChanged) for one in events) else "",
            "<h2>Previews</h2>",
            _previews(events),
            "<h2>Settings</h2>",
            _table(_settings(record.spec)),
            f"<pre class=command>{escape(record.command)}</pre>",
            f"<h2>Analysis and plan</h2><p class=hint>From <a href={NOTES}>{NOTES}</a> beside this page.</p>",
            f"<pre class=notes>{escape(notes)}</pre>",
        )
    )
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(record.id)}</title>{_STYLE}{body}</html>\n"


def _circumstances(record: RunRecord, events: Sequence[wire.AnyEvent], *, state: str) -> dict[str, str]:
    started = next((event for event in events if isinstance(event, wire.Started)), None)
    stepped = _last(events, wire.Stepped)
    told = {
        "Date": record.created,
        "Who": record.who,
        "State": state,
        "Trained": f"{stepped.step:,} steps in {stepped.seconds / 60:.1f} minutes" if stepped else "",
        "Device": f"{started.device}, {started.precision}" if started else "",
        "Network": f"{started.parameters:,} weights" if started else "",
        "Images": f"{record.images:,}",
        "Data": record.snapshot_digest,
        "Versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        "Commit": record.commit,
    }
    return {name: words for name, words in told.items() if words}


def _outcome(events: Sequence[wire.AnyEvent]) -> dict[str, str]:
    scored = [event for event in events if isinstance(event, wire.Scored)]
    best = next((event for event in reversed(scored) if event.best), None)
    told = {}
    if best is not None:
        told["Best"] = f"step {best.step:,}, threshold {best.threshold:.3f}"
        told |= {name: f"{value:.3f}" for name, value in best.scores.items() if value is not None}
    told |= _stability(stability(events))
    if end := _last(events, wire.Failed):
        told["Failed"] = end.message
    return told or {"Scores": "It was not scored yet."}


def _stability(found: Stability) -> dict[str, str]:
    told = {}
    if found.healthy is not None:
        told["Stability"] = f"the guard found it healthy in {found.healthy:.0%} of the scorings"
    if found.spread is not None:
        told["Spread"] = f"{found.score} deviates by {found.spread:.3f} over the last third"
    return told


def _settings(spec: RunSpec) -> dict[str, str]:
    given = {name: str(value) for name, value in spec.settings.items()}
    own = {"preset": spec.preset or "default", "seed": str(spec.seed), "device": spec.device}
    limits = {"minutes": spec.minutes, "steps": spec.steps, "start from": spec.start_from}
    return own | {name: str(value) for name, value in limits.items() if value is not None} | given


def _curves(events: Iterable[wire.AnyEvent]) -> str:
    losses: dict[str, list[tuple[float, float]]] = {}
    scores: dict[str, list[tuple[float, float]]] = {}
    for event in events:
        if isinstance(event, wire.Stepped):
            _add(losses, event.step, event.losses)
        elif isinstance(event, wire.Scored):
            _add(scores, event.step, event.scores)
    loss = line_chart(losses, title="Loss (logarithmic)", logarithmic=True)
    charts = (loss if losses else "") + (line_chart(scores, title="Scores") if scores else "")
    return f"<div class=charts>{charts}</div>" if charts else "<p>No step was taken yet.</p>"


def _add(lines: dict[str, list[tuple[float, float]]], step: int, values: Mapping[str, float | None]) -> None:
    for term, value in values.items():
        if value is not None:
            lines.setdefault(term, []).append((step, value))


def _guard(events: Iterable[wire.AnyEvent]) -> str:
    rows = [
        f"<tr><th>step {event.step:,}</th><td class={escape(event.state)}>{escape(event.state)}</td>"
        f"<td>{escape(event.words)}</td></tr>"
        for event in events
        if isinstance(event, wire.GuardChanged)
    ]
    return f"<table>{''.join(rows)}</table>"


def _previews(events: Iterable[wire.AnyEvent]) -> str:
    stages: dict[str, list[wire.PreviewSaved]] = {}
    for event in events:
        if isinstance(event, wire.PreviewSaved):
            stages.setdefault(event.probe, []).append(event)
    if not stages:
        return "<p>There are none yet.</p>"
    return "".join(
        f"<h3>{escape(probe)}</h3>{''.join(map(_stage, _first_middle_last(saved)))}" for probe, saved in stages.items()
    )


def _stage(saved: wire.PreviewSaved) -> str:
    figures = "".join(
        f'<figure><img src="{escape(path)}" alt="{escape(layer)}"><figcaption>{escape(layer)}</figcaption></figure>'
        for layer, path in saved.pictures.items()
    )
    return f"<div class=stage><b>step {saved.step:,}</b>{figures}</div>"


def _first_middle_last(saved: Sequence[wire.PreviewSaved]) -> list[wire.PreviewSaved]:
    places = dict.fromkeys(round(i * (len(saved) - 1) / (STAGES - 1)) for i in range(STAGES))
    return [saved[place] for place in places]


def _table(rows: Mapping[str, str]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(words)}</td></tr>" for name, words in rows.items())
    return f"<table>{cells}</table>"


def _last(events: Iterable[wire.AnyEvent], kind: type[_Event]) -> _Event | None:
    found = None
    for event in events:
        if isinstance(event, kind):
            found = event
    return found


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
