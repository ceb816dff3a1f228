"""The panels on the right: they say what they are told, and tell what a person does."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from crackstudio.core.images import ImageEntry, MaskKind, Review, Tag
from crackstudio.engine.methods import methods
from crackstudio.studio.canvas.weights import WeightRule
from crackstudio.studio.mending import Mend
from crackstudio.studio.widgets.bricks import Section, Segments, SliderRow
from crackstudio.studio.widgets.image_panel import ImagePanel
from crackstudio.studio.widgets.layers_panel import LayersPanel
from crackstudio.studio.widgets.threshold_panel import ThresholdPanel


@pytest.fixture
def shown(qtbot):
    def show(widget):
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


def heard(signal):
    told = []
    signal.connect(lambda *values: told.append(values if len(values) > 1 else values[0]))
    return told


def test_a_slider_row_tells_a_person_but_not_a_setter(shown):
    row = shown(SliderRow(minimum=1, maximum=2000, value=12, bend=3))
    told = heard(row.value_changed)
    row.set_value(300)
    assert told == []
    row._slider.setValue(0)
    row._number.setValue(50)
    assert told == [1, 50]
    assert row.value == 50


@pytest.mark.parametrize("value", [1, 2, 12, 100, 999, 2000])
def test_a_bent_slider_finds_its_value_again(shown, value):
    row = shown(SliderRow(minimum=1, maximum=2000, value=1, bend=3))
    row.set_value(value)
    assert row.value == value


def test_segments_hold_one(shown, qtbot):
    segments = shown(Segments((("a", "A"), ("b", "B"))))
    told = heard(segments.chosen)
    segments.choose("a")
    segments._buttons["b"].click()
    assert told == ["b"]
    segments.choose(None)
    assert not any(button.isChecked() for button in segments._buttons.values())


def test_a_section_folds(shown, qtbot):
    section = shown(Section("Layers"))
    section._head.click()
    assert not section._body.isVisible()


def test_threshold_shows_the_share_over_it_live(shown):
    panel = shown(ThresholdPanel())
    counts = np.zeros(256, np.int64)
    counts[[0, 128, 255]] = 90, 9, 1
    panel.set_proposal(origin="20261120-113141-unet@300", own=0.4, threshold=0.4)
    panel.set_histogram(counts)
    assert panel._share.text() == "10.00% of the image is over it"
    assert "unet 20 Nov" in panel._origin.text()
    told = heard(panel.threshold_changed)
    panel._slider._number.setValue(0.6)
    assert panel._share.text() == "1.00% of the image is over it"
    panel._reset.click()
    assert told == [0.6, 0.4]
    assert not panel._reset.isEnabled()


def test_without_a_proposal_the_threshold_rests(shown):
    panel = shown(ThresholdPanel())
    assert not panel._slider.isEnabled()
    assert "No proposal yet" in panel._origin.text()


def test_a_proposal_on_its_way_is_told(shown):
    panel = shown(ThresholdPanel())
    panel.set_coming(True)
    assert panel._origin.text() == "The proposal is on its way."
    panel.set_proposal(origin="starter", own=0.4, threshold=0.4)
    assert panel._origin.text() == "By starter"
    panel.set_coming(False)
    panel.set_proposal(origin=None, own=None, threshold=0.4)
    assert "No proposal yet" in panel._origin.text()


def test_the_network_before_is_named_while_its_proposal_is_shown(shown):
    panel = shown(ThresholdPanel())
    panel.set_proposal(origin="20261120-113141-unet@300", own=0.4, threshold=0.4)
    panel.set_histogram(np.ones(256, np.int64))
    panel.set_before("starter")
    assert panel._origin.text() == "Before: starter"
    assert panel._share.text() == "", "it was counted of the newest proposal"
    panel.set_before(None)
    assert "unet 20 Nov" in panel._origin.text()
    assert panel._share.text()


def test_layers_tell_and_follow(shown):
    panel = shown(LayersPanel())
    panel.add_layer("mask", title="Mask", visible=True, opacity=0.5, colour="#ff0000")
    told = heard(panel.layer_changed)
    panel.toggle("mask")
    panel._rows["mask"].opacity.setValue(20)
    assert told == [("mask", False, 0.5, "#ff0000"), ("mask", False, 0.2, "#ff0000")]
    panel.set_layer("mask", visible=True, opacity=1)
    assert len(told) == 2
    assert panel._rows["mask"].eye.isChecked()


def test_the_weights_that_are_shown_are_those_a_run_uses(shown):
    rule = WeightRule()
    assert shown(ImagePanel()).weighting == (rule.power, rule.positive_weight)
    for method in methods().values():
        if hasattr(settings := method.Config(), "power"):
            assert (settings.power, settings.positive_weight, settings.floor) == (
                rule.power,
                rule.positive_weight,
                rule.floor,
            )


def test_image_panel(shown, qtbot):
    panel = shown(ImagePanel())
    assert not panel.isEnabled()
    entry = ImageEntry(id=1, path="a/b.png", width=20, height=10, tag=Tag.INTACT, review=Review.PROPOSED)
    panel.set_entry(entry, kind=MaskKind.EXACT)
    assert panel._facts.text() == "20 × 10 px · proposed"
    assert panel._tag._buttons["intact"].isChecked()
    assert not panel._weights.isVisible()
    panel.set_entry(entry, kind=MaskKind.REGION)
    assert panel._weights.isVisible()
    told = heard(panel.weighting_changed)
    panel._power._number.setValue(2)
    assert told == [(2, 1)]
    accepted = heard(panel.tag_chosen)
    qtbot.mouseClick(panel._tag._buttons["cracked"], Qt.MouseButton.LeftButton)
    assert accepted == ["cracked"]
    panel.set_share(0.0123)
    assert panel._share.text() == "1.23%"


def test_mending_takes_no_size_that_would_keep_the_machine_busy_for_minutes(opened):
    boxes = opened.mend_panel._sizes
    for mend, most in ((Mend.GROW, 200), (Mend.SHRINK, 200), (Mend.BRIDGE_GAPS, 200), (Mend.PRUNE_SPURS, 100)):
        boxes[mend].setValue(100_000)
        assert opened.mend_panel.size_of(mend) == most
        assert f"{most} at most" in boxes[mend].toolTip()


def test_the_lasso_offers_a_brightness_by_hand_where_there_is_no_proposal(opened, qtbot):
    panel, canvas = opened.tool_panel, opened.canvas
    by_hand = panel.findChild(QCheckBox, "darkness_by_hand")
    darkness = panel.findChild(SliderRow, "darkness")
    assert not by_hand.isVisibleTo(panel)
    opened.actions["lasso"].trigger()
    assert by_hand.isVisibleTo(panel)
    assert not darkness.isVisibleTo(panel)
    assert canvas.dark_below is None
    by_hand.click()
    assert darkness.isVisibleTo(panel)
    assert canvas.dark_below == darkness.value / 255
    darkness._number.setValue(51)
    assert canvas.dark_below == 0.2
    opened.actions["wand"].trigger()
    assert not by_hand.isVisibleTo(panel)
    assert not darkness.isVisibleTo(panel)
    opened.actions["lasso"].trigger()
    assert darkness.isVisibleTo(panel)
    by_hand.click()
    assert canvas.dark_below is None


def test_with_a_proposal_the_lasso_offers_no_brightness(proposed):
    proposed.actions["lasso"].trigger()
    assert not proposed.tool_panel.findChild(QCheckBox, "darkness_by_hand").isVisibleTo(proposed.tool_panel)
