"""Which network proposes: a run's takes the place of the one in use if it is better (the way of the data, 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from crackstudio.core import wire
from crackstudio.project.atomic import replace, write_bytes
from crackstudio.project.project import NetworkInUse, Project
from crackstudio.project.run_folder import RunFolder
from crackstudio.studio import telling
from crackstudio.studio.checkpoint_card import read_card
from crackstudio.studio.comparing import Compared, Comparison, compared_images, judge
from crackstudio.studio.language import joined, tr
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.proposing import Proposing
from crackstudio.studio.session import Session

LANE = "comparison"
_LOOK = "network in use"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contest:
    """`images` to propose by both; None where the new network is the one in use."""

    old: NetworkInUse | None
    new: NetworkInUse
    images: tuple[Compared, ...] | None


class Succession(QObject):
    """Compares and replaces the network in use; then what is not confirmed is proposed again."""

    undecided = Signal(object)
    """`Comparison` that a person has to decide."""
    comparison_ended = Signal()
    """The notice of it may go: there is an outcome, or there will be none."""
    network_changed = Signal(object)
    """`NetworkInUse`, or None."""

    def __init__(self, session: Session, *, proposing: Proposing) -> None:
        super().__init__(session)
        self._session, self._proposing = session, proposing
        session.project_opened.connect(self._enter)
        session.project_closed.connect(self._leave)

    def compare(self, run: RunFolder) -> None:
        """Let the best network of a run that has ended compete with the one in use."""
        project = self._session.project
        if project is not None:
            self._session.reading.submit(
                lambda: _contest(project, run),
                done=self._begin,
                failed=self._give_up,
                lane=LANE,
            )

    def use(self, network: NetworkInUse, *, words: str = "") -> None:
        """Let a copy of `network` propose from now on, since its run may write the file again; `words` say why."""
        project = self._session.project
        if project is not None:
            self._session.writing.submit(
                lambda: _copied(project, network), done=lambda kept: self._take(project, kept, words=words)
            )

    def _enter(self, project: Project) -> None:
        def tell(network: NetworkInUse | None) -> None:
            if project is self._session.project:
                self.network_changed.emit(network)

        self._session.reading.submit(project.network, done=tell, lane=_LOOK, urgent=True)

    def _begin(self, contest: "_Contest") -> None:
        if contest.old is None:
            self.use(contest.new)
        elif contest.images is None:
            self._session.tell(telling.nothing_better_found())
        else:
            self._session.tell(telling.comparing())
            self._propose_both(contest.images, old=contest.old, new=contest.new)

    def _take(self, project: Project, network: NetworkInUse | None, *, words: str) -> None:
        if network is None:
            self._session.message_given.emit(tr("This run has saved no network yet."))
            return
        self._session.reading.forget(_LOOK)
        project.use_network(network.path, label=network.label)
        self._tell_used(words)
        self.network_changed.emit(network)
        QTimer.singleShot(0, self, lambda: self._propose_again(project))  # not while the project is being closed

    def _propose_again(self, project: Project) -> None:
        if project is self._session.project:
            self._proposing.propose_again()

    def _propose_both(self, images: Sequence[Compared], *, old: NetworkInUse, new: NetworkInUse) -> None:
        def with_before(before: dict[int, wire.Proposed]) -> None:
            self._proposing.fetch_maps(
                [(image.image, image.page, image.after) for image in images],
                checkpoint=new.path,
                done=lambda after: self._session.reading.submit(
                    lambda: judge(tuple(images), old=old, new=new, before=before, after=after),
                    done=self._decide,
                    failed=self._give_up,
                    lane=LANE,
                ),
            )

        self._proposing.fetch_maps(
            [(image.image, image.page, image.before) for image in images], checkpoint=old.path, done=with_before
        )

    def _give_up(self, error: Exception) -> None:
        self.comparison_ended.emit()
        self._session.tell_failure(error)

    def _leave(self) -> None:
        for lane in (LANE, _LOOK):
            self._session.reading.forget(lane)
        self.comparison_ended.emit()
        self.network_changed.emit(None)

    def _decide(self, comparison: Comparison) -> None:
        self.comparison_ended.emit()
        if not comparison.decides:
            self.undecided.emit(comparison)
        elif comparison.is_better:
            self.use(comparison.new, words=_verdict(comparison))
        else:
            self._session.tell(
                Notice(
                    title=tr("The network in use stays"),
                    words=_verdict(comparison),
                    topic="network",
                    offers=(Offer(words=tr("Use the new one all the same"), act=lambda: self.use(comparison.new)),),
                )
            )

    def _tell_used(self, words: str) -> None:
        self._session.tell(
            Notice(
                title=tr("The new network is in use"),
                words=joined(filter(None, (words, tr("Unconfirmed images are proposed again."))), by=" "),
                tone=Tone.GOOD,
                topic="network",
                seconds=12,
            )
        )


def _contest(project: Project, run: RunFolder) -> _Contest:
    """Any thread. Raises `RunError`."""
    new, old = NetworkInUse(path=run.checkpoint_best, label=label_of(run)), project.network()
    is_open = old is not None and not _is_same(run, new, old)
    return _Contest(old=old, new=new, images=compared_images(run) if is_open else None)


def _is_same(run: RunFolder, new: NetworkInUse, old: NetworkInUse) -> bool:
    """Whether the run's best is the network in use, or the one in use that it started from."""
    card, spec = read_card(run.checkpoint_best), run.record().spec
    started_here = spec.start_from is not None and Path(spec.start_from) == old.path
    return new.label == old.label or (card is not None and card.step == 0 and started_here)


def label_of(run: RunFolder) -> str:
    """The name of a run's best network: the run and the step it is from (`words.network_name` says it for people)."""
    return _label(run.id, run.checkpoint_best)


def _label(run: str, checkpoint: Path) -> str:
    card = read_card(checkpoint)
    return f"{run}@{card.step}" if card is not None else run


def _copied(project: Project, network: NetworkInUse) -> NetworkInUse | None:
    """Named after what was copied: a run that trains may have got further since it was asked for. None without one."""
    if not network.path.exists():
        return None
    models = project.home / "models"
    incoming = models / "incoming.safetensors"
    write_bytes(incoming, network.path.read_bytes())
    label = _label(network.label.partition("@")[0], incoming)
    kept = models / f"{label.replace('@', '-')}.safetensors"
    replace(incoming, kept)
    return NetworkInUse(path=kept, label=label)


def _verdict(comparison: Comparison) -> str:
    return tr(
        "On {count} validation masks its crack IoU is {after:.3f}; that of the network before is {before:.3f}.",
        count=comparison.judged,
        after=comparison.after or 0,
        before=comparison.before or 0,
    )
