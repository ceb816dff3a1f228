"""What a method needs, what is missing, and what one press of Retrain chooses."""

import msgspec
import pytest

from crackstudio.core.images import ImageEntry, Tag, tag_of_folder
from crackstudio.core.runs import (
    ENOUGH_MASKS,
    MethodCard,
    Need,
    NeedKind,
    RunSpec,
    Setting,
    Stock,
    choose_method,
    fitted_to_tiles,
    shortfalls,
)

ANOSEG = MethodCard(
    key="anoseg",
    title="AnoSeg",
    summary="",
    needs=(Need(kind=NeedKind.INTACT, at_least=20), Need(kind=NeedKind.CRACKED, at_least=0)),
    uses="",
    paper="",
)


def test_a_shortfall_says_what_is_needed_and_what_there_is() -> None:
    assert shortfalls(ANOSEG, Stock(intact=3)) == ("AnoSeg needs 20 images or tiles tagged intact; you have 3.",)
    assert shortfalls(ANOSEG, Stock(intact=20)) == ()
    assert shortfalls(ANOSEG, Stock(intact=3, intact_tiles=17)) == ()


CROPPED = MethodCard(
    key="tags",
    title="Tags",
    summary="",
    needs=(Need(kind=NeedKind.CRACKED, at_least=4),),
    uses="",
    paper="",
    settings=(Setting(name="tile", default=96, help="", minimum=32, maximum=1024),),
)


@pytest.mark.parametrize(
    ("side", "settings", "crop"),
    [(256, {}, 256), (64, {}, None), (256, {"tile": 128}, 256), (256, {"tile": 512}, 512), (4096, {}, 1024)],
)
def test_crops_are_no_smaller_than_the_tiles_that_were_tagged(side, settings, crop):
    stock = Stock(cracked_tiles=9, intact_tiles=9, tile_side=side)
    assert fitted_to_tiles(RunSpec(method="tags", settings=settings), CROPPED, stock).settings.get("tile") == crop


def test_crops_of_other_methods_and_without_tiles_are_as_asked():
    spec, stock = RunSpec(method="tags"), Stock(cracked_tiles=9, tile_side=256)
    assert fitted_to_tiles(spec, CROPPED, Stock(cracked=9)) == spec
    by_masks = msgspec.structs.replace(CROPPED, needs=(Need(kind=NeedKind.MASKS, at_least=1),))
    assert fitted_to_tiles(spec, by_masks, stock) == spec


@pytest.mark.parametrize(
    ("stock", "method", "word"),
    [
        (Stock(cracked=50, intact=50), "attention-cyclegan", "tags"),
        (Stock(cracked_tiles=50, intact_tiles=50, masks=2), "attention-cyclegan", "tags"),
        (Stock(cracked=50, intact=50, masks=ENOUGH_MASKS - 1), "attention-cyclegan", "tags"),
        (Stock(cracked=50, intact=50, masks=ENOUGH_MASKS), "unet", "masks"),
        (Stock(cracked=50, intact=3, masks=2), "unet", "masks"),
        (Stock(masks=10, regions=8), "unet", "regions"),
    ],
)
def test_one_press_chooses_by_what_there_is(stock: Stock, method: str, word: str) -> None:
    chosen, why = choose_method(stock)
    assert chosen == method
    assert word in why


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("NG/7.jpg", Tag.CRACKED),
        ("bridge/ok/deep/7.jpg", Tag.INTACT),
        ("cracked/good/7.jpg", Tag.INTACT),
        ("positive.jpg", Tag.UNKNOWN),
        ("concrete/7.jpg", Tag.UNKNOWN),
    ],
)
def test_the_nearest_folder_tags(path: str, tag: Tag) -> None:
    assert tag_of_folder(path) is tag


def test_a_page_has_a_name_of_its_own() -> None:
    assert ImageEntry(id=1, path="a.tif").name == "a.tif"
    assert ImageEntry(id=1, path="a.tif", page=3).name == "a.tif#3"
