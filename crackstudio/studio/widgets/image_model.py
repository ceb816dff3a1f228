"""The images of a project as a list for Qt: filtered, ordered, and fast with 100 000 rows.

Filtering is one pass over plain Python objects: a QSortFilterProxyModel calls back into Python for every row and
comparison (measured: 20 times slower at 100 000 rows).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from crackstudio.core.images import ImageEntry, Review, Tag
from crackstudio.core.sorting import sorted_gently
from crackstudio.studio.language import heard, joined, tr
from crackstudio.studio.pace import Pace

ENTRY_ROLE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()


class Order(StrEnum):
    """How the queue is ordered."""

    NAME = "name"
    UNSURE_FIRST = "most unsure first"
    DISPUTED_FIRST = "networks disagree first"
    LONGEST_FIRST = "longest cracks first"
    WIDEST_FIRST = "widest cracks first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which images are listed; None means any."""

    search: str = ""
    review: Review | None = None
    unreviewed: bool = False
    tag: Tag | None = None
    order: Order = Order.NAME

    def keeps(self, entry: ImageEntry) -> bool:
        """Whether `entry` is listed."""
        return (
            (self.review is None or entry.review is self.review)
            and not (self.unreviewed and entry.review is Review.CONFIRMED)
            and (self.tag is None or entry.tag is self.tag)
            and (not self.search or self.search in entry.name.lower())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """A project's images, which of them are listed, and where."""

    entries: dict[int, ImageEntry]
    counts: Counter[Review]
    shown: list[int]
    row_of: dict[int, int]


def arrange(entries: Iterable[ImageEntry], chosen: Filter, *, ranks: Mapping[int, float] | None = None) -> Arranged:
    """Filter, order and count. Any thread, and no other waits for it: 100 000 images take 0.3 s.

    `ranks` are by id, the greatest first: for orders that go by what an entry does not say.
    """
    known = {entry.id: entry for entry in entries}
    kept = [entry for entry in known.values() if chosen.keeps(entry)]
    kept = sorted_gently(kept, key=lambda entry: (entry.path, entry.page))
    if chosen.order is not Order.NAME:
        by_id = ranks or {}
        if chosen.order is Order.UNSURE_FIRST:
            by_id = {entry.id: entry.score for entry in kept if entry.score is not None}
        found = np.array([by_id.get(entry.id, -1.0) for entry in kept], np.float64)
        kept = [kept[at] for at in np.argsort(-found, kind="stable").tolist()]
    return Arranged(
        entries=known,
        counts=Counter(entry.review for entry in known.values()),
        shown=[entry.id for entry in kept],
        row_of={entry.id: row for row, entry in enumerate(kept)},
    )


class ImageModel(QAbstractListModel):
    """Rows are entries that passed the filter; one that stops passing stays until the list is arranged again."""

    counted = Signal()
    """The numbers per review state changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[int, ImageEntry] = {}
        self._shown: list[int] = []
        self._row_of: dict[int, int] = {}
        self.counts: Counter[Review] = Counter()
        self.pace = Pace()

    def take(self, arranged: Arranged) -> None:
        """Show this, whatever was there before."""
        self.beginResetModel()
        self._entries, self._shown, self._row_of = arranged.entries, arranged.shown, arranged.row_of
        self.counts = arranged.counts
        if not self._entries:
            self.pace.clear()
        self.endResetModel()
        self.counted.emit()

    def update_entries(self, entries: Iterable[ImageEntry]) -> None:
        """Replace known entries in place."""
        rows = []
        for entry in entries:
            old = self._entries.get(entry.id)
            if old is None:
                continue
            self._count(old, entry)
            self._entries[entry.id] = entry
            row = self._row_of.get(entry.id)
            if row is not None:
                rows.append(row)
        if rows:  # one signal: a view only paints what it shows
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))
        self.counted.emit()

    def _count(self, old: ImageEntry, entry: ImageEntry) -> None:
        if old.review is entry.review:
            return
        self.counts[old.review] -= 1
        self.counts[entry.review] += 1
        if entry.review is Review.CONFIRMED:
            self.pace.note(confirmed=[entry.id])
        elif old.review is Review.CONFIRMED:
            self.pace.note(unconfirmed=[entry.id])

    def touch(self, identity: int) -> None:
        """Let the row of an image be painted again."""
        row = self._row_of.get(identity)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    @property
    def total(self) -> int:
        """All images, listed or not."""
        return len(self._entries)

    def order(self) -> Sequence[int]:
        """The listed image ids, in order."""
        return self._shown

    def row_of(self, identity: int) -> int | None:
        """Where an image is listed, if it is."""
        return self._row_of.get(identity)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> ImageEntry | str | None:
        if not index.isValid():
            return None
        entry = self._entries[self._shown[index.row()]]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            if entry.problem:
                return heard(entry.problem)
            return f"{entry.name}\n{joined((tr(entry.tag), tr(entry.review)))}"
        return None
