"""The line over a run: what it is, the guard's light, how far it is, and its buttons."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from crackstudio.core.runs import RunState
from crackstudio.studio.icons import icon
from crackstudio.studio.language import heard, joined, later, say, show, tr
from crackstudio.studio.run_history import RunHistory
from crackstudio.studio.widgets.bricks import Glyph, push, text
from crackstudio.studio.words import duration

_LIGHTS = {"healthy": "good", "drifting": "warning"}
_SAID = {
    RunState.FINISHED: later("finished"),
    RunState.STOPPED: later("stopped"),
    RunState.FAILED: later("failed"),
    RunState.INTERRUPTED: later("was interrupted"),
}


class RunHeader(QWidget):
    """Shows a `RunHistory`; the buttons only tell."""

    pause_pressed = Signal()
    stop_pressed = Signal()
    use_pressed = Signal()
    copy_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = text("")
        self._light = Glyph("circle-fill", colour="good", size=12)
        self._guard = text("", kind="muted")
        self._facts = text("", kind="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self.pause = push(tr("Pause"), icon_name="pause", flat=True)
        ends = tr("End after this step; what it learnt is kept")
        self.stop = push(tr("Stop"), icon_name="stop", flat=True, tip=ends)
        self.use = push(tr("Use this network now"), icon_name="check-circle", flat=True)
        self.copy = push(tr("Copy command"), icon_name="terminal", flat=True, tip=tr("The line that repeats this run"))
        self.pause.clicked.connect(self.pause_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.use.clicked.connect(self.use_pressed)
        self.copy.clicked.connect(self.copy_pressed)
        self._lay_out()
        self.show_history(None, live=False)

    def show_history(self, history: RunHistory | None, *, live: bool) -> None:
        """Say how the run stands; `live` when its engine is running."""
        self.pause.setEnabled(live)
        self.stop.setEnabled(live)
        self.use.setEnabled(history is not None and history.has_checkpoint)
        self.copy.setEnabled(history is not None)
        if history is None:
            say(self._title, text="<b>Training</b> &nbsp;no run yet; Retrain starts one")
            self._facts.setText("")
            self._bar.setVisible(False)
            self._facts.setVisible(False)
            self._light.setVisible(False)
            self._guard.setText("")
            return
        self._facts.setVisible(True)
        say(self.pause, text=tr(" {words}", words=tr("Resume") if history.paused else tr("Pause")))
        self.pause.setIcon(icon("play" if history.paused else "pause"))
        state, method = tr(_state_words(history, live=live)), history.record.spec.method
        say(self._title, text=tr("<b>{method}</b> &nbsp;{state}", method=method, state=state))
        say(self._facts, text=joined(_facts(history, live=live), by=" · "))
        self._show_progress(history, live=live)
        self._show_guard(history)

    def _show_progress(self, history: RunHistory, *, live: bool) -> None:
        self._bar.setVisible(live)
        stepped, started = history.stepped, history.started
        if stepped and stepped.seconds_left is not None:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * stepped.seconds / max(1e-6, stepped.seconds + stepped.seconds_left)))
        elif stepped and started and started.steps:
            self._bar.setRange(0, started.steps)
            self._bar.setValue(stepped.step)
        else:
            self._bar.setRange(0, 0)

    def _show_guard(self, history: RunHistory) -> None:
        guard = history.guard
        show(self._guard, text=heard(guard.words) if guard else "")
        self._light.setVisible(guard is not None)
        if guard:
            colour = _LIGHTS.get(guard.state, "bad")
            self._light.set_colour(colour)
            say(self._light, toolTip=tr("Guard: {state}", state=tr(guard.state)))

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._title)
        first.addSpacing(8)
        first.addWidget(self._light)
        first.addWidget(self._guard, 1)
        first.addStretch(1)
        for button in (self.pause, self.stop, self.use, self.copy):
            first.addWidget(button)
        second = QHBoxLayout()
        second.setSpacing(12)
        second.addWidget(self._bar)
        second.addWidget(self._facts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(second)


def _state_words(history: RunHistory, *, live: bool) -> str:
    if live:
        if history.paused:
            return later("is paused")
        return later("is training") if history.stepped else later("is getting ready")
    return _SAID.get(history.state, _SAID[RunState.INTERRUPTED])


def _facts(history: RunHistory, *, live: bool) -> list[str]:
    stepped, started = history.stepped, history.started
    facts: list[str] = []
    if stepped:
        if started and started.steps:
            facts.append(tr("step {step:,} of {steps:,}", step=stepped.step, steps=started.steps))
        else:
            facts.append(tr("step {step:,}", step=stepped.step))
        facts.append(tr("{time} trained", time=duration(stepped.seconds)))
        if live and stepped.seconds_left is not None:
            facts.append(tr("{time} left", time=duration(stepped.seconds_left)))
        if stepped.steps_per_second:
            facts.append(tr("{speed:.2g} steps/s", speed=stepped.steps_per_second))
        if stepped.memory_mib:
            facts.append(f"{stepped.memory_mib:,.0f} MiB")
    if started:
        facts.append(f"{started.device}, {started.precision}")
        facts.append(tr("{count:,} {count:image|images}", count=started.images))
    return facts
