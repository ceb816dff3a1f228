"""Is the new network better? Both propose the run's validation images; the masks judge (the way of the data, 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crackstudio.core.images import Split
from crackstudio.core.runs import SnapshotItem
from crackstudio.core.wire import Proposed
from crackstudio.project import rasters
from crackstudio.project.project import NetworkInUse
from crackstudio.project.run_folder import RunFolder

ENOUGH = 5
"""Validation masks from which the scores decide; below, the person does."""
MOST_COMPARED = 60
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One image with the crack maps of both networks."""

    name: str
    image: Path
    page: int
    before: Path
    after: Path
    truth: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`before` and `after` are strict crack IoU on the validation masks; None without masks."""

    old: NetworkInUse
    new: NetworkInUse
    images: tuple[Compared, ...]
    judged: int
    before: float | None
    after: float | None

    @property
    def decides(self) -> bool:
        """Whether there are enough masks to decide without a person."""
        return self.judged >= ENOUGH

    @property
    def is_better(self) -> bool:
        """Whether the new network scores higher."""
        return self.before is not None and self.after is not None and self.after > self.before


def compared_images(run: RunFolder) -> tuple[Compared, ...]:
    """The run's validation images with masks; others where there are fewer than a person wants to see."""
    items = run.snapshot().items
    masked = [item for item in items if item.split is Split.VALIDATION and item.mask is not None]
    others = [item for item in items if item not in masked]
    others.sort(key=lambda item: (item.split is not Split.VALIDATION, item.tag.value != "cracked"))
    chosen: Sequence[SnapshotItem] = masked[:MOST_COMPARED]
    if len(masked) < ENOUGH:
        chosen = [*masked, *others[: MOST_SHOWN - len(masked)]]
    place = run.path / "comparison"
    return tuple(
        Compared(
            name=item.name,
            image=Path(item.image),
            page=item.page,
            before=place / "before" / f"{index}.png",
            after=place / "after" / f"{index}.png",
            truth=run.path / item.mask if item in masked and item.mask else None,
        )
        for index, item in enumerate(chosen)
    )


def judge(
    images: tuple[Compared, ...],
    *,
    old: NetworkInUse,
    new: NetworkInUse,
    before: dict[int, Proposed],
    after: dict[int, Proposed],
) -> Comparison:
    """Score both networks on the images that both proposed, each at its own threshold. Any thread."""
    both = [index for index in range(len(images)) if index in before and index in after]
    masked = [index for index in both if images[index].truth is not None]
    return Comparison(
        old=old,
        new=new,
        images=tuple(images[index] for index in both),
        judged=len(masked),
        before=_iou([(images[index].before, images[index].truth) for index in masked], before),
        after=_iou([(images[index].after, images[index].truth) for index in masked], after),
    )


def _iou(pairs: Sequence[tuple[Path, Path | None]], events: dict[int, Proposed]) -> float | None:
    from crackstudio.imaging.scores import crack_scores

    if not pairs:
        return None
    threshold = next(iter(events.values())).threshold
    read = ((rasters.read_mask(crack_map), rasters.read_mask(truth)) for crack_map, truth in pairs if truth)
    return crack_scores(read, threshold=threshold)["iou"]
