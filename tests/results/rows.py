"""What is measured: one row each, under a name that is also its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crackstudio.core.runs import SettingValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One training and its figures on `test`. Methods of masks train on the whole images, those of tags on the tiles.

    Exactly one of `minutes` and `steps`. `figures` False: only the run itself is of interest, as where a published size
    cannot be trained here.
    """

    name: str
    title: str
    data: str
    method: str
    preset: str = "default"
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    seed: int = 0
    minutes: float | None = None
    steps: int | None = None
    uses_masks: bool = False
    figures: bool = True


_SEEDS = (0, 1, 2)
_TAGS = "attention-cyclegan"
_PLAIN: Mapping[str, SettingValue] = {
    "one_way": False,
    "reverse_attention": True,
    "optimiser": "rmsprop",
    "rate": 2e-4,
    "discriminator_rate": 2e-5,
    "adversarial": 2.0,
    "attention_bias": 0.0,
    "tag": 0.0,
    "contour": 0.0,
    "guided": 0.0,
    "averaging": False,
    "reverse_share": 1.0,
    "distil": 0.0,
}
"""The recipe that fell to attention 0 within 100 steps: the guard has to notice, and to mend it or to say why not."""


def rows() -> Iterator[Row]:
    """All, in the order of the table."""
    for seed in _SEEDS:
        yield _cracks(f"default-{seed}", "default, tags", method=_TAGS, seed=seed, minutes=10)
        yield _cracks(f"unet-{seed}", "U-Net, all masks", method="unet", seed=seed, minutes=10, uses_masks=True)
    yield _cracks("default-45", "default, tags, 45 min", method=_TAGS, minutes=45)
    yield _cracks("unet-45", "U-Net, all masks, 45 min", method="unet", minutes=45, uses_masks=True)
    yield _cracks("two-way", "two-way", method=_TAGS, preset="two-way", minutes=10)
    for preset in ("repairergan-simple", "repairergan-complex", "one-way", "attentiongan-v1", "attentiongan-v2"):
        yield _cracks(preset, preset, method=_TAGS, preset=preset, steps=100, figures=False)
    yield _cracks("grad-cam", "classifier, Grad-CAM", method="cam", minutes=10)
    yield _cracks("grad-cam-plus", "classifier, Grad-CAM++", method="cam", preset="grad-cam++", minutes=10)
    yield _cracks("score-cam", "classifier, Score-CAM", method="cam", preset="score-cam", minutes=10)
    yield _cracks("attention-classifier", "classifier with attention", method="attention-classifier", minutes=10)
    for seed in range(5):
        yield _cracks(f"steady-{seed}", "default, 200 steps", method=_TAGS, seed=seed, steps=200, figures=False)
    yield _cracks("plain", "plain recipe, guarded", method=_TAGS, settings=_PLAIN, steps=200, figures=False)
    yield Row(name="magnetic", title="default, tags", data="magnetic_tile", method=_TAGS, minutes=10)
    yield Row(
        name="magnetic-unet", title="U-Net, all masks", data="magnetic_tile", method="unet", minutes=10, uses_masks=True
    )


def _cracks(name: str, title: str, **asked: object) -> Row:
    return Row(name=name, title=title, data="cracks", **asked)  # type: ignore[arg-type]
