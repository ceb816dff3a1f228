"""What one image on the desk needs, read from disk: its picture, mask, strokes and proposals. Any thread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import MaskError, MaskSizeError
from crackstudio.core.images import ImageEntry, MaskKind
from crackstudio.imaging.depth import value_counts
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.mask_steps import Replayed, replayed
from crackstudio.studio.thresholds import own_threshold

FIRST_VIEW = (1600, 1000)
"""Device pixels for which a picture is prepared off the thread."""
_KIND = "kind of untouched"
_BYTES_A_PIXEL = 4
"""Of a colour picture of 8 bit with its levels."""

Pixels = NDArray[np.uint8]


@dataclass(slots=True, kw_only=True, eq=False)
class Proposal:
    """A crack map on the desk: (H, W) uint8, its network (None: nobody knows), its own threshold, pixels per value."""

    crack_map: Pixels
    made_by: str | None
    own_threshold: float
    histogram: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one image needs, read from disk. `digest`: of the file; `has_work`: whether mask and strokes were read."""

    picture: ImagePyramid
    digest: str | None
    has_work: bool
    mask: TiledMask | None
    left: Replayed | None
    """Strokes of an earlier sitting that may be in no mask."""
    proposal: Proposal | None
    previous_map: Pixels | None


def kind_of(project: Project, entry: ImageEntry) -> MaskKind:
    """An untouched image has no mask that keeps the kind chosen for it; the project does."""
    return entry.mask_kind or MaskKind(str(project.recall(f"{_KIND} {entry.id}", MaskKind.EXACT)))


def keep_kind(project: Project, image: int, kind: MaskKind) -> None:
    """Remember the kind chosen for an image without a mask."""
    project.remember(f"{_KIND} {image}", kind)


def is_light(project: Project, identity: int, *, room: int) -> bool:
    """Whether an image's picture takes at most `room` bytes, by its header. Any thread. Raises RasterError."""
    entry = project.entry(identity)
    height, width = rasters.size_of(project.folder / entry.path, entry.page)
    return _BYTES_A_PIXEL * height * width <= room


def load(project: Project, identity: int, *, is_edited: bool = False) -> Loaded:
    """Read what one image needs. Any thread. Raises RasterError, MaskError.

    One that `is_edited` has its mask already: what another program has put in its place stays one that nobody has seen.
    """
    picture = ImagePyramid(project.read_native(identity))
    digest = project.entry(identity).digest
    picture.prepare(width=FIRST_VIEW[0], height=FIRST_VIEW[1])
    mask, left = (None, None) if is_edited else _load_work(project, identity, picture)
    return Loaded(
        picture=picture,
        digest=digest,
        has_work=not is_edited,
        mask=mask,
        left=left,
        proposal=load_proposal(project, identity),
        previous_map=project.proposals.load_previous(identity),
    )


def _load_work(project: Project, identity: int, picture: ImagePyramid) -> tuple[TiledMask | None, Replayed | None]:
    strokes = project.journal(identity).read()  # before the mask: a save in between moves them into it
    mask, left = None, None
    try:
        mask = _load_mask(project, identity)
        left = replayed(strokes, mask or TiledMask(picture.height, picture.width))
        if left is not None and left.damage:
            project.set_strokes_aside(identity, why=left.damage)
    except MaskError as error:
        if project.has_mask(identity) and mask is None:  # it cannot be read just now
            raise
        project.set_strokes_aside(identity, why=str(error))
    return mask, left


def _load_mask(project: Project, identity: int) -> TiledMask | None:
    """One that had to be kept aside is told of, and keeps nobody from the image, nor damage what was painted since."""
    try:
        mask = project.load_mask(identity)
    except MaskError as error:
        if project.has_mask(identity):
            raise
        project.report(str(error))
        if isinstance(error, MaskSizeError):  # nor do the strokes fit
            raise
        return None
    return None if mask is None else TiledMask.from_array(mask)


def load_proposal(project: Project, identity: int) -> Proposal | None:
    """Read an image's proposal. Any thread."""
    crack_map = project.proposals.load(identity)
    if crack_map is None:
        return None
    entry: ImageEntry = project.entry(identity)
    return Proposal(
        crack_map=crack_map,
        made_by=entry.proposed_by,
        own_threshold=own_threshold(entry),
        histogram=value_counts(crack_map),
    )
