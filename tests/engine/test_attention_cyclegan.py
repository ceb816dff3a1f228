"""The attention CycleGAN as the trainer drives it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from crackstudio.core.runs import RunSpec
from crackstudio.engine.cards import config_for
from crackstudio.engine.checkpoint import Progress, load_state, put_back, save_state, state_of
from crackstudio.engine.method import Sample, Stream
from crackstudio.engine.methods.attention_cyclegan import AttentionCycleGAN
from crackstudio.engine.networks.bodies import BodyKind
from crackstudio.engine.networks.generators import Composition, Repair
from crackstudio.engine.networks.proposing import Views
from crackstudio.engine.recipes.attention_cyclegan import Against, AttentionCycleGANConfig
from crackstudio.engine.recipes.repair_losses import Back, There, attention_losses, stayed
from crackstudio.imaging.refining import Refinement

SMALL = {"tile": 32, "batch": 2, "width": 8}
CRACK_ROW = 15


def tiles(count: int, *, cracked: bool, side: int = 32, seed: int = 0) -> Tensor:
    """Bright noise; a cracked tile has a dark line of two pixels across it."""
    random = np.random.default_rng(seed)
    images = random.uniform(0.6, 0.8, (count, 3, side, side)).astype(np.float32)
    if cracked:
        images[:, :, CRACK_ROW : CRACK_ROW + 2] = 0.1
    return torch.from_numpy(images)


def batch(count: int = 2, *, seed: int = 0) -> Mapping[Stream, Sample]:
    def sample(*, cracked: bool) -> Sample:
        images = tiles(count, cracked=cracked, seed=seed)
        empty = torch.zeros(count, 1, *images.shape[2:])
        return Sample(
            images=images,
            cracked=torch.full((count,), float(cracked)),
            masks=empty,
            weights=empty,
            has_mask=torch.full((count,), not cracked),
        )

    return {Stream.CRACKED: sample(cracked=True), Stream.INTACT: sample(cracked=False)}


def method(**settings: bool | float | str) -> AttentionCycleGAN:
    torch.manual_seed(0)
    return AttentionCycleGAN(msgspec.convert({**SMALL, "one_way": False, **settings}, AttentionCycleGANConfig))


def rates(trained: AttentionCycleGAN) -> list[float]:
    return [group["lr"] for optimiser in trained.optimisers().values() for group in optimiser.param_groups]


def test_a_step_moves_every_network_and_names_every_loss() -> None:
    trained = method()
    before = {name: [p.clone() for p in network.parameters()] for name, network in trained.networks().items()}
    losses = trained.train_step(batch(), 0.0)
    assert set(losses) == {
        *("adversarial", "cycle", "identity", "structure", "tag", "contour", "guided", "discriminator"),
    }
    assert all(torch.isfinite(loss) and not loss.requires_grad for loss in losses.values())
    for name, network in trained.networks().items():
        moved = [not torch.equal(p, q) for p, q in zip(network.parameters(), before[name], strict=True)]
        assert any(moved), name


def test_the_generators_losses_leave_the_discriminators_trainable_and_unmoved() -> None:
    """Their rate is nothing here, so whatever moved them would have come from the generators' step."""
    trained = method(discriminator_rate=1e-12)
    judge = trained.networks()["judge_of_intact"]
    before = [p.clone() for p in judge.parameters()]
    trained.train_step(batch(), 0.0)
    assert all(torch.allclose(p, q, atol=1e-9) for p, q in zip(judge.parameters(), before, strict=True))
    assert all(p.requires_grad for p in judge.parameters())


def test_image_and_attention_come_from_one_forward_pass() -> None:
    """With dropout, two passes would differ: the structure term would compare images of different samples."""
    trained = method(dropout=0.5)
    repairer, calls = trained.networks()["repairer"], []
    repairer.register_forward_hook(lambda *passed: calls.append(len(passed[1][0])))
    trained.train_step(batch(), 0.0)
    assert calls == [4, 1]


