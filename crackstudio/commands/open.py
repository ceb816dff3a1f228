"""`crackstudio open`: the studio, once the system has what Qt needs."""

from pathlib import Path

from crackstudio.commands.system_libraries import has_display, require_libraries
from crackstudio.core.errors import CrackStudioError, FolderError


def open_studio(folder: Path | None, *, project: Path | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Raises `FolderError` for a folder that is none, `MissingLibrariesError` for a system without Qt's libraries, and
    `CrackStudioError` where there is no display.
    """
    if folder is not None and not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "is not there"
        raise FolderError(f"{folder} {what}. Name a folder of images, or see `crackstudio --help`.")
    require_libraries(window=True)
    if not has_display():
        raise CrackStudioError(
            "there is no display here (DISPLAY and WAYLAND_DISPLAY are unset). "
            "Work headless with `crackstudio propose` and `crackstudio train`, or see the loop with `crackstudio demo`."
        )
    from crackstudio.studio.quick_imports import import_quickly

    import_quickly()
    from crackstudio.studio.app import run_studio

    return run_studio(folder, project=project)
