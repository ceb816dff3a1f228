"""What a project has to train on, counted as a snapshot would take it."""

from collections.abc import Iterable

from crackstudio.core.images import Domain, ImageEntry, MaskKind, Split, Tag
from crackstudio.core.runs import Stock
from crackstudio.project.database import Stored
from crackstudio.project.snapshot import choose_sides, is_confirmed, is_usable, tiles_of


def count_stock(images: Iterable[Stored]) -> Stock:
    """From memory alone."""
    usable = [image for image in images if is_usable(image)]
    tiles = [found for found in map(tiles_of, usable) if found is not None]
    tags = [_tag(image) for image in usable if tiles_of(image) is None]
    masked = [image.entry for image in usable if is_confirmed(image.entry) and image.defect]
    return Stock(
        images=len(usable),
        cracked=tags.count(Tag.CRACKED),
        intact=tags.count(Tag.INTACT),
        masks=len(masked),
        regions=sum(entry.mask_kind is MaskKind.REGION for entry in masked),
        validation_masks=_on_validation(masked),
        source_masks=sum(entry.domain is Domain.SOURCE for entry in masked),
        target_images=sum(image.entry.domain is Domain.TARGET for image in usable),
        cracked_tiles=sum(found.count(Tag.CRACKED) for found in tiles),
        intact_tiles=sum(found.count(Tag.INTACT) for found in tiles),
        tile_side=max((found.size for found in tiles), default=0),
    )


def _tag(image: Stored) -> Tag:
    if is_confirmed(image.entry) and image.defect is not None:
        return Tag.CRACKED if image.defect else Tag.INTACT
    return image.entry.tag


def _on_validation(masked: list[ImageEntry]) -> int:
    known = [entry for entry in masked if entry.digest]
    sides = choose_sides([entry.digest or "" for entry in known], groups=[entry.domain for entry in known])
    return sides.count(Split.VALIDATION)
