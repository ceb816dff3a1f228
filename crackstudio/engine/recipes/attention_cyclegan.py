"""The form of the attention CycleGAN, and its recipes: ours is the defaults, the others are as published.

Sources: RepairerGAN, Computers in Industry 149 (2023) 103921, and the lab book behind it; AttentionGAN v1 (Tang et al.,
IJCNN 2019) and v2 (Tang et al., IEEE TNNLS 2021).
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from crackstudio.core.runs import Preset, SettingGroup, SettingValue
from crackstudio.engine.instances import Instances
from crackstudio.engine.method import MethodConfig
from crackstudio.engine.networks.adversarial import Similarity
from crackstudio.engine.networks.blocks import BlockKind
from crackstudio.engine.networks.bodies import BodyKind, GeneratorShape
from crackstudio.engine.networks.generators import Composition
from crackstudio.engine.networks.proposing import Views
from crackstudio.imaging.refining import Refinement


class Difficulty(StrEnum):
    """How hard the defect is to tell from the surface."""

    SIMPLE = "simple"
    MEDIUM = "medium"
    COMPLEX = "complex"


class OptimiserKind(StrEnum):
    """How the networks learn."""

    ADAMW = "adamw"
    ADAM = "adam"
    RMSPROP = "rmsprop"


class RateCourse(StrEnum):
    """How the rates run: all the way, or falling to zero from `decay_from` on."""

    CONSTANT = "constant"
    LINEAR = "linear"
    COSINE = "cosine"


class Judges(StrEnum):
    """Which discriminators there are: of what was repaired alone, or also of what was damaged."""

    BOTH = "both"
    OF_REPAIRED = "of repaired"


class Against(StrEnum):
    """What an intact image outside its attention is compared with: itself as repaired, or itself whole.

    Against the whole, attention on intact images costs something by itself.
    """

    REPAIRED = "repaired"
    ORIGINAL = "original"


SIZES = {
    Difficulty.SIMPLE: (16, 1, 3),
    Difficulty.MEDIUM: (24, 1, 3),
    Difficulty.COMPLEX: (32, 2, 4),
}
"""Width and depth of the generators, downsamplings of the discriminators."""


def _weight(description: str) -> Meta:
    return Meta(ge=0, le=100, description=f"Weight: {description}")


class AttentionCycleGANConfig(MethodConfig, frozen=True, kw_only=True):
    """The form of the attention CycleGAN; the weights multiply their loss terms, 0 leaves one out."""

    minutes: Annotated[
        float,
        Meta(ge=0.1, le=10_000, description="How long a run takes where nobody says so.", extra={"unit": "min"}),
    ] = 14.0
    tile: Annotated[
        int, Meta(ge=32, le=1024, description="Side of the square crops a step trains on.", extra={"unit": "px"})
    ] = 96
    batch: Annotated[int, Meta(ge=1, le=64, description="Cracked images in a step, and as many intact ones.")] = 4
    instances: Instances = 1

    difficulty: Annotated[
        Difficulty, Meta(description="How hard the defect is to tell from the surface: sizes that are 0 go by it.")
    ] = Difficulty.SIMPLE
    body: Annotated[
        BodyKind,
        Meta(description="The generators' build: a U, the source's bottleneck at 1/16, or CycleGAN's at a quarter."),
    ] = BodyKind.U
    block: Annotated[BlockKind, Meta(description="What the generators are built of.")] = BlockKind.CONVNEXT
    width: Annotated[
        int, Meta(ge=0, le=256, description="Channels of the generators' first layer; 0: as the difficulty has it.")
    ] = 0
    depth: Annotated[
        int,
        Meta(
            ge=0,
            le=24,
            description="Blocks at each resolution of a U, at the bottom of the others; 0: as the difficulty has it.",
        ),
    ] = 0
    dropout: Annotated[float, Meta(ge=0, le=0.8, description="Share dropped at the generators' bottom.")] = 0.0
    composition: Annotated[
        Composition, Meta(description="How image and attention are put together: AttentionGAN's versions, or CBAM.")
    ] = Composition.V1
    attention_bias: Annotated[
        float, Meta(ge=-6, le=6, description="Attention logit before training: low starts quiet, 0 undecided.")
    ] = -2.0
    reverse_attention: Annotated[bool, Meta(description="Give the way back, intact to cracked, attention too.")] = False
    one_way: Annotated[bool, Meta(description="Leave the way back out: a conditional GAN without a cycle.")] = True
    reverse_share: Annotated[
        float, Meta(gt=0, le=1, description="Share of a batch that also goes the other way round.")
    ] = 0.5

    judges: Annotated[
        Judges, Meta(description="Discriminators: of what was repaired alone, or also of what was damaged.")
    ] = Judges.BOTH
    downsamplings: Annotated[
        int, Meta(ge=0, le=5, description="Halvings of the discriminators; 0: as the difficulty has it.")
    ] = 0
    pool: Annotated[
        int, Meta(ge=0, le=1000, description="Made images kept, half of what a discriminator sees; 0: none.")
    ] = 50

    optimiser: Annotated[OptimiserKind, Meta(description="How the networks learn.")] = OptimiserKind.ADAMW
    rate: Annotated[float, Meta(gt=0, le=0.1, description="Learning rate of the generators.")] = 6e-4
    discriminator_rate: Annotated[
        float, Meta(gt=0, le=0.1, description="Learning rate of the discriminators: slower than the generators'.")
    ] = 1e-4
    cracked_discriminator_rate: Annotated[
        float, Meta(ge=0, le=0.1, description="That of the one that judges cracked images; 0: the same.")
    ] = 0.0
    course: Annotated[RateCourse, Meta(description="How the learning rates run.")] = RateCourse.LINEAR
    decay_from: Annotated[
        float, Meta(ge=0, le=1, description="Share of the run after which the rates fall to zero.")
    ] = 0.5

    adversarial: Annotated[float, _weight("repaired images look intact.")] = 1.0
    cycle: Annotated[float, _weight("there and back gives the image again.")] = 10.0
    identity: Annotated[float, _weight("an intact image stays as it is.")] = 10.0
    pixel: Annotated[float, _weight("made images stay close to what they were made of.")] = 0.0
    structure: Annotated[float, _weight("nothing changes outside the attention on cracked images.")] = 1.0
    structure_back: Annotated[float, _weight("the same on images that were damaged and repaired.")] = 1.0
    structure_intact: Annotated[float, _weight("the same on intact images.")] = 1.0
    intact_against: Annotated[
        Against, Meta(description="What intact images outside the attention are compared with.")
    ] = Against.REPAIRED
    similarity: Annotated[Similarity, Meta(description="How structure is compared.")] = Similarity.SSIM
    tag: Annotated[float, _weight("the loudest attention tells the tag.")] = 1.0
    top_share: Annotated[
        float, Meta(gt=0, le=1, description="Share of the pixels that speak for the tag; a crack should cover it.")
    ] = 0.01
    contour: Annotated[float, _weight("attention is drawn tight to the border of what it found.")] = 1.0
    border: Annotated[
        float, Meta(ge=-1, le=1, description="Where that border lies: below 0 masks come out thinner, above thicker.")
    ] = -0.1
    guided: Annotated[float, _weight("attention follows the masks of images that have one.")] = 1.0
    variance: Annotated[float, _weight("repairs vary as much as intact images do.")] = 0.0
    total_variation: Annotated[float, _weight("attention is smooth; summed over the pixels, so it is tiny.")] = 0.0
    mean_attention: Annotated[float, _weight("there is little attention; too strong, it forces all of it to 0.")] = 0.0

    sharpness: Annotated[
        float,
        Meta(ge=1, le=20, description="Attention logits are multiplied by this at the end, by 1 until `decay_from`."),
    ] = 1.0
    distil: Annotated[
        float,
        Meta(ge=0, le=0.9, description="Share of the run, at its end, that teaches a U-Net what attention found."),
    ] = 0.0
    views: Annotated[
        Views, Meta(description="From how many sides an image is looked at: more are slower and a little better.")
    ] = Views.ONE
    refine: Annotated[Refinement, Meta(description="How the crack map is refined against the image.")] = Refinement.NONE
    averaging: Annotated[bool, Meta(description="Propose with the moving average of the generator's weights.")] = True
    smallest: Annotated[
        int,
        Meta(ge=0, le=10_000, description="Pieces of fewer pixels fade from the crack map.", extra={"unit": "px"}),
    ] = 48
    lightest: Annotated[
        float,
        Meta(ge=0, le=1, description="Pieces that weigh less than this share of their image's heaviest one fade."),
    ] = 0.1

    @property
    def shape(self) -> GeneratorShape:
        """Of both generators."""
        width, depth, _ = SIZES[self.difficulty]
        return GeneratorShape(
            width=self.width or width,
            depth=self.depth or depth,
            block=self.block,
            dropout=self.dropout,
            body=self.body,
        )

    @property
    def halvings(self) -> int:
        """Of the discriminators: as many as a crop has room for."""
        most = (self.tile // 3).bit_length() - 1
        return min(most, self.downsamplings or SIZES[self.difficulty][2])


GROUPS = (
    SettingGroup(
        title="Masks from attention",
        settings=("border", "smallest", "lightest", "refine", "views", "averaging", "sharpness", "distil"),
    ),
    SettingGroup(
        title="Losses",
        settings=(
            *("adversarial", "cycle", "identity", "pixel", "variance"),
            *("structure", "structure_back", "structure_intact", "intact_against", "similarity"),
            *("tag", "top_share", "contour", "guided", "total_variation", "mean_attention"),
        ),
    ),
    SettingGroup(
        title="Optimisation",
        settings=("optimiser", "rate", "discriminator_rate", "cracked_discriminator_rate", "course", "decay_from"),
    ),
    SettingGroup(
        title="Networks",
        settings=(
            *("body", "block", "width", "depth", "dropout", "composition", "attention_bias"),
            *("reverse_attention", "one_way", "reverse_share", "judges", "downsamplings", "pool"),
        ),
    ),
)
"""How the form folds them; what a person changes from day to day is in none."""

_AS_PUBLISHED: dict[str, SettingValue] = {
    "attention_bias": 0.0,
    "tag": 0.0,
    "contour": 0.0,
    "guided": 0.0,
    "jitter": 0.0,
    "smallest": 0,
    "lightest": 0.0,
    "averaging": False,
    "one_way": False,
    "reverse_share": 1.0,
}
"""What is ours, and in no published recipe."""

_REPAIRERGAN: dict[str, SettingValue] = {
    **_AS_PUBLISHED,
    "tile": 224,
    "epochs": 5,
    "body": "bottleneck",
    "width": 96,
    "depth": 9,
    "dropout": 0.4,
    "optimiser": "rmsprop",
    "rate": 2e-4,
    "discriminator_rate": 2e-5,
    "decay_from": 0.4,
    "adversarial": 2.0,
}

_ATTENTIONGAN: dict[str, SettingValue] = {
    **_AS_PUBLISHED,
    "tile": 256,
    "body": "resnet",
    "block": "resnet",
    "width": 64,
    "depth": 9,
    "reverse_attention": True,
    "downsamplings": 3,
    "optimiser": "adam",
    "structure": 0.0,
    "structure_back": 0.0,
    "structure_intact": 0.0,
}

_ATTENTIONGAN_V1: dict[str, SettingValue] = {
    **_ATTENTIONGAN,
    "batch": 1,
    "epochs": 200,
    "rate": 1e-4,
    "discriminator_rate": 1e-4,
    "adversarial": 0.5,
    "identity": 0.0,
    "pixel": 1.0,
    "total_variation": 1e-6,
}
"""Its weights from the eleventh epoch on. Before, cycle and pixel hardly count: a curriculum that we do not have."""

_ATTENTIONGAN_V2: dict[str, SettingValue] = {
    **_ATTENTIONGAN,
    "batch": 4,
    "epochs": 60,
    "composition": "v2",
    "rate": 2e-4,
    "discriminator_rate": 2e-4,
    "course": "constant",
    "identity": 5.0,
}

PRESETS = (
    Preset(name="repairergan-simple", title="RepairerGAN, as published for the simple set", settings=_REPAIRERGAN),
    Preset(
        name="repairergan-complex",
        title="RepairerGAN, as published for the complex set",
        settings={**_REPAIRERGAN, "downsamplings": 4},
    ),
    Preset(
        name="attentiongan-v1",
        title="AttentionGAN v1: attention both ways",
        settings=_ATTENTIONGAN_V1,
    ),
    Preset(
        name="attentiongan-v2",
        title="AttentionGAN v2: nine contents and the image",
        settings=_ATTENTIONGAN_V2,
    ),
    Preset(
        name="one-way",
        title="RepairerGAN without the way back",
        settings={**_REPAIRERGAN, "one_way": True},
    ),
    Preset(name="two-way", title="Ours with the way back: a whole CycleGAN", settings={"one_way": False}),
    Preset(
        name="starter",
        title="For drawn images with masks, as the starter was trained",
        settings={"one_way": False, "guided": 3.0, "contour": 0.0, "jitter": 0.4, "minutes": 30.0},
    ),
)
