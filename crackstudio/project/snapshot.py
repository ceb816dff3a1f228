"""What a run trains on, frozen before its first step: entries, split, copies of the masks, digest.

Only what a person stands by counts: confirmed masks, and tags. The split is by content, so an image stays on its side
when it is renamed, when others are added, and in every later run.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import FolderError, MaskError
from crackstudio.core.images import Domain, ImageEntry, MaskKind, Review, Split, Tag, tag_of_folder
from crackstudio.core.runs import Snapshot, SnapshotItem
from crackstudio.core.tiles import AreaTags, TileTags
from crackstudio.project import database, proposals_file, rasters
from crackstudio.project.catalogue import Catalogue, other_pictures
from crackstudio.project.database import Stored
from crackstudio.project.digest import digest_of
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.masks import Mask, MaskStore
from crackstudio.project.pairing import MaskFolder
from crackstudio.project.run_folder import RunFolder
from crackstudio.project.tile_table import tags_of_table
from crackstudio.project.walk import Walk, require_folder

VALIDATION_SHARE = 0.2


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An item that has no side yet; `digest` is the SHA-256 of the image's file."""

    item: SnapshotItem
    digest: str


def split_of(digest: str) -> Split:
    """The side of an image, by its content alone."""
    return Split.VALIDATION if int(digest[:8], 16) < VALIDATION_SHARE * 2**32 else Split.TRAIN


def has_defect(mask: Mask) -> bool:
    """Whether any pixel is neither background nor unsure."""
    return bool(((mask != BACKGROUND) & (mask != UNSURE)).any())


def is_confirmed(entry: ImageEntry) -> bool:
    """Whether a person stands by the mask as it is."""
    return entry.review is Review.CONFIRMED and entry.mask_kind is not None


def is_usable(image: Stored) -> bool:
    """Not gone, not broken, not flagged."""
    return not image.gone and image.entry.problem is None and image.entry.review is not Review.FLAGGED


def tiles_of(image: Stored) -> TileTags | None:
    """The tile tags that count: there are some, of the picture that the file holds now, and no mask tells more."""
    tiles = image.tiles
    if tiles is None or tiles.is_empty or is_confirmed(image.entry):
        return None
    return tiles if tiles.digest in (None, image.entry.digest) else None


def in_doubt(images: Iterable[Stored], *, folder: Path) -> list[ImageEntry]:
    """Confirmed or tiled ones whose files were written since the last scan: they may hold other pictures now."""
    worked = (image for image in images if is_usable(image) and (is_confirmed(image.entry) or tiles_of(image)))
    return [image.entry for image in worked if not is_as_scanned(image, folder=folder)]