@pytest.mark.parametrize(("progress", "share"), [(0.0, 1.0), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_rates_fall_linearly_and_not_at_the_first_step(progress: float, share: float) -> None:
    trained = method(decay_from=0.5, rate=1e-3, discriminator_rate=1e-4)
    trained.train_step(batch(), progress)
    assert rates(trained) == pytest.approx([1e-3 * share, 1e-4 * share, 1e-4 * share])


@pytest.mark.parametrize(("course", "share"), [("constant", 1.0), ("linear", 0.5), ("cosine", 0.5)])
def test_rates_run_as_their_course_says(course: str, share: float) -> None:
    trained = method(course=course, decay_from=0.5, rate=1e-3)
    trained.train_step(batch(), 0.75)
    assert rates(trained)[0] == pytest.approx(1e-3 * share)


def test_each_discriminator_has_a_rate_of_its_own() -> None:
    trained = method(discriminator_rate=1e-4, cracked_discriminator_rate=3e-5, rate=1e-3)
    trained.train_step(batch(), 0.0)
    assert rates(trained) == pytest.approx([1e-3, 1e-4, 3e-5])


def test_softening_halves_the_discriminators_rate_and_strengthens_the_tag() -> None:
    trained = method(discriminator_rate=1e-4, rate=1e-3)
    trained.soften()
    trained.train_step(batch(), 0.0)
    assert rates(trained) == pytest.approx([1e-3, 5e-5, 5e-5])


def test_a_softened_run_stays_so_through_a_roll_back_and_a_resume(tmp_path: Path) -> None:
    trained, resumed = method(discriminator_rate=1e-4), method(discriminator_rate=1e-4)
    trained.train_step(batch(), 0.0)
    healthy = state_of(trained)
    for _ in range(2):
        put_back(trained, *healthy)
        trained.soften()
    save_state(tmp_path / "state", trained, Progress(step=1, seconds=1.0))
    load_state(tmp_path / "state", resumed)
    for run in (trained, resumed):
        run.train_step(batch(), 0.0)
    assert rates(trained)[1] == rates(resumed)[1] == pytest.approx(2.5e-5)
    both = (run.networks()["repairer"].parameters() for run in (trained, resumed))
    assert all(torch.equal(p, q) for p, q in zip(*both, strict=True)), "the tag term's weight was lost"


def test_the_tag_anchors_the_attention_on_the_crack() -> None:
    trained = method(rate=2e-3)
    for step in range(60):
        trained.train_step(batch(seed=step), step / 120)
    with torch.no_grad():
        cracked = trained.crack_map(tiles(4, cracked=True, seed=999))
        intact = trained.crack_map(tiles(4, cracked=False, seed=998))
    on, off = cracked[:, :, CRACK_ROW : CRACK_ROW + 2], cracked[:, :, : CRACK_ROW - 4]
    assert on.mean() > 3 * off.mean()
    assert on.mean() > 3 * intact.mean()


def test_masks_guide_the_attention_where_there_are_some() -> None:
    """The mask marks rows where there is nothing to see, so only the mask can have taught them."""
    trained, drawn = method(rate=2e-3, tag=0.0, contour=0.0), dict(batch())
    masks = torch.zeros_like(drawn[Stream.CRACKED].masks)
    masks[:, :, :4] = 1
    told = replace(drawn[Stream.CRACKED], masks=masks, weights=torch.ones_like(masks), has_mask=torch.ones(2) > 0)
    losses = [trained.train_step({**drawn, Stream.CRACKED: told}, 0.0)["guided"] for _ in range(30)]
    assert losses[-1] < 0.7 * losses[0]


def test_maps_of_any_size_lie_in_range_and_come_with_the_repaired_image() -> None:
    images = torch.rand(2, 3, 37, 61)
    with torch.no_grad():
        preview = method().preview(images)
    assert list(preview) == ["crack map", "attention", "repaired"]
    assert preview["crack map"].shape == (2, 1, 37, 61)
    assert preview["repaired"].shape == images.shape
    assert all(0 <= layer.min() <= layer.max() <= 1 for layer in preview.values())


def test_a_run_from_a_checkpoint_starts_where_that_ended() -> None:
    """A checkpoint holds the averaged generator alone; the trained one has to take it over."""
    trained = method(rate=1e-12)
    averaged = trained.networks()["proposer"]
    with torch.no_grad():
        for parameter in averaged.parameters():
            parameter.add_(0.01)
    started = [p.clone() for p in averaged.parameters()]
    trained.train_step(batch(), 0.0)
    assert all(torch.allclose(p, q, atol=1e-6) for p, q in zip(averaged.parameters(), started, strict=True))


def test_the_published_recipes_are_presets() -> None:
    config = config_for(AttentionCycleGAN, RunSpec(method="attention-cyclegan", preset="repairergan-simple"))
    assert isinstance(config, AttentionCycleGANConfig)
    assert (config.optimiser, config.rate, config.discriminator_rate) == ("rmsprop", 2e-4, 2e-5)
    assert (config.tag, config.contour, config.guided) == (0, 0, 0)
    assert config_for(AttentionCycleGAN, RunSpec(method="attention-cyclegan", preset="default")) == (
        AttentionCycleGANConfig()
    )


def published(name: str) -> AttentionCycleGANConfig:
    config = config_for(AttentionCycleGAN, RunSpec(method="attention-cyclegan", preset=name))
    assert isinstance(config, AttentionCycleGANConfig)
    return config


def test_attentiongan_is_as_its_authors_trained_it() -> None:
    """Version 1's code sums half of each: 0.5 (0.5 adversarial + 1e-6 variation) + 0.5 (10 cycle + pixel)."""
    one, two = published("attentiongan-v1"), published("attentiongan-v2")
    assert (one.adversarial, one.total_variation, one.cycle, one.pixel, one.identity) == (0.5, 1e-6, 10, 1, 0)
    assert (one.rate, one.discriminator_rate, one.batch, one.epochs) == (1e-4, 1e-4, 1, 200)
    assert (one.course, one.decay_from) == ("linear", 0.5)
    assert (two.adversarial, two.total_variation, two.cycle, two.pixel, two.identity) == (1, 0, 10, 0, 5)
    assert (two.rate, two.discriminator_rate, two.batch, two.epochs, two.course) == (2e-4, 2e-4, 4, 60, "constant")
    for config in (one, two):
        optimisers = AttentionCycleGAN(msgspec.structs.replace(config, width=8, depth=1)).optimisers().values()
        assert {group["betas"] for optimiser in optimisers for group in optimiser.param_groups} == {(0.5, 0.999)}
        assert (config.optimiser, config.reverse_attention) == ("adam", True)


def repair(image: float, attention: Tensor) -> Repair:
    painted = torch.full((1, 3, 2, 2), image)
    return Repair(image=painted, content=painted, logits=torch.logit(attention, eps=1e-3), attention=attention)


def test_pixel_and_total_variation_are_of_both_ways_where_both_have_attention() -> None:
    uneven, even = torch.tensor([[0.0, 1.0], [0.0, 0.0]])[None, None], torch.zeros(1, 1, 2, 2)
    cracked, intact = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    there = There(cracked=cracked, intact=intact, repaired=repair(0.25, uneven), kept=repair(1.0, even))
    back = Back(
        intact=intact,
        damaged=intact - 0.5,
        attention=uneven / 2,
        mended=repair(1.0, even),
        closed=cracked,
        same=cracked,
    )
    config = AttentionCycleGANConfig(total_variation=1.0)
    ways = (back, back._replace(attention=None), None)
    smooth = [float(attention_losses(config, there, way, tag_weight=1.0)["total variation"]) for way in ways]
    assert smooth == pytest.approx([3.0, 2.0, 2.0])
    assert stayed(there, None) == pytest.approx(0.25)
    assert stayed(there, back) == pytest.approx(0.75)


def test_the_way_back_tells_the_attention_it_drew_with() -> None:
    trained = method(reverse_attention=True, reverse_share=0.5)
    images = [tiles(2, cracked=cracked) * 2 - 1 for cracked in (True, False)]
    back = trained._return(trained._go(*images))
    assert back.attention is not None
    assert back.attention.shape == (1, 1, 32, 32)
    assert torch.allclose(back.attention, trained.networks()["damager"](back.intact).attention, atol=1e-5)
    assert method()._return(trained._go(*images)).attention is None


@pytest.mark.parametrize("name", [preset.name for preset in AttentionCycleGAN.card.presets])
def test_every_preset_takes_a_step(name: str) -> None:
    torch.manual_seed(0)
    spec = RunSpec(method="attention-cyclegan", preset=name, settings={**SMALL, "depth": 1})
    config = config_for(AttentionCycleGAN, spec)
    assert isinstance(config, AttentionCycleGANConfig)
    trained = AttentionCycleGAN(config)
    losses = trained.train_step(batch(), 0.0)
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert ("cycle" in losses) is not config.one_way


@pytest.mark.parametrize(
    ("settings", "absent"),
    [
        ({"one_way": True}, {"damager", "judge_of_cracked"}),
        ({"judges": "of repaired"}, {"judge_of_cracked"}),
    ],
)
def test_what_is_left_out_is_not_there(settings: dict[str, bool | str], absent: set[str]) -> None:
    everything, some = set(method().networks()), method(**settings)
    assert everything - set(some.networks()) == absent
    assert all(torch.isfinite(loss) for loss in some.train_step(batch(), 0.0).values())
    assert some.proposer() in some.networks()


@pytest.mark.parametrize(
    ("settings", "term"),
    [
        ({"variance": 50.0}, "variance"),
        ({"total_variation": 1e-6}, "total variation"),
        ({"mean_attention": 1.0}, "mean attention"),
        ({"pixel": 1.0}, "pixel"),
        ({"tag": 0.0}, None),
        ({"similarity": "ms-ssim"}, None),
        ({"intact_against": "original"}, None),
        ({"structure_intact": 0.0}, None),
        ({"pool": 0}, None),
        ({"reverse_attention": True}, None),
        *(({"composition": composition}, None) for composition in Composition),
        *(({"body": body}, None) for body in BodyKind),
    ],
)
def test_every_variant_takes_a_step(settings: dict[str, bool | float | str], term: str | None) -> None:
    usual = {"adversarial", "cycle", "identity", "structure", "tag", "contour", "guided", "discriminator"}
    losses = method(**settings).train_step(batch(), 0.5)
    assert all(torch.isfinite(loss) for loss in losses.values())
    expected = usual | {term} if term else usual - ({"tag"} if settings.get("tag") == 0 else set())
    assert set(losses) == expected


def test_an_intact_image_against_itself_whole_makes_attention_cost_something() -> None:
    """Against itself as repaired, full attention is free: nothing lies outside it."""
    loud = {"attention_bias": 6.0, "structure": 0.0, "structure_back": 0.0}
    free, dear = (method(**loud, intact_against=against).train_step(batch(), 0.0)["structure"] for against in Against)
    assert free < 0.05 < 0.5 < dear


def test_without_averaging_the_generator_itself_proposes() -> None:
    trained = method(averaging=False)
    for step in range(3):
        trained.train_step(batch(seed=step), step / 10)
    repairer, teacher = trained.networks()["repairer"], trained.networks()["proposer"].teacher
    assert all(torch.equal(p, q) for p, q in zip(repairer.parameters(), teacher.parameters(), strict=True))


def test_attention_sharpens_late_and_stays_sharp_in_the_checkpoint() -> None:
    trained = method(sharpness=4.0, decay_from=0.5)
    seen = []
    for progress in (0.0, 0.5, 0.75, 1.0):
        trained.train_step(batch(), progress)
        seen.append(float(trained.networks()["proposer"].teacher.sharpness))
    assert seen == pytest.approx([1.0, 1.0, 2.5, 4.0])
    assert "teacher.sharpness" in trained.networks()["proposer"].state_dict()


def test_the_student_learns_what_attention_found_and_then_proposes() -> None:
    trained = method(rate=2e-3, distil=0.5)
    proposer = trained.networks()["proposer"]
    for step in range(50):
        trained.train_step(batch(seed=step), step / 100)
    assert not proposer.taught
    by_teacher = trained.crack_map(tiles(2, cracked=True, seed=999))
    teacher = [p.clone() for p in proposer.teacher.parameters()]
    losses = [trained.train_step(batch(seed=step), step / 100) for step in range(50, 100)]
    assert set(losses[0]) == {"student"}
    assert losses[-1]["student"] < losses[0]["student"]
    assert proposer.taught
    assert all(torch.equal(p, q) for p, q in zip(proposer.teacher.parameters(), teacher, strict=True))
    proposer.eval()
    by_student = trained.crack_map(tiles(2, cracked=True, seed=999))
    assert not torch.equal(by_student, by_teacher)
    rows = slice(CRACK_ROW, CRACK_ROW + 2)
    assert by_student[:, :, rows].mean() > 3 * by_student[:, :, : CRACK_ROW - 4].mean()


def test_a_run_without_a_student_starts_from_one_with_and_the_other_way_round() -> None:
    with_student, without = method(distil=0.5), method()
    for source, target in ((with_student, without), (without, with_student)):
        with torch.no_grad():
            for weight in source.networks()["proposer"].teacher.parameters():
                weight.add_(0.01)
        target.take_over(source.networks()["proposer"].state_dict())
        pairs = zip(
            source.networks()["proposer"].teacher.parameters(),
            target.networks()["proposer"].teacher.parameters(),
            strict=True,
        )
        assert all(torch.equal(p, q) for p, q in pairs)


def test_from_a_taught_checkpoint_the_teacher_goes_first_again() -> None:
    trained = method(distil=0.5)
    trained.networks()["proposer"].taught.fill_(1)
    trained.train_step(batch(), 0.0)
    assert not trained.networks()["proposer"].taught


def test_where_a_mask_is_known_the_student_learns_the_mask() -> None:
    trained, drawn = method(distil=0.9), dict(batch())
    masks = torch.zeros_like(drawn[Stream.CRACKED].masks)
    masks[:, :, :4] = 1
    told = replace(drawn[Stream.CRACKED], masks=masks, weights=torch.ones_like(masks), has_mask=torch.ones(2) > 0)
    for step in range(40):
        trained.train_step({**drawn, Stream.CRACKED: told}, 0.2 + 0.7 * step / 40)
    trained.networks()["proposer"].eval()
    found = trained.crack_map(drawn[Stream.CRACKED].images)
    assert found[:, :, :4].mean() > 2 * found[:, :, 8:].mean()


@pytest.mark.parametrize("settings", [{"views": views} for views in Views] + [{"refine": by} for by in Refinement])
def test_every_way_of_looking_gives_a_map_of_the_image(settings: dict[str, str]) -> None:
    with torch.no_grad():
        found = method(**settings).crack_map(torch.rand(2, 3, 37, 61))
    assert found.shape == (2, 1, 37, 61)
    assert found.dtype is torch.float32
    assert 0 <= found.min() <= found.max() <= 1


def test_a_resumed_run_goes_on_averaging_where_it_was() -> None:
    before, after = (AttentionCycleGAN(AttentionCycleGANConfig(width=8)) for _ in range(2))
    for _ in range(200):
        before._follow()
    for name, network in before.networks().items():
        after.networks()[name].load_state_dict(network.state_dict())
    with torch.no_grad():
        for weight in after.networks()["repairer"].parameters():
            weight.add_(1)
    then = [weight.clone() for weight in after.networks()["proposer"].parameters()]
    after._follow()
    moved = max(
        float((now - old).abs().max()) for now, old in zip(after.networks()["proposer"].parameters(), then, strict=True)
    )
    assert moved < 0.06
