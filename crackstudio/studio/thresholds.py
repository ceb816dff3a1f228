"""The threshold of a proposal: what a person chose, for as long as the same network proposes; else its own."""

from crackstudio.core.images import ImageEntry
from crackstudio.project.project import Project
from crackstudio.project.state import Value

DEFAULT_THRESHOLD = 0.5
_CHOSEN = "chosen threshold"


def threshold_of(project: Project, entry: ImageEntry) -> float:
    """In [0, 1], of the newest proposal of an image. Reads no disk. Any thread."""
    chosen = chosen_threshold(project, entry.id, made_by=entry.proposed_by)
    return own_threshold(entry) if chosen is None else chosen


def own_threshold(entry: ImageEntry) -> float:
    """The one that came with the proposal."""
    return DEFAULT_THRESHOLD if entry.threshold is None else entry.threshold


def chosen_threshold(project: Project, image: int, *, made_by: str | None) -> float | None:
    """What a person chose for the proposal of the network `made_by`; None where nothing was chosen."""
    match project.recall(f"{_CHOSEN} {image}"):
        case {"network": network, "threshold": float(threshold)} if network == made_by:
            return threshold
    return None


def choose_threshold(project: Project, image: int, threshold: float | None, *, made_by: str | None) -> None:
    """Keep what a person chose for the proposal of the network `made_by`; None goes back to its own."""
    chosen: Value = None if threshold is None else {"network": made_by, "threshold": float(threshold)}
    project.remember(f"{_CHOSEN} {image}", chosen)
