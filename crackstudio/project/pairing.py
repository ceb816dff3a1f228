"""Which mask belongs to which image: by relative path, then by stem; an ambiguous one is refused."""

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from crackstudio.core.errors import FolderError, MaskError
from crackstudio.project import rasters


class MaskFolder:
    """The pictures below a folder, found by the relative path of the image they belong to.

    Those in `leave_out` do not count. Raises `FolderError` where there is no such folder.
    """

    def __init__(self, folder: Path, *, leave_out: Collection[Path] = ()) -> None:
        if not folder.is_dir():
            raise FolderError(f"{folder} is no folder of masks. Nothing was done; name the folder that holds them.")
        self.folder = folder
        files = (path for path in folder.rglob("*") if rasters.is_image(path) and not _hidden(path, folder))
        paths = sorted(path for path in files if path.is_file() and path not in leave_out)
        self.paths = tuple(paths)
        self._by_path: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            relative = path.relative_to(folder).as_posix()
            for name in {relative, _bare(relative)}:  # a.jpg.png and a.png both belong to a.jpg
                self._by_path[name].append(path)
            stem = _bare(path.name)
            for name in {stem, _bare(stem)}:
                self._by_stem[name].append(path)

    def find(self, image: str) -> Path | None:
        """The mask of the image at this relative POSIX path, or None. Raises `MaskError` where several could be it."""
        for name in (image, _bare(image)):
            if name in self._by_path:
                return self._only(self._by_path[name], image)
        return self._only(self._by_stem.get(_bare(PurePosixPath(image).name), []), image)

    def _only(self, found: list[Path], image: str) -> Path | None:
        if len(found) > 1:
            several = ", ".join(str(path.relative_to(self.folder)) for path in found[:3])
            raise MaskError(
                f"{image} could have any of these masks in {self.folder}: {several}. "
                "Nothing was done; lay the masks out like the images, so that the relative paths agree."
            )
        return found[0] if found else None


def _bare(name: str) -> str:
    """Without the suffix of a picture, and only of one: of `7.v2.png` that is `7.v2`, which is not `7`."""
    return name[: name.rfind(".")] if rasters.is_image(name) else name


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
