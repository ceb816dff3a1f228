"""Large changes of masks: worked out off the thread, one after another, each one undo step."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.background import Background
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import Make, MaskEditor
from crackstudio.studio.mask_turns import MOST_TILES, Call, Change, OvertakenError, Retrace, emptied
from crackstudio.studio.session import Session
from crackstudio.studio.turns import Turn, Turns

Work = Callable[[TiledMask, int, int], Patch]
"""Works out a patch from a mask, the class, and a size in px; it leaves the mask as it is."""
PATIENCE_MS = 250
"""What takes longer is told while it lasts."""


class Mend(StrEnum):
    """What can be mended, by the names of the actions."""

    FILL_HOLES = "fill_holes"
    REMOVE_SPECKS = "remove_specks"
    BRIDGE_GAPS = "bridge_gaps"
    PRUNE_SPURS = "prune_spurs"
    GROW = "grow"
    SHRINK = "shrink"


class Mending(QObject):
    """Changes masks; what was painted meanwhile is never lost. An image that is left gets its change all the same."""

    changed = Signal()
    """Work on a mask has begun or ended."""

    def __init__(self, session: Session, *, background: Background) -> None:
        super().__init__(session)
        self._session, self._background = session, background
        self._turns: dict[MaskEditor, Turns] = {}
        session.project_closed.connect(self._forget)
        session.settle = self.finish

    def is_busy(self, editor: MaskEditor) -> bool:
        """Whether something waits for its turn on a mask."""
        return editor in self._turns

    def mend(self, what: Mend, *, title: str, value: int, size: int) -> None:
        """Mend class `value`; `size` is the largest hole, smallest speck (px area), longest gap, or the width in px."""
        image = self._session.image
        if image is None or self._session.is_between_images:
            return
        work = _work(what)
        self.change(image.editor, title, lambda mask: work(mask, value, size))

    def change(self, editor: MaskEditor, title: str, make: Make) -> None:
        """Let `make` work a change out of the whole mask; where that is changed meanwhile nothing is done, and told."""
        editor.finish_stroke()
        tell = self._session.message_given.emit
        tell(tr("{title}…", title=title))
        self._add(editor, title, Change(editor, title, make, carries=False, tell=tell))

    def draw(self, editor: MaskEditor, title: str, make: Make, *, picks: bool = False) -> None:
        """Let `make` draw into the mask: at once into a small one. `picks`: see `MaskEditor.begin_shape`."""
        at_once = partial(editor.change, title, make, picks=picks)
        turn = Change(
            editor, title, make, is_small=lambda: not editor.is_large, at_once=at_once, carries=True, picks=picks
        )
        self._add(editor, title, turn)

    def clear(self, editor: MaskEditor, title: str, *, adopting: Callable[[Callable[[], object]], object]) -> None:
        """Empty the mask; `adopting` is called with what makes the step."""
        turn = Change(
            editor,
            title,
            emptied,
            is_small=lambda: editor.mask.tile_count <= MOST_TILES,
            at_once=editor.clear,
            carries=False,
            adopting=adopting,
        )
        self._add(editor, title, turn)

    def undo(self) -> None:
        """Take the open mask's last step back, or the stroke that is being drawn."""
        self._retrace(tr("Undo"), redoes=False, in_hand=self._session.undo)

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        self._retrace(tr("Redo"), redoes=True, in_hand=self._session.redo)

    def once_done(self, editor: MaskEditor, act: Callable[[], object]) -> None:
        """Do something when all that was asked for on the mask before is done: at once, where nothing waits."""
        self._add(editor, "", Call(act))

    def finish(self) -> None:
        """Wait until all is done: for the moments before a project goes."""
        for turns in list(self._turns.values()):
            turns.finish()

    def _retrace(self, title: str, *, redoes: bool, in_hand: Callable[[], None]) -> None:
        image = self._session.image
        if image is None or image.editor.is_stroking or image.tiles.is_sweeping:
            in_hand()
        else:
            self._add(image.editor, title, Retrace(image.editor, title, redoes=redoes))

    def _add(self, editor: MaskEditor, title: str, turn: Turn) -> None:
        turns = self._turns.get(editor) or self._begin(editor)
        turns.add(turn)
        if title and self.is_busy(editor):
            QTimer.singleShot(PATIENCE_MS, self, lambda: self._tell_if_busy(editor, title))
            self.changed.emit()

    def _begin(self, editor: MaskEditor) -> Turns:
        turns = self._turns[editor] = Turns(editor, background=self._background, parent=self)
        turns.failed.connect(self._tell)
        turns.ended.connect(lambda: self._end(turns))
        return turns

    def _end(self, turns: Turns) -> None:
        del self._turns[turns.editor]
        turns.deleteLater()
        image = self._session.image
        if image is None or image.editor is not turns.editor:
            self._session.save_all()  # it was left, and saved, before the step was there
        self.changed.emit()

    def _tell(self, error: Exception) -> None:
        if isinstance(error, OvertakenError):
            self._session.message_given.emit(str(error))
        else:
            self._session.tell_failure(error)

    def _tell_if_busy(self, editor: MaskEditor, title: str) -> None:
        if self.is_busy(editor):
            self._session.message_given.emit(tr("{title}…", title=title))

    def _forget(self) -> None:
        for turns in self._turns.values():
            turns.drop()
            turns.deleteLater()
        self._turns.clear()


def _work(what: Mend) -> Work:
    """Imported when it is first needed: the studio's start does not pay for it."""
    from crackstudio.imaging import bridging, mending, spurs

    works: dict[Mend, Work] = {
        Mend.FILL_HOLES: lambda mask, value, size: mending.fill_holes(mask, value=value, largest=size),
        Mend.REMOVE_SPECKS: lambda mask, value, size: mending.remove_specks(mask, value=value, smallest=size),
        Mend.BRIDGE_GAPS: lambda mask, value, size: bridging.bridge_gaps(mask, value=value, longest=size),
        Mend.PRUNE_SPURS: lambda mask, value, size: spurs.prune_spurs(mask, value=value, shortest=size),
        Mend.GROW: lambda mask, value, size: mending.grow(mask, value=value, by=size),
        Mend.SHRINK: lambda mask, value, size: mending.shrink(mask, value=value, by=size),
    }
    return works[what]
