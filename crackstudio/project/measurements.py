"""The table of a folder's measurements: a row for every mask and each class that occurs in any of them."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from crackstudio.core.classes import CRACK, DefectClass
from crackstudio.core.figures import Figures, MaskFigures
from crackstudio.core.images import ImageEntry, MaskKind
from crackstudio.core.sorting import sorted_gently
from crackstudio.project import atomic
from crackstudio.project.database import Stored
from crackstudio.project.snapshot import is_confirmed, is_usable


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One class of one mask, see `Figures`. `share` is that of all pixels but the unsure ones."""

    name: str
    class_name: str = msgspec.field(name="class")
    cracks: int
    length_px: float
    mean_width_px: float
    max_width_px: float
    p95_width_px: float
    area_px: int
    share: float


def to_measure(images: Iterable[Stored]) -> list[ImageEntry]:
    """Those of a project whose masks count: confirmed and exact, in the order of names."""
    entries = (image.entry for image in images if is_usable(image) and is_confirmed(image.entry))
    exact = [entry for entry in entries if entry.mask_kind is MaskKind.EXACT]
    return sorted_gently(exact, key=lambda entry: entry.name)


def rows_of(figures: Mapping[str, MaskFigures], *, classes: Iterable[DefectClass] = (CRACK,)) -> list[Row]:
    """In the order of `figures`, which are by name; `classes` have names, others are told by their ids."""
    called = {kind.id: kind.name for kind in classes}
    occurring = sorted({number for found in figures.values() for number in found.classes}) or [CRACK.id]
    return [
        _row(name, called.get(number, str(number)), found.of(number), found.scored)
        for name, found in figures.items()
        for number in occurring
    ]


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write `rows` under a line of names, atomically; lengths and widths with two decimals.

    UTF-8; where a name needs more than ASCII it begins with a byte order mark, or Excel would misread it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Row.__struct_encode_fields__)
    writer.writerows(map(shown, rows))
    table = text.getvalue()
    atomic.write_bytes(path, table.encode("utf-8" if table.isascii() else "utf-8-sig"))


def shown(row: Row) -> list[str]:
    """The cells of a row."""
    lengths = (row.length_px, row.mean_width_px, row.max_width_px, row.p95_width_px)
    return [
        row.name,
        row.class_name,
        str(row.cracks),
        *(f"{length:.2f}" for length in lengths),
        str(row.area_px),
        f"{row.share:.6f}",
    ]


def _row(name: str, class_name: str, figures: Figures, scored: int) -> Row:
    return Row(
        name=name,
        class_name=class_name,
        cracks=figures.cracks,
        length_px=figures.length,
        mean_width_px=figures.mean_width,
        max_width_px=figures.max_width,
        p95_width_px=figures.p95_width,
        area_px=figures.area,
        share=figures.area / max(scored, 1),
    )
