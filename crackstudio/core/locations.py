"""Where `resources/` and `models/` lie: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def resources() -> Path:
    """Icons, pictures, translations."""
    return _shipped("resources")


def models() -> Path:
    """Checkpoints that come with CrackStudio."""
    return _shipped("models")


def starter() -> Path:
    """The checkpoint that serves the first Propose in a new project."""
    return models() / "starter.safetensors"
