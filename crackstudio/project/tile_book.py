"""The tile tags of a project: what was said of the tiles of each image, and the side of tiles that have no tag yet."""

from collections.abc import Callable

import msgspec

from crackstudio.core.tiles import DEFAULT_TILE, LARGEST_TILE, SMALLEST_TILE, TileTags
from crackstudio.project import atomic
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.layout import Layout
from crackstudio.project.state import State
from crackstudio.project.writer import Writer

_SIDE = "tile side"


class TileBook:
    """Asked and changed in memory, from any thread; each change goes to disk at once, by the writer's thread.

    An image keeps the grid that its tags were made on: another side is for images without tags.
    """

    def __init__(
        self, catalogue: Catalogue, *, state: State, layout: Layout, writer: Writer, report: Callable[[str], None]
    ) -> None:
        self._catalogue, self._state = catalogue, state
        self._layout, self._writer, self._report = layout, writer, report

    @property
    def side(self) -> int:
        """Of tiles, in pixels, on images without tags."""
        kept = self._state.recall(_SIDE, DEFAULT_TILE)
        return min(max(kept, SMALLEST_TILE), LARGEST_TILE) if isinstance(kept, int) else DEFAULT_TILE

    def choose_side(self, side: int) -> None:
        """Tags that there are stay on the tiles they were made for."""
        self._state.remember(_SIDE, side)

    def tags(self, image: int, *, width: int, height: int) -> TileTags:
        """What was said of an image of this size; an empty grid where nothing was."""
        kept = self._catalogue.image(image).tiles
        if kept is not None and kept.is_of(width=width, height=height):
            return kept
        return TileTags.none(size=self.side, width=width, height=height)

    def keep(self, image: int, tags: TileTags) -> None:
        """Say this of an image as its file is now. Tags of another size, which nobody could see, are kept aside."""
        known = self._catalogue.image(image)
        if known.tiles is not None and not known.tiles.is_of(width=tags.width, height=tags.height):
            self._set_aside(known.entry.name, known.tiles)
        kept = None if tags.is_empty else msgspec.structs.replace(tags, digest=known.entry.digest)
        self._catalogue.set_tiles(image, kept)

    def _set_aside(self, name: str, tags: TileTags) -> None:
        place = self._layout.aside(f"{name}.tiles.json")
        self._writer.do(str(place), lambda: atomic.write_bytes(place, msgspec.json.encode(tags)))
        self._report(
            f"The tile tags of {name} were of another picture, of {tags.width} x {tags.height} px. They were kept as "
            f"{place}."
        )
