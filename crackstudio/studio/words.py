"""Numbers in words for people."""

import re
from datetime import datetime

_RUN = re.compile(r"(?P<when>\d{8}-\d{6})-(?P<method>.+?)(@(?P<step>\d+))?")


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def rough_duration(seconds: float) -> str:
    """What an estimate is worth: `1 min`, `20 min`, `2 h 05 min`."""
    return duration(seconds) if seconds >= 3600 else f"{max(1, round(seconds / 60))} min"


def network_name(label: str) -> str:
    """`20261120-113141-unet@300` as `unet 20 Nov, 11:31 · step 300`; other labels as they are."""
    found = _RUN.fullmatch(label)
    if found is None:
        return label
    when = datetime.strptime(found["when"], "%Y%m%d-%H%M%S").astimezone().strftime("%d %b, %H:%M")
    return f"{found['method']} {when}" + (f" · step {int(found['step']):,}" if found["step"] else "")


def moment(iso: str) -> str:
    """An ISO 8601 time as `20 Nov, 11:02`; as it is where it is none."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%d %b, %H:%M")
    except ValueError:
        return iso
