"""The demo's hand: it drives the real window through the whole loop and takes a picture of every stage.

Mouse events go to the real canvas, everything else through the window's own actions. The script is a generator that
yields what it waits for; a timer asks, so the event loop is never held up.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from crackstudio.core.errors import RunError
from crackstudio.core.images import ImageEntry, Tag
from crackstudio.core.runs import RunSpec, choose_method
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.retouching import Touch, touches
from crackstudio.project import rasters
from crackstudio.studio.app import build_window, make_app
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.comparing import Comparison
from crackstudio.studio.language import speak
from crackstudio.studio.notice import Notice
from crackstudio.studio.settings import Settings
from crackstudio.studio.theme import Theme
from crackstudio.studio.widgets.main_window import MainWindow

CRACKED, INTACT = 12, 6
"""Images that the hand corrects, and confirms as intact."""
MINUTES = 3.0
PATIENCE_S = 240
SIZE = (1600, 1000)

Condition = Callable[[], bool]
Script = Iterator[Condition]


@dataclass(slots=True, kw_only=True)
class Walked:
    """What came of it: the network in use at the end, how long each stage took (s), how much was corrected."""

    network: Path = field(default_factory=Path)
    method: str = ""
    corrected: int = 0
    strokes: int = 0
    seconds_by_stage: dict[str, float] = field(default_factory=dict)


def drive(images: Path, *, truth: Path, pictures: Path, minutes: float = MINUTES) -> Walked:
    """Walk the loop on a drawn project; `truth` holds the masks that the hand knows. Raises `RunError`."""
    handler = qInstallMessageHandler(_without_plugin_noise)
    app = QApplication.instance() or make_app()
    assert isinstance(app, QApplication)
    settings = Settings(pictures / "settings.ini")
    speak(settings.language)
    window = build_window(settings, theme=Theme(app, scheme=settings.scheme))
    window.resize(*SIZE)
    window.show()
    demo = _Demo(window, truth=truth, pictures=pictures, minutes=minutes)
    try:
        _play(demo.script(images))
    finally:
        _play(_closing(window))
        qInstallMessageHandler(handler)
    return demo.walked


def _closing(window: MainWindow) -> Script:
    window.close()
    yield lambda: not window.isVisible()


def _without_plugin_noise(_kind: QtMsgType, _context: object, message: str) -> None:
    if not message.startswith("This plugin does not support"):  # of the offscreen plugin, a dozen lines
        sys.stderr.write(f"{message}\n")


def _play(script: Script) -> None:
    """Run an event loop until the script has ended, or waits for one thing for too long."""
    loop = QEventLoop()
    failures: list[BaseException] = []
    waiting: list[tuple[Condition, float]] = [(lambda: True, time.monotonic())]
    timer = QTimer(interval=20)

    def ask() -> None:
        condition, since = waiting[-1]
        try:
            if condition():
                waiting[-1] = (next(script), time.monotonic())
            elif time.monotonic() - since > PATIENCE_S:
                raise RunError(f"The demo waited {PATIENCE_S} s in vain. Its pictures show how far it came.")
        except StopIteration:
            loop.quit()
        except Exception as error:  # noqa: BLE001  raised again below: a slot would swallow it
            failures.append(error)
            loop.quit()

    timer.timeout.connect(ask)
    timer.start()
    loop.exec()
    timer.stop()
    if failures:
        raise failures[0]


class _Demo:
    def __init__(self, window: MainWindow, *, truth: Path, pictures: Path, minutes: float) -> None:
        self.walked = Walked()
        self._window, self._truth, self._pictures, self._minutes = window, truth, pictures, minutes
        self._session, self._canvas = window.session, window.canvas
        self._since = time.monotonic()
        self._undecided: Comparison | None = None
        self._decided = False
        window.succession.undecided.connect(self._take_question)
        window.session.notice_raised.connect(self._take_notice)

    def script(self, images: Path) -> Script:
        """The loop of the README."""
        yield from self._open(images)
        yield from self._propose("2-proposed")
        yield from self._correct()
        yield from self._retrain()
        yield from self._propose_again()

    def _open(self, images: Path) -> Script:
        expected = sum(1 for folder in ("cracked", "intact") for _ in (images / folder).iterdir())
        self._window.proposing.start()
        self._session.open_folder(images)
        yield lambda: len(self._session.entries()) == expected and self._session.image is not None
        yield lambda: bool(self._window.proposing.methods)
        yield from self._show(self._entries(Tag.CRACKED)[0])
        yield self._after(0.5)  # thumbnails
        self._end_stage("1-opened")

    def _propose(self, stage: str) -> Script:
        self._window.actions["propose"].trigger()
        yield lambda: all(entry.proposed_by for entry in self._session.entries())
        yield self._after(0.5)
        self._end_stage(stage)

    def _correct(self) -> Script:
        for entry in self._entries(Tag.CRACKED)[:CRACKED]:
            yield from self._show(entry)
            yield from self._retouch(entry)
            if self.walked.corrected == CRACKED // 2:
                self._picture("3-correcting")
            self._window.actions["accept"].trigger()
            self.walked.corrected += 1
            yield self._after(0.05)
        for entry in self._entries(Tag.INTACT)[:INTACT]:
            yield from self._show(entry)
            self._window.actions["confirm_nothing"].trigger()
            yield self._after(0.05)
        self._end_stage("3-corrected")

    def _retrain(self) -> Script:
        retraining = self._window.retraining
        assert self._session.project is not None
        self.walked.method, _ = choose_method(self._session.project.runs.stock())
        retraining.retrain(RunSpec(method=self.walked.method, minutes=self._minutes))
        yield lambda: retraining.is_running
        half_way = self._after(30 * self._minutes)
        entry = self._entries(Tag.CRACKED)[CRACKED]
        yield from self._show(entry)
        yield from self._retouch(entry)  # one goes on painting while it trains
        yield half_way
        self._picture("4-training")
        self._decided = False
        yield lambda: not retraining.is_running
        self._end_stage("5-trained")
        yield lambda: self._decided or self._undecided is not None
        if self._undecided is not None:  # too few validation masks: the person looks at the maps and decides
            self._picture("5-compared")
            if self._undecided.is_better:
                new = self._undecided.new
                self._window.succession.use(new)
                yield lambda: self._network_label() == new.label

    def _propose_again(self) -> Script:
        entry = self._entries(Tag.CRACKED)[CRACKED + 1]
        network = self._network_label()
        yield lambda: self._session.project is not None and self._proposed_by(entry) == network
        yield lambda: not self._window.proposing.waiting
        yield from self._show(entry)
        yield self._after(0.5)
        self._end_stage("6-proposed-again")
        before_after = self._window.actions["before_after"]
        before_after.trigger()
        yield self._after(0.3)
        self._picture("7-before")
        before_after.trigger()
        yield self._after(0.3)
        self._picture("7-after")
        assert self._session.project is not None
        in_use = self._session.project.network()
        assert in_use is not None
        self.walked.network = in_use.path

    def _retouch(self, entry: ImageEntry) -> Script:
        """Bring the proposal to the truth by brush and eraser, stroke by stroke."""
        image = self._session.image
        assert image is not None
        assert image.proposal is not None
        proposed = image.proposal.crack_map >= level_of(image.threshold)
        truth = rasters.read_foreign_mask(self._truth / Path(entry.path).name) > 0
        for number, touch in enumerate(touches(proposed, truth)):
            self._window.actions["erase" if touch.erases else "brush"].trigger()
            stroke(self._canvas, touch)
            self.walked.strokes += 1
            if number % 4 == 3:
                yield lambda: True  # let the window breathe

    def _show(self, entry: ImageEntry) -> Script:
        self._session.open_image(entry.id)
        yield lambda: self._session.image is not None and self._session.image.id == entry.id

    def _entries(self, tag: Tag) -> list[ImageEntry]:
        folder = f"{tag.value}/"
        return sorted(
            (entry for entry in self._session.entries() if entry.path.startswith(folder)), key=lambda entry: entry.path
        )

    def _proposed_by(self, entry: ImageEntry) -> str | None:
        return self._session.project.entry(entry.id).proposed_by if self._session.project else None

    def _network_label(self) -> str:
        network = self._session.project.network() if self._session.project else None
        return network.label if network else ""

    def _take_question(self, comparison: Comparison) -> None:
        self._undecided = comparison

    def _take_notice(self, notice: Notice) -> None:
        self._decided = self._decided or notice.topic == "network"

    def _after(self, seconds: float) -> Condition:
        until = time.monotonic() + seconds
        return lambda: time.monotonic() >= until

    def _end_stage(self, stage: str) -> None:
        now = time.monotonic()
        self.walked.seconds_by_stage[stage] = round(now - self._since, 1)
        self._since = now
        self._picture(stage)

    def _picture(self, name: str) -> None:
        if not self._window.grab().save(str(self._pictures / f"{name}.png")):
            raise RunError(f"The picture {name}.png could not be written to {self._pictures}.")


def stroke(canvas: Canvas, touch: Touch) -> None:
    """One pull of the mouse over the canvas along `touch`, with the brush at its size."""
    canvas.brush_size = touch.size
    places = [_on_widget(canvas, x, y) for x, y in touch.points]
    _send(canvas, QEvent.Type.MouseButtonPress, places[0], Qt.MouseButton.LeftButton)
    for place in places[1:]:
        _send(canvas, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton)
    _send(canvas, QEvent.Type.MouseButtonRelease, places[-1], Qt.MouseButton.LeftButton)


def _on_widget(canvas: Canvas, x: float, y: float) -> QPointF:
    view = canvas.view
    assert view is not None
    device_x, device_y = view.to_device(x, y)
    return QPointF(device_x / canvas.ratio(), device_y / canvas.ratio())


def _send(canvas: Canvas, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton) -> None:
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)
