"""The tracer under a hand that does not wait for it."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.tools.trace import FAR, TraceTool
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.widgets.main_window import MainWindow

HEIGHT, WIDTH = 300, 2600
START, END = 40, 840
LEFT = Qt.MouseButton.LeftButton


def crack(x: np.ndarray | float) -> np.ndarray:
    """Where the crack runs, so that a straight line between two of its places is far from it."""
    return 150 + 50 * np.sin((np.asarray(x) - START) / 50)


class Hand:
    """A canvas at 100 % over a picture with a crack of 6 px, and a mouse; nothing waits unless told to."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.canvas = Canvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(1200, 400)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.said: list[str] = []
        self.hints: list[str] = []
        self.canvas.message_given.connect(self.said.append)
        self.canvas.tool_hint_changed.connect(self.hints.append)
        self.canvas.set_tool(ToolKey.TRACE)
        self.editor = self.open()

    def open(self) -> MaskEditor:
        """Another picture, with an empty mask."""
        x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
        grain = np.random.default_rng(0).integers(160, 180, (HEIGHT, WIDTH), np.uint8)
        picture = np.where(np.abs(y - crack(x)) < 4, np.uint8(60), grain)
        editor = MaskEditor(HEIGHT, WIDTH)
        self.canvas.set_image(np.dstack([picture] * 3))
        self.canvas.set_editor(editor)
        self.canvas.actual_size()
        self.canvas.look_at(590, 150)
        QApplication.processEvents()
        return editor

    @property
    def tool(self) -> TraceTool:
        tool = self.canvas._tools[ToolKey.TRACE]
        assert isinstance(tool, TraceTool)
        return tool

    def at(self, x: float) -> QPoint:
        assert self.canvas.view is not None
        place = self.canvas.view.to_device(x, float(crack(x)))
        return QPoint(round(place[0]), round(place[1]))

    def move(self, x: float) -> None:
        """Qt's own way of moving the mouse would let the event loop turn first."""
        place = QPointF(self.at(x))
        none = Qt.MouseButton.NoButton
        at = self.canvas.mapToGlobal(place)
        event = QMouseEvent(QEvent.Type.MouseMove, place, at, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.canvas, event)

    def click(self, *places: float) -> None:
        for x in places:
            QTest.mouseClick(self.canvas, LEFT, pos=self.at(x))

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.canvas, key)

    def settle(self) -> None:
        """Until nothing is worked out any more."""
        self._qtbot.waitUntil(lambda: not self.tool._is_busy)

    def reached(self, *, off: float = 8) -> float:
        """How far along the crack the mask goes, without a gap and without a pixel beside it."""
        rows, columns = np.nonzero(self.editor.array())
        assert (np.abs(rows - crack(columns)) < off).all(), "painted beside the crack"
        if len(columns) == 0:
            return START
        assert len(np.unique(columns)) == np.ptp(columns) + 1, "a gap"
        assert columns.min() < START + 6
        return float(columns.max())


@pytest.fixture
def hand(qtbot: QtBot) -> Iterator[Hand]:
    hand = Hand(qtbot)
    yield hand
    hand.canvas.background.close()


def test_the_preview_follows_a_mouse_that_never_rests(hand: Hand) -> None:
    """Each move comes before the event loop has heard of what was worked out meanwhile."""
    hand.click(START)
    for x in np.linspace(START, END, 60):
        hand.canvas.background._pool.waitForDone()
        hand.move(x)
        QApplication.processEvents()
    draft = hand.tool.draft
    assert draft is not None
    path = np.array(draft.path)
    assert np.abs(path[:, 1] - crack(path[:, 0])).max() < 8
    assert path[-1, 0] > END - 150


def test_a_click_where_no_path_leads_is_held_and_then_placed(hand: Hand) -> None:
    hand.click(START)
    hand.settle()
    hand.move(END)
    hand.click(END)
    assert not hand.editor.array().any()
    assert hand.hints[-1].startswith("1 click waits")
    hand.settle()
    assert hand.reached() > END - 9
    assert hand.hints[-1].startswith("Click along a crack")
    assert hand.editor.undo_stack.count() == 1


def test_clicks_are_held_in_their_order_from_the_first_on(hand: Hand) -> None:
    places = (START, START + 90, 400, 620, END)
    hand.click(*places)
    assert hand.hints[-1].startswith("4 clicks wait")
    draft = hand.tool.draft
    assert draft is not None
    assert len(draft.nodes) == 5
    hand.settle()
    assert hand.reached() > END - 9
    assert hand.editor.undo_stack.count() == 4
    assert not hand.said


def test_backspace_takes_the_last_held_click_back(hand: Hand) -> None:
    hand.click(START, 400, END)
    hand.key(Qt.Key.Key_Backspace)
    assert hand.hints[-1].startswith("1 click waits")
    hand.settle()
    assert 390 < hand.reached() < 410
    hand.click(END)
    hand.settle()
    assert hand.reached() > END - 9


def test_escape_lets_go_of_what_is_held(hand: Hand) -> None:
    hand.click(START, 400, END)
    hand.key(Qt.Key.Key_Escape)
    assert not hand.tool.is_drafting
    hand.canvas.background.finish()
    assert not hand.editor.array().any()
    assert hand.hints[-1].startswith("Click along a crack")


