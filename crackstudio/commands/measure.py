"""`crackstudio measure`: count, length, width and area of each class in a folder of masks or in a project."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from crackstudio.commands.progress import tracked
from crackstudio.core.classes import UNSURE
from crackstudio.core.errors import FolderError, MaskError
from crackstudio.imaging.measuring import figures_of
from crackstudio.project import database, proposals_file, rasters
from crackstudio.project.class_file import read_classes
from crackstudio.project.layout import HOME_NAME, Layout
from crackstudio.project.measurements import Row, rows_of, shown, to_measure, write_csv
from crackstudio.project.pairing import MaskFolder

Mask = NDArray[np.uint8]


def measure_command(masks: Path, *, out: Path | None, json: bool) -> None:
    """Measure, write the table to `out` where given, and print what was asked for."""
    rows = measure_folder(masks)
    if out is not None:
        write_csv(out, rows)
    if json:
        print(msgspec.json.encode({"images": len({row.name for row in rows}), "measured": rows}).decode())
        return
    console = Console(highlight=False)
    if out is None:
        _print_table(console, rows)
    for name in dict.fromkeys(row.class_name for row in rows):
        _print_sum(console, name, [row for row in rows if row.class_name == name])
    if out is not None:
        console.print(f"The table is in {out}.", soft_wrap=True)


def measure_folder(masks: Path) -> list[Row]:
    """A row for every mask and each class that occurs in any of them, in the order of names. Unsure is not measured.

    `masks` is a folder of masks, or that of a project: then the confirmed exact masks count, as they were last saved.
    The classes have the names that the project gives them; a project's own folder of masks, or one inside it, or any
    that `classes.json` lies beside, has them too.
    Raises `FolderError` where there is none, `MaskError` for crack maps, `RasterError` for what cannot be read.
    """
    layout = next((one for one in (Layout(masks / HOME_NAME), Layout(masks)) if one.database.exists()), None)
    names, pictures = _of_folder(masks) if layout is None else _of_project(layout, masks)
    counted = tracked(pictures, total=len(names), words="Measuring")
    classes = read_classes(layout or _beside(masks)).classes
    return rows_of({name: figures_of(mask) for name, mask in zip(names, counted, strict=True)}, classes=classes)


def _beside(folder: Path) -> Layout:
    """Where the classes of a folder of masks may have their names."""
    folder = folder.resolve()
    whole = next((up for up in (folder, *folder.parents) if Layout(up.parent).masks == up), folder)
    return Layout(whole.parent)


def _of_project(layout: Layout, folder: Path) -> tuple[list[str], Iterator[Mask]]:
    names = [entry.name for entry in to_measure(database.read_only(layout))]
    if not names:
        raise FolderError(
            f"The project in {folder} has no confirmed mask, or coarse regions alone. Nothing was measured; confirm "
            "exact masks in the studio (Enter), or name a folder of masks."
        )
    return names, (rasters.read_mask(layout.mask(name)) for name in names)


def _of_folder(folder: Path) -> tuple[list[str], Iterator[Mask]]:
    found = MaskFolder(folder)
    beside = proposals_file.read(folder)
    if beside is not None and not beside.binary:
        raise MaskError(
            f"{folder} holds crack maps, not masks. Nothing was measured; `crackstudio propose --binary` makes masks."
        )
    if not found.paths:
        raise FolderError(f"{folder} holds no masks. Nothing was measured; name the folder that holds them.")
    return [path.relative_to(folder).as_posix() for path in found.paths], map(_read, found.paths)


def _read(path: Path) -> Mask:
    """Class ids where the values are small numbers (255 beside them is unsure), else 1 where a defect is shown."""
    array = rasters.read_image(path).array
    if array.dtype == np.uint8 and (array.ndim == 2 or (array == array[:, :, :1]).all()):
        grey = np.ascontiguousarray(array if array.ndim == 2 else array[:, :, 0])
        values = np.flatnonzero(np.bincount(grey.ravel(), minlength=UNSURE + 1))
        if rasters.are_class_ids(values):
            return grey
    return rasters.read_foreign_mask(path)


def _print_table(console: Console, rows: list[Row]) -> None:
    table = Table(*(field.replace("_", " ") for field in Row.__struct_encode_fields__), box=None)
    for row in rows:
        table.add_row(*shown(row))
    console.print(table)


def _print_sum(console: Console, name: str, rows: list[Row]) -> None:
    cracks, length = sum(row.cracks for row in rows), sum(row.length_px for row in rows)
    widest = max(row.max_width_px for row in rows)
    console.print(f"{name}: {cracks} in {len(rows)} masks, {length:.0f} px long, at most {widest:.1f} px wide")
