"""Numbers in words for people."""

import re
from datetime import datetime

from crackstudio.core.classes import CRACK
from crackstudio.studio.language import Said, tr

_RUN = re.compile(r"(?P<when>\d{8}-\d{6})-(?P<method>.+?)(@(?P<step>\d+))?")


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds:02d} s", minutes=whole // 60, seconds=whole % 60)
    return tr("{hours} h {minutes:02d} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def rough_duration(seconds: float) -> str:
    """What an estimate is worth: `1 min`, `20 min`, `2 h 05 min`."""
    return duration(seconds) if seconds >= 3600 else tr("{minutes} min", minutes=max(1, round(seconds / 60)))


def class_name(name: str) -> str:
    """The name that every project begins with is said; others are a person's own."""
    return tr(name) if name == CRACK.name else name


def network_name(label: str) -> str:
    """`20261120-113141-unet@300` as `unet 20 Nov, 11:31 · step 300`; the starter is said, others are as they are."""
    found = _RUN.fullmatch(label)
    if found is None:
        return tr("starter") if label == "starter" else label
    when = _said(datetime.strptime(found["when"], "%Y%m%d-%H%M%S").astimezone())
    name = tr("{method} {when}", method=found["method"], when=when)
    return tr("{run} · step {step:,}", run=name, step=int(found["step"])) if found["step"] else name


def moment(iso: str) -> str:
    """An ISO 8601 time as `20 Nov, 11:02`; as it is where it is none."""
    try:
        return _said(datetime.fromisoformat(iso).astimezone())
    except ValueError:
        return iso


def _said(when: datetime) -> Said:
    return tr("{when:%d %b, %H:%M}", when=when)
