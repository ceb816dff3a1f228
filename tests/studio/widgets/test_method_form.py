"""The form: drawn from a card, and back to a spec with what differs."""

import msgspec
import pytest

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset, RunSpec, Setting, Stock
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
    form._fields["width"].set_value(64)
    form._fields["rate"].set_value(3e-5)
    form._fields["flips"].set_value(False)
    form._fields["loss"].set_value("dice")
    form._fields["words"].set_value("thin")
    assert form.spec().settings == {"width": 64, "rate": 3e-5, "flips": False, "loss": "dice", "words": "thin"}


def test_a_preset_fills_the_fields_and_later_changes_are_kept(form):
    form._preset.setCurrentIndex(1)
    assert form._fields["rate"].value() == 1e-5
    assert (form.spec().preset, form.spec().settings) == ("small", {})
    form._fields["width"].set_value(32)
    assert form.spec().settings == {"width": 32}


def test_length_device_seed_and_purpose(form):
    form._limit.chosen.emit("minutes")
    form._minutes.setValue(3.5)
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
    assert set(form._fields) == {setting.name for setting in UNET.settings}
    told = []
    for preset in range(3):
        form._preset.setCurrentIndex(preset)
        told.append(form._own_length.text())
        assert form.spec().settings == {}
    assert told == ["10 min", "20 epochs", "30 min"]
    form._limit.chosen.emit("epochs")
    form._epochs.setValue(7)
    spec = form.spec()
    assert (spec.settings, spec.minutes, spec.steps) == ({"epochs": 7}, None, None)
    form._limit.chosen.emit("steps")
    assert (form.spec().settings, form.spec().steps) == ({}, form._steps.value())


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
    form._fields["tile"].set_value(96)  # a person may want less all the same
    assert form.spec().settings == {"tile": 96}
    form.set_methods([UNET, tags], stock=stock, chosen="unet")
    assert "tiles" not in form._needs.text()


def test_another_method_draws_other_settings_and_starts(form, qtbot):
    form._method.setCurrentIndex(1)
    assert form._fields == {}
    with qtbot.waitSignal(form.run_asked) as asked:
        form._start.click()
    assert asked.args[0] == RunSpec(method="tags")


@pytest.mark.parametrize(("typed", "value"), [("1e-5", 1e-5), ("0.25", 0.25), ("nonsense", 2e-4)])
def test_numbers_can_be_typed_as_one_writes_them(form, typed, value):
    box = form._fields["rate"].widget
    box.lineEdit().setText(typed)
    box.interpretText()
    assert box.value() == value


def test_steps_of_a_number_follow_its_size(form):
    box = form._fields["rate"].widget
    box.stepBy(1)
    assert box.value() == pytest.approx(2.1e-4)


def test_several_classes_are_told_to_count_alike(form):
    assert not form._top.isRowVisible(form._classes)
    form.set_methods([UNET], stock=Stock(masks=5), chosen="unet", classes=["crack", "spall"])
    assert form._top.isRowVisible(form._classes)
    assert form._classes.text().startswith("crack, spall: any of them counts as defect")
