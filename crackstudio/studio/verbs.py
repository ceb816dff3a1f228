"""What the verbs of review make of one image, without opening it: the same that the keys make of the open one."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from crackstudio.core.classes import CRACK
from crackstudio.core.errors import CrackStudioError, FolderError, ProjectError, RasterError
from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.imaging.taking import Where, take_in
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project.deciding import Decided, Decision, Standing
from crackstudio.project.masks import Mask
from crackstudio.project.project import Project
from crackstudio.studio.loading import kind_of
from crackstudio.studio.mask_steps import Replaced
from crackstudio.studio.thresholds import threshold_of

PIECE_SECONDS = 0.1
MOST_IN_A_PIECE = 200
"""What the window can show at once without a pause."""


Asked = TypeVar("Asked")


class Verb(StrEnum):
    """By the names of the actions."""

    CRACKED = "tag_cracked"
    INTACT = "tag_intact"
    UNKNOWN = "tag_unknown"
    ACCEPT = "accept"
    NOTHING = "confirm_nothing"
    FLAG = "flag"
    UNFLAG = "unflag"
    UNCONFIRM = "unconfirm"


class Left(StrEnum):
    """Why an image is left as it is."""

    SO_ALREADY = "so already"
    FLAGGED = "flagged: take the flags off first"
    NOTHING_THERE = "with neither mask nor proposal"
    STROKES = "with strokes that are not saved: open them first"
    OTHER_PICTURE = "whose files hold other pictures now: look at them first"
    UNREADABLE = "that cannot be read"
    CHANGED = "changed meanwhile"
    UNSAVED = "that could not be saved"


class TakingBack(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How one image becomes what it was before a batch."""

    decision: Decision
    kept: Path | None


@dataclass(slots=True, kw_only=True)
class Piece:
    """What came of `looked_at` more images; after `trouble` with the disk nothing more comes.

    `verb` is what was done to them, None where a batch is taken back.
    """

    verb: Verb | None = None
    looked_at: int = 0
    decided: list[Decided] = field(default_factory=list)
    left: Counter[Left] = field(default_factory=Counter)
    trouble: CrackStudioError | None = None
    ready: dict[int, Replaced] = field(default_factory=dict)
    """How masks on the desk follow, by image, where that was worked out."""


_CONFIRMING = (Verb.ACCEPT, Verb.NOTHING)
_TAGS = {Verb.CRACKED: Tag.CRACKED, Verb.INTACT: Tag.INTACT, Verb.UNKNOWN: Tag.UNKNOWN}


def carry_out(project: Project, verb: Verb, ids: Sequence[int]) -> Iterator[Piece]:
    """Do it to every image, piece by piece, each image wholly or not at all. Any thread. Raises `FolderError`.

    A flag says that one is not sure of an image: among several it is not confirmed. Flagging images that are all
    flagged takes the flags off.
    """
    if verb is Verb.FLAG and all(project.entry(image).review is Review.FLAGGED for image in ids):
        verb = Verb.UNFLAG
    if verb in _CONFIRMING:
        project.flush()  # strokes whose mask was saved a moment ago have left the journal then

    def decide(image: int) -> Decision | Left:
        is_spared = len(ids) > 1 and verb in _CONFIRMING and project.entry(image).review is Review.FLAGGED
        return Left.FLAGGED if is_spared else decision_of(project, verb, image)

    yield from _pieces(project, ids, decide, verb=verb)


def take_back(project: Project, steps: Sequence[TakingBack]) -> Iterator[Piece]:
    """Undo a batch, as `carry_out`; what was changed since is left as it is."""
    if any(step.decision.redraws for step in steps):
        project.flush()
    yield from _pieces(project, steps, lambda step: _with_kept_mask(project, step))


def taking_back(decided: Decided) -> TakingBack:
    """The way back, without the mask itself: it is on disk."""
    there = decided.decision
    back = Decision(
        id=there.id, before=there.after, after=there.before, redraws=there.redraws, signature=decided.signature
    )
    return TakingBack(decision=back, kept=decided.kept)


