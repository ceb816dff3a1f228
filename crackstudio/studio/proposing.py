"""The proposer: one engine that lives as long as the window, and the images that wait for it."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from crackstudio.core import wire
from crackstudio.core.images import ImageEntry, Review
from crackstudio.core.runs import MethodCard
from crackstudio.project.project import NetworkInUse, Project
from crackstudio.studio import telling
from crackstudio.studio.engine_link import ENGINE, Outcome, RetrainingThread
from crackstudio.studio.language import joined, tr
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.session import Session
from crackstudio.studio.silence import Silence

LANE = "wishes"
CHUNK = 500
"""Images per line: 100 000 in one line would be 20 MB."""


@dataclass(slots=True)
class Errand:
    """Maps asked for beside the project's own proposals (a comparison): done when none is left."""

    command: wire.Propose
    done: Callable[[dict[int, wire.Proposed]], None]
    left: set[int]
    maps: dict[int, wire.Proposed] = field(default_factory=dict)


class Proposing(QObject):
    """Asks the engine for proposals, and takes them into the project."""

    ready = Signal(object)
    """`wire.Ready`: methods and device are known."""
    progressed = Signal(int, int)
    """Done, of asked; (0, 0) when nothing waits."""
    finished = Signal(int)
    """All that waited were proposed: how many."""

    def __init__(self, session: Session, *, command: Sequence[str] = ENGINE) -> None:
        super().__init__(session)
        self._session, self._command = session, tuple(command)
        self._link: RetrainingThread | None = None
        self._network: NetworkInUse | None = None
        self._waiting: dict[int, int] = {}
        """Image by wish. No number is given twice, so what the engine still says of another queue, or of another
        project, where image ids are the same, meets nobody."""
        self._wishes = itertools.count(1)
        self._asked = 0
        self._errands: list[Errand] = []
        self._next_errand = -1
        self.device = ""
        self.hint = ""
        self.methods: tuple[MethodCard, ...] = ()
        self._goes_on = False
        """Whether the engine is being ended to start anew."""
        self._failed = 0
        self.silence = Silence(
            is_expected=lambda: bool(self._waiting or self._errands or not self.methods), parent=self
        )
        self.silence.fell.connect(
            lambda: session.tell(telling.silent_proposer(self.waiting, restart=self._restart_by_force))
        )
        session.project_closed.connect(self.cancel)

    def start(self) -> None:
        """Start the engine, if it does not run; after the window's first paint."""
        if self._link is not None:
            return
        link = RetrainingThread(command=self._command, parent=self)
        link.event_arrived.connect(self._take)
        link.engine_ended.connect(self._take_end)
        self._link = link
        self.silence.watch()
        link.start()

    def close(self) -> None:
        """End the engine and its thread."""
        link, self._link = self._link, None
        self.silence.end()
        if link is not None:
            link.event_arrived.disconnect(self._take)
            link.engine_ended.disconnect(self._take_end)
            link.close()

    @property
    def waiting(self) -> int:
        """How many images wait for a proposal."""
        return len(self._waiting)

    def awaits(self, image: int) -> bool:
        """Whether a proposal of this image is being made."""
        return self._link is not None and image in self._waiting.values()

    def propose(self) -> None:
        """Propose what is not confirmed and not proposed by the network in use; the open image first, in any case."""
        self._ask(again=False)

    def propose_again(self) -> None:
        """Propose everything that is not confirmed, whoever proposed it before: after a change of network."""
        self._ask(again=True)

    def cancel(self) -> None:
        """Forget what waits."""
        self._session.reading.forget(LANE)
        if self._waiting or self._errands:
            self._waiting.clear()
            self._errands.clear()
            self._asked = 0
            self._send(wire.CancelProposals())
            self.progressed.emit(0, 0)

    def fetch_maps(
        self,
        images: Sequence[tuple[Path, int, Path]],
        *,
        checkpoint: Path,
        done: Callable[[dict[int, wire.Proposed]], None],
    ) -> None:
        """Crack maps of (image, page, where to) by a checkpoint, ahead of the queue; keyed by place in `images`."""
        first = self._next_errand
        self._next_errand -= len(images)
        wishes = tuple(
            wire.ImageToPropose(id=first - place, image=str(image), page=page, out=str(out))
            for place, (image, page, out) in enumerate(images)
        )
        errand = Errand(
            command=wire.Propose(images=wishes, checkpoint=str(checkpoint), first=True),
            done=lambda maps: done({first - identity: event for identity, event in maps.items()}),
            left={wish.id for wish in wishes},
        )
        self._errands.append(errand)
        self.start()
        self._send(errand.command)
        if not wishes:
            self._settle_all()

    def _network_or_tell(self) -> NetworkInUse | None:
        project = self._session.project
        network = project.network() if project else None
        if project is not None and network is None:
            self._session.tell(
                Notice(
                    title=tr("There is no network to propose with yet"),
                    words=tr(
                        "The starter network is not installed. Tag images cracked and intact, or paint and confirm "
                        "some masks; then Retrain makes the first network."
                    ),
                    tone=Tone.WARNING,
                    topic="network",
                )
            )
        return network

    def _ask(self, *, again: bool) -> None:
        project, network = self._session.project, self._network_or_tell()
        if project is None or network is None:
            return
        self.start()
        listed, current = tuple(self._session.order()), self._session.entry
        self._wish(network, lambda: wishes_of(project, network, listed=listed, current=current, again=again))

    def _wish(self, network: NetworkInUse, wanted: Callable[[], Iterable[wire.ImageToPropose]]) -> None:
        self._session.reading.submit(
            lambda: [
                (image.id, msgspec.structs.replace(image, id=wish))
                for image, wish in zip(wanted(), self._wishes, strict=False)
            ],
            done=lambda numbered: self._queue(network, numbered),
            lane=LANE,
            urgent=True,
        )

    def _queue(self, network: NetworkInUse, numbered: Sequence[tuple[int, wire.ImageToPropose]]) -> None:
        self._send(wire.CancelProposals())
        for errand in self._errands:
            self._send(errand.command)
        self._network = network
        self._waiting = {wish.id: image for image, wish in numbered}
        self._asked, self._failed = len(numbered), 0
        for start in range(0, len(numbered), CHUNK):
            wishes = tuple(wish for _, wish in numbered[start : start + CHUNK])
            self._send(wire.Propose(images=wishes, checkpoint=str(network.path)))
        self.progressed.emit(0, self._asked)

    def _send(self, command: wire.Command) -> None:
        if self._link is not None:
            self._link.send(command)

    def _take(self, event: object) -> None:
        self.silence.hear()
        if isinstance(event, wire.Ready):
            self.device, self.hint, self.methods = event.device, event.hint, event.methods
            self.ready.emit(event)
        elif isinstance(event, wire.Proposed):
            self._take_map(event)
        elif isinstance(event, wire.ProposalFailed):
            self._take_failure(event)

    def _take_map(self, event: wire.Proposed) -> None:
        if event.id < 0:
            self._settle(event.id, event)
        elif event.id in self._waiting and self._session.project is not None and self._network is not None:
            of_image = msgspec.structs.replace(event, id=self._waiting[event.id])
            entry = self._session.project.proposals.record(of_image, label=self._network.label)
            self._session.take_proposals_in([entry])
            self._tick(event.id)

    def _take_failure(self, event: wire.ProposalFailed) -> None:
        if event.id < 0:
            self._settle(event.id, None)
        elif event.id in self._waiting and self._session.project is not None:
            self._failed += 1
            name = self._session.project.entry(self._waiting[event.id]).name
            self._session.tell(
                telling.not_proposed(name, event.message, others=self._failed - 1, goes_on=len(self._waiting) > 1)
            )
            self._tick(event.id)

    def _tick(self, wish: int) -> None:
        self._waiting.pop(wish, None)
        self.progressed.emit(self._asked - len(self._waiting), self._asked)
        if not self._waiting:
            asked, self._asked = self._asked, 0
            self.progressed.emit(0, 0)
            self.finished.emit(asked)

    def _settle(self, identity: int, event: wire.Proposed | None) -> None:
        for errand in self._errands:
            if identity in errand.left:
                errand.left.discard(identity)
                if event is not None:
                    errand.maps[identity] = event
        self._settle_all()

    def _settle_all(self) -> None:
        for errand in [one for one in self._errands if not one.left]:
            self._errands.remove(errand)
            errand.done(errand.maps)

    def _take_end(self, outcome: Outcome) -> None:
        self._link = None
        self.silence.end()
        self.progressed.emit(0, 0)
        if self._goes_on:
            self._goes_on = False
            self._restart()
            return
        waiting = len(self._waiting)
        self._session.tell(
            Notice(
                title=tr("The proposing engine has ended"),
                words=joined(filter(None, (_ended(outcome, waiting=waiting), _last_line(outcome))), by="\n"),
                tone=Tone.BAD,
                topic="proposer",
                offers=(Offer(words=tr("Start it again"), act=self._restart),),
            )
        )

    def _restart(self) -> None:
        """Go on; with the image that it may have died of in the end."""
        left, project, network = list(self._waiting.values()), self._session.project, self._network
        self.start()
        if project is not None and network is not None and left:
            self._wish(network, lambda: project.proposals.ask([*left[1:], left[0]]))
        else:
            for errand in self._errands:
                self._send(errand.command)

    def _restart_by_force(self) -> None:
        if self._link is not None:
            self._goes_on = True
            self._link.kill()


def wishes_of(
    project: Project, network: NetworkInUse, *, listed: Sequence[int], current: ImageEntry | None, again: bool
) -> tuple[wire.ImageToPropose, ...]:
    """What to ask for, in order: the open image, the listed ones, the others. Any thread."""
    known = {entry.id: entry for entry in project.entries()}
    order = dict.fromkeys([*(identity for identity in listed if identity in known), *known])
    wanted = [
        identity
        for identity in order
        if known[identity].review is not Review.CONFIRMED
        and known[identity].problem is None
        and (again or known[identity].proposed_by != network.label)
    ]
    if current is not None and current.problem is None:
        wanted = [current.id, *(identity for identity in wanted if identity != current.id)]
    return project.proposals.ask(wanted)


def _ended(outcome: Outcome, *, waiting: int) -> str:
    why = outcome.words()
    if waiting:
        return tr(
            "{why} Masks and proposals so far are kept; {count:,} {count:image|images} still wait.",
            why=why,
            count=waiting,
        )
    return tr("{why} Masks and proposals so far are kept.", why=why)


def _last_line(outcome: Outcome) -> str:
    return outcome.tail.strip().rpartition("\n")[2]
