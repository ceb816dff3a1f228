"""Where the classes of a project lie: `classes.json`, and a copy in the database for when that is lost or damaged."""

from collections.abc import Callable
from functools import partial

import msgspec

from crackstudio.project import atomic
from crackstudio.project.class_table import ClassTable, Kept
from crackstudio.project.layout import Layout
from crackstudio.project.state import State
from crackstudio.project.writer import Writer


def open_classes(layout: Layout, *, state: State, writer: Writer, report: Callable[[str], None]) -> ClassTable:
    """The classes as they were kept; a damaged file is kept aside and told."""
    path = layout.classes

    def keep(kept: Kept) -> None:
        state.keep_classes(kept)
        writer.do(path.name, partial(atomic.write_bytes, path, kept.data()))

    found = _read(layout, report)
    kept = found or state.classes() or Kept()
    if found is None or kept != state.classes():
        keep(kept)
    return ClassTable(kept, keep=keep)


def read_classes(layout: Layout) -> Kept:
    """The classes of a project that another process may have open; those of a new one where none can be read."""
    try:
        return Kept.read(layout.classes.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Kept()


def _read(layout: Layout, report: Callable[[str], None]) -> Kept | None:
    path = layout.classes
    try:
        return Kept.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        report(
            f"{path} cannot be read ({error.strerror or error}). The classes are those that were kept last in the "
            "database; masks are untouched."
        )
    except (msgspec.MsgspecError, UnicodeDecodeError):
        kept = layout.aside(path.name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(path, kept)
        report(
            f"The list of classes was damaged and was kept as {kept}. The classes are those that were kept last in the "
            "database; masks are untouched."
        )
    return None
