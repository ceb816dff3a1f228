"""What is known of one image: its tag, its review state, its mask's kind."""

from enum import StrEnum

import msgspec


class Tag(StrEnum):
    """What a person (or the folder's name) says of the whole image."""

    CRACKED = "cracked"
    INTACT = "intact"
    UNKNOWN = "unknown"


class Review(StrEnum):
    """How far a person has come with an image."""

    UNSEEN = "unseen"
    PROPOSED = "proposed"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    FLAGGED = "flagged"


class MaskKind(StrEnum):
    """Exact: every pixel is meant. Region: a coarse blob around the defect, weighted by distance."""

    EXACT = "exact"
    REGION = "region"


class Split(StrEnum):
    """Which side of the stable split (by content hash) an image falls on."""

    TRAIN = "train"
    VALIDATION = "validation"


class Domain(StrEnum):
    """Source: has masks. Target: another site or camera, images only."""

    SOURCE = "source"
    TARGET = "target"


FOLDER_TAGS = {
    **dict.fromkeys(("cracked", "positive", "defect", "ng"), Tag.CRACKED),
    **dict.fromkeys(("intact", "negative", "good", "ok"), Tag.INTACT),
}
"""Folder names (lower case) that tag the images below them."""


def tag_of_folder(relative_path: str) -> Tag:
    """The tag that the nearest tagging folder of a relative POSIX path gives, e.g. `road/ng/7.jpg` -> cracked."""
    for part in reversed(relative_path.split("/")[:-1]):
        if part.lower() in FOLDER_TAGS:
            return FOLDER_TAGS[part.lower()]
    return Tag.UNKNOWN


class ImageEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One image of a project, as the list shows it.

    `path` is POSIX and relative to the image folder; `page` counts from 0 in a multi-page TIFF. `digest` is the
    SHA-256 of the file's bytes, taken when they are first decoded. `score` in [0, 1] is how unsure the last
    proposal is (1 = review first). `threshold` is the one that came with the proposal. With a `mask_kind` there is a
    mask (an empty one counts).
    """

    id: int
    path: str
    page: int = 0
    width: int | None = None
    height: int | None = None
    digest: str | None = None
    tag: Tag = Tag.UNKNOWN
    review: Review = Review.UNSEEN
    mask_kind: MaskKind | None = None
    proposed_by: str | None = None
    threshold: float | None = None
    score: float | None = None
    domain: Domain = Domain.SOURCE
    problem: str | None = None

    @property
    def name(self) -> str:
        """The path, with the page where the file has several."""
        return f"{self.path}#{self.page}" if self.page else self.path
