"""What the files of a project hold: digests of their bytes, by which an image is known again or seen to be another."""

from collections.abc import Callable, Mapping
from pathlib import Path

from crackstudio.core.errors import RasterError
from crackstudio.core.images import ImageEntry
from crackstudio.project.catalogue import Catalogue, other_pictures
from crackstudio.project.digest import digest_of
from crackstudio.project.snapshot import is_as_scanned


class Contents:
    """Digests are taken off the main thread; `report` tells of masks whose picture was replaced."""

    def __init__(self, folder: Path, *, catalogue: Catalogue, report: Callable[[str], None]) -> None:
        self._folder, self._catalogue, self._report = folder, catalogue, report

    def look(self, image: int) -> None:
        """Know the content of an image's file, which is read only if it was written since. Raises `RasterError`."""
        known = self._catalogue.image(image)
        digest = known.entry.digest if is_as_scanned(known, folder=self._folder) else None
        self.renew({image: digest or digest_of(self._folder / known.entry.path)})

    def digest(self, entry: ImageEntry) -> str | None:
        """None for a file that cannot be read, which the entry then says."""
        try:
            return digest_of(self._folder / entry.path)
        except RasterError as error:
            self._catalogue.update([entry.id], problem=str(error))
            return None

    def first_digest(self, entry: ImageEntry) -> str | None:
        """The same, and the entry has it from then on."""
        digest = self.digest(entry)
        if digest is not None:
            self.renew({entry.id: digest})
        return digest

    def renew(self, digests: Mapping[int, str]) -> None:
        """By image: what its file holds now."""
        self.tell_replaced(self._catalogue.renew(digests))

    def tell_replaced(self, names: list[str]) -> None:
        """Their files hold other pictures than before."""
        if names:
            self._report(other_pictures(names))
