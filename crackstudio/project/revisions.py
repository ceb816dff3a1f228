"""How an entry changes when its image gets or loses a mask, or a proposal."""

import msgspec

from crackstudio.core import wire
from crackstudio.core.images import ImageEntry, MaskKind, Review


def with_mask(entry: ImageEntry, *, kind: MaskKind) -> ImageEntry:
    """A mask was saved; what a person has confirmed or flagged stays so."""
    untouched = entry.review in (Review.UNSEEN, Review.PROPOSED)
    return msgspec.structs.replace(entry, mask_kind=kind, review=Review.CORRECTED if untouched else entry.review)


def with_found_mask(entry: ImageEntry) -> ImageEntry:
    """A mask lies on disk: it counts, even if the database forgot it."""
    return with_mask(entry, kind=MaskKind.EXACT) if entry.mask_kind is None else entry


def without_mask(entry: ImageEntry) -> ImageEntry:
    """There is no mask (any more)."""
    review = entry.review
    if review in (Review.CORRECTED, Review.CONFIRMED):
        review = Review.PROPOSED if entry.proposed_by else Review.UNSEEN
    return msgspec.structs.replace(entry, mask_kind=None, review=review)


def with_proposal(entry: ImageEntry, *, event: wire.Proposed, label: str) -> ImageEntry:
    """A crack map was taken in."""
    review = Review.PROPOSED if entry.review is Review.UNSEEN else entry.review
    return msgspec.structs.replace(
        entry, proposed_by=label, threshold=event.threshold, score=event.score, review=review
    )
