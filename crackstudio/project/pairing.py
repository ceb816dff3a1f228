"""Which mask belongs to which image: by relative path, then by stem; an ambiguous one is refused."""

from collections import defaultdict
from pathlib import Path, PurePosixPath

from crackstudio.core.errors import FolderError, MaskError
from crackstudio.project import rasters


class MaskFolder:
    """The pictures below a folder, found by the relative path of the image they belong to.

    Raises `FolderError` where there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise FolderError(f"{folder} is no folder of masks. Nothing was done; name the folder that holds them.")
        self.folder = folder
        paths = sorted(p for p in folder.rglob("*") if p.is_file() and rasters.is_image(p) and not _hidden(p, folder))
        self.paths = tuple(paths)
        self._by_path: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            relative = PurePosixPath(path.relative_to(folder).as_posix())
            for name in {str(relative), str(relative.with_suffix(""))}:  # a.jpg.png and a.png both belong to a.jpg
                self._by_path[name].append(path)
            for stem in {relative.stem, PurePosixPath(relative.stem).stem}:
                self._by_stem[stem].append(path)

    def find(self, image: str) -> Path | None:
        """The mask of the image at this relative POSIX path, or None. Raises `MaskError` where several could be it."""
        relative = PurePosixPath(image)
        for name in (str(relative), str(relative.with_suffix(""))):
            if name in self._by_path:
                return self._only(self._by_path[name], image)
        return self._only(self._by_stem.get(relative.stem, []), image)

    def _only(self, found: list[Path], image: str) -> Path | None:
        if len(found) > 1:
            several = ", ".join(str(path.relative_to(self.folder)) for path in found[:3])
            raise MaskError(
                f"{image} could have any of these masks in {self.folder}: {several}. "
                "Nothing was done; lay the masks out like the images, so that the relative paths agree."
            )
        return found[0] if found else None


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
