"""Crack maps kept for images: the newest, and the one of the network before it."""

import threading
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackstudio.core import wire
from crackstudio.core.errors import RasterError
from crackstudio.core.images import ImageEntry
from crackstudio.project import atomic, rasters
from crackstudio.project.catalogue import Catalogue
from crackstudio.project.layout import Layout
from crackstudio.project.revisions import with_proposal
from crackstudio.project.state import State
from crackstudio.project.writer import Writer

_THRESHOLD_BEFORE, _NETWORK_BEFORE = "threshold before", "network before"
_UNTOLD_THRESHOLD = 0.5


class Proposals:
    """By image. What loads a crack map reads the disk, off the main thread."""

    def __init__(
        self, folder: Path, layout: Layout, *, catalogue: Catalogue, store: "ProposalStore", state: State
    ) -> None:
        self._folder, self._layout = folder, layout
        self._catalogue, self._store, self._state = catalogue, store, state

    def ask(self, ids: Iterable[int]) -> tuple[wire.ImageToPropose, ...]:
        """What an engine is asked; `record` takes its answer in and keeps the proposal before it."""
        return tuple(
            wire.ImageToPropose(
                id=entry.id,
                image=str(self._folder / entry.path),
                page=entry.page,
                out=str(self._layout.incoming_proposal(entry.name)),
            )
            for entry in map(self._entry, ids)
        )

    def record(self, event: wire.Proposed, *, label: str) -> ImageEntry:
        """Take a crack map in; the one of another network before it stays as the previous proposal."""
        entry = self._entry(event.id)
        renewed = entry.proposed_by is not None and entry.proposed_by != label
        if renewed and entry.threshold is not None:
            self._state.remember(f"{_THRESHOLD_BEFORE} {entry.id}", entry.threshold)
        if renewed:
            self._state.remember(f"{_NETWORK_BEFORE} {entry.id}", entry.proposed_by)
        self._store.take(entry.name, Path(event.out), keep_previous=renewed)
        self._catalogue.revise([event.id], partial(with_proposal, event=event, label=label))
        return self._entry(event.id)

    def path(self, image: int) -> Path:
        """Where the crack map kept for an image lies."""
        return self._layout.proposal(self._entry(image).name)

    def previous_path(self, image: int) -> Path:
        """Where the crack map of the network before lies."""
        return self._layout.previous_proposal(self._entry(image).name)

    def previous_threshold(self, image: int) -> float:
        """The threshold that came with the previous proposal, in [0, 1]."""
        kept = self._state.recall(f"{_THRESHOLD_BEFORE} {image}", _UNTOLD_THRESHOLD)
        return kept if isinstance(kept, float) else _UNTOLD_THRESHOLD

    def previous_network(self, image: int) -> str | None:
        """The label of the network that made the previous proposal; None where nobody knows."""
        kept = self._state.recall(f"{_NETWORK_BEFORE} {image}", None)
        return kept if isinstance(kept, str) else None

    def load(self, image: int) -> NDArray[np.uint8] | None:
        """(H, W) uint8, None where there is none that fits the image."""
        return self._fitting(image, previous=False)

    def load_previous(self, image: int) -> NDArray[np.uint8] | None:
        """The same, of the network before."""
        return self._fitting(image, previous=True)

    def move(self, old: str, new: str) -> None:
        """The image has another name now."""
        self._store.move(old, new)

    def _entry(self, image: int) -> ImageEntry:
        return self._catalogue.image(image).entry

    def _fitting(self, image: int, *, previous: bool) -> NDArray[np.uint8] | None:
        crack_map = self._store.load(self._entry(image).name, previous=previous)
        entry = self._entry(image)
        known = None if entry.height is None or entry.width is None else (entry.height, entry.width)
        return crack_map if crack_map is not None and known in (None, crack_map.shape) else None


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
