"""The register of methods: whatever lies in this folder, one file each."""

import importlib
import pkgutil
from functools import cache

from crackstudio.core.errors import SettingError
from crackstudio.engine.method import Method


@cache
def methods() -> dict[str, type[Method]]:
    """Every method by its card's key, in the order of the keys."""
    names = [found.name for found in pkgutil.iter_modules(__path__, prefix=f"{__name__}.")]
    classes = [kind for name in names for kind in _methods_in(name)]
    return {kind.card.key: kind for kind in sorted(classes, key=lambda kind: kind.card.key)}


def method_class(key: str) -> type[Method]:
    """Raises SettingError, naming the methods there are, where `key` is none of them."""
    if key not in methods():
        raise SettingError(f"There is no method {key!r}. Choose one of: {', '.join(methods())}.")
    return methods()[key]


def _methods_in(name: str) -> list[type[Method]]:
    public = vars(importlib.import_module(name)).values()
    return [
        thing
        for thing in public
        if isinstance(thing, type) and issubclass(thing, Method) and thing is not Method and thing.__module__ == name
    ]
