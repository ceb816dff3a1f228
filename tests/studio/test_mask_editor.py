"""Strokes, undo, the proposal's way into the mask, and the journal."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from crackstudio.core.errors import MaskError
from crackstudio.core.images import MaskKind
from crackstudio.imaging.taking import Where
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.mask_steps import replayed

HEIGHT, WIDTH = 300, 400


class Sitting:
    """An editor with a proposal that can be changed and a journal that can be read."""

    def __init__(self, *, mask: np.ndarray | None = None, with_proposal: bool = True) -> None:
        self.crack_map = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.crack_map[100:120] = 200
        self.crack_map[200:210] = 90
        self.threshold = 0.5
        self.journal: list[bytes] = []
        self.editor = MaskEditor(
            HEIGHT,
            WIDTH,
            mask=mask,
            kind=MaskKind.EXACT,
            proposal_source=lambda: (self.crack_map, self.threshold) if with_proposal else None,
            journal=self.journal.append,
        )

    def stroke(
        self, *points: tuple[float, float], size: float = 10, value: int = 1, where: Where | None = None
    ) -> None:
        self.editor.begin_stroke(*points[0], size=size, value=value, where=where)
        for point in points[1:]:
            self.editor.extend_stroke(*point)
        self.editor.finish_stroke()

    def replayed(self) -> MaskEditor:
        fresh = MaskEditor(HEIGHT, WIDTH, mask=None, kind=MaskKind.EXACT)
        bring_back(fresh, self.journal)
        return fresh


def bring_back(editor: MaskEditor, journal: list[bytes]) -> str:
    """What was wrong with the journal."""
    left = replayed(journal, editor.mask)
    if left is None:
        return ""
    editor.bring_back(left)
    return left.damage


@pytest.fixture
def sitting(qapp: object) -> Sitting:
    return Sitting()


def test_the_first_stroke_takes_the_proposal_in_as_one_step(sitting: Sitting) -> None:
    assert not sitting.editor.touched
    sitting.stroke((50, 50), (80, 50))
    found = sitting.editor.array()
    assert sitting.editor.touched
    assert found[50, 60] == 1
    assert (found[100:120] == 1).all()
    assert not found[200:210].any()
    assert sitting.editor.undo_stack.count() == 1
    sitting.editor.undo_stack.undo()
    assert not sitting.editor.touched
    assert not sitting.editor.array().any()
    sitting.editor.undo_stack.redo()
    assert sitting.editor.touched
    assert np.array_equal(sitting.editor.array(), found)


def test_later_strokes_leave_the_threshold_alone(sitting: Sitting) -> None:
    sitting.stroke((50, 50))
    sitting.threshold = 0.1
    sitting.stroke((60, 60))
    assert not sitting.editor.array()[200:210].any()


def test_the_proposal_shows_while_the_first_stroke_is_drawn(sitting: Sitting) -> None:
    sitting.editor.begin_stroke(50, 50, size=4, value=1)
    assert sitting.editor.array()[110, 200] == 1


def test_a_stroke_that_meets_no_pixel_is_no_stroke(sitting: Sitting) -> None:
    sitting.stroke((-200, -200))
    assert not sitting.editor.touched
    assert not sitting.editor.array().any()
    assert sitting.journal == []
    assert not sitting.editor.undo_stack.canUndo()


def test_a_stroke_is_taken_back_by_cancel(sitting: Sitting) -> None:
    sitting.editor.begin_stroke(50, 50, size=30, value=1)
    sitting.editor.extend_stroke(90, 90)
    sitting.editor.cancel_stroke()
    assert not sitting.editor.array().any()
    assert not sitting.editor.touched
    sitting.editor.extend_stroke(120, 120)
    sitting.editor.finish_stroke()
    assert not sitting.editor.undo_stack.canUndo()


def test_undo_in_the_middle_of_a_stroke_leaves_the_stack_and_the_mask_in_step(sitting: Sitting) -> None:
    sitting.stroke((50, 50))
    sitting.editor.begin_stroke(150, 50, size=30, value=1)
    sitting.editor.undo_stack.undo()
    assert not sitting.editor.array().any()
    sitting.editor.extend_stroke(160, 60)
    sitting.editor.finish_stroke()
    sitting.editor.undo_stack.redo()
    assert sitting.editor.array()[50, 50] == 1
    assert sitting.editor.array()[50, 150] == 0


def test_a_saved_mask_is_touched_and_never_takes_the_proposal_by_itself(qapp: object) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5, 5] = 1
    sitting = Sitting(mask=mask)
    assert sitting.editor.touched
    sitting.stroke((50, 50), size=1)
    assert sitting.editor.array().sum() == 2


def test_undo_restores_every_state_exactly(sitting: Sitting) -> None:
    rng = np.random.default_rng(3)
    states = [sitting.editor.array()]
    for _ in range(30):
        points = [tuple(rng.uniform(-20, 420, 2)) for _ in range(4)]
        value = int(rng.integers(0, 3))
        before = sitting.editor.undo_stack.count()
        sitting.stroke(*points, size=float(rng.uniform(1, 80)), value=value)
        if sitting.editor.undo_stack.count() > before:
            states.append(sitting.editor.array())
    for state in reversed(states[:-1]):
        sitting.editor.undo_stack.undo()
        assert np.array_equal(sitting.editor.array(), state)
    for state in states[1:]:
        sitting.editor.undo_stack.redo()
        assert np.array_equal(sitting.editor.array(), state)
    assert np.array_equal(sitting.replayed().array(), states[-1])


def test_taking_the_proposal_again_is_undoable_and_replaces_the_mask(sitting: Sitting) -> None:
    sitting.stroke((50, 50))
    kept = sitting.editor.array()
    sitting.threshold = 0.3
    assert sitting.editor.take_proposal()
    assert np.array_equal(sitting.editor.array(), (sitting.crack_map / 255 >= 0.3).astype(np.uint8))
    sitting.editor.undo_stack.undo()
    assert np.array_equal(sitting.editor.array(), kept)


def test_without_a_proposal_nothing_is_taken(qapp: object) -> None:
    sitting = Sitting(with_proposal=False)
    assert not sitting.editor.take_proposal()
    assert not sitting.editor.touched
    sitting.stroke((50, 50), size=1)
    assert sitting.editor.array().sum() == 1


def test_nothing_here_is_a_step_even_on_an_empty_mask(sitting: Sitting) -> None:
    sitting.editor.clear()
    assert sitting.editor.touched
    assert sitting.replayed().touched
    sitting.editor.undo_stack.undo()
    assert not sitting.editor.touched
    assert not sitting.replayed().touched


def test_the_kind_is_a_step_and_survives_the_journal(sitting: Sitting) -> None:
    sitting.stroke((50, 50))
    sitting.editor.set_kind(MaskKind.REGION)
    assert sitting.replayed().kind is MaskKind.REGION
    sitting.editor.undo_stack.undo()
    assert sitting.editor.kind is MaskKind.EXACT
    assert sitting.replayed().kind is MaskKind.EXACT


def test_the_journal_may_be_replayed_over_a_later_state(sitting: Sitting) -> None:
    sitting.stroke((50, 50), (90, 50))
    sitting.stroke((70, 50), value=0)
    sitting.editor.undo_stack.undo()
    sitting.stroke((200, 150), size=90)
    fresh = sitting.replayed()
    bring_back(fresh, sitting.journal)
    assert np.array_equal(fresh.array(), sitting.editor.array())
    assert fresh.touched


def test_a_damaged_journal_keeps_what_came_before(sitting: Sitting) -> None:
    sitting.stroke((50, 50))
    fresh = MaskEditor(HEIGHT, WIDTH)
    assert bring_back(fresh, [*sitting.journal, sitting.journal[0][:-3], sitting.journal[0]])
    with pytest.raises(MaskError):
        bring_back(fresh, [sitting.journal[0][:-3]])
    assert np.array_equal(fresh.array(), sitting.editor.array())


def test_mask_changed_covers_what_changed_and_revision_grows(sitting: Sitting) -> None:
    told = np.zeros((HEIGHT, WIDTH), bool)

    def tell(area: QRect) -> None:
        told[area.top() : area.top() + area.height(), area.left() : area.left() + area.width()] = True

    sitting.editor.mask_changed.connect(tell)
    revisions = [sitting.editor.revision]
    empty = sitting.editor.array()
    sitting.stroke((50, 50), (300, 280), size=20)
    revisions.append(sitting.editor.revision)
    assert not ((sitting.editor.array() != empty) & ~told).any()
    told[:] = False
    sitting.editor.undo_stack.undo()
    revisions.append(sitting.editor.revision)
    assert told[150:160, 165:175].all()
    assert revisions == sorted(set(revisions))


def test_a_mask_of_another_size_is_refused(qapp: object) -> None:
    with pytest.raises(MaskError, match="400 x 300"):
        MaskEditor(HEIGHT, WIDTH, mask=np.zeros((10, 20), np.uint8))


def test_a_proposal_of_another_size_is_refused_and_the_mask_kept(qapp: object, qtbot: QtBot) -> None:
    editor = MaskEditor(HEIGHT, WIDTH, proposal_source=lambda: (np.full((5, 5), 255, np.uint8), 0.5))
    with pytest.raises(MaskError, match="kept"):
        editor.take_proposal()
    assert not editor.touched
    assert not editor.undo_stack.canUndo()
    editor.begin_stroke(50, 50, size=4, value=1)
    editor.finish_stroke()
    assert editor.touched, "a person can still paint"


def test_many_strokes_are_cheap_to_keep(sitting: Sitting) -> None:
    for index in range(100):
        sitting.stroke((20 + index, 40), (320 + index % 40, 60), size=20, value=index % 3)
    assert sum(len(payload) for payload in sitting.journal) < 5e6


def test_the_proposal_brush_picks_from_the_proposal_instead_of_taking_all(sitting: Sitting) -> None:
    where = Where(crack_map=sitting.crack_map, threshold=sitting.threshold)
    sitting.stroke((50, 90), (50, 130), where=where)
    found = sitting.editor.array()
    assert found[110, 50] == 1
    assert not found[110, 80:].any()
    assert not found[90, 50]
    sitting.editor.undo_stack.undo()
    assert not sitting.editor.touched
