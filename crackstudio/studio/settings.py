"""What the studio remembers between sittings, on this machine: never anything that belongs to a project."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from crackstudio.studio.language import LANGUAGES, system_language
from crackstudio.studio.own_keys import KeyMap, Keys

RECENTS = 8


class Scheme(StrEnum):
    """The look: fixed, or as the system has it."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


def default_path() -> Path:
    """The file in the user's configuration folder (`XDG_CONFIG_HOME` and its like elsewhere)."""
    import platformdirs

    return platformdirs.user_config_path("crackstudio", appauthor=False) / "studio.ini"


class Settings:
    """Typed access to one INI file."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def recents(self) -> tuple[Path, ...]:
        """The folders opened last, newest first."""
        kept = str(self._store.value("recents", "") or "")
        return tuple(Path(line) for line in kept.splitlines() if line)

    def remember_folder(self, folder: Path) -> None:
        """Put `folder` at the head of the recent ones."""
        others = [known for known in self.recents() if known != folder]
        self._store.setValue("recents", "\n".join(str(known) for known in [folder, *others][:RECENTS]))

    def forget_folder(self, folder: Path) -> None:
        """Take `folder` off the recent ones, where it is gone."""
        self._store.setValue("recents", "\n".join(str(known) for known in self.recents() if known != folder))

    @property
    def scheme(self) -> Scheme:
        """The chosen look."""
        kept = str(self._store.value("look", Scheme.SYSTEM.value))
        return Scheme(kept) if kept in set(Scheme) else Scheme.SYSTEM

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._store.setValue("look", scheme.value)

    @property
    def language(self) -> str:
        """The code of the window's language; that of the system until another is chosen."""
        kept = str(self._store.value("language", ""))
        return kept if kept in LANGUAGES else system_language()

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def preset(self) -> str:
        """The key preset."""
        return str(self._store.value("keys", "default"))

    @preset.setter
    def preset(self, preset: str) -> None:
        self._store.setValue("keys", preset)

    @property
    def keymap(self) -> KeyMap:
        """The preset with what was changed of it; each preset has changes of its own."""
        self._store.beginGroup(f"own_keys/{self.preset}")
        own = {name: _as_keys(self._store.value(name)) for name in self._store.childKeys()}
        self._store.endGroup()
        return KeyMap(preset=self.preset, own=own)

    @keymap.setter
    def keymap(self, keymap: KeyMap) -> None:
        self.preset = keymap.preset
        self._store.beginGroup(f"own_keys/{keymap.preset}")
        self._store.remove("")
        for name, keys in keymap.own.items():
            self._store.setValue(name, "\n".join(keys))
        self._store.endGroup()

    @property
    def brush_size(self) -> int:
        """The brush's diameter in image pixels."""
        kept = str(self._store.value("brush_size", "12"))
        return int(kept) if kept.isdigit() else 12

    @brush_size.setter
    def brush_size(self, size: int) -> None:
        self._store.setValue("brush_size", str(size))

    @property
    def shows_mini_map(self) -> bool:
        """Whether the canvas shows a small map of a large image."""
        return str(self._store.value("mini_map", "true")) != "false"

    @shows_mini_map.setter
    def shows_mini_map(self, shows: bool) -> None:
        self._store.setValue("mini_map", "true" if shows else "false")

    @property
    def pen_pressure(self) -> bool:
        """Whether a pen's pressure changes the width of the brush."""
        return str(self._store.value("pen_pressure", "true")) != "false"

    @pen_pressure.setter
    def pen_pressure(self, felt: bool) -> None:
        self._store.setValue("pen_pressure", "true" if felt else "false")

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size; empty the first time."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, state: QByteArray) -> None:
        self._store.setValue("window/geometry", state)

    @property
    def docks(self) -> QByteArray:
        """Where the docks and tool bars are; empty the first time."""
        return self._bytes("window/docks")

    @docks.setter
    def docks(self, state: QByteArray) -> None:
        self._store.setValue("window/docks", state)

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def _bytes(self, key: str) -> QByteArray:
        kept = self._store.value(key)
        return kept if isinstance(kept, QByteArray) else QByteArray()


def _as_keys(kept: object) -> Keys:
    """Keys are kept one per line; a comma that was written by hand makes Qt give a list."""
    words = kept if isinstance(kept, list) else str(kept or "").splitlines()
    return tuple(str(word) for word in words if word)
