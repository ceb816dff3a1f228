"""Who comes next, and that it can be repeated."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.engine.samplers import balanced, draw_by_use, epochs, probabilities


@given(count=st.integers(1, 30), seed=st.integers(0, 100))
def test_an_epoch_has_everything_once(count: int, seed: int) -> None:
    drawn = list(islice(epochs(range(count), seed=seed), 3 * count))
    for epoch in range(3):
        assert sorted(drawn[epoch * count : (epoch + 1) * count]) == list(range(count))


def test_epochs_differ_from_each_other_and_repeat_with_the_seed() -> None:
    drawn = list(islice(epochs(range(20), seed=1), 40))
    assert drawn[:20] != drawn[20:]
    assert drawn == list(islice(epochs(range(20), seed=1), 40))


@given(positives=st.integers(1, 20), negatives=st.integers(1, 60), seed=st.integers(0, 100))
def test_half_of_the_draws_are_positive_whatever_there_is(positives: int, negatives: int, seed: int) -> None:
    drawn = list(islice(balanced(["+"] * positives, range(negatives), seed=seed), 4 * positives))
    assert drawn[::2] == ["+"] * (2 * positives)
    assert "+" not in drawn[1::2]


@given(positives=st.integers(1, 40), negatives=st.integers(1, 40), seed=st.integers(0, 1000))
def test_no_negative_comes_twice_in_an_epoch_before_each_came_once(positives: int, negatives: int, seed: int) -> None:
    chosen = draw_by_use(np.zeros(negatives, np.int64), positives, random=np.random.default_rng(seed))
    counts = np.bincount(chosen, minlength=negatives)
    assert counts.max() - counts.min() <= 1


def test_without_one_side_the_other_comes_alone() -> None:
    assert set(islice(balanced([1, 2], [], seed=0), 10)) == {1, 2}
    assert set(islice(balanced([], [3], seed=0), 10)) == {3}


def test_negatives_are_used_evenly_over_fifty_epochs() -> None:
    epoch, negatives = 10, 73
    drawn = list(islice(balanced(["+"] * epoch, range(negatives), seed=3), 50 * 2 * epoch))[1::2]
    uses = np.bincount(drawn, minlength=negatives)
    plain = np.bincount(np.random.default_rng(3).integers(negatives, size=len(drawn)), minlength=negatives)
    assert uses.min() >= 4
    assert uses.std() < 0.5 * plain.std()


@given(uses=st.lists(st.integers(0, 50), min_size=1, max_size=80))
def test_probabilities_are_positive_and_fall_with_use(uses: list[int]) -> None:
    counts = np.array(uses, np.int64)
    p = probabilities(counts)
    assert p.sum() == pytest.approx(1)
    assert (p > 0).all()
    order = np.argsort(counts, kind="stable")
    assert (np.diff(p[order]) <= 1e-12).all()


def test_unused_images_are_all_as_likely() -> None:
    assert np.allclose(probabilities(np.zeros(7, np.int64)), 1 / 7)


def test_the_formula_is_the_paper_s() -> None:
    uses = np.array([0, 1, 2, 4], np.int64)
    p = 1 - uses / 4
    p = (p - np.median(p) + 1) ** (4 * np.log(4))
    assert np.allclose(probabilities(uses), p / p.sum())
