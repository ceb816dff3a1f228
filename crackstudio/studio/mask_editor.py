"""The mask being edited: strokes, undo, and what happens to a proposal (the way of the data, 3).

A mask is what a person stands by. Until the first stroke it is *untouched* and a proposal may be shown in its place;
that stroke takes the proposal in at the threshold of the moment, in the same undo step. Every change of state, undo and
redo too, goes to the journal as a patch forwards in time, so that replaying it again and again does no harm.
"""

import itertools
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QUndoStack

from crackstudio.core.classes import BACKGROUND, CRACK
from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.patch import Area, Patch, Pixels, TileChange
from crackstudio.imaging.taking import Taken, Where, renewed, take_in
from crackstudio.imaging.tiled_mask import TiledMask, TileKey
from crackstudio.studio.language import tr
from crackstudio.studio.mask_steps import Moment, Replaced, Replayed, State, Step, Worked, encode, replaced

ProposalSource = Callable[[], tuple[Pixels, float] | None]
"""The crack map, (H, W) uint8, and the threshold of the moment; None where nothing is proposed."""

Foresee = Callable[[TiledMask], object]
"""Readies what shows a mask for one that it will be soon; any thread."""

Make = Callable[[TiledMask], Patch]
"""Works out a change from a mask, which it leaves as it is."""

MOST_PIXELS = 2**21
"""Masks of up to so many pixels are drawn into at once: 15 ms to fill them, 20 for a lasso."""
_SEPARATE = 64
"""Up to so many tiles, or blocks of them, are told of one by one, more as the one rectangle around them."""


