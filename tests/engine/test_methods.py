"""Every registered method, with the same questions: a new method is tested without writing a test."""

from collections.abc import Mapping
from dataclasses import replace

import cv2
import msgspec
import numpy as np
import pytest
import torch

from crackstudio.core.runs import CheckpointCard, SettingValue
from crackstudio.engine.cards import config_from, method_card, settings_from, settings_of
from crackstudio.engine.checkpoint import load_method, save_checkpoint
from crackstudio.engine.method import Method, Sample, Stream
from crackstudio.engine.methods import methods
from crackstudio.imaging.synthesis import draw

CHEAP: Mapping[str, SettingValue] = {"tile": 64, "batch": 2, "width": 8, "jitter": 0.0}
"""Settings of these names that a method has are made cheap."""
STEPS = 40


@pytest.fixture(params=sorted(methods()))
def kind(request: pytest.FixtureRequest) -> type[Method]:
    return methods()[request.param]


def cheap(kind: type[Method], *, seed: int = 0) -> Method:
    torch.manual_seed(seed)
    known = {setting.name for setting in settings_of(kind.Config)}
    return kind(config_from(kind, {name: value for name, value in CHEAP.items() if name in known}))


def drawn_batch(method: Method) -> dict[Stream, Sample]:
    """One drawn tile and the same without its crack, as every stream would give them."""
    cracked = draw(3, cracked=True, height=64, width=64)
    healed = cv2.inpaint(cracked.image, cv2.dilate(cracked.mask, np.ones((5, 5), np.uint8)), 3, cv2.INPAINT_TELEA)
    intact = replace(cracked, image=healed, mask=np.zeros_like(cracked.mask), cracked=False)
    pictures = {Stream.INTACT: [intact], Stream.CRACKED: [cracked]}

    def sample(stream: Stream, count: int) -> Sample:
        chosen = (pictures.get(stream, [cracked, intact]) * count)[:count]
        masks = torch.from_numpy(np.stack([picture.mask for picture in chosen]))[:, None].float()
        return Sample(
            images=torch.from_numpy(np.stack([picture.image for picture in chosen])).permute(0, 3, 1, 2).float() / 255,
            cracked=torch.tensor([float(picture.cracked) for picture in chosen]),
            masks=masks,
            weights=torch.ones_like(masks),
            has_mask=torch.ones(count, dtype=torch.bool),
        )

    return {stream: sample(stream, count) for stream, count in method.streams().items()}


def trained(method: Method, steps: int = STEPS) -> list[dict[str, float]]:
    batch = drawn_batch(method)
    losses = [method.train_step(batch, step / steps) for step in range(steps)]
    return [{term: float(loss) for term, loss in each.items()} for each in losses]


def proposed(method: Method, images: torch.Tensor) -> torch.Tensor:
    for network in method.networks().values():
        network.eval()
    with torch.inference_mode():
        return method.crack_map(images)


def test_it_learns_one_tile(kind: type[Method]) -> None:
    method = cheap(kind)
    losses = trained(method)
    assert all(np.isfinite(list(each.values())).all() for each in losses)
    images = next(iter(drawn_batch(method).values())).images[:1]
    picture = draw(3, cracked=True, height=64, width=64)
    found = proposed(method, images)[0, 0].numpy()
    crack, quiet = found[picture.mask > 0].mean(), found[picture.mask == 0].mean()
    assert crack > quiet


@pytest.mark.parametrize("size", [(64, 64), (75, 101), (40, 33)])
def test_the_crack_map_has_the_image_s_size_and_range(kind: type[Method], size: tuple[int, int]) -> None:
    found = proposed(cheap(kind), torch.rand(2, 3, *size))
    assert found.shape == (2, 1, *size)
    assert found.dtype is torch.float32
    assert 0 <= float(found.min()) <= float(found.max()) <= 1


def test_the_preview_begins_with_the_crack_map(kind: type[Method]) -> None:
    method, images = cheap(kind), torch.rand(1, 3, 64, 64)
    for network in method.networks().values():
        network.eval()
    with torch.inference_mode():
        layers = method.preview(images)
    assert next(iter(layers)) == "crack map"
    assert all(layer.shape[0] == 1 and layer.shape[1] in {1, 3} for layer in layers.values())
    assert all(0 <= float(layer.min()) <= float(layer.max()) <= 1 for layer in layers.values())


def test_saved_and_loaded_it_gives_the_same_map(kind: type[Method], tmp_path, rgb: np.ndarray) -> None:
    method = cheap(kind)
    trained(method, steps=2)
    settings = settings_from(method.config)
    card = CheckpointCard(method=kind.card.key, settings=settings, threshold=0.4, step=2, tile=64)
    save_checkpoint(tmp_path / "c.safetensors", method, card)
    loaded, found = load_method(tmp_path / "c.safetensors")
    images = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255
    assert found == card
    assert torch.equal(proposed(loaded, images), proposed(method, images))


def test_the_same_seed_gives_the_same_losses(kind: type[Method]) -> None:
    assert trained(cheap(kind, seed=5), steps=3) == trained(cheap(kind, seed=5), steps=3)


def test_the_card_is_complete(kind: type[Method]) -> None:
    card = method_card(kind)
    assert all((card.title, card.summary, card.uses, card.paper, card.needs))
    for setting in card.settings:
        assert setting.help.endswith("."), f"{setting.name} has no help"
    assert msgspec.json.decode(msgspec.json.encode(card), type=type(card)) == card


def test_every_preset_is_a_valid_config(kind: type[Method]) -> None:
    for preset in kind.card.presets:
        config = config_from(kind, preset.settings)
        assert settings_from(config).items() >= preset.settings.items()


def test_every_optimiser_learns_only_what_is_in_a_network(kind: type[Method]) -> None:
    method = cheap(kind)
    known = {id(weight) for network in method.networks().values() for weight in network.parameters()}
    learnt = {
        id(weight) for one in method.optimisers().values() for group in one.param_groups for weight in group["params"]
    }
    assert learnt <= known
    assert method.proposer() in method.networks()
    assert method.optimisers() is not None
    assert list(map(id, method.optimisers().values())) == list(map(id, method.optimisers().values()))
