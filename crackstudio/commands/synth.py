"""`crackstudio synth`: a folder of drawn cracks with exact masks."""

from collections.abc import Iterator
from pathlib import Path

from crackstudio.core.errors import FolderError, SettingError
from crackstudio.imaging.surfaces import STARTER_SURFACES, Surface
from crackstudio.imaging.synthesis import draw
from crackstudio.project import rasters


def synthesise(
    out: Path,
    *,
    count: int,
    seed: int = 0,
    height: int = 256,
    width: int = 256,
    surfaces: tuple[Surface, ...] = STARTER_SURFACES,
) -> Iterator[Path]:
    """Draw `count` images, every other one cracked: `out/{cracked,intact}/N.png`, `out/masks/N.png` (0 and 255).

    Yields each image's path once it and its mask are written. Raises `FolderError` where `out` already holds such
    folders: nothing is overwritten.
    """
    folders = {name: out / name for name in ("cracked", "intact", "masks")}
    for folder in folders.values():
        if folder.exists():
            raise FolderError(f"{folder} is there already; nothing was written. Choose an empty folder.")
    for folder in folders.values():
        folder.mkdir(parents=True)
    for number in range(count):
        drawn = draw((seed, number), cracked=number % 2 == 0, height=height, width=width, surfaces=surfaces)
        path = folders["cracked" if drawn.cracked else "intact"] / f"{number:05d}.png"
        rasters.write_png(folders["masks"] / path.name, drawn.mask * 255)
        rasters.write_png(path, drawn.image)
        yield path


def surfaces_named(names: list[str]) -> tuple[Surface, ...]:
    """The surfaces of these names, all of the starter's for none. Raises `SettingError` for an unknown one."""
    unknown = sorted(set(names) - set(Surface))
    if unknown:
        raise SettingError(f"there is no surface {', '.join(unknown)}. Choose from: {', '.join(Surface)}.")
    return tuple(Surface(name) for name in names) or STARTER_SURFACES