def is_as_scanned(image: Stored, *, folder: Path) -> bool:
    """Whether the file is there with the size and the time that the last scan found."""
    try:
        status = (folder / image.entry.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (image.bytes, image.modified)


def drafts_of_project(
    images: Iterable[Stored],
    *,
    folder: Path,
    masks: MaskStore,
    run: RunFolder,
    digest: Callable[[ImageEntry], str | None] | None = None,
    told: Mapping[str, AreaTags] = {},
) -> Iterator[Draft]:
    """What of a project can be trained on: confirmed masks (copied into the run), tagged images or tiles, the target.

    `digest` takes that of an image which has none yet; one for which it gives None is left out. What was `told` of
    areas of an image, by its name, counts in place of its tile tags.
    """
    for image in filter(is_usable, images):
        item = _item_of(image, folder=folder, masks=masks, run=run, told=told.get(image.entry.name))
        if item.tag is not Tag.UNKNOWN or item.tiles is not None or item.domain is Domain.TARGET:
            known = image.entry.digest or (digest(image.entry) if digest else digest_of(Path(item.image)))
            if known is not None:
                yield Draft(item=item, digest=known)


def build_snapshot(drafts: Iterable[Draft], run: RunFolder) -> Snapshot:
    """Choose the sides, seal with a digest, write `snapshot.json`."""
    kept = sorted(drafts, key=lambda draft: draft.item.name)
    sides = choose_sides([draft.digest for draft in kept], groups=[_group(draft.item) for draft in kept])
    items = tuple(msgspec.structs.replace(draft.item, split=side) for draft, side in zip(kept, sides, strict=True))
    seal = hashlib.sha256(msgspec.json.encode([items, [draft.digest for draft in kept]]))
    for item in items:
        if item.mask:
            seal.update((run.path / item.mask).read_bytes())
    snapshot = Snapshot(items=items, digest=seal.hexdigest())
    run.write_snapshot(snapshot)
    return snapshot


def choose_sides(digests: Sequence[str], *, groups: Sequence[object]) -> list[Split]:
    """Each by its digest; a group that would have nothing left to train on trains on all it has."""
    sides = list(map(split_of, digests))
    trained = {group for group, side in zip(groups, sides, strict=True) if side is Split.TRAIN}
    return [side if group in trained else Split.TRAIN for group, side in zip(groups, sides, strict=True)]


def snapshot_of_folder(
    folder: Path,
    *,
    masks: Path | None,
    run: RunFolder,
    tiles: Path | None = None,
    project: Path | None = None,
    report: Callable[[str], None] = lambda _words: None,
) -> Snapshot:
    """The command line's: a project's confirmed masks where `folder` has a project, else tags from the folders' names.

    With `masks`, each image's mask is found there by relative path, then by stem, and counts as confirmed; not so
    the untouched among `crackstudio propose`'s where there are others. What the table `tiles` says of areas of an image
    counts in place of a project's tile tags, but a mask goes first. `project`: where that is kept, if not below
    `folder`; nothing is written there. Raises `FolderError`, `MaskError` (ambiguous, or of another size),
    `RasterError`, `ScoreError` (a damaged `proposals.json`), `TableError`.
    """
    require_folder(folder)
    layout = Layout(project or folder / HOME_NAME)
    if project is not None and not layout.database.exists():
        raise FolderError(
            f"{project} holds no project. Nothing was done; name the folder that `open --project` was given."
        )
    if masks is None and layout.database.exists():
        store = MaskStore(layout, report=lambda _message: None)
        images = _looked_at(database.read_only(layout), folder=folder, report=report)
        there = (image.entry for image in images if not image.gone)
        told = tags_of_table(tiles, {entry.name: (folder / entry.path, entry.page) for entry in there}) if tiles else {}
        drafts = drafts_of_project(images, folder=folder, masks=store, run=run, told=told)
    else:
        stood_by = _stood_by(masks, report=report) if masks else None
        pictures = _pictures(folder, stood_by)
        told = tags_of_table(tiles, pictures) if tiles else {}
        drafts = _drafts_of_files(pictures, stood_by, run, told=told)
    snapshot = build_snapshot(drafts, run)
    if passed_over := len(told) - sum(item.name in told and item.tiles is not None for item in snapshot.items):
        report(_about_passed_over(passed_over, len(told), tiles))
    return snapshot


def _about_passed_over(count: int, told: int, table: Path | None) -> str:
    return (
        f"{count} of {told} images in {table} have a mask, which tells more, or are flagged: what the table says of "
        "them was left out."
    )


def _looked_at(images: Sequence[Stored], *, folder: Path, report: Callable[[str], None]) -> list[Stored]:
    """As a scan would have them: a mask whose file holds another picture now is not confirmed."""
    catalogue = Catalogue(images, on_change=lambda _ids: None)
    replaced = catalogue.renew({entry.id: digest_of(folder / entry.path) for entry in in_doubt(images, folder=folder)})
    if replaced:
        report(other_pictures(replaced))
    return catalogue.images()


def _item_of(image: Stored, *, folder: Path, masks: MaskStore, run: RunFolder, told: AreaTags | None) -> SnapshotItem:
    entry = image.entry
    tag, mask, tiles = entry.tag, f"masks/{entry.name}.png", told or tiles_of(image)
    if tiles is not None and tiles.count(Tag.CRACKED):
        tag = Tag.CRACKED  # whatever was said of the whole
    confirmed = is_confirmed(entry) and masks.copy(entry.name, run.path / mask)
    if confirmed:
        defect = image.defect if image.defect is not None else has_defect(rasters.read_mask(run.path / mask))
        tag = Tag.CRACKED if defect else Tag.INTACT
    return SnapshotItem(
        name=entry.name,
        image=str((folder / entry.path).absolute()),
        page=entry.page,
        tag=tag,
        mask=mask if confirmed else None,
        mask_kind=entry.mask_kind if confirmed else None,
        domain=entry.domain,
        tiles=tiles if not confirmed else None,
    )


def _pictures(folder: Path, masks: MaskFolder | None) -> dict[str, tuple[Path, int]]:
    """File and page of every picture below a folder but those of masks, by the name that it would have in a project."""
    files = (file.path for files in Walk(folder, skip=masks.folder if masks else None) for file in files)
    return {
        f"{path}#{page}" if page else path: (folder / path, page)
        for path in files
        for page in range(rasters.page_count(folder / path))
    }


def _drafts_of_files(
    pictures: Mapping[str, tuple[Path, int]],
    masks: MaskFolder | None,
    run: RunFolder,
    *,
    told: Mapping[str, AreaTags],
) -> Iterator[Draft]:
    for name, (image, page) in pictures.items():
        source = masks.find(name) if masks else None
        tag, mask, tiles = tag_of_folder(name), f"masks/{name}.png", told.get(name)
        if tiles is not None and tiles.count(Tag.CRACKED):
            tag = Tag.CRACKED
        if source is not None:
            content = _fitting_mask(source, image, page)
            rasters.write_png(run.path / mask, content)
            tag = Tag.CRACKED if has_defect(content) else Tag.INTACT
        if tag is not Tag.UNKNOWN or tiles is not None:
            item = SnapshotItem(
                name=name,
                image=str(image.absolute()),
                page=page,
                tag=tag,
                mask=mask if source else None,
                mask_kind=MaskKind.EXACT if source else None,
                tiles=tiles if not source else None,
            )
            yield Draft(item=item, digest=digest_of(image))


def _stood_by(folder: Path, *, report: Callable[[str], None]) -> MaskFolder:
    """The masks without the proposals that nobody changed, or with them where there is nothing else.

    A U-Net on 20 true masks scored a crack IoU of 0.61; with 270 proposals beside them, 0.52.
    """
    masks, proposed = MaskFolder(folder), {folder / name for name in proposals_file.untouched(folder)}
    if not proposed or proposed.issuperset(masks.paths):
        return masks
    report(
        f"{len(proposed)} of {len(masks.paths)} masks in {folder} are proposals that nobody changed: they were left "
        f"out. To train on them as well, take {proposals_file.NAME} away."
    )
    return MaskFolder(folder, leave_out=proposed)


def _fitting_mask(source: Path, image: Path, page: int) -> Mask:
    mask, size = rasters.read_foreign_mask(source), rasters.size_of(image, page)
    if mask.shape != size:
        raise MaskError(
            f"The mask {source} is {mask.shape[1]} x {mask.shape[0]} px, its image {image} {size[1]} x {size[0]} px. "
            "Nothing was done; make them of the same size, or take the mask out of the folder."
        )
    return np.ascontiguousarray(mask)


def _group(item: SnapshotItem) -> tuple[object, ...]:
    tiles = frozenset(tag for tag in (Tag.CRACKED, Tag.INTACT) if item.tiles and item.tiles.count(tag))
    return item.tag, item.mask is not None, item.domain, tiles