def decision_of(project: Project, verb: Verb, image: int) -> Decision | Left:
    """What a verb makes of an image, or why nothing. Off the main thread where it needs a mask."""
    entry = project.entry(image)
    if verb in _TAGS:
        return _plain(entry, tag=_TAGS[verb])
    if verb is Verb.FLAG:
        return _plain(entry, review=Review.FLAGGED)
    if verb in (Verb.UNFLAG, Verb.UNCONFIRM):
        taken = Review.FLAGGED if verb is Verb.UNFLAG else Review.CONFIRMED
        return _plain(entry, review=_without_it(entry)) if entry.review is taken else Left.SO_ALREADY
    return _confirmation(project, entry, is_empty=verb is Verb.NOTHING)


def _confirmation(project: Project, entry: ImageEntry, *, is_empty: bool) -> Decision | Left:
    if entry.problem:
        return Left.UNREADABLE
    if project.has_strokes(entry.id):
        return Left.STROKES
    known = project.identify(entry.id)
    if entry.mask_kind is not None and entry.digest not in (None, known.digest):
        return Left.OTHER_PICTURE
    mask = project.load_mask(entry.id, is_shown=False)
    entry = project.entry(entry.id)
    if is_empty and (mask is None or mask.any()):
        assert entry.height is not None
        assert entry.width is not None
        return _redrawn(
            entry, np.zeros((entry.height, entry.width), np.uint8), kind=kind_of(project, entry), empty=True
        )
    if mask is not None:
        return _plain(entry, review=Review.CONFIRMED, tag=Tag.INTACT if is_empty else entry.tag)
    proposed = _proposed(project, entry)
    return Left.NOTHING_THERE if proposed is None else _redrawn(entry, proposed, kind=kind_of(project, entry))


def _plain(entry: ImageEntry, *, tag: Tag | None = None, review: Review | None = None) -> Decision | Left:
    before = Standing.of(entry)
    after = msgspec.structs.replace(before, tag=tag or before.tag, review=review or before.review)
    return Left.SO_ALREADY if before == after else Decision(id=entry.id, before=before, after=after)


def _redrawn(entry: ImageEntry, mask: Mask, *, kind: MaskKind, empty: bool = False) -> Decision:
    before = Standing.of(entry)
    after = Standing(tag=Tag.INTACT if empty else entry.tag, review=Review.CONFIRMED, kind=kind)
    return Decision(id=entry.id, before=before, after=after, redraws=True, mask=mask)


def _without_it(entry: ImageEntry) -> Review:
    if entry.mask_kind is not None:
        return Review.CORRECTED
    return Review.PROPOSED if entry.proposed_by else Review.UNSEEN


def _proposed(project: Project, entry: ImageEntry) -> Mask | None:
    crack_map = project.proposals.load(entry.id)
    if crack_map is None:
        return None
    mask = TiledMask(*crack_map.shape)
    take_in(mask, Where(crack_map=crack_map, threshold=threshold_of(project, entry)), value=CRACK.id)
    return mask.to_array()


def _with_kept_mask(project: Project, step: TakingBack) -> Decision:
    there = step.decision
    mask = None if step.kept is None else project.read_kept_mask(step.kept)
    return Decision(
        id=there.id,
        before=there.before,
        after=there.after,
        redraws=there.redraws,
        mask=mask,
        signature=there.signature,
    )


def _pieces(
    project: Project,
    asked: Sequence[Asked],
    decide: Callable[[Asked], Decision | Left],
    *,
    verb: Verb | None = None,
) -> Iterator[Piece]:
    at = 0
    while at < len(asked):
        piece = Piece(verb=verb)
        decisions: list[Decision] = []
        until = time.monotonic() + PIECE_SECONDS
        while at < len(asked) and len(decisions) < MOST_IN_A_PIECE and time.monotonic() < until:
            try:
                found = decide(asked[at])
            except CrackStudioError as error:
                found = _why(error)
            at, piece.looked_at = at + 1, piece.looked_at + 1
            if isinstance(found, Left):
                piece.left[found] += 1
            else:
                decisions.append(found)
        outcome = project.decide(decisions)
        piece.decided = outcome.decided
        piece.left.update(map(_why, outcome.failed.values()))
        piece.trouble = next((error for error in outcome.failed.values() if isinstance(error, FolderError)), None)
        yield piece
        if piece.trouble is not None:
            return


def _why(error: CrackStudioError) -> Left:
    if isinstance(error, FolderError):
        return Left.UNSAVED
    return Left.UNREADABLE if isinstance(error, RasterError | ProjectError) else Left.CHANGED
