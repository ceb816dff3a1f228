"""Which images hold a class: asked of the masks on disk, piece by piece, since there may be a hundred thousand."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from crackstudio.core.errors import RasterError
from crackstudio.project import rasters
from crackstudio.project.class_table import values_of
from crackstudio.project.masks import MaskStore

PIECE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How many masks were looked at by now, of how many, and the names of the images among them that hold the class."""

    done: int
    of: int
    names: tuple[str, ...]


def class_users(masks: MaskStore, identity: int) -> Iterator[Looked]:
    """As the masks were saved last. Off the main thread. A mask that cannot be read holds no class that is known."""
    names = sorted(masks.names())
    found: list[str] = []
    until = time.monotonic() + PIECE_SECONDS
    for done, name in enumerate(names):
        if _holds(masks, name, identity):
            found.append(name)
        if time.monotonic() >= until:
            yield Looked(done=done + 1, of=len(names), names=tuple(found))
            until = time.monotonic() + PIECE_SECONDS
    yield Looked(done=len(names), of=len(names), names=tuple(found))


def _holds(masks: MaskStore, name: str, identity: int) -> bool:
    try:
        return identity in values_of(rasters.read_mask(masks.path(name)))
    except (FileNotFoundError, RasterError):
        return False
