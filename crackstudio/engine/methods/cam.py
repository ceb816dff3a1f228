"""A classifier of tags and its class activation map: the baseline that every method from tags has to beat."""

from typing import Annotated

from msgspec import Meta
from torch import Tensor

from crackstudio.core.runs import MethodCard, Need, NeedKind, Preset
from crackstudio.engine.networks.class_activation import Explanation, activation_map
from crackstudio.engine.networks.classifiers import Classifier, Trunk
from crackstudio.engine.tagged import TaggedConfig, TaggedMethod


class CamConfig(TaggedConfig, frozen=True, kw_only=True):
    """The form of `cam`."""

    explanation: Annotated[Explanation, Meta(description="How the map is made of the classifier.")] = (
        Explanation.GRAD_CAM
    )


class CamMethod(TaggedMethod):
    """One classifier, looked into."""

    Config = CamConfig
    card = MethodCard(
        key="cam",
        title="Classifier with activation map",
        summary="Learns to tell cracked from intact; its map is what it looked at. A baseline: coarse.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4), Need(kind=NeedKind.INTACT, at_least=4)),
        uses="A tag, cracked or intact, per image or tile.",
        paper="Grad-CAM (ICCV 2017), Grad-CAM++ (WACV 2018), Score-CAM (CVPR Workshops 2020)",
        notes="Here to compare with. Its map is as coarse as its last layer; Score-CAM takes a pass for each channel.",
        presets=(
            Preset(name="grad-cam++", title="Grad-CAM++", settings={"explanation": "grad-cam++"}),
            Preset(name="score-cam", title="Score-CAM", settings={"explanation": "score-cam"}),
        ),
    )
    config: CamConfig
    network: Classifier

    def __init__(self, config: CamConfig) -> None:
        trunk = Trunk(width=config.width, depth=config.depth, stride=config.stride)
        super().__init__(config, network=Classifier(trunk))

    def logits(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network(images * 2 - 1).logits
        return logits.float()

    def crack_map(self, images: Tensor) -> Tensor:
        return self.propose(images)[0]

    def propose(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return activation_map(self.network, images * 2 - 1, by=self.config.explanation)
