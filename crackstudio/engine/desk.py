"""Where commands arrive and work is done: training a run, or proposing what waits in the queue.

stdin thread: reads every line at once, so that Stop and a vanished parent are seen in the middle of a step
main thread:  trains and proposes, one thing after the other
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

import msgspec

from crackstudio.core import wire
from crackstudio.core.errors import CrackStudioError
from crackstudio.engine.cards import method_cards
from crackstudio.engine.control import Control, Interrupted
from crackstudio.engine.device import choose_place, gpu_hint, settle_threads
from crackstudio.engine.outcome import is_out_of_memory
from crackstudio.engine.proposer import Proposer
from crackstudio.engine.trainer import train_run
from crackstudio.project.run_folder import RunFolder


class Desk:
    """One engine's work from its first line to the end of stdin."""

    def __init__(self, events: BinaryIO) -> None:
        self._events = events
        self._speaking = threading.Lock()
        self._work: SimpleQueue[tuple[wire.Train, Control] | wire.Propose | None] = SimpleQueue()
        self._waiting = Waiting()
        self._control = Control()
        self._closing = Control()
        self._proposer: tuple[tuple[str, int], Proposer] | None = None

    def serve(self, commands: Iterable[bytes]) -> None:
        """Until `commands` end."""
        settle_threads()
        self._say(wire.Ready(methods=method_cards(), device=choose_place().name, hint=gpu_hint()))
        threading.Thread(target=self._listen, args=(commands,), name="stdin", daemon=True).start()
        while work := self._work.get():
            if isinstance(work, wire.Propose):
                self._propose_what_waits()
            else:
                command, control = work
                train_run(RunFolder(Path(command.run)), on_event=self._say, control=control)

    def _listen(self, commands: Iterable[bytes]) -> None:
        for line in commands:
            try:
                self._obey(wire.decode_command(line))
            except msgspec.DecodeError as error:
                print(f"no command: {line!r}: {error}", file=sys.stderr)  # noqa: T201 - the engine's log
        self._waiting.clear()
        self._control.stop(hurried=True)
        self._closing.stop()
        self._work.put(None)

    def _obey(self, command: wire.AnyCommand) -> None:
        match command:
            case wire.Train():
                self._control = Control()  # a Stop may follow before the run begins
                self._work.put((command, self._control))
            case wire.Propose():
                self._waiting.add(command)
                self._work.put(command)
            case wire.Pause():
                self._control.pause()
            case wire.Resume():
                self._control.resume()
            case wire.Stop():
                self._control.stop()
            case wire.Preview():
                self._control.pin(command)
            case wire.CancelProposals():
                self._waiting.clear()

    def _propose_what_waits(self) -> None:
        began, proposed = time.monotonic(), 0
        while checkpoint := self._waiting.next_checkpoint():
            images = self._waiting.images_for(checkpoint)
            unanswered: dict[int, wire.ImageToPropose] = {}
            try:
                taken = _noted(images, unanswered)
                for event in self._proposer_of(checkpoint).propose(taken, control=self._closing):
                    unanswered.pop(event.id, None)
                    proposed += isinstance(event, wire.Proposed)
                    self._say(event)
            except Interrupted:
                return
            except Exception as error:  # noqa: BLE001 - no memory for an image, or a bad checkpoint: the queue goes on
                message = _words(error)
                for image in list(unanswered.values()) or images:
                    self._say(wire.ProposalFailed(id=image.id, message=message))
        self._say(wire.QueueEmptied(proposed=proposed, seconds=time.monotonic() - began))

    def _proposer_of(self, checkpoint: str) -> Proposer:
        """Kept as long as the same file is asked for."""
        path = Path(checkpoint)
        key = checkpoint, path.stat().st_mtime_ns if path.exists() else 0
        if self._proposer is None or self._proposer[0] != key:
            self._proposer = key, Proposer(path)
        return self._proposer[1]

    def _say(self, event: wire.Event) -> None:
        stamped = event if event.at else msgspec.structs.replace(event, at=time.time())
        with self._speaking:
            try:
                self._events.write(wire.encode(stamped))
            except OSError:  # nobody reads any more: the same as the end of stdin
                self._control.stop()
                self._closing.stop()


class Waiting:
    """Images to propose, in order, for whichever checkpoint; safe between threads."""

    def __init__(self) -> None:
        self._images: deque[tuple[str, wire.ImageToPropose]] = deque()
        self._lock = threading.Lock()

    def add(self, command: wire.Propose) -> None:
        """At the end, or with `first` ahead of all."""
        added = [(command.checkpoint, image) for image in command.images]
        with self._lock:
            if command.first:
                self._images.extendleft(reversed(added))
            else:
                self._images.extend(added)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._images.clear()

    def next_checkpoint(self) -> str | None:
        """The checkpoint of the image that comes next; None where nothing waits."""
        with self._lock:
            return self._images[0][0] if self._images else None

    def images_for(self, checkpoint: str) -> Iterator[wire.ImageToPropose]:
        """Take images, each when it is asked for, as long as the next one is for this checkpoint."""
        while True:
            with self._lock:
                if not self._images or self._images[0][0] != checkpoint:
                    return
                _, image = self._images.popleft()
            yield image


def _noted(
    images: Iterator[wire.ImageToPropose], noted: dict[int, wire.ImageToPropose]
) -> Iterator[wire.ImageToPropose]:
    for image in images:
        noted[image.id] = image
        yield image


def _words(error: Exception) -> str:
    if isinstance(error, CrackStudioError):
        return str(error)
    if is_out_of_memory(error):
        return "The memory ran out. Nothing was changed; end other programs, or a run that trains, and propose again."
    return f"Proposing broke: {error or type(error).__name__}."
