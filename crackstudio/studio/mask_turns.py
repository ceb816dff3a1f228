"""The acts that may have to wait: a change of the mask, undo and redo, and what a person asked for after them."""

from collections.abc import Callable

from crackstudio.core.errors import MaskError
from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.language import tr
from crackstudio.studio.mask_editor import Foresee, Make, MaskEditor
from crackstudio.studio.mask_steps import Worked, carried, patch_ahead, worked
from crackstudio.studio.turns import Turn, Work

MOST_TILES = 128
"""Masks of up to so many tiles are emptied at once: 12 ms."""
MOST_PACKED = 256
"""Up to so many tiles are unpacked at once to undo or redo a step: 15 ms."""


class OvertakenError(MaskError):
    """The mask was changed while something was worked out that cannot be made of another one."""

    def __init__(self, title: str) -> None:
        super().__init__(tr("{title}: the mask was changed meanwhile, so nothing was done. Try again.", title=title))


class Change(Turn):
    """One undo step: `at_once` makes it where the mask `is_small`, and `make` works it out off the thread else.

    Where a person painted meanwhile, a change that `carries` is made of the mask as it has become, and what was painted
    lies over it; another one is overtaken. `adopting` is what is called to make the step, with how that is done.
    """

    def __init__(
        self,
        editor: MaskEditor,
        title: str,
        make: Make,
        *,
        carries: bool,
        picks: bool = False,
        is_small: Callable[[], bool] = lambda: False,
        at_once: Callable[[], object] = lambda: None,
        adopting: Callable[[Callable[[], object]], object] = lambda adopt: adopt(),
        tell: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self._editor, self._title, self._make = editor, title, make
        self._is_small, self._at_once, self._carries, self._picks = is_small, at_once, carries, picks
        self._adopting, self._tell = adopting, tell
        self._revision, self._to_take = editor.revision, editor.to_take

    def begin(self) -> Work | None:
        if self._is_small():
            self._adopting(self._at_once)
            return None
        self._revision, self._to_take = self._editor.revision, self._editor.to_take
        return self._work(self._make)

    def land(self, result: Worked | None) -> Work | None:
        if not self._carries and self._has_moved():
            raise OvertakenError(self._title)
        if result is None:
            self._tell(tr("{title}: there was nothing to do.", title=self._title))
            return None
        if not self._editor.mask.shares_all(result.before):
            return self._work(lambda mask: carried(mask, result))
        self._adopting(lambda: self._editor.adopt(self._title, result))
        self._tell(tr("{title}: done. Undo takes it back.", title=self._title))
        return None

    def _work(self, make: Make) -> Work:
        before, edited = self._editor.snapshot(), self._editor.as_edited(picks=self._picks)
        foresee = self._editor.foreseeing()

        def work() -> Worked | None:
            found = worked(make, edited(), before=before)
            if found is not None:
                foresee(found.mask)
            return found

        return work

    def _has_moved(self) -> bool:
        """The mask, or what an untouched one would take in: the proposal, at its threshold."""
        was, now = self._to_take, self._editor.to_take
        takes_the_same = was is now if was is None or now is None else was.is_like(now)
        return self._editor.revision != self._revision or not takes_the_same


class Retrace(Turn):
    """`step`, which is undo or redo; the mask that a large one leads to is worked out before."""

    def __init__(self, editor: MaskEditor, title: str, *, redoes: bool) -> None:
        self._editor, self._title, self._redoes = editor, title, redoes
        stack = editor.undo_stack
        self._step = stack.redo if redoes else stack.undo
        self._place = (0, 0)

    def begin(self) -> Work | None:
        patch = patch_ahead(self._editor.undo_stack, redoes=self._redoes)
        if patch is None or _packed_tiles(patch) <= MOST_PACKED:
            self._step()
            return None
        self._place = self._here()
        mask, foresee = self._editor.snapshot(), self._editor.foreseeing()
        return lambda: _after(mask, patch, foresee)

    def land(self, result: TiledMask) -> None:
        if self._here() != self._place:
            raise OvertakenError(self._title)
        self._editor.move_to(result, self._step)

    def _here(self) -> tuple[int, int]:
        return self._editor.revision, self._editor.undo_stack.index()


class Call(Turn):
    """Something else, once the acts before it are done."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def begin(self) -> None:
        self._act()


def emptied(mask: TiledMask) -> Patch:
    """What makes every pixel background."""
    return TiledMask(mask.height, mask.width).changes_since(mask)


def _packed_tiles(patch: Patch) -> int:
    return sum(change.value() is None for change in patch.changes)


def _after(mask: TiledMask, patch: Patch, foresee: Foresee) -> TiledMask:
    mask.apply(patch)
    foresee(mask)
    return mask
