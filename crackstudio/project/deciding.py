"""What a person says of many images at once: each is as it was or as it was to be, even where the studio is killed.

A mask and its row in the database cannot be written in one go. So what is about to be redrawn is written down first
(`in-flight.json`), with the place where the mask before is kept; the row comes last. Where that note is found when a
project is opened, every image whose row did not come gets its mask back.

What is made by the hundred thousand is left out of garbage collection (`gc=False`): it holds no cycles, and a full
collection amid a batch of 100 000 images stopped the window for 0.3 s.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec

from crackstudio.core.errors import CrackStudioError, FolderError, MaskError, ProjectError
from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.project import atomic
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.layout import Layout
from crackstudio.project.masks import Mask, MaskStore, Signature
from crackstudio.project.snapshot import has_defect


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a person says of one image; `kind` is None where there is no mask."""

    tag: Tag
    review: Review
    kind: MaskKind | None

    @classmethod
    def of(cls, entry: ImageEntry) -> Self:
        """That of an entry."""
        return cls(tag=entry.tag, review=entry.review, kind=entry.mask_kind)


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One image goes from `before` to `after`: what differs between them must be as before, the rest is left alone.

    With `redraws` its mask becomes `mask`, (H, W) uint8 or None for no mask at all; with a `signature` only if the one
    on disk still has it.
    """

    id: int
    before: Standing
    after: Standing
    redraws: bool = False
    mask: Mask | None = None
    signature: Signature | None = None

    def revised(self, entry: ImageEntry) -> ImageEntry:
        """The entry as decided. Raises `MaskError` where it was changed meanwhile."""
        now = Standing.of(entry)
        changes = {}
        for part, field_name in (("tag", "tag"), ("review", "review"), ("kind", "mask_kind")):
            before, after = getattr(self.before, part), getattr(self.after, part)
            if before != after:
                if getattr(now, part) != before:
                    raise MaskError(f"{entry.name} was changed meanwhile. It was left as it is.")
                changes[field_name] = after
        return msgspec.structs.replace(entry, **changes)


class Decided(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A decision that was carried out; `kept` is where the mask before it lies, `signature` that of the new one."""

    decision: Decision
    entry: ImageEntry
    kept: Path | None = None
    signature: Signature | None = None


@dataclass(slots=True)
class Outcome:
    """What came of decisions, and why others were not carried out."""

    decided: list[Decided] = field(default_factory=list)
    failed: dict[int, CrackStudioError] = field(default_factory=dict)


class _InFlight(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    before: Standing
    after: Standing
    kept: str | None


class Deciding:
    """Carries decisions out. `lock_of` guards an image's mask, `flush` waits until the rows are on disk."""

    def __init__(
        self,
        layout: Layout,
        *,
        catalogue: Catalogue,
        masks: MaskStore,
        lock_of: Callable[[int], AbstractContextManager[object]],
        size_of: Callable[[ImageEntry], tuple[int, int]],
        has_strokes: Callable[[int], bool],
        flush: Callable[[], None],
    ) -> None:
        self._layout, self._catalogue, self._masks = layout, catalogue, masks
        self._lock_of, self._size_of, self._has_strokes, self._flush = lock_of, size_of, has_strokes, flush
        self._in_flight: list[_InFlight] = []

    def decide(self, decisions: Iterable[Decision]) -> Outcome:
        """Off the main thread. Raises `FolderError` where nothing can be written; nothing was changed then."""
        outcome = Outcome()
        asked = list(decisions)
        redrawn = [decision for decision in asked if decision.redraws]
        kept = self._announce(redrawn)
        for decision in asked:
            if not decision.redraws:
                self._attempt(decision, outcome, self._revise)
        for decision in redrawn:
            self._attempt(decision, outcome, lambda one: self._redraw(one, kept=kept[one.id]))
        if redrawn:
            self._land()
        return outcome

    def recover(self) -> list[str]:
        """What an earlier session was killed over is as it was before; returns the names of those images."""
        try:
            flying = msgspec.json.decode(self._layout.in_flight.read_bytes(), type=list[_InFlight])
        except (OSError, msgspec.DecodeError):
            return []
        taken_back = [name for one in flying if (name := self._take_back(one)) is not None]
        self._layout.in_flight.unlink(missing_ok=True)
        return taken_back

    def _attempt(self, decision: Decision, outcome: Outcome, act: Callable[[Decision], Decided | None]) -> None:
        try:
            decided = act(decision)
        except CrackStudioError as error:
            outcome.failed[decision.id] = error
        else:
            if decided is not None:
                outcome.decided.append(decided)

    def _revise(self, decision: Decision) -> Decided | None:
        changed = self._catalogue.revise([decision.id], decision.revised)
        return Decided(decision=decision, entry=changed[0]) if changed else None

    def _redraw(self, decision: Decision, *, kept: Path | None) -> Decided:
        image, mask = decision.id, decision.mask
        with self._lock_of(image):
            entry = self._catalogue.image(image).entry
            decision.revised(entry)
            if self._has_strokes(image):
                raise MaskError(f"{entry.name} has strokes that are not saved yet. It was left as it is.")
            if decision.signature is not None and self._masks.signature(entry.name) != decision.signature:
                raise MaskError(f"The mask of {entry.name} was changed meanwhile. It was left as it is.")
            if kept is not None:
                self._masks.keep(entry.name, kept)
            if mask is None:
                self._masks.remove_kept(entry.name)
            else:
                self._masks.save(entry.name, mask, self._size_of(entry))
            defect = None if mask is None else has_defect(mask)
            self._catalogue.revise([image], decision.revised, defect=defect)
            return Decided(
                decision=decision,
                entry=self._catalogue.image(image).entry,
                kept=kept,
                signature=self._masks.signature(entry.name),
            )

    def _announce(self, decisions: Sequence[Decision]) -> dict[int, Path | None]:
        """Write down what is about to be redrawn; returns where each mask of now will be kept."""
        kept: dict[int, Path | None] = {}
        for decision in decisions:
            entry = self._catalogue.image(decision.id).entry
            place = self._masks.place_aside(entry.name) if self._masks.exists(entry.name) else None
            kept[decision.id] = place
            where = place.relative_to(self._layout.home).as_posix() if place else None
            self._in_flight.append(
                _InFlight(id=decision.id, before=Standing.of(entry), after=_after(decision, entry), kept=where)
            )
        if decisions:
            try:
                atomic.write_bytes(self._layout.in_flight, msgspec.json.encode(self._in_flight))
            except OSError as error:
                del self._in_flight[-len(decisions) :]
                raise FolderError(
                    f"{self._layout.home} cannot be written ({error.strerror or error}). Nothing was changed; free "
                    "some space or give the permission back, then try again."
                ) from error
        return kept

    def _land(self) -> None:
        """The rows are on disk: the note is not needed any more. Where they are not, it stays; the writer tells why."""
        try:
            self._flush()
        except FolderError:
            return
        self._in_flight.clear()
        self._layout.in_flight.unlink(missing_ok=True)

    def _take_back(self, flying: _InFlight) -> str | None:
        try:
            entry = self._catalogue.image(flying.id).entry
        except ProjectError:
            return None
        if Standing.of(entry) == flying.after:
            return None
        kept = None if flying.kept is None else self._layout.home / flying.kept
        return entry.name if self._masks.put_back(entry.name, kept) else None


def _after(decision: Decision, entry: ImageEntry) -> Standing:
    try:
        return Standing.of(decision.revised(entry))
    except MaskError:
        return decision.after