@pytest.mark.parametrize("by_key", [True, False])
def test_enter_or_a_double_click_ends_the_trace_once_the_held_clicks_are_placed(hand: Hand, by_key: bool) -> None:
    hand.click(START, 400)
    if by_key:
        hand.click(END)
        hand.key(Qt.Key.Key_Return)
    else:
        QTest.mouseDClick(hand.canvas, LEFT, pos=hand.at(400))
    assert hand.tool.is_drafting, "a second Enter would accept the image without them"
    hand.settle()
    assert not hand.tool.is_drafting
    assert hand.reached() > (END if by_key else 400) - 9


def test_a_click_after_enter_begins_another_trace(hand: Hand) -> None:
    hand.click(START, 400)
    hand.key(Qt.Key.Key_Return)
    hand.click(600)
    hand.settle()
    assert 390 < hand.reached() < 410
    assert hand.tool.draft is not None
    assert len(hand.tool.draft.nodes) == 1


def test_another_tool_waits_for_nothing_and_no_stroke_is_cut_in_two(hand: Hand, qtbot: QtBot) -> None:
    hand.click(START, 400)
    hand.canvas.set_tool(ToolKey.BRUSH)
    QTest.mousePress(hand.canvas, LEFT, pos=hand.at(700))
    hand.canvas.background.finish()
    QTest.mouseMove(hand.canvas, hand.at(705))
    hand.canvas.background.finish()
    assert hand.editor.is_stroking
    QTest.mouseRelease(hand.canvas, LEFT, pos=hand.at(705))
    qtbot.waitUntil(lambda: not hand.tool.is_drafting)
    assert hand.editor.undo_stack.count() == 2
    assert hand.editor.array()[:, START + 10 : 390].any(axis=0).all()


def test_leaving_the_image_says_what_was_not_placed(hand: Hand) -> None:
    hand.click(START, END)
    before, hand.editor = hand.editor, hand.open()
    hand.settle()
    assert [str(words).partition(" was left")[0] for words in hand.said] == ["The image"]
    assert not before.array().any()
    assert not hand.editor.array().any()
    assert not hand.tool.is_drafting
    hand.click(START, END)
    hand.settle()
    assert hand.reached() > END - 9


def test_before_the_window_goes_held_clicks_are_placed(hand: Hand) -> None:
    hand.click(START, 400, END)
    hand.canvas.end_work()
    assert hand.reached() > END - 9


def test_undo_lets_go_of_what_is_held_and_says_so(hand: Hand) -> None:
    hand.click(START, 400)
    hand.settle()
    hand.click(1100)
    hand.editor.undo_stack.undo()
    hand.settle()
    assert not hand.editor.array().any()
    assert [str(words).partition(" ")[0] for words in hand.said] == ["Undone"]
    hand.click(END)
    hand.settle()
    assert hand.reached() > END - 9


def test_a_click_out_of_reach_is_refused_with_words(hand: Hand) -> None:
    hand.click(START)
    hand.settle()
    hand.canvas.look_at(START + FAR, 150)
    hand.click(START + FAR + 20)
    hand.settle()
    assert not hand.editor.array().any()
    assert [str(FAR) in words for words in hand.said] == [True]
    hand.click(START + FAR - 20)
    hand.settle()
    assert hand.reached() > START + FAR - 30


def test_along_what_is_painted_already_a_click_goes_on(hand: Hand) -> None:
    hand.click(START, 400)
    hand.settle()
    hand.key(Qt.Key.Key_Return)
    hand.canvas.traces_by_brush, hand.canvas.brush_size = True, 1
    hand.click(START, 200, END)
    hand.settle()
    assert hand.editor.undo_stack.count() == 2
    hand.key(Qt.Key.Key_Backspace)
    hand.key(Qt.Key.Key_Backspace)
    assert hand.editor.undo_stack.index() == 1
    assert hand.tool.draft is not None
    assert len(hand.tool.draft.nodes) == 1


def test_work_that_fails_is_told(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise MemoryError("no room")

    failures: list[Exception] = []
    hand.canvas.background.work_failed.connect(failures.append)
    monkeypatch.setattr("crackstudio.studio.canvas.tools.trace.Trace", fail)
    hand.click(START, END)
    hand.settle()
    assert [str(error) for error in failures] == ["no room"]
    assert not hand.tool.is_drafting


@pytest.mark.usefixtures("loop_watch")
def test_a_piece_of_the_widest_brush_does_not_hold_the_window_up(hand: Hand) -> None:
    hand.canvas.traces_by_brush, hand.canvas.brush_size = True, 2000
    hand.click(START)
    hand.settle()
    hand.click(START + 1000)
    hand.settle()
    assert hand.editor.undo_stack.count() == 1


def test_what_the_tracer_says_reaches_the_window(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window()
    with qtbot.waitSignal(window.session.message_given, check_params_cb=lambda words: words == "Too far"):
        window.canvas.say("Too far")
    with qtbot.waitSignal(window.session.notice_raised):
        window.canvas.background.work_failed.emit(MemoryError("no room"))
