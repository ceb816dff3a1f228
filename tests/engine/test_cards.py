"""Configs to forms and back."""

from enum import StrEnum
from typing import Annotated

import pytest
from msgspec import Meta

from crackstudio.core.errors import SettingError
from crackstudio.core.runs import MethodCard, RunSpec, Setting
from crackstudio.engine.cards import config_for, config_from, method_cards, settings_from, settings_of
from crackstudio.engine.method import MethodConfig
from crackstudio.engine.methods import method_class, methods
from crackstudio.engine.methods.unet import UNetMethod


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Config(MethodConfig, frozen=True, kw_only=True):
    width: Annotated[int, Meta(ge=2, le=9, description="How wide.", extra={"unit": "px"})] = 4
    colour: Annotated[Colour, Meta(description="Which.")] = Colour.BLUE
    fast: Annotated[bool, Meta(description="Whether.")] = True


def test_a_setting_has_what_its_field_says() -> None:
    found = {setting.name: setting for setting in settings_of(Config)}
    assert found["width"] == Setting(name="width", default=4, help="How wide.", unit="px", minimum=2, maximum=9)
    assert found["colour"].choices == ("red", "blue")
    assert found["colour"].default == "blue"
    assert found["fast"].default is True
    assert found["tile"].unit == "px"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"width": 3}, "width = 3: it has to be a whole number from 4 to 128"),
        ({"width": "wide"}, "width = wide: it has to be a whole number"),
        ({"rate": 0}, "rate = 0: it has to be a number"),
        ({"tile": 10_000}, "tile = 10000: it has to be a whole number from 32 to 4096 px"),
        ({"optimiser": "magic"}, "optimiser = magic: choose one of adamw, radam"),
        ({"breadth": 3}, "no setting 'breadth'. It has: tile, "),
    ],
)
def test_a_bad_setting_is_named_with_its_range(settings: dict, words: str) -> None:
    with pytest.raises(SettingError) as caught:
        config_from(UNetMethod, settings)
    assert words in str(caught.value)


def test_settings_may_come_as_text() -> None:
    config = config_from(UNetMethod, {"width": "8", "rate": "0.01", "optimiser": "radam"})
    assert settings_from(config).items() >= {"width": 8, "rate": 0.01, "optimiser": "radam"}.items()


def test_settings_override_the_preset_and_the_preset_the_defaults() -> None:
    config = config_for(UNetMethod, RunSpec(method="unet", preset="paper", settings={"width": 8}))
    assert settings_from(config).items() >= {"width": 8, "tile": 256, "optimiser": "radam"}.items()


def test_an_unknown_method_lists_the_known() -> None:
    with pytest.raises(SettingError, match="unet"):
        method_class("cnn")


def test_every_file_of_the_folder_is_registered() -> None:
    assert set(methods()) >= {"attention-cyclegan", "segdec", "unet"}
    assert [card.key for card in method_cards()] == list(methods())
    assert all(card.settings for card in method_cards())


@pytest.mark.parametrize("card", method_cards(), ids=lambda card: card.key)
def test_groups_name_settings_of_the_method_each_once(card: MethodCard) -> None:
    grouped = [name for group in card.groups for name in group.settings]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= {setting.name for setting in card.settings}
