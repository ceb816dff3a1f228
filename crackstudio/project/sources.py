"""What there is to measure of an image: its mask and its crack maps, looked at and left alone. Any thread."""

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.images import ImageEntry
from crackstudio.project import rasters
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.kept_answers import Answer, KeptAnswers
from crackstudio.project.layout import Layout
from crackstudio.project.masks import MaskStore, Signature, signature_of
from crackstudio.project.measurements import to_measure
from crackstudio.project.proposals import ProposalStore


class Sources:
    """By the names of images.

    Counts of writes tell at once, without the disk, that this studio has written since; signatures what anyone has.
    """

    def __init__(self, layout: Layout, *, catalogue: Catalogue, masks: MaskStore, proposals: ProposalStore) -> None:
        self._layout, self._catalogue = layout, catalogue
        self._masks, self._proposals = masks, proposals

    def mask_writes(self, name: str) -> int:
        """How often this studio has written the mask, or taken it away, since the project was opened."""
        return self._masks.writes[name]

    def proposal_writes(self, name: str) -> int:
        """How many proposals were taken in since the project was opened."""
        return self._proposals.writes[name]

    def mask_signature(self, name: str) -> Signature | None:
        """Of the mask on disk, None where there is none."""
        return self._masks.signature(name)

    def proposal_signature(self, name: str, *, previous: bool = False) -> Signature | None:
        """Of the crack map on disk, None where there is none."""
        self._proposals.settle(name)
        return signature_of(self._layout.previous_proposal(name) if previous else self._layout.proposal(name))

    def mask(self, name: str) -> NDArray[np.uint8]:
        """(H, W) uint8 as it lies on disk. Nobody has seen it by this, as `Project.load_mask` means it.

        Raises `RasterError`, `FileNotFoundError`.
        """
        return rasters.read_mask(self._layout.mask(name))

    def to_measure(self) -> list[ImageEntry]:
        """The images whose masks belong into a table, in the order of their names."""
        return to_measure(self._catalogue.images())

    def kept(self, topic: str, kind: type[Answer]) -> KeptAnswers[Answer]:
        """Answers on this topic that were kept beside the project."""
        return KeptAnswers(self._layout.answers(topic), kind)
