"""The classes of a project: what the values in its masks mean, kept in `classes.json` for any program to read.

A class that is removed is remembered: its id never comes to mean anything else, and the class is back where a mask
turns out to hold it after all (an undo, a mask that was put there by hand). So no pixel ever loses its meaning.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, COLOURS, CRACK, LONGEST_NAME, UNSURE, DefectClass
from crackstudio.core.errors import ProjectError

MOST_MET = 20
"""Unknown values in one mask; beyond, they are shades of another tool's picture."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`classes.json`, in the order in which the classes are shown."""

    background: int = BACKGROUND
    unsure: int = UNSURE
    classes: tuple[DefectClass, ...] = (CRACK,)
    removed: tuple[DefectClass, ...] = ()

    def __post_init__(self) -> None:
        if len({kind.id for kind in (*self.classes, *self.removed)}) < len(self.classes) + len(self.removed):
            raise ValueError("an id is there twice")

    @classmethod
    def read(cls, data: bytes) -> Self:
        """With the class of cracks, whatever was done to the file. Raises `msgspec.MsgspecError`."""
        kept = msgspec.json.decode(data, type=cls)
        if any(kind.id == CRACK.id for kind in kept.classes):
            return kept
        removed = tuple(kind for kind in kept.removed if kind.id != CRACK.id)
        return msgspec.structs.replace(kept, classes=(CRACK, *kept.classes), removed=removed)

    def data(self) -> bytes:
        """For people to read as well."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """The mask of `image` holds values that were no classes: `classes` of them are now, or none of `shades` many."""

    image: str
    classes: tuple[DefectClass, ...] = ()
    shades: int = 0


class ClassTable:
    """Asked and changed from any thread; `keep` brings it to disk. Raises `ProjectError` for what cannot be."""

    def __init__(self, kept: Kept, *, keep: Callable[[Kept], None]) -> None:
        self._lock = threading.Lock()
        self._kept = kept
        self._keep = keep
        self._listener: Callable[[Met], None] | None = None
        self._unheard: list[Met] = []

    def classes(self) -> tuple[DefectClass, ...]:
        """In the order of their keys."""
        return self._kept.classes

    def removed(self) -> tuple[DefectClass, ...]:
        """Those that were taken off the list."""
        return self._kept.removed

    def listen(self, listener: Callable[[Met], None]) -> None:
        """Have `listener` told of values met in masks, on whatever thread; of those met before at once."""
        self._listener = listener
        while self._unheard:
            listener(self._unheard.pop(0))

    def add(self, name: str) -> DefectClass:
        """A new class with an id that no class has ever had, and the next colour."""
        with self._lock:
            taken = {kind.id for kind in (*self._kept.classes, *self._kept.removed)}
            free = next((value for value in range(1, UNSURE) if value not in taken), None)
            if free is None:
                raise ProjectError("All 254 classes that a mask can tell apart were used. Nothing was added.")
            made = DefectClass(id=free, name=self._fitting(name), colour=_next_colour(self._kept.classes))
            self._change(classes=(*self._kept.classes, made))
            return made

    def rename(self, identity: int, name: str) -> None:
        """Call a class something else; no mask changes."""
        with self._lock:
            self._replace(msgspec.structs.replace(self._find(identity), name=self._fitting(name, but=identity)))

    def recolour(self, identity: int, colour: str) -> None:
        """Give a class another colour, `#rrggbb`; no mask changes."""
        with self._lock:
            self._replace(msgspec.structs.replace(self._find(identity), colour=colour))

    def remove(self, identity: int) -> None:
        """Take a class off the list; whether masks hold it is the caller's to ask."""
        with self._lock:
            gone = self._find(identity)
            if identity == CRACK.id:
                raise ProjectError(f"“{gone.name}” stays: proposals are taken in as this class. It can be renamed.")
            left = tuple(kind for kind in self._kept.classes if kind is not gone)
            self._change(classes=left, removed=(*self._kept.removed, gone))

    def restore(self, identity: int, *, place: int) -> None:
        """Put a class that was removed on the list again; `place` is where it was."""
        with self._lock:
            there = self._kept.classes
            back = tuple(_apart(kind, there) for kind in self._kept.removed if kind.id == identity)
            left = tuple(kind for kind in self._kept.removed if kind.id != identity)
            self._change(classes=(*there[:place], *back, *there[place:]), removed=left)

    def meet(self, image: str, mask: NDArray[np.uint8]) -> None:
        """A mask, (H, W) uint8, was read or is about to be written: each value in it becomes a class."""
        self._hear_of(image, values_of(mask))

    def meet_again(self, image: str, values: Iterable[int]) -> None:
        """A mask that was met before was edited and holds `values`: what was removed of them is a class again."""
        back = {kind.id for kind in self.removed()}.intersection(values)
        if len(back) <= MOST_MET:  # else it is a picture, as was told when it was met
            self._hear_of(image, back)

    def _hear_of(self, image: str, values: Iterable[int]) -> None:
        with self._lock:
            met = self._meet(image, values)
        if met is None:
            return
        if self._listener is not None:
            self._listener(met)
        else:
            self._unheard.append(met)

    def _meet(self, image: str, values: Iterable[int]) -> Met | None:
        unknown = set(values) - {kind.id for kind in self._kept.classes}
        if not unknown:
            return None
        classes, removed = list(self._kept.classes), {kind.id: kind for kind in self._kept.removed}
        if len(unknown) > MOST_MET:  # the values are kept out of use, since this mask holds them
            reserved = [_named(value, COLOURS[value % len(COLOURS)]) for value in sorted(unknown - removed.keys())]
            self._change(removed=(*self._kept.removed, *reserved))
            return Met(image=image, shades=len(unknown))
        for value in sorted(unknown):
            back = removed.pop(value, None)
            classes.append(_apart(back or _named(value, _next_colour(classes)), classes))
        self._change(classes=tuple(classes), removed=tuple(removed.values()))
        return Met(image=image, classes=tuple(classes[-len(unknown) :]))

    def _find(self, identity: int) -> DefectClass:
        for kind in self._kept.classes:
            if kind.id == identity:
                return kind
        raise ProjectError(f"There is no class {identity} any more. Nothing was changed.")

    def _fitting(self, name: str, *, but: int | None = None) -> str:
        fitting = " ".join(name.split())[:LONGEST_NAME].strip()
        if not fitting:
            raise ProjectError("A class needs a name. Nothing was changed.")
        if any(kind.name.casefold() == fitting.casefold() and kind.id != but for kind in self._kept.classes):
            raise ProjectError(f"There is a class “{fitting}” already. Nothing was changed; choose another name.")
        return fitting

    def _replace(self, kind: DefectClass) -> None:
        self._change(classes=tuple(kind if old.id == kind.id else old for old in self._kept.classes))

    def _change(self, **parts: tuple[DefectClass, ...]) -> None:
        changed = msgspec.structs.replace(self._kept, **parts)
        if changed != self._kept:
            self._kept = changed
            self._keep(changed)


def values_of(mask: NDArray[np.uint8]) -> list[int]:
    """The class ids in a mask, without background and unsure."""
    counts = cv2.calcHist([np.ascontiguousarray(mask)], [0], None, [UNSURE + 1], [0, UNSURE + 1])
    return [int(value) for value in np.flatnonzero(counts) if value not in (BACKGROUND, UNSURE)]


def _named(value: int, colour: str) -> DefectClass:
    return DefectClass(id=value, name=f"class {value}", colour=colour)


def _apart(kind: DefectClass, others: Iterable[DefectClass]) -> DefectClass:
    """With its number behind its name where another class has come to be called so: rows of a table go by names."""
    names, number, name = {other.name.casefold() for other in others}, kind.id, kind.name
    while name.casefold() in names:
        mark = f" ({number})"
        name, number = kind.name[: LONGEST_NAME - len(mark)] + mark, number + 1
    return msgspec.structs.replace(kind, name=name)


def _next_colour(classes: Iterable[DefectClass]) -> str:
    """The one that is used least."""
    used = [kind.colour for kind in classes]
    return min(COLOURS, key=used.count)
