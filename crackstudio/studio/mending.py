"""Mending the whole mask of a class: worked out off the thread, then one undo step."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject

from crackstudio.imaging.patch import Patch
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.studio.language import tr
from crackstudio.studio.loading import Proposal
from crackstudio.studio.mask_editor import Make
from crackstudio.studio.mask_steps import Worked, worked
from crackstudio.studio.session import Session
from crackstudio.studio.shelf import OpenImage

Work = Callable[[TiledMask, int, int], Patch]
"""Works out a patch from a mask, the class, and a size in px; it leaves the mask as it is."""


class Mend(StrEnum):
    """What can be mended, by the names of the actions."""

    FILL_HOLES = "fill_holes"
    REMOVE_SPECKS = "remove_specks"
    BRIDGE_GAPS = "bridge_gaps"
    PRUNE_SPURS = "prune_spurs"
    GROW = "grow"
    SHRINK = "shrink"


class Mending(QObject):
    """Mends the open mask; what was painted meanwhile is never lost: then nothing is mended, and that is told."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def mend(self, what: Mend, *, title: str, value: int, size: int) -> None:
        """Mend class `value`; `size` is the largest hole, smallest speck (px area), longest gap, or the width in px."""
        image = self._session.image
        if image is None or self._session.is_between_images:
            return
        work = _work(what)
        self.change(image, title, lambda mask: work(mask, value, size))

    def change(self, image: OpenImage, title: str, make: Make) -> None:
        """Let `make` work a change out off the thread; then it is one undo step."""
        image.editor.finish_stroke()
        before, edited, moment = image.editor.snapshot(), image.editor.as_edited(), _moment(image)
        self._session.message_given.emit(tr("{title}…", title=title))
        self._session.reading.submit(
            lambda: worked(make, edited, before=before),
            done=lambda change: self._take(image, change, title=title, moment=moment),
            failed=self._session.tell_failure,
            lane="mend",
        )

    def _take(self, image: OpenImage, change: Worked | None, *, title: str, moment: "_Moment") -> None:
        if self._session.image is not image:
            return
        if image.editor.is_stroking or _moment(image) != moment:
            words = tr("{title}: the mask was changed meanwhile, so nothing was done. Try again.", title=title)
        elif change is None:
            words = tr("{title}: there was nothing to do.", title=title)
        else:
            image.editor.adopt(title, change)
            words = tr("{title}: done. Undo takes it back.", title=title)
        self._session.message_given.emit(words)


_Moment = tuple[int, float, Proposal | None]


def _moment(image: OpenImage) -> _Moment:
    """Changes with the mask, and with what an untouched one would take in: the proposal, at its threshold."""
    return image.editor.revision, image.threshold, image.proposal


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
