"""Makes the imports of the studio quick: imported, and called, before the rest of it."""

import builtins
import gc


def import_quickly() -> None:
    """Let nothing look at what is imported, which takes a quarter of the time until the window is there.

    PySide reads the source of every module that is imported after it, for a `__feature__` that nobody here asks for:
    Python's own import comes back. The garbage collector waits for `app.settle`: what is imported stays.
    """
    gc.disable()
    own = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = own
