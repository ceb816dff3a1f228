"""What the list says of an image's cracks, in a line and in a tip."""

from dataclasses import dataclass

from crackstudio.core.figures import Figures
from crackstudio.studio.language import tr
from crackstudio.studio.widgets.image_model import Order

TO_COME = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a row tells beside its entry; `state` takes the place of the words for its review."""

    figures: str = ""
    of_proposal: bool = False
    state: str = ""
    tip: str = ""


def line_of(found: Figures, *, order: Order) -> str:
    """Length and count, or what the list is ordered by and the count."""
    if not found.cracks:
        return tr("no crack")
    if order is Order.WIDEST_FIRST:
        return tr("{width:.1f} px wide · {count:,} {count:crack|cracks}", width=found.max_width, count=found.cracks)
    return tr("{length:,.0f} px · {count:,} {count:crack|cracks}", length=found.length, count=found.cracks)


def tip_of(found: Figures, *, of_proposal: bool) -> str:
    """All of it; that a proposal is meant comes first."""
    words = tr(
        "{count:,} {count:crack|cracks}, {length:,.0f} px long\n{mean:.1f} px wide on average, {widest:.1f} at most",
        count=found.cracks,
        length=found.length,
        mean=found.mean_width,
        widest=found.max_width,
    )
    if not found.cracks:
        words = tr("no crack")
    return tr("Of the proposal: {figures}", figures=words) if of_proposal else words
