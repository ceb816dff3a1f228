"""The shelf: which images lie on the desk, and which of them are put away when there is no more room."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crackstudio.studio.bringing_back import Brought
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.loading import Proposal
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.thresholds import DEFAULT_THRESHOLD
from crackstudio.studio.tile_editor import TileEditor

MOST_EDITORS = 64
"""Images whose undo is kept: patches, not pictures."""
PICTURE_BYTES = 600 * 2**20
"""Decoded pictures kept for going back and forth."""

Pixels = NDArray[np.uint8]


@dataclass(slots=True, kw_only=True)
class OpenImage:
    """One image on the desk. Its picture is dropped when others need the room, its editor is kept longer."""

    id: int
    picture: ImagePyramid | None
    editor: MaskEditor
    tiles: TileEditor
    digest: str | None = None
    """Of the file that the picture is of."""
    proposal: Proposal | None = None
    previous_map: Pixels | None = None
    threshold: float = DEFAULT_THRESHOLD
    brought: Brought | None = None
    """What an earlier sitting could not save, until somebody was asked whether it stays."""
    confirmed_content: str | None = None
    """Digest of the file as it was when an edit took the confirmation away; the editor knows when it is as it was."""

    @property
    def picture_bytes(self) -> int:
        """What the picture holds in memory."""
        return self.picture.nbytes if self.picture else 0

    def fits(self, picture: ImagePyramid) -> bool:
        """Whether the mask is of the size of a picture that was read since."""
        return (self.editor.mask.height, self.editor.mask.width) == (picture.height, picture.width)

    def let_go(self) -> None:
        """It leaves the desk."""
        self.editor.undo_stack.blockSignals(True)  # it tells of its own end
        self.editor.deleteLater()


@dataclass(slots=True)
class Shelf:
    """Images, the one used last at the end, what of their masks is saved, and the image that is open."""

    images: OrderedDict[int, OpenImage] = field(default_factory=OrderedDict)
    saved_revision: dict[int, int] = field(default_factory=dict)
    open: int | None = None
    wanted: tuple[int, ...] = ()
    """Images that are likely to be opened next, the likeliest first."""
    loading: dict[str, int] = field(default_factory=dict)
    """What was asked for last, by lane."""
    saving: Counter[int] = field(default_factory=Counter)
    """Saves that have not ended yet."""

    def before(self, identity: int) -> tuple[int, ...]:
        """The open image and those that are wanted sooner than this one."""
        sooner = self.wanted[: self.wanted.index(identity)] if identity in self.wanted else self.wanted
        return sooner if self.open is None else (self.open, *sooner)

    def room_for(self, identity: int) -> int:
        """Bytes for a picture beside those that matter more."""
        beside = [self.images[one] for one in self.before(identity) if one in self.images]
        return PICTURE_BYTES - sum(image.picture_bytes for image in beside)

    def lay_open(self, identity: int) -> None:
        """What was wanted beside the image before is not any more."""
        self.images.move_to_end(identity)
        self.open, self.wanted = identity, ()

    def is_unsaved(self, identity: int) -> bool:
        """Whether an image's mask has steps that are not on disk as a PNG."""
        image = self.images.get(identity)
        return image is not None and image.editor.revision != self.saved_revision.get(identity, 0)

    def tidy(self, *, keep: set[int]) -> None:
        """Drop the pictures, then the editors, that were used longest ago; of those with work the editor stays."""
        images = self.images
        total = sum(image.picture_bytes for image in images.values())
        for identity, image in images.items():
            if total <= PICTURE_BYTES:
                break
            if identity not in keep:
                total -= image.picture_bytes
                image.picture = image.proposal = image.previous_map = None
        surplus = len(images) - MOST_EDITORS
        idle = [one for one in images if one not in keep and not self._is_at_work(one)]
        for identity in idle[: max(0, surplus)]:
            self.put_away(identity)

    def _is_at_work(self, identity: int) -> bool:
        return self.is_unsaved(identity) or self.images[identity].editor.is_awaiting_step

    def put_away(self, identity: int) -> None:
        """Let go of one image."""
        self.images.pop(identity).let_go()
        self.saved_revision.pop(identity, None)
