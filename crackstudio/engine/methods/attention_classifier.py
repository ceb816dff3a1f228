"""A classifier of tags that decides by its own attention alone: the attention is the map."""

from typing import Annotated

import torch.nn.functional as F
from msgspec import Meta
from torch import Tensor

from crackstudio.core.runs import MethodCard, Need, NeedKind
from crackstudio.engine.collapse import Guard
from crackstudio.engine.networks.adversarial import loudest
from crackstudio.engine.networks.classifiers import AttentiveClassifier, Trunk
from crackstudio.engine.tagged import TaggedConfig, TaggedMethod


class AttentionClassifierConfig(TaggedConfig, frozen=True, kw_only=True):
    """The form of `attention-classifier`."""

    depth: Annotated[int, Meta(ge=1, le=6, description="Residual blocks in each stage.")] = 1
    stride: Annotated[int, Meta(ge=1, le=32, description="Pixels to a place of the map.")] = 4
    attention_bias: Annotated[
        float, Meta(ge=-6, le=6, description="Attention logit before training: low starts quiet, 0 undecided.")
    ] = 0.0
    top_share: Annotated[
        float, Meta(gt=0, le=1, description="Share of the places that speak for the tag; a crack should cover it.")
    ] = 0.02


class AttentionClassifier(TaggedMethod):
    """One classifier; the loudest places of its attention say what an image is."""

    Config = AttentionClassifierConfig
    card = MethodCard(
        key="attention-classifier",
        title="Classifier with attention",
        summary="Learns to tell cracked from intact by the loudest places of an attention, which is the map. "
        "A baseline.",
        needs=(Need(kind=NeedKind.CRACKED, at_least=4), Need(kind=NeedKind.INTACT, at_least=4)),
        uses="A tag, cracked or intact, per image or tile.",
        paper="Baseline of RepairerGAN, Computers in Industry 149 (2023) 103921",
        notes="Here to compare with.",
    )
    config: AttentionClassifierConfig

    def __init__(self, config: AttentionClassifierConfig) -> None:
        trunk = Trunk(width=config.width, depth=config.depth, stride=config.stride)
        super().__init__(config, network=AttentiveClassifier(trunk, bias=config.attention_bias))

    def logits(self, images: Tensor) -> Tensor:
        return loudest(self.network(images * 2 - 1), share=self.config.top_share)

    def crack_map(self, images: Tensor) -> Tensor:
        return self.propose(images)[0]

    def propose(self, images: Tensor) -> tuple[Tensor, Tensor]:
        attention = self.network(images * 2 - 1).float()
        large = F.interpolate(attention, size=images.shape[-2:], mode="bilinear", align_corners=False)
        return large.sigmoid(), loudest(attention, share=self.config.top_share).sigmoid()

    def guard(self) -> Guard:
        return Guard()
