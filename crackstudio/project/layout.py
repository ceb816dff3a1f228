"""Every path and name of a project on disk, once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HOME_NAME = ".crackstudio"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below `home`. Names of images are those of `ImageEntry.name`: relative POSIX path, `#page` after page 0."""

    home: Path

    @property
    def database(self) -> Path:
        """Entries, tags, reviews, small state."""
        return self.home / "project.db"

    @property
    def database_backup(self) -> Path:
        """As of the last close."""
        return self.home / "project.db.backup"

    @property
    def lock(self) -> Path:
        """Who has the project open."""
        return self.home / "lock"

    @property
    def in_flight(self) -> Path:
        """What a batch is redrawing at this moment."""
        return self.home / "in-flight.json"

    @property
    def classes(self) -> Path:
        """What the values in the masks mean."""
        return self.home / "classes.json"

    @property
    def masks(self) -> Path:
        """What persons stand by."""
        return self.home / "masks"

    @property
    def journals(self) -> Path:
        """Strokes since the last save."""
        return self.home / "journal"

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self.home / "runs"

    @property
    def written(self) -> tuple[Path, ...]:
        """Folders in which files are written by whoever has the lock, and by its engines."""
        return self.masks, self.journals, self.home / "aside", self.home / "proposals-incoming"

    def mask(self, name: str) -> Path:
        """The mask of an image."""
        return self.masks / f"{name}.png"

    def answers(self, topic: str) -> Path:
        """What took long to find out of the images; it may be lost."""
        return self.home / "kept" / f"{topic}.jsonl"

    def aside(self, name: str) -> Path:
        """A new dated place for something of this name that must neither be used nor lost."""
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        place, number = self.home / "aside" / f"{name}.{stamp}", 1
        while place.with_name(f"{place.name}.png").exists() or place.exists():
            number += 1
            place = self.home / "aside" / f"{name}.{stamp}-{number}"
        return place

    def journal(self, name: str) -> Path:
        """The journal of an image."""
        return self.journals / f"{name}.journal"

    def proposal(self, name: str) -> Path:
        """The crack map kept for an image."""
        return self.home / "proposals" / f"{name}.png"

    def previous_proposal(self, name: str) -> Path:
        """The crack map of the network before."""
        return self.home / "proposals-before" / f"{name}.png"

    def incoming_proposal(self, name: str) -> Path:
        """Where an engine puts a crack map until the project takes it in."""
        return self.home / "proposals-incoming" / f"{name}.png"
