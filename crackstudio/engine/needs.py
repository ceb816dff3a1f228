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
    return Stock(
        images=len(items),
        cracked=sum(item.tag is Tag.CRACKED for item in items),
        intact=sum(item.tag is Tag.INTACT for item in items),
        masks=len(masked),
        regions=sum(item.mask_kind is MaskKind.REGION for item in masked),
        validation_masks=sum(item.split is Split.VALIDATION for item in masked),
        source_masks=sum(item.domain is Domain.SOURCE for item in masked),
        target_images=sum(item.domain is Domain.TARGET for item in items),
    )
