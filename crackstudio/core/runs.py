"""What a method is on paper, what it needs, and what a run was asked to do."""

from enum import StrEnum

import msgspec

from crackstudio.core.images import Domain, MaskKind, Split, Tag
from crackstudio.core.tiles import AreaTags, TileTags

SettingValue = bool | int | float | str

CROP = "tile"
"""The setting of every method that is the side of its crops in pixels."""


class NeedKind(StrEnum):
    """What a method may ask of a project."""

    CRACKED = "images or tiles tagged cracked"
    INTACT = "images or tiles tagged intact"
    MASKS = "confirmed masks with a defect"
    SOURCE_MASKS = "confirmed masks in the source domain"
    TARGET_IMAGES = "images in the target domain"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """`at_least` of `kind`; as text `20 images tagged intact`."""

    kind: NeedKind
    at_least: int

    def __str__(self) -> str:
        things = str(self.kind)
        if self.at_least == 1:
            things = things.replace("images", "image").replace("tiles", "tile").replace("masks", "mask")
        return f"{self.at_least} {things}"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a method's form, of `--set name=value` and of the validation: drawn from the config's `Meta`."""

    name: str
    default: SettingValue
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """Settings under a name, e.g. the recipe of a paper."""

    name: str
    title: str
    settings: dict[str, SettingValue]


class SettingGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Settings, by name, that the form folds away under `title`. What is in no group stands at its top."""

    title: str
    settings: tuple[str, ...]


class MethodCard(msgspec.Struct, frozen=True, kw_only=True):
    """A method as the studio shows it. `uses` says in words which supervision it takes; `notes` what to know."""

    key: str
    title: str
    summary: str
    needs: tuple[Need, ...]
    uses: str
    paper: str
    notes: str = ""
    settings: tuple[Setting, ...] = ()
    groups: tuple[SettingGroup, ...] = ()
    presets: tuple[Preset, ...] = ()


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """What a project has to train on. `masks` counts confirmed masks with a defect, `regions` those of kind region.

    `cracked` and `intact` are whole images that have no tile tags; `tile_side` is that of the largest tagged tiles, px.
    """

    images: int = 0
    cracked: int = 0
    intact: int = 0
    masks: int = 0
    regions: int = 0
    validation_masks: int = 0
    source_masks: int = 0
    target_images: int = 0
    cracked_tiles: int = 0
    intact_tiles: int = 0
    tile_side: int = 0

    def of(self, kind: NeedKind) -> int:
        """How many of `kind` there are."""
        return {
            NeedKind.CRACKED: self.cracked + self.cracked_tiles,
            NeedKind.INTACT: self.intact + self.intact_tiles,
            NeedKind.MASKS: self.masks,
            NeedKind.SOURCE_MASKS: self.source_masks,
            NeedKind.TARGET_IMAGES: self.target_images,
        }[kind]


def shortfalls(card: MethodCard, stock: Stock) -> tuple[str, ...]:
    """One sentence for each need that the project does not meet, e.g. for a form or an error."""
    return tuple(
        f"{card.title} needs {need}; you have {stock.of(need.kind)}."
        for need in card.needs
        if stock.of(need.kind) < need.at_least
    )


ENOUGH_MASKS, ENOUGH_TAGS = 12, 4
"""Confirmed masks with a defect from which full supervision beats tags (Decisions in the README); tags that can."""


def choose_method(stock: Stock) -> tuple[str, str]:
    """The method key for one press of Retrain, and why in words."""
    can_use_tags = min(stock.of(NeedKind.CRACKED), stock.of(NeedKind.INTACT)) >= ENOUGH_TAGS
    if stock.masks >= ENOUGH_MASKS or (stock.masks and not can_use_tags):
        if 2 * stock.regions > stock.masks:
            return "unet", f"{stock.masks} confirmed masks, mostly regions: a U-Net that weights them by distance."
        return "unet", f"{stock.masks} confirmed masks: a U-Net learns from them."
    return (
        "attention-cyclegan",
        f"Fewer than {ENOUGH_MASKS} confirmed masks with a crack: the tags teach the attention, the masks guide it.",
    )


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked to do. `minutes` or `steps` limit it; neither means the method's own default.

    `device` is `auto`, `cpu`, `cuda`, `cuda:1` or `mps`. `start_from` is a checkpoint of the same method.
    """

    method: str
    settings: dict[str, SettingValue] = {}
    preset: str | None = None
    seed: int = 0
    minutes: float | None = None
    steps: int | None = None
    start_from: str | None = None
    device: str = "auto"
    purpose: str = ""


def fitted_to_tiles(spec: RunSpec, card: MethodCard, stock: Stock) -> RunSpec:
    """With crops of the tagged tiles' side, where the method learns from tags and its own are smaller.

    *Cracked* was said of a tile as a whole: a part of it may be intact.
    """
    setting = next((one for one in card.settings if one.name == CROP), None)
    learns_from_tags = any(need.kind is NeedKind.CRACKED for need in card.needs)
    if setting is None or not learns_from_tags or not stock.cracked_tiles:
        return spec
    crop, side = spec.settings.get(CROP, setting.default), min(stock.tile_side, setting.maximum or stock.tile_side)
    if not isinstance(crop, int) or crop >= side:
        return spec
    return msgspec.structs.replace(spec, settings={**spec.settings, CROP: int(side)})


class SnapshotItem(msgspec.Struct, frozen=True, kw_only=True):
    """One image as a run sees it. `image` is absolute; `mask` is relative to the run folder (None: tag only).

    In the mask 0 is background, 1..254 a defect class, 255 unsure. Where there are `tiles`, their tags count in place
    of the whole image's for methods that learn from tags; an image with a mask has none.
    """

    name: str
    image: str
    page: int = 0
    tag: Tag
    mask: str | None = None
    mask_kind: MaskKind | None = None
    split: Split = Split.TRAIN
    domain: Domain = Domain.SOURCE
    tiles: TileTags | AreaTags | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a run trains on, frozen: `digest` is over every field and every mask's bytes."""

    items: tuple[SnapshotItem, ...]
    digest: str


class RunState(StrEnum):
    """How a run stands. A run whose engine vanished without a word is `interrupted` and can be resumed."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`: the request and its circumstances, written before the first step.

    `command` is the line that repeats the run headless; `created` is ISO 8601 with offset; `who` started it, and
    `commit` is the code's where it runs from a git checkout.
    """

    id: str
    spec: RunSpec
    created: str
    snapshot_digest: str
    images: int
    command: str
    versions: dict[str, str] = {}
    who: str = ""
    commit: str = ""


class CheckpointCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says of itself (kept in the metadata of its safetensors file).

    `scores` are on the validation masks at `threshold`; empty without such masks. `tile` is the side of the square,
    in pixels, at which the network was trained; the proposer cuts larger images into tiles. `notes` say on what it
    was trained.
    """

    format: int = 1
    method: str
    settings: dict[str, SettingValue]
    threshold: float
    step: int
    tile: int
    classes: tuple[str, ...] = ("crack",)
    scores: dict[str, float | None] = {}
    snapshot_digest: str = ""
    run: str = ""
    created: str = ""
    notes: str = ""
