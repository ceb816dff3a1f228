"""What a snapshot has to train on, against what a method needs."""

from crackstudio.core.errors import NeedsError
from crackstudio.core.images import Domain, MaskKind, Split, Tag
from crackstudio.core.runs import MethodCard, Snapshot, Stock, shortfalls


def require(card: MethodCard, snapshot: Snapshot) -> None:
    """Raises NeedsError with one sentence for each thing that is missing."""
    if missing := shortfalls(card, stock_of(snapshot)):
        raise NeedsError(" ".join(missing))


def stock_of(snapshot: Snapshot) -> Stock:
    """Counted by tags, as a project counts them: an image with a mask and the tag cracked has a mask with a defect."""
    items = snapshot.items
    masked = [item for item in items if item.mask and item.tag is not Tag.INTACT]
    whole = [item.tag for item in items if item.tiles is None]
    tiles = [item.tiles for item in items if item.tiles is not None]
    return Stock(
        images=len(items),
        cracked=whole.count(Tag.CRACKED),
        intact=whole.count(Tag.INTACT),
        masks=len(masked),
        regions=sum(item.mask_kind is MaskKind.REGION for item in masked),
        validation_masks=sum(item.split is Split.VALIDATION for item in masked),
        source_masks=sum(item.domain is Domain.SOURCE for item in masked),
        target_images=sum(item.domain is Domain.TARGET for item in items),
        cracked_tiles=sum(found.count(Tag.CRACKED) for found in tiles),
        intact_tiles=sum(found.count(Tag.INTACT) for found in tiles),
        tile_side=max((found.size for found in tiles), default=0),
    )
