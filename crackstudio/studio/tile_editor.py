"""The tile tags being edited: sweeps over the grid of one image, on the undo stack that its strokes are on too."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QRegion, QUndoCommand, QUndoStack

from crackstudio.core.images import Tag
from crackstudio.core.tiles import Block, TileTags
from crackstudio.studio.language import later, tr

Point = tuple[float, float]

_STEPS = {Tag.CRACKED: later("Tiles cracked"), Tag.INTACT: later("Tiles intact"), Tag.UNKNOWN: later("Tile tags back")}


@dataclass(slots=True, kw_only=True)
class _Sweep:
    """From press to release; `block` is the rectangle drawn so far, None where each tile on the way counts."""

    tag: Tag
    before: TileTags
    start: Point
    at: Point
    block: Block | None
    places: set[int] = field(default_factory=set)


class TileEditor(QObject):
    """One image's tile tags. `keep` is given every new state, the moment it is one."""

    tags_changed = Signal(QRegion)
    """The tiles over these pixels of the image look different."""

    def __init__(self, tags: TileTags, *, side: int, undo_stack: QUndoStack, keep: Callable[[TileTags], None]) -> None:
        super().__init__()
        self.tags = tags
        self._side = side
        self._stack, self._keep = undo_stack, keep
        self._sweep: _Sweep | None = None

    @property
    def is_sweeping(self) -> bool:
        """Whether a sweep was begun and not finished."""
        return self._sweep is not None

    def use_side(self, side: int) -> None:
        """The side of tiles in pixels, for as long as no tile has a tag: tags stay on the tiles they were given to."""
        self._side = side
        if self.tags.is_empty and not self.is_sweeping:
            self._show(self._bare(), self._everything())

    def begin(self, x: float, y: float, *, tag: Tag, as_rectangle: bool = False) -> None:
        """Give `tag` (unknown takes tags back) to the tiles from (x, y) on: to those on the way, or of a rectangle."""
        self.cancel()
        block = self.tags.block((x, y)) if as_rectangle else None
        self._sweep = _Sweep(tag=tag, before=self.tags, start=(x, y), at=(x, y), block=block)
        self.extend(x, y)

    def extend(self, x: float, y: float) -> None:
        """Go on to (x, y); nothing where no sweep was begun."""
        sweep = self._sweep
        if sweep is None:
            return
        if sweep.block is not None:
            was, sweep.block = sweep.block, self.tags.block(sweep.start, (x, y))
            differs = self._region(was) ^ self._region(sweep.block)
            self._show(sweep.before.tagged_block(sweep.block, sweep.tag), differs)
        else:
            places = self.tags.along(sweep.at, (x, y)) - sweep.places
            sweep.places |= places
            block = self.tags.block(sweep.at, (x, y))
            sweep.at = (x, y)
            if places:
                self._show(self.tags.tagged(places, sweep.tag), self._region(block))

    def finish(self) -> None:
        """The sweep becomes one undo step. A mere click on a tile that had the tag already takes it back."""
        sweep, self._sweep = self._sweep, None
        if sweep is None:
            return
        after = self.tags
        if len(sweep.places) == 1 and after == sweep.before:
            after = after.tagged(sweep.places, Tag.UNKNOWN)
        self._push(tr(_STEPS[sweep.tag]), sweep.before, after)

    def cancel(self) -> None:
        """Take the sweep in progress back."""
        sweep, self._sweep = self._sweep, None
        if sweep is not None:
            self._show(sweep.before, self._everything())

    def tag_rest(self, tag: Tag) -> None:
        """Give `tag` to every tile that has none, as one undo step."""
        self.cancel()
        self._push(tr(_STEPS[tag]), self.tags, self.tags.rest_tagged(tag))

    def clear(self) -> None:
        """Take all tags of the image back, as one undo step."""
        self.cancel()
        self._push(tr(_STEPS[Tag.UNKNOWN]), self.tags, self._bare())

    def _push(self, text: str, before: TileTags, after: TileTags) -> None:
        if after != before:
            self._stack.push(_Step(text, enter=self._enter, before=before, after=after))

    def _enter(self, tags: TileTags) -> None:
        """Do, undo or redo a step."""
        self.cancel()
        self._show(self._bare() if tags.is_empty else tags, self._everything())
        self._keep(self.tags)

    def _show(self, tags: TileTags, where: QRegion) -> None:
        if tags != self.tags:
            self.tags = tags
            self.tags_changed.emit(where)

    def _bare(self) -> TileTags:
        return TileTags.none(size=self._side, width=self.tags.width, height=self.tags.height)

    def _everything(self) -> QRegion:
        return QRegion(0, 0, self.tags.width, self.tags.height)

    def _region(self, block: Block) -> QRegion:
        top, left, height, width = self.tags.area_of(block)
        return QRegion(left, top, width, height)


class _Step(QUndoCommand):
    """One sweep, or one press of a button."""

    def __init__(self, text: str, *, enter: Callable[[TileTags], None], before: TileTags, after: TileTags) -> None:
        super().__init__(text)
        self._enter, self._before, self._after = enter, before, after

    def redo(self) -> None:
        self._enter(self._after)

    def undo(self) -> None:
        self._enter(self._before)
