"""The images of a project in memory: instant to ask and to change, from any thread."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from crackstudio.core.errors import ProjectError
from crackstudio.core.images import ImageEntry, Review, Tag, tag_of_folder
from crackstudio.core.sorting import sorted_gently
from crackstudio.core.tiles import TileTags
from crackstudio.project.database import Stored
from crackstudio.project.walk import Found

GONE = "The file is not there any more. Its mask is kept and comes back with the file."


class Catalogue:
    """Every image that was ever seen, gone ones too. `on_change` is told the ids whose rows must be written."""

    def __init__(self, images: Iterable[Stored], on_change: Callable[[Sequence[int]], None]) -> None:
        self._lock = threading.Lock()
        self._images = {image.entry.id: image for image in images}
        self._ids = {image.entry.name: image.entry.id for image in self._images.values()}
        self._next = max(self._images, default=0) + 1
        self._listed: list[ImageEntry] | None = None
        self._on_change = on_change

    def entries(self) -> list[ImageEntry]:
        """Those that are there, in the order of their paths once a scan is done."""
        with self._lock:
            if self._listed is None:
                self._listed = [image.entry for image in self._images.values() if not image.gone]
            return self._listed.copy()

    def images(self) -> list[Stored]:
        """All of them."""
        with self._lock:
            return list(self._images.values())

    def image(self, image: int) -> Stored:
        """Raises `ProjectError` for an unknown id."""
        try:
            return self._images[image]
        except KeyError:
            raise ProjectError(
                f"The project has no image {image}. Nothing was changed; scan the folder again."
            ) from None

    def find(self, name: str) -> Stored | None:
        """By `ImageEntry.name`."""
        return self._images.get(self._ids.get(name, 0))

    def read(self, ids: Iterable[int]) -> tuple[list[Stored], list[int]]:
        """The images as they are now, and the ids of those that are no more."""
        with self._lock:
            asked = list(ids)
            return [self._images[i] for i in asked if i in self._images], [i for i in asked if i not in self._images]

    def update(self, ids: Iterable[int], **fields: Any) -> list[ImageEntry]:
        """Set `fields` of the entries; returns those that changed."""
        return self.revise(ids, lambda entry: msgspec.structs.replace(entry, **fields))

    def revise(
        self, ids: Iterable[int], revision: Callable[[ImageEntry], ImageEntry], *, defect: bool | None = None
    ) -> list[ImageEntry]:
        """Put each entry's `revision` in its place (and `defect`, if given); returns those that changed.

        What depends on the entry as it is belongs in here: nobody else can change it in between.
        """
        changed = []
        with self._lock:
            for image in ids:
                stored = self.image(image)
                entry = revision(stored.entry)
                if entry != stored.entry or (defect is not None and defect != stored.defect):
                    kept = stored.defect if defect is None else defect
                    self._images[image] = msgspec.structs.replace(stored, entry=entry, defect=kept)
                    changed.append(entry)
            self._listed = None if changed else self._listed
        if changed:
            self._on_change([entry.id for entry in changed])
        return changed

    def set_tiles(self, image: int, tiles: TileTags | None) -> None:
        """Say something of the tiles of an image."""
        with self._lock:
            self._images[image] = msgspec.structs.replace(self.image(image), tiles=tiles)
        self._on_change([image])

    def renew(self, digests: Mapping[int, str]) -> list[str]:
        """Take in what the files hold now, by id; returns the names of images with work that are other pictures."""
        replaced: list[str] = []

        def revision(entry: ImageEntry) -> ImageEntry:
            if _is_replaced(self.image(entry.id), digests[entry.id]):
                replaced.append(entry.name)
            return _with_content(entry, digests[entry.id])

        self.revise(digests, revision)
        return replaced

    def take(self, found: Iterable[tuple[Found, int, str | None]]) -> tuple[list[int], list[int], list[str]]:
        """Files of a scan, each with its number of pages, and its digest where `is_in_doubt`.

        Returns ids that are new or back, ids whose file changed, names as `renew` does.
        """
        added: list[int] = []
        changed: list[int] = []
        rewritten: list[int] = []
        replaced: list[str] = []
        with self._lock:
            for file, pages, digest in found:
                for page in range(pages):
                    known = self.find(_name(file, page))
                    if known is not None and _is_replaced(known, digest):
                        replaced.append(known.entry.name)
                    image, how = self._take_page(file, page, digest)
                    if how is not None:
                        rewritten.append(image)
                        (added if how else changed).append(image)
            if rewritten:
                self._listed = None
        if rewritten:
            self._on_change(rewritten)
        return added, changed, replaced

    def is_in_doubt(self, file: Found, pages: int) -> bool:
        """Whether a file was written since the last scan and has work: is it of the picture that it holds now?"""
        return any(
            known is not None
            and _has_work(known)
            and known.entry.digest is not None
            and (known.bytes, known.modified) != (file.bytes, file.modified)
            for known in (self.find(_name(file, page)) for page in range(pages))
        )

    def is_current(self, file: Found) -> bool:
        """Whether the file is there as it was at the last scan."""
        known = self.find(file.path)
        return known is not None and not known.gone and (known.bytes, known.modified) == (file.bytes, file.modified)

    def pages(self, path: str) -> int:
        """How many pages of a file are there."""
        count = 0
        while (known := self.find(f"{path}#{count}" if count else path)) is not None and not known.gone:
            count += 1
        return count

    def lose(self, ids: Iterable[int]) -> None:
        """Mark images whose files are gone; nothing of them is removed."""
        lost = list(ids)
        with self._lock:
            for image in lost:
                stored = self._images[image]
                entry = msgspec.structs.replace(stored.entry, problem=GONE)
                self._images[image] = msgspec.structs.replace(stored, entry=entry, gone=True)
            self._listed = None
        self._on_change(lost)

    def relink(self, new: int, old: int) -> None:
        """`new` is the image `old` under another name: `old` takes its name over (it may be open), `new` is no more."""
        with self._lock:
            here, there = self._images.pop(new), self._images[old]
            del self._ids[there.entry.name]
            by_hand = there.entry.tag != tag_of_folder(there.entry.path)
            entry = msgspec.structs.replace(
                there.entry,
                path=here.entry.path,
                tag=there.entry.tag if by_hand or here.entry.tag is Tag.UNKNOWN else here.entry.tag,
                problem=None,
            )
            self._ids[entry.name] = old
            self._images[old] = msgspec.structs.replace(here, entry=entry, defect=there.defect, tiles=there.tiles)
            self._listed = None
        self._on_change([new, old])

    def sort(self) -> None:
        """By path and page. Whoever asks for images meanwhile waits for the end of it alone."""
        by_path = sorted_gently(self.images(), key=lambda image: (image.entry.path, image.entry.page))
        order = [image.entry.id for image in by_path]
        with self._lock:
            known = self._images
            self._images = {image: known[image] for image in order if image in known} | known
            self._listed = None
        self.entries()  # here, where nobody waits: the window asks for them next

    def _take_page(self, file: Found, page: int, digest: str | None) -> tuple[int, bool | None]:
        """The id; True where it is new or back, False where it changed, None where it is as it was."""
        known = self.find(_name(file, page))
        if known is None:
            entry = ImageEntry(id=self._next, path=file.path, page=page, tag=tag_of_folder(file.path))
            self._next += 1
            self._ids[entry.name] = entry.id
            self._images[entry.id] = Stored(entry=entry, bytes=file.bytes, modified=file.modified)
            return entry.id, True
        entry, same = known.entry, (known.bytes, known.modified) == (file.bytes, file.modified)
        if same and not known.gone:
            return entry.id, None
        problem = None if known.gone or not same else entry.problem
        entry = msgspec.structs.replace(entry, problem=problem)
        if not same:
            entry = _with_content(entry, digest)
        self._images[entry.id] = msgspec.structs.replace(
            known, entry=entry, bytes=file.bytes, modified=file.modified, gone=False
        )
        return entry.id, known.gone


def other_pictures(names: Sequence[str]) -> str:
    """What a person is told of images with masks or tile tags whose files were replaced."""
    some = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    who = f"The files of {len(names):,} images ({some}) hold other pictures"
    if len(names) == 1:
        who = f"The file of {some} holds another picture"
    return (
        f"{who} now. What was painted or tagged by tiles is kept, but does not count as confirmed; look at it on the "
        "new picture, correct it and confirm it again."
    )


def _name(file: Found, page: int) -> str:
    return f"{file.path}#{page}" if page else file.path


def _has_work(image: Stored) -> bool:
    return image.entry.mask_kind is not None or image.tiles is not None


def _is_replaced(image: Stored, digest: str | None) -> bool:
    return _has_work(image) and image.entry.digest is not None and digest not in (None, image.entry.digest)


def _with_content(entry: ImageEntry, digest: str | None) -> ImageEntry:
    """The file was written, `digest` None: nobody has looked at it yet. A mask is confirmed for one content alone."""
    if digest is not None and digest == entry.digest:
        return entry
    unconfirmed = entry.digest is not None and entry.review is Review.CONFIRMED
    review = Review.CORRECTED if unconfirmed else entry.review
    return msgspec.structs.replace(entry, digest=digest, width=None, height=None, review=review)
