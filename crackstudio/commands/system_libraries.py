"""System libraries that Qt needs on Linux: found before Qt is imported, named with the one line that installs them.

`python -m crackstudio.commands.system_libraries` installs what is missing where the user is root.
"""

import ctypes
import os
import shutil
import subprocess
import sys

from crackstudio.core.errors import CrackStudioError

_ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
_WINDOW = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What `objdump -p` names for PySide6's libraries and its X11 plugin, with the Debian package that holds it."""


class MissingLibrariesError(CrackStudioError):
    """Qt cannot start: libraries of the system are missing."""


def has_display() -> bool:
    """Whether a window can be shown here."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_packages(*, window: bool) -> list[str]:
    """Debian packages that Qt needs and this system lacks; with `window`, those of the X11 plugin too."""
    if sys.platform != "linux":
        return []
    wanted = {**_ALWAYS, **_WINDOW} if window else _ALWAYS
    return [package for library, package in wanted.items() if not _loads(library)]


def install_line(packages: list[str]) -> str:
    """The line that installs them on Debian and Ubuntu."""
    return "sudo apt-get install -y --no-install-recommends " + " ".join(packages)


def require_libraries(*, window: bool) -> None:
    """Raise `MissingLibrariesError` with the line to run, unless everything Qt needs is there."""
    packages = missing_packages(window=window)
    if packages:
        raise MissingLibrariesError(
            f"Qt needs system libraries that are missing here: {', '.join(packages)}. Install them with: "
            + install_line(packages)
        )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _install() -> int:
    packages = missing_packages(window=True)
    if not packages:
        return 0
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.stderr.write(
            f"Qt needs system libraries that are missing here. Install them with:\n  {install_line(packages)}\n"
        )
        return 0
    subprocess.run([apt, "update", "-qq"], check=False)
    line = [apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(line, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}).returncode


if __name__ == "__main__":
    raise SystemExit(_install())