class MaskEditor(QObject):
    """One image's mask, (height, width), and its undo stack. Raises `MaskError` for a mask of another size.

    A `TiledMask` that was made elsewhere belongs to the editor from then on.
    """

    mask_changed = Signal(QRect)
    """Pixels changed; one rectangle per tile, per block of many tiles, or one around them all."""
    state_changed = Signal()
    """A step was made, undone or redone, or the kind or `touched` changed."""
    stroke_ended = Signal()
    """No stroke or shape is being drawn any more."""

    def __init__(
        self,
        height: int,
        width: int,
        *,
        mask: Pixels | TiledMask | None = None,
        kind: MaskKind = MaskKind.EXACT,
        proposal_source: ProposalSource = lambda: None,
        journal: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        super().__init__()
        tiles = mask if isinstance(mask, TiledMask) else None if mask is None else TiledMask.from_array(mask)
        if tiles is not None and (tiles.height, tiles.width) != (height, width):
            raise MaskError(
                f"The mask is {tiles.width} x {tiles.height} pixels, its image {width} x {height}. "
                "The file was left as it is; replace it by a mask of the image's size."
            )
        self.mask = tiles or TiledMask(height, width)
        self.undo_stack = QUndoStack(self)
        self.revision = 0
        self.is_awaiting_step = False
        """Whether a step is being worked out, which will come."""
        self.foreseers: list[Callable[[], Foresee]] = []
        """Those who show the mask: each gives what is to be called with one that it will soon be."""
        self._state = State(touched=mask is not None, kind=kind)
        self._content = self._confirmed = 0
        self._numbers = itertools.count(1)
        self._proposal_source = proposal_source
        self._journal = journal
        self._stroke: Stroke | None = None
        self._stroke_painted = False
        self._attempt: Patch | None = None
        self._before: TiledMask | None = None
        self._ahead: Taken | None = None
        self._leads_to: TiledMask | None = None

    @property
    def touched(self) -> bool:
        """Whether a person edited this mask, or stands by a saved one."""
        return self._state.touched

    @property
    def kind(self) -> MaskKind:
        """Whether every pixel is meant, or regions around defects."""
        return self._state.kind

    @property
    def is_large(self) -> bool:
        """Whether work on all of the mask takes longer than the window may wait."""
        return self.mask.height * self.mask.width > MOST_PIXELS

    @property
    def is_stroking(self) -> bool:
        """Whether a stroke or a shape was begun and not finished."""
        return self._stroke is not None or self._attempt is not None

    @property
    def is_as_confirmed(self) -> bool:
        """Whether undo and redo led back to the mask that was there at first, or when it was last confirmed."""
        return self._content == self._confirmed

    def mark_confirmed(self) -> None:
        """Remember the mask as it is; unlike the stack's own mark, steps of other things do not part it from this."""
        self._confirmed = self._content

    def array(self) -> Pixels:
        """A copy of the whole mask, (H, W) uint8."""
        return self.mask.to_array()

    def snapshot(self) -> TiledMask:
        """The mask as it is now, at no cost, for another thread to read."""
        return self.mask.snapshot()

    def as_edited(self, *, picks: bool = False) -> Callable[[], TiledMask]:
        """Makes the mask that the next change would start from; on another thread, where that takes long."""
        mask, where, ahead = self.mask.snapshot(), None if picks else self.to_take, self._ahead
        return lambda: mask if where is None else _taken_into(mask, where, ahead)

    def foreseeing(self) -> Foresee:
        """To be called with the mask that a large step makes, where that is worked out."""
        each = [foreseer() for foreseer in self.foreseers]
        return lambda mask: [foresee(mask) for foresee in each]

    @property
    def to_take(self) -> Where | None:
        """What the first stroke would take in; None where nothing is proposed, or this mask has been touched."""
        proposal = None if self.touched else self._proposal()
        return proposal if proposal is not None and self._fits(proposal) else None

    def take_ahead(self, taken: Taken | None) -> None:
        """What the first stroke takes in, worked out already: it is used where it is still that."""
        self._ahead = taken

    def begin_stroke(self, x: float, y: float, *, size: float, value: int, where: Where | None = None) -> None:
        """Put the brush down at (x, y) pixels; an untouched mask takes the proposal in first.

        Not under the proposal brush (`where`): it picks what is right of a proposal, so it starts from nothing.
        """
        self._begin_step()
        self._stroke = Stroke(self.mask, Brush(size=size, value=value, where=where))
        self._stroke_painted = False
        picks = where is not None and value != BACKGROUND
        if not picks:
            self._take_in_untouched()
        self.extend_stroke(x, y)

    def extend_stroke(self, x: float, y: float, *, size: float | None = None) -> None:
        """Draw the brush on to (x, y), where it is `size` pixels wide (None: as it began); only in a stroke."""
        if self._stroke is not None:
            painted = self._stroke.to(x, y, size=size)
            self._stroke_painted |= bool(painted)
            self._announce(painted)

    def finish_stroke(self) -> None:
        """Lift the brush: the stroke becomes one undo step. One that met no pixel is as if it had not begun."""
        if self._attempt is not None or (self._stroke is not None and not self._stroke_painted):
            self.cancel_stroke()
        elif self._stroke is not None:
            self._stroke = None
            self._push(tr("Stroke"), self._state_when_touched())
            self.stroke_ended.emit()

    def cancel_stroke(self) -> None:
        """Take the stroke or shape that is being drawn back, as if it had not begun."""
        if self.is_stroking:
            self._stroke, self._attempt = None, None
            before, self._before = self._before, None
            assert before is not None
            patch = self.mask.changes_since(before, known=self._known_changes(before))
            self.mask.apply(patch, backward=True)
            self._announce_patch(patch)
            self.stroke_ended.emit()

    def begin_shape(self, *, picks: bool = False) -> None:
        """Open a step for `try_shape`; an untouched mask takes the proposal in first.

        Not for what `picks` out of a proposal: that starts from nothing, as the proposal brush does.
        """
        self._begin_step()
        if not picks:
            self._take_in_untouched()
        self._attempt = Patch()

    def try_shape(self, make: Make) -> None:
        """Show what `make` works out from the mask, in place of what was tried before; nothing where none is open."""
        if self._attempt is not None:
            self._apply(self._attempt.reversed())
            self._attempt = Patch()
            patch = make(self.mask)
            self._apply(patch)
            self._attempt = patch

    def finish_shape(self, text: str) -> bool:
        """Make what was tried last an undo step. False where it changed nothing: then it is as if it had not begun."""
        attempt = self._attempt
        if attempt is None or attempt.is_empty:
            self.cancel_stroke()
            return False
        self._attempt = None
        self._push(text, self._state_when_touched())
        self.stroke_ended.emit()
        return True

    def change(self, text: str, make: Make, *, picks: bool = False) -> bool:
        """Make what `make` works out one undo step; `picks` as for `begin_shape`. False where it changes nothing."""
        self.begin_shape(picks=picks)
        try:
            self.try_shape(make)
        except MaskError:
            self.cancel_stroke()
            raise
        return self.finish_shape(text)

    def take_proposal(self) -> bool:
        """Let the cracks be the proposal at the threshold of the moment; pixels of other classes and unsure stay.

        False where there is no proposal. Raises `MaskError` for a proposal of another size.
        """
        make = self.take_again()
        if make is None:
            return False
        self._begin_step()
        if self.touched:
            self._apply(make(self.mask))
        else:
            self._take_in_untouched()
        self._push(tr("Take proposal"), self._state_when_touched())
        return True

    def take_again(self) -> Make | None:
        """How `take_proposal` changes a mask that was touched, for another thread; it raises the same."""
        where = self._proposal()
        if where is None:
            return None
        if not self._fits(where):
            raise MaskError("The proposal is not of the image's size; the mask was kept. Propose this image again.")
        return lambda mask: renewed(mask, where, value=CRACK.id)

    def clear(self) -> None:
        """Say that nothing is here: an empty mask that a person stands by."""
        self._begin_step()
        self.mask.clear()
        self._announce([self._everything()])
        self._push(tr("Nothing here"), self._state_when_touched())

    def become(self, text: str, mask: Pixels | None, *, kind: MaskKind, ready: Replaced | None = None) -> None:
        """Be the mask that was saved elsewhere, (H, W) uint8 (None: no mask), as one undo step that no journal needs.

        `ready` is that, worked out already: it is used where the mask is still what it was. Raises `MaskError` for a
        mask of another size.
        """
        if mask is not None and mask.shape != (self.mask.height, self.mask.width):
            raise MaskError("The mask is not of the image's size; the one that is shown was kept.")
        self.finish_stroke()
        if ready is None or not self.mask.shares_all(ready.before):
            ready = replaced(self.mask.snapshot(), mask)
        after = State(touched=mask is not None, kind=kind)
        if not ready.patch.is_empty or after != self._state:
            self._adopt(text, ready.mask, ready.patch, after=after, journaled=False)

    def set_kind(self, kind: MaskKind) -> None:
        """Say what the pixels mean; the pixels stay."""
        self._begin_step()
        self._push(tr("Kind of mask"), State(touched=self.touched, kind=kind))

    def bring_back(self, left: Replayed) -> None:
        """Be what a journal made of the mask as it is, by one undo step that the journal has already."""
        if not left.patch.is_empty or left.state != self._state:
            self._adopt(tr("Strokes brought back"), left.mask, left.patch, after=left.state, journaled=False)

    def adopt(self, text: str, worked: Worked) -> None:
        """Make a change that was worked out elsewhere, from the mask as it still is, one undo step."""
        self.finish_stroke()
        self._adopt(text, worked.mask, worked.patch, after=self._state_when_touched(), journaled=True)

    def move_to(self, mask: TiledMask, step: Callable[[], None]) -> None:
        """Let `step`, undo or redo, lead to `mask`, which was worked out already."""
        self._leads_to = mask
        try:
            step()
        finally:
            self._leads_to = None

    def _adopt(self, text: str, mask: TiledMask, patch: Patch, *, after: State, journaled: bool) -> None:
        self.mask.share(mask)
        self._announce_patch(patch)
        self._keep_step(text, patch, after, journaled=journaled)

    def _begin_step(self) -> None:
        self.finish_stroke()
        self._before = self.mask.snapshot()

    def _take_in_untouched(self) -> None:
        proposal = self.to_take
        if proposal is not None:
            _taken_into(self.mask, proposal, self._ahead)
            self._announce([self._everything()])

    def _known_changes(self, before: TiledMask) -> dict[TileKey, TileChange]:
        """Those that were worked out ahead, of tiles that nothing was painted on since."""
        ahead = self._ahead
        if ahead is None or not before.is_empty:
            return {}
        return {key: change for key, change in ahead.changes.items() if self.mask.shares(*key, ahead.mask)}

    def _apply(self, patch: Patch) -> None:
        self.mask.apply(patch)
        self._announce_patch(patch)

    def _proposal(self) -> Where | None:
        proposal = self._proposal_source()
        return None if proposal is None else Where(crack_map=proposal[0], threshold=proposal[1])

    def _everything(self) -> Area:
        return Area(0, 0, self.mask.height, self.mask.width)

    def _fits(self, where: Where) -> bool:
        return where.crack_map.shape == (self.mask.height, self.mask.width)

    def _state_when_touched(self) -> State:
        return State(touched=True, kind=self.kind)

    def _push(self, text: str, after: State, *, journaled: bool = True) -> None:
        """Make what happened since `_before` one undo step."""
        before, self._before = self._before, None
        assert before is not None
        patch = self.mask.changes_since(before, known=self._known_changes(before))
        if not patch.is_empty or after != self._state:
            self._keep_step(text, patch, after, journaled=journaled)

    def _keep_step(self, text: str, patch: Patch, after: State, *, journaled: bool) -> None:
        was, self._content = self._content, next(self._numbers)
        before_step, after_step = Moment(self._state, was), Moment(after, self._content)
        self.undo_stack.push(Step(text, move=self._move, patch=patch, before=before_step, after=after_step))
        if journaled:
            self._arrive(after, patch)
        else:
            self._enter(after)

    def _move(self, moment: "Moment", patch: Patch) -> None:
        """Undo or redo: apply the patch and enter the state, and let the journal know."""
        self.cancel_stroke()
        if self._leads_to is None:
            self._apply(patch)
        else:
            self.mask.share(self._leads_to)
            self._announce_patch(patch)
        self._content = moment.content
        self._arrive(moment.state, patch)

    def _arrive(self, state: State, patch: Patch) -> None:
        self._journal(encode(state, patch))
        self._enter(state)

    def _enter(self, state: State) -> None:
        self._state = state
        self.revision += 1
        self.state_changed.emit()

    def _announce_patch(self, patch: Patch) -> None:
        areas = [change.area for change in patch.changes] if len(patch.changes) <= _SEPARATE else patch.blocks
        self._announce(areas if len(areas) <= _SEPARATE else [patch.bounds])

    def _announce(self, areas: Iterable[Area]) -> None:
        for top, left, height, width in areas:
            self.mask_changed.emit(QRect(left, top, width, height))


def _taken_into(mask: TiledMask, where: Where, ahead: Taken | None) -> TiledMask:
    """The mask with the proposal in it, worked out `ahead` where it is still that."""
    if ahead is not None and ahead.where.is_like(where) and mask.is_empty:
        mask.share(ahead.mask)
    else:
        take_in(mask, where, value=CRACK.id)
    return mask
