"""The classes of the open project as a person works with them: the one in use, the hidden ones, and every change."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from crackstudio.core.classes import CRACK, UNSURE, UNSURE_COLOUR, DefectClass
from crackstudio.core.errors import ProjectError
from crackstudio.project.class_table import MOST_MET, ClassTable, Met
from crackstudio.project.class_users import Looked
from crackstudio.project.project import Project
from crackstudio.studio.errand import Errand
from crackstudio.studio.language import joined, tr
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.session import Session
from crackstudio.studio.words import class_name

_IN_USE = "class"
_NAMES = 5
_LANE = "classes"


class Classes(QObject):
    """Nothing here touches a mask: a class that masks hold is not removed."""

    changed = Signal()
    """Classes came or went, or look different."""
    chosen = Signal(int)
    """The id of the class in use."""
    added = Signal(int)
    """A person added this one."""
    _met = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._errand: Errand | None = None
        self.in_use = CRACK.id
        self.hidden: frozenset[int] = frozenset()
        session.project_opened.connect(self._enter)
        session.mask_edited.connect(self._meet_again)
        self._met.connect(self._tell_met)

    def all(self) -> tuple[DefectClass, ...]:
        """In the order of their keys."""
        return (CRACK,) if self._table is None else self._table.classes()

    def drawn(self) -> tuple[DefectClass, ...]:
        """Those that were removed too, at the end: an undo may show pixels of theirs before the class is back."""
        gone = () if self._table is None else self._table.removed()
        return self.all() + gone if len(gone) <= MOST_MET else self.all()  # so many are shades of a picture

    def name_of(self, identity: int) -> str:
        """What a class is called; unsure too."""
        kind = self._find(identity)
        if kind is None:
            return tr("unsure") if identity == UNSURE else tr("class {number}", number=identity)
        return class_name(kind.name)

    def colour_of(self, identity: int) -> str:
        """As `#rrggbb`; that of unsure too."""
        kind = self._find(identity)
        return UNSURE_COLOUR if kind is None else kind.colour

    def choose(self, identity: int) -> None:
        """Paint this class from now on; it is shown then. One that there is not changes nothing."""
        if identity != UNSURE and self._find(identity) is None:
            return
        self.in_use = identity
        if self._session.project is not None:
            self._session.project.remember(_IN_USE, identity)
        self.chosen.emit(identity)
        self.show(identity, True)

    def choose_by_key(self, number: int) -> None:
        """The first, second, … of the list; beyond it, what to do is told."""
        classes = self.all()
        if number <= len(classes):
            self.choose(classes[number - 1].id)
        else:
            words = tr("There is no class {number} yet: add one in the panel Classes.", number=number)
            self._session.message_given.emit(words)

    def step(self, by: int) -> None:
        """So many further down the list, which ends with unsure and goes round."""
        ids = [*(kind.id for kind in self.all()), UNSURE]
        self.choose(ids[(ids.index(self.in_use) + by) % len(ids)])

    def show(self, identity: int, shown: bool) -> None:
        """Draw the pixels of a class, or not, for this sitting."""
        hidden = self.hidden - {identity} if shown else self.hidden | {identity}
        if hidden != self.hidden:
            self.hidden = hidden
            self.changed.emit()
            if self.in_use in hidden:
                words = tr("“{name}” is in use and hidden: choose it again to see it.", name=self.name_of(self.in_use))
                self._session.message_given.emit(words)

    def add(self) -> None:
        """One more class, in use at once, with a name to be changed."""
        names = {kind.name.casefold() for kind in self.all()}
        number = len(names) + 1
        while (name := tr("class {number}", number=number)).casefold() in names:
            number += 1

        def act(table: ClassTable) -> None:
            made = table.add(name)
            self.changed.emit()
            self.choose(made.id)
            self.added.emit(made.id)

        self._change(act)

    def rename(self, identity: int, name: str) -> None:
        """Call a class something else; an empty name leaves it."""
        if name.strip() and name != self.name_of(identity):
            self._change(lambda table: table.rename(identity, name))
            self.changed.emit()

    def recolour(self, identity: int, colour: str) -> None:
        """Draw a class in another colour, `#rrggbb`."""
        self._change(lambda table: table.recolour(identity, colour))
        self.changed.emit()

    def remove(self, identity: int) -> None:
        """Take a class off the list if no mask holds it, which is looked up off the thread; else that is told."""
        project = self._session.project
        if identity == CRACK.id:
            self._change(lambda table: table.remove(identity))  # says why not
        elif project is not None and self._errand is None and self._find(identity) is not None:
            self._look_up(project, identity)

    @property
    def _table(self) -> ClassTable | None:
        return self._session.project.class_table if self._session.project is not None else None

    def _find(self, identity: int) -> DefectClass | None:
        return next((kind for kind in self.all() if kind.id == identity), None)

    def _change(self, act: Callable[[ClassTable], None]) -> None:
        if self._table is None:
            return
        try:
            act(self._table)
        except ProjectError as error:
            self._session.tell_failure(error)

    def _enter(self, project: Project) -> None:
        self.hidden, self._errand = frozenset(), None
        project.class_table.listen(self._met.emit)
        self.changed.emit()
        kept = project.recall(_IN_USE)
        self.in_use = CRACK.id
        self.choose(kept if isinstance(kept, int) else CRACK.id)
        self.chosen.emit(self.in_use)

    def _look_up(self, project: Project, identity: int) -> None:
        """In the masks on disk, which have what is open as well: it is saved before, on the same thread."""
        if self._session.image is not None:
            self._session.image.editor.finish_stroke()
        self._session.save_all()
        errand = Errand(project.class_users(identity), on=self._session.writing, parent=self)
        last: list[Looked] = []

        def take(looked: Looked) -> None:
            last[:] = [looked]
            words = tr(
                "Looking for “{name}” in the masks: {done:,} of {of:,}", name=name, done=looked.done, of=looked.of
            )
            self._session.message_given.emit(words)

        def conclude() -> None:
            self._errand = None
            if self._session.project is project and last and last[0].done == last[0].of:
                self._remove_or_refuse(identity, last[0].names)

        name = self.name_of(identity)
        errand.came.connect(take)
        errand.ended.connect(conclude)
        errand.failed.connect(conclude)
        errand.failed.connect(self._session.tell_failure)
        self._errand = errand
        errand.start()

    def _meet_again(self) -> None:
        """A step may have brought pixels of a removed class back."""
        project, image = self._session.project, self._session.image
        if project is None or image is None or not project.class_table.removed():
            return
        name, mask = project.entry(image.id).name, image.editor.snapshot()

        def take(counts: NDArray[np.int64]) -> None:
            if self._session.project is project:
                project.class_table.meet_again(name, np.flatnonzero(counts).tolist())

        self._session.reading.submit(mask.counts, done=take, lane=_LANE, urgent=True)

    def _remove_or_refuse(self, identity: int, names: tuple[str, ...]) -> None:
        if names:
            self._session.tell(self._refusal(identity, names))
            return
        name, place = self.name_of(identity), [kind.id for kind in self.all()].index(identity)
        self._change(lambda table: table.remove(identity))
        if self.in_use == identity:
            self.choose(CRACK.id)
        self.changed.emit()
        self._meet_again()  # it was painted while the masks were looked through
        self._session.tell(
            Notice(
                title=tr("The class “{name}” was removed", name=name),
                words=tr("No mask holds it. Its number {number} will not be used for another class.", number=identity),
                topic="class",
                offers=(Offer(words=tr("Undo"), act=lambda: self._restore(identity, place=place)),),
                seconds=15,
            )
        )

    def _restore(self, identity: int, *, place: int) -> None:
        self._change(lambda table: table.restore(identity, place=place))
        self.changed.emit()

    def _refusal(self, identity: int, names: tuple[str, ...]) -> Notice:
        return Notice(
            title=tr(
                "“{name}” stays: {count:,} {count:mask holds|masks hold} it",
                name=self.name_of(identity),
                count=len(names),
            ),
            words=tr(
                "{names}. Nothing was changed; erase it there, or fill it with another class, before you remove it.",
                names=_some(names),
            ),
            tone=Tone.WARNING,
            topic="class",
            offers=(Offer(words=tr("Open the first"), act=lambda: self._open(names[0])),),
        )

    def _open(self, name: str) -> None:
        image = next((entry.id for entry in self._session.entries() if entry.name == name), None)
        if image is not None:
            self._session.open_image(image)

    def _tell_met(self, met: Met) -> None:
        self.changed.emit()
        if met.shades:
            title = tr(
                "The mask of {image} holds {count} values that are no classes", image=met.image, count=met.shades
            )
            words = tr("It looks like a picture rather than a mask. It was left as it is, and no class was added.")
        else:
            names = _some(tuple(f"“{kind.name}”" for kind in met.classes))
            title = tr("Found in the mask of {image}: {names}", image=met.image, names=names)
            words = tr("Added to the classes; nothing in the mask was changed. A double click on a name renames it.")
        self._session.tell(Notice(title=title, words=words, tone=Tone.WARNING, topic=f"met {met.image}"))


def _some(names: tuple[str, ...]) -> str:
    shown = joined(names[:_NAMES])
    more = len(names) - _NAMES
    return tr("{names} and {count:,} more", names=shown, count=more) if more > 0 else shown
