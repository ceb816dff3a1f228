"""The form: drawn from a card, and back to a spec with what differs."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset, RunSpec, Setting, SettingGroup, Stock
from crackstudio.engine.cards import method_cards
from crackstudio.studio.language import ENGLISH, speak
from crackstudio.studio.widgets.bricks import Section
from crackstudio.studio.widgets.method_form import MethodForm

UNET = MethodCard(
    key="unet",
    title="U-Net",
    summary="Learns masks.",
    needs=(Need(kind=NeedKind.MASKS, at_least=4),),
    uses="masks",
    paper="2015",
    settings=(
        Setting(name="width", default=32, help="Channels", minimum=8, maximum=128, unit="px"),
        Setting(name="rate", default=2e-4, help="Learning rate", minimum=0, maximum=1),
        Setting(name="flips", default=True, help="Flip"),
        Setting(name="loss", default="bce", help="Loss", choices=("bce", "dice")),
        Setting(name="words", default="", help="Words"),
    ),
    presets=(Preset(name="small", title="Small", settings={"width": 16, "rate": 1e-5}),),
)
GROUPED = msgspec.structs.replace(
    UNET,
    key="grouped",
    groups=(
        SettingGroup(title="Losses", settings=("loss", "rate")),
        SettingGroup(title="Networks", settings=("width",)),
    ),
)
TAGS = msgspec.structs.replace(UNET, key="tags", title="Tags", needs=(), settings=(), presets=())


@pytest.fixture
def form(qtbot):
    made = MethodForm()
    qtbot.addWidget(made)
    made.set_methods([UNET, TAGS], stock=Stock(masks=5), chosen="unet", start_from={"unet": "/x.safetensors"})
    return made


def test_untouched_it_asks_for_the_defaults(form):
    assert form.spec() == RunSpec(method="unet", start_from="/x.safetensors")


def test_only_what_differs_is_in_the_spec(form):
    form._settings.fields["width"].set_value(64)
    form._settings.fields["rate"].set_value(3e-5)
    form._settings.fields["flips"].set_value(False)
    form._settings.fields["loss"].set_value("dice")
    form._settings.fields["words"].set_value("thin")
    assert form.spec().settings == {"width": 64, "rate": 3e-5, "flips": False, "loss": "dice", "words": "thin"}


def test_a_preset_fills_the_fields_and_later_changes_are_kept(form):
    form._preset.setCurrentIndex(1)
    assert form._settings.fields["rate"].value() == 1e-5
    assert (form.spec().preset, form.spec().settings) == ("small", {})
    form._settings.fields["width"].set_value(32)
    assert form.spec().settings == {"width": 32}


def test_length_device_seed_and_purpose(form):
    form._length._limit.chosen.emit("minutes")
    form._length._minutes.setValue(3.5)
    form._seed.setValue(7)
    form._purpose.setText(" thin cracks ")
    form._device.setCurrentText("cuda:1")
    spec = form.spec()
    assert (spec.minutes, spec.steps, spec.seed, spec.purpose, spec.device) == (3.5, None, 7, "thin cracks", "cuda:1")


def test_the_length_is_asked_for_once(form):
    lengths = (Setting(name="minutes", default=10.0, help=""), Setting(name="epochs", default=0, help=""))
    presets = (
        Preset(name="paper", title="Paper", settings={"epochs": 20}),
        Preset(name="long", title="Long", settings={"minutes": 30.0}),
    )
    timed = msgspec.structs.replace(UNET, settings=(*UNET.settings, *lengths), presets=presets)
    form.set_methods([timed], stock=Stock(masks=5), chosen="unet")
    assert set(form._settings.fields) == {setting.name for setting in UNET.settings}
    told = []
    for preset in range(3):
        form._preset.setCurrentIndex(preset)
        told.append(form._length._own.text())
        assert form.spec().settings == {}
    assert told == ["10 min", "20 epochs", "30 min"]
    form._length._limit.chosen.emit("epochs")
    form._length._epochs.setValue(7)
    spec = form.spec()
    assert (spec.settings, spec.minutes, spec.steps) == ({"epochs": 7}, None, None)
    form._length._limit.chosen.emit("steps")
    assert (form.spec().settings, form.spec().steps) == ({}, form._length._steps.value())


def test_it_says_what_is_missing_and_does_not_start(form):
    form.set_methods([UNET], stock=Stock(masks=3), chosen="unet")
    assert form._needs.text() == "U-Net needs 4 confirmed masks with a defect; you have 3."
    assert not form._start.isEnabled()


def test_tiles_are_counted_and_crops_are_no_smaller_than_they(form):
    tags = msgspec.structs.replace(
        UNET,
        key="tags",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4),),
        settings=(Setting(name="tile", default=96, help="", minimum=32, maximum=1024),),
        presets=(Preset(name="large", title="Large", settings={"tile": 512}),),
    )
    stock = Stock(cracked=3, cracked_tiles=312, intact_tiles=1040, tile_side=256)
    form.set_methods([UNET, tags], stock=stock, chosen="tags")
    assert form._needs.text().splitlines() == [
        "✓ 315 images or tiles tagged cracked (needs 4)",
        "312 tiles tagged cracked, 1,040 intact",
    ]
    assert form.spec().settings == {"tile": 256}
    form._preset.setCurrentIndex(1)
    assert form.spec().settings == {}
    form._settings.fields["tile"].set_value(96)  # a person may want less all the same
    assert form.spec().settings == {"tile": 96}
    form.set_methods([UNET, tags], stock=stock, chosen="unet")
    assert "tiles" not in form._needs.text()


def test_another_method_draws_other_settings_and_starts(form, qtbot):
    form._method.setCurrentIndex(1)
    assert form._settings.fields == {}
    with qtbot.waitSignal(form.run_asked) as asked:
        form._start.click()
    assert asked.args[0] == RunSpec(method="tags")


@pytest.mark.parametrize(("typed", "value"), [("1e-5", 1e-5), ("0.25", 0.25), ("nonsense", 2e-4)])
def test_numbers_can_be_typed_as_one_writes_them(form, typed, value):
    box = form._settings.fields["rate"].widget
    box.lineEdit().setText(typed)
    box.interpretText()
    assert box.value() == value


def test_steps_of_a_number_follow_its_size(form):
    box = form._settings.fields["rate"].widget
    box.stepBy(1)
    assert box.value() == pytest.approx(2.1e-4)


def test_several_classes_are_told_to_count_alike(form):
    assert not form._top.isRowVisible(form._classes)
    form.set_methods([UNET], stock=Stock(masks=5), chosen="unet", classes=["crack", "spall"])
    assert form._top.isRowVisible(form._classes)
    assert form._classes.text().startswith("crack, spall: any of them counts as defect")


@pytest.fixture
def spoken(qapp):
    """Speaks a language until the test ends."""
    yield speak
    speak(ENGLISH)


def show_grouped(form, qtbot):
    """Each section by its title: folded, below the everyday settings."""
    form.set_methods([GROUPED], stock=Stock(masks=5), chosen="grouped")
    with qtbot.waitExposed(form):
        form.show()
    return {section._head.text(): section for section in form._settings.findChildren(Section)}


def test_everyday_settings_are_seen_and_the_others_folded_away(form, qtbot):
    sections = show_grouped(form, qtbot)
    assert list(sections) == ["Losses", "Networks"]
    seen = {name for name, field in form._settings.fields.items() if field.widget.isVisible()}
    assert seen == {"flips", "words"}
    sections["Losses"]._head.click()
    assert {name for name, field in form._settings.fields.items() if field.widget.isVisible()} == seen | {
        "loss",
        "rate",
    }


def test_a_heading_tells_how_much_below_it_differs_from_the_preset(form, spoken, qtbot):
    sections = show_grouped(form, qtbot)

    def headings():
        return [section._head.text() for section in sections.values()]

    form._settings.fields["rate"].set_value(3e-5)
    form._settings.fields["loss"].set_value("dice")
    assert headings() == ["Losses · 2 changed", "Networks"]
    assert form._settings._labels["rate"].property("changed")
    form._settings.fields["loss"].set_value("bce")
    assert headings() == ["Losses · 1 changed", "Networks"]
    form._preset.setCurrentIndex(1)
    assert headings() == ["Losses", "Networks"]
    assert not form._settings._labels["rate"].property("changed")
    form._settings.fields["width"].set_value(32)  # the method's own, but not the preset's
    assert headings() == ["Losses", "Networks · 1 changed"]
    spoken("zh_CN")
    assert headings() == ["损失", "网络 · 已改 1 项"]


def test_the_keyboard_goes_from_top_to_bottom_and_unfolds(form, qtbot):
    sections = show_grouped(form, qtbot)
    form.activateWindow()
    form._settings.fields["words"].widget.setFocus()
    qtbot.waitUntil(form._settings.fields["words"].widget.hasFocus)
    for heading in ("Losses", "Networks"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is sections[heading]._head
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert form._settings.fields["width"].widget.isVisible()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert form._settings.fields["width"].widget.hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is form._run._head


@pytest.mark.parametrize("code", ["en", "zh_CN"])
@pytest.mark.parametrize("card", method_cards(), ids=lambda card: card.key)
def test_unfolding_scrolls_to_the_group_and_moves_or_cuts_off_nothing(qtbot, spoken, card, code):
    spoken(code)
    form = MethodForm()
    qtbot.addWidget(form)
    form.set_methods([card], stock=Stock(cracked=9, intact=9, masks=9), chosen=card.key)
    form.resize(form.width(), 420)
    with qtbot.waitExposed(form):
        form.show()
    size, viewport = form.size(), form._scroll.viewport()
    for section in form.findChildren(Section):
        section.unfold()
        qtbot.waitUntil(lambda section=section: top_of(section, viewport) >= 0)
        qtbot.waitUntil(lambda section=section: top_of(section, viewport) + section._head.height() <= viewport.height())
    assert form.size() == size
    assert form._content.width() == viewport.width()
    assert [
        label.text() for label in form.findChildren(QLabel) if label.width() < label.minimumSizeHint().width()
    ] == []
    fields = [field.widget for field in form._settings.fields.values()]
    assert [one.objectName() for one in fields if one.width() < one.minimumSizeHint().width()] == []
    assert len({field.mapTo(form, field.rect().topLeft()).x() for field in fields}) <= 1, "fields begin at one line"


def top_of(section, viewport):
    return section.mapTo(viewport, section.rect().topLeft()).y()


def test_the_form_fits_the_screen(form):
    assert form.height() < form.screen().availableSize().height()
