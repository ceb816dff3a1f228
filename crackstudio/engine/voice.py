"""What a run says: every event to its events.jsonl and to whoever listens, `Stepped` at most ten times a second."""

import time
from collections.abc import Callable

import msgspec

from crackstudio.core.wire import AnyEvent
from crackstudio.project.run_folder import RunFolder

SPACING = 0.1
"""Seconds between two `Stepped`."""


class Voice:
    """Speaks for one run."""

    def __init__(self, run: RunFolder, listener: Callable[[AnyEvent], None]) -> None:
        self._run = run
        self._listener = listener
        self._stepped_at = 0.0

    def say(self, event: AnyEvent) -> None:
        """Stamp it with the time, keep it, pass it on."""
        stamped = msgspec.structs.replace(event, at=time.time())
        self._run.append(stamped)
        self._listener(stamped)

    def may_say_stepped(self) -> bool:
        """Whether a tenth of a second has passed since this was last true."""
        now = time.monotonic()
        if now - self._stepped_at < SPACING:
            return False
        self._stepped_at = now
        return True
