"""Small things kept with a project, by key: the network in use, a copy of the classes, what the window remembers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from crackstudio.core import locations
from crackstudio.project.class_table import Kept

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

_NETWORK, _CLASSES, _STUDIO = "network", "classes", "studio."


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInUse:
    """The checkpoint that proposes, and its name for a person."""

    path: Path
    label: str


class State:
    """Asked and changed in memory; `put` brings a value to disk. `damaged` ones are as if they had not been kept."""

    def __init__(self, values: dict[str, bytes], *, home: Path, put: Callable[[str, bytes], None]) -> None:
        self._values = {key: value for key, value in values.items() if _is_whole(key, value)}
        self.damaged = sorted(values.keys() - self._values.keys())
        self._home = home
        self._put = put

    def network(self) -> NetworkInUse | None:
        """The one that was chosen while its file is there, else the starter, else None."""
        kept = self._values.get(_NETWORK)
        if kept is not None:
            chosen = msgspec.json.decode(kept, type=_Network)
            path = self._home / chosen.path
            if path.exists():
                return NetworkInUse(path=path, label=chosen.label)
        starter = locations.starter()
        return NetworkInUse(path=starter, label="starter") if starter.exists() else None

    def use_network(self, checkpoint: Path, *, label: str) -> None:
        """Choose the network that proposes from now on."""
        path, home = checkpoint.absolute(), self._home
        kept = path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)
        self._keep(_NETWORK, _Network(path=kept, label=label))

    def classes(self) -> Kept | None:
        """The copy of `classes.json`, if there is one."""
        kept = self._values.get(_CLASSES)
        return Kept.read(kept) if kept else None

    def keep_classes(self, kept: Kept) -> None:
        """Keep a copy of `classes.json`."""
        self._keep(_CLASSES, kept)

    def remember(self, key: str, value: Value) -> None:
        """Keep something of the window."""
        self._keep(_STUDIO + key, value)

    def recall(self, key: str, default: Value) -> Value:
        """What was remembered, or `default`."""
        kept = self._values.get(_STUDIO + key)
        value: Value = default if kept is None else msgspec.json.decode(kept)
        return value

    def _keep(self, key: str, value: object) -> None:
        self._values[key] = msgspec.json.encode(value)
        self._put(key, self._values[key])


def _is_whole(key: str, value: bytes) -> bool:
    try:
        msgspec.json.decode(value, type=_TYPES.get(key, Any))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


class _Network(msgspec.Struct, frozen=True, kw_only=True):
    path: str  # relative to the home where it lies below it, so that a moved project finds it
    label: str


_TYPES: dict[str, Any] = {_NETWORK: _Network, _CLASSES: Kept}
