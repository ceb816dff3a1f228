"""Strokes that a sitting before could not save: how they come into a mask again, and how they leave it."""

from dataclasses import dataclass

from PySide6.QtGui import QUndoCommand

from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.mask_steps import Replayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """So many `strokes` changed `patch`, in the undo step `step`."""

    strokes: int
    patch: Patch
    step: QUndoCommand


def bring_back(editor: MaskEditor, left: Replayed) -> Brought | None:
    """Let a mask that is new here be what a journal made of it; None where it had it all."""
    editor.bring_back(left)
    editor.mark_confirmed()  # what was confirmed then was confirmed with these strokes
    step = editor.undo_stack.command(0)
    return Brought(strokes=left.strokes, patch=left.patch, step=step) if editor.undo_stack.count() else None


def take_back(editor: MaskEditor, brought: Brought) -> None:
    """Take them out again, by an undo step; what was painted since stays."""
    stack = editor.undo_stack
    editor.finish_stroke()
    if stack.index() == 0 or stack.command(0) is not brought.step:
        return  # they were undone by hand
    if stack.index() == 1:
        stack.push(_Reverse(brought.step, text=tr("Take strokes back")))
    else:
        editor.change(tr("Take strokes back"), lambda mask: _without(mask, brought.patch))


class _Reverse(QUndoCommand):
    """The step below it on the stack, the other way round: undo brings the strokes again."""

    def __init__(self, step: QUndoCommand, *, text: str) -> None:
        super().__init__(text)
        self._step = step

    def redo(self) -> None:
        self._step.undo()

    def undo(self) -> None:
        self._step.redo()


def _without(mask: TiledMask, patch: Patch) -> Patch:
    """What the pixels were before `patch`, where they are still as it made them."""
    trial = mask.snapshot()
    for change in patch.changes:
        before, after = change.pixels(backward=True), change.pixels()
        tile = trial.writable(change.row, change.col)
        piece = tile[change.top : change.top + change.height, change.left : change.left + change.width]
        mine = (piece == after) & (before != after)
        piece[mine] = before[mine]
    return trial.changes_since(mask)
