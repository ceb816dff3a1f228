"""Crack maps kept for images: the newest, and the one of the network before it."""

import threading
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import RasterError
from crackstudio.project import atomic, rasters
from crackstudio.project.layout import Layout
from crackstudio.project.writer import Writer


class ProposalStore:
    """Taking in returns at once: the writer moves the files, or whoever wants to read them first."""

    def __init__(self, layout: Layout, writer: Writer) -> None:
        self._layout = layout
        self._writer = writer
        self._disk = threading.Lock()
        self._incoming: dict[str, tuple[Path, bool]] = {}
        self.writes: Counter[str] = Counter()
        """By name, how many were taken in."""

    def take(self, name: str, source: Path, *, keep_previous: bool) -> None:
        """`source` becomes the proposal of the image; with `keep_previous` the old one becomes the previous one."""
        _, pending = self._incoming.get(name, (source, False))  # not moved in yet, and replaced by this one
        self._incoming[name] = (source, keep_previous or pending)
        self.writes[name] += 1
        self._writer.do(f"proposal {name}", lambda: self.settle(name))

    def load(self, name: str, *, previous: bool = False) -> NDArray[np.uint8] | None:
        """(H, W) uint8, None where there is none that can be read."""
        self.settle(name)
        path = self._layout.previous_proposal(name) if previous else self._layout.proposal(name)
        try:
            return rasters.read_mask(path)
        except RasterError:
            return None

    def move(self, old: str, new: str) -> None:
        """The image has another name now."""
        for place in (self._layout.proposal, self._layout.previous_proposal):
            if place(old).exists():
                place(new).parent.mkdir(parents=True, exist_ok=True)
                atomic.replace(place(old), place(new))
        self.writes.update((old, new))

    def settle(self, name: str) -> None:
        """Move in what was taken, if the writer has not yet come to it."""
        with self._disk:
            incoming = self._incoming.get(name)
            if incoming is None:
                return
            source, keep_previous = incoming
            target, previous = self._layout.proposal(name), self._layout.previous_proposal(name)
            if source != target and source.exists():
                if keep_previous and target.exists():
                    previous.parent.mkdir(parents=True, exist_ok=True)
                    atomic.replace(target, previous)
                target.parent.mkdir(parents=True, exist_ok=True)
                atomic.replace(source, target)
            if self._incoming.get(name) is incoming:
                del self._incoming[name]
