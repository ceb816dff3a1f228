"""The live weights: what is shown, when it is worked out, and that old results never come late."""

import numpy as np
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from crackstudio.core.images import MaskKind
from crackstudio.studio.canvas.weights import LiveWeights, WeightRule, shown_weights
from crackstudio.studio.mask_editor import MaskEditor


def region_editor() -> MaskEditor:
    mask = np.zeros((60, 60), np.uint8)
    mask[10:50, 10:50] = 1
    mask[10:50, 45:50] = 255
    return MaskEditor(60, 60, mask=mask, kind=MaskKind.REGION)


def test_background_is_clear_unsure_is_lowest_and_the_middle_counts_most() -> None:
    shown = shown_weights(region_editor().array(), WeightRule(power=2, positive_weight=3, floor=0))
    assert shown[0, 0] == 0
    assert shown[30, 47] == 1
    assert shown[11, 30] < shown[20, 30] < shown[29, 30]
    assert shown.max() == 255


def test_nothing_is_worked_out_while_nobody_looks(qtbot: QtBot) -> None:
    owner = QObject()
    weights = LiveWeights(owner)
    weights.follow(region_editor())
    assert weights.pixels is None
    with qtbot.waitSignal(weights.changed):
        weights.set_wanted(True)
    assert weights.pixels is not None
    weights.close()


def test_only_the_newest_result_counts(qtbot: QtBot) -> None:
    owner = QObject()
    weights = LiveWeights(owner)
    weights.set_wanted(True)
    editor = region_editor()
    changes = []
    weights.changed.connect(lambda: changes.append(weights.rule.power))
    weights.follow(editor)
    for power in (1.0, 4.0, 2.0):
        weights.set_rule(WeightRule(power=power))
    qtbot.waitUntil(lambda: weights.pixels is not None)
    assert changes == [2.0]
    assert np.array_equal(weights.pixels, shown_weights(editor.array(), WeightRule(power=2.0)))
    weights.close()


def test_another_image_drops_the_weights_of_the_last(qtbot: QtBot) -> None:
    owner = QObject()
    weights = LiveWeights(owner)
    weights.set_wanted(True)
    old = region_editor()
    with qtbot.waitSignal(weights.changed):
        weights.follow(old)
    weights.follow(None)
    assert weights.pixels is None
    old.clear()
    assert not weights._pause.isActive()
    weights.close()
