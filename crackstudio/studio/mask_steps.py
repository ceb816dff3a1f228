"""The steps of a mask's undo stack, and what of them goes to the journal."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QUndoCommand, QUndoStack

from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind
from crackstudio.imaging.patch import Patch, Pixels
from crackstudio.imaging.tiled_mask import TiledMask

_STATE = struct.Struct("<??")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What goes with the pixels in an undo step and in the journal."""

    touched: bool
    kind: MaskKind


class Moment(NamedTuple):
    """Where a step leads to; no two masks of an editor's life share a number."""

    state: State
    content: int


class Step(QUndoCommand):
    """One stroke (or one other act), which was done already when it is pushed."""

    def __init__(
        self, text: str, *, move: Callable[[Moment, Patch], None], patch: Patch, before: Moment, after: Moment
    ) -> None:
        super().__init__(text)
        self._move = move
        self._patch = patch
        self._before = before
        self._after = after
        self._is_done = True

    def redo(self) -> None:
        if not self._is_done:
            self._move(self._after, self._patch)
        self._is_done = False

    def undo(self) -> None:
        self._move(self._before, self._patch.reversed())

    def patch(self, *, redoes: bool) -> Patch:
        """What redo, or undo, does to the mask."""
        return self._patch if redoes else self._patch.reversed()


def patch_ahead(stack: QUndoStack, *, redoes: bool) -> Patch | None:
    """What the next redo, or undo, does to the mask; None where that is no step of a mask."""
    at = stack.index() if redoes else stack.index() - 1
    command = stack.command(at) if 0 <= at < stack.count() else None
    if command is None:
        return None
    parts = (command, *(command.child(place) for place in range(command.childCount())))
    return next((part.patch(redoes=redoes) for part in parts if isinstance(part, Step)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A change that was worked out off the thread: it made `mask`, by `patch`, of the mask `before`.

    By itself it is a `change` of the mask `edited`, which is `before` with what an untouched mask takes in.
    """

    mask: TiledMask
    patch: Patch
    before: TiledMask
    edited: TiledMask
    change: Patch


def worked(make: Callable[[TiledMask], Patch], edited: TiledMask, *, before: TiledMask) -> Worked | None:
    """What `make` works out of the mask `edited`, as a change of `before`; None where that is nothing. Any thread.

    A large one takes longer to apply and to pack than the window may wait.
    """
    change = make(edited)
    if change.is_empty:
        return None
    after = edited.snapshot()
    after.apply(change)
    return Worked(mask=after, patch=after.changes_since(before), before=before, edited=edited, change=change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another mask in place of `before`, and the patch that makes it."""

    before: TiledMask
    mask: TiledMask
    patch: Patch


def replaced(before: TiledMask, mask: Pixels | None) -> Replaced:
    """The mask (H, W) uint8 (None: an empty one) in place of `before`, of the same size. Any thread."""
    after = TiledMask(before.height, before.width) if mask is None else TiledMask.from_array(mask)
    return Replaced(before=before, mask=after, patch=after.changes_since(before))


def carried(mask: TiledMask, by: Worked) -> Patch:
    """The same change of a mask that has gone on from the one it was worked out from: what is new there stays."""
    after = mask.snapshot()
    is_same = [mask.shares(change.row, change.col, by.edited) for change in by.change.changes]
    after.apply(Patch(changes=tuple(change for change, same in zip(by.change.changes, is_same, strict=True) if same)))
    for change, same in zip(by.change.changes, is_same, strict=True):
        if not same:
            part = np.s_[change.top : change.top + change.height, change.left : change.left + change.width]
            piece, was = after.writable(change.row, change.col)[part], by.edited.tile(change.row, change.col)[part]
            np.copyto(piece, by.mask.tile(change.row, change.col)[part], where=piece == was)
    return after.changes_since(mask)


def encode(state: State, patch: Patch) -> bytes:
    """An entry of the journal."""
    return _STATE.pack(state.touched, state.kind is MaskKind.REGION) + patch.encode()


def decode(payload: bytes) -> tuple[State, Patch]:
    """What `encode` wrote. Raises `MaskError` for anything else."""
    if len(payload) < _STATE.size:
        raise MaskError("An entry of the journal is damaged; the strokes before it were brought back.")
    touched, is_region = _STATE.unpack_from(payload)
    kind = MaskKind.REGION if is_region else MaskKind.EXACT
    return State(touched=touched, kind=kind), Patch.decode(payload[_STATE.size :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """So many `strokes` of a journal made `mask`, by `patch`; `damage` is what was wrong with the one after them."""

    mask: TiledMask
    patch: Patch
    state: State
    strokes: int
    damage: str


def replayed(payloads: Iterable[bytes], mask: TiledMask) -> Replayed | None:
    """What a journal makes of a mask, which stays as it is; None where it is empty. Any thread.

    Raises `MaskError` where the strokes do not fit the mask, or none of them is sound.
    """
    after, state, strokes, damage = mask.snapshot(), None, 0, ""
    for payload in payloads:
        try:
            state, patch = decode(payload)
        except MaskError as error:
            damage = str(error)
            break
        after.apply(patch)
        strokes += 1
    if damage and not strokes:
        raise MaskError(damage)
    if state is None:
        return None
    return Replayed(mask=after, patch=after.changes_since(mask), state=state, strokes=strokes, damage=damage)
