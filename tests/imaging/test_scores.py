import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score, f1_score, jaccard_score, roc_auc_score

from crackstudio.core.errors import ScoreError
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.scores import Counts, best_threshold, count, count_tolerant, crack_scores

SHAPE = (7, 9)
MAPS = arrays(np.uint8, SHAPE)
TRUTHS = arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 0, 0, 1, 2, 255]))
BINARY = arrays(np.bool_, SHAPE)
THRESHOLDS = st.floats(0, 1)
PAIRS = st.lists(st.tuples(MAPS, TRUTHS), min_size=1, max_size=4)


@given(MAPS, TRUTHS, THRESHOLDS)
def test_counts_equal_a_loop_over_pixels(crack_map, truth, threshold):
    tally = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
    for value, true in zip(crack_map.ravel().tolist(), truth.ravel().tolist(), strict=True):
        if true != 255:
            found = value / 255 >= threshold
            tally[("t" if found == (true > 0) else "f") + ("p" if found else "n")] += 1
    assert count(crack_map, truth, threshold=threshold) == Counts(**tally)


def test_a_level_is_exact_on_either_side_of_its_threshold():
    for value in range(256):
        own = value / 255
        assert [level_of(math.nextafter(own, -1)), level_of(own)] == [value, value]
        assert level_of(math.nextafter(own, 2)) == value + 1


@given(BINARY, BINARY)
def test_strict_scores_agree_with_scikit_learn(found, truth):
    counts = count(found, truth.astype(np.uint8), threshold=0.5)
    flat = truth.ravel(), found.ravel()
    assert counts.iou == pytest.approx(jaccard_score(*flat, zero_division=1))
    assert counts.f1 == pytest.approx(f1_score(*flat, zero_division=1))


@given(BINARY, BINARY, st.integers(0, 3))
def test_swapping_map_and_truth_swaps_precision_and_recall(one, other, tolerance):
    ways = ((one, other.astype(np.uint8)), (other, one.astype(np.uint8)))
    strict = [count(found, truth, threshold=0.5) for found, truth in ways]
    near = [count_tolerant(found, truth, threshold=0.5, tolerance=tolerance) for found, truth in ways]
    for here, there in (strict, near):
        assert (here.precision, here.recall) == pytest.approx((there.recall, there.precision))
        assert (here.f1, here.iou) == pytest.approx((there.f1, there.iou))


@given(BINARY, BINARY, st.integers(0, 3))
def test_tolerant_counts_equal_a_search_around_every_pixel(found, truth, tolerance):
    def near(points, pixel):
        return any((points - pixel)[:, 0] ** 2 + (points - pixel)[:, 1] ** 2 <= tolerance**2) if len(points) else False

    f, t = np.argwhere(found), np.argwhere(truth)
    counts = count_tolerant(found, truth.astype(np.uint8), threshold=0.5, tolerance=tolerance)
    assert counts.right == sum(near(t, pixel) for pixel in f)
    assert counts.met == sum(near(f, pixel) for pixel in t)


@given(BINARY, BINARY)
def test_without_tolerance_tolerant_is_strict(found, truth):
    strict = count(found, truth.astype(np.uint8), threshold=0.5)
    tolerant = count_tolerant(found, truth.astype(np.uint8), threshold=0.5, tolerance=0)
    for name in ("iou", "f1", "precision", "recall"):
        assert getattr(tolerant, name) == pytest.approx(getattr(strict, name))


@given(PAIRS, THRESHOLDS)
@settings(deadline=None, max_examples=40)
def test_scores_lie_between_0_and_1_and_forgive_more_with_tolerance(pairs, threshold):
    scores = crack_scores(pairs, threshold=threshold)
    assert all(value is None or -1e-12 <= value <= 1 + 1e-12 for value in scores.values())
    for name in ("precision", "recall", "f1", "iou"):
        assert scores[f"{name}_tol2"] >= scores[name] - 1e-12
    assert scores["dice"] == scores["f1"]


@given(PAIRS)
@settings(deadline=None, max_examples=40)
def test_pixel_ranking_from_histograms_is_exact(pairs):
    values = np.concatenate([crack_map[truth != 255] for crack_map, truth in pairs])
    true = np.concatenate([truth[truth != 255] > 0 for crack_map, truth in pairs])
    scores = crack_scores(pairs, threshold=0.5)
    if not true.any():
        assert scores["pixel_ap"] is None
        return
    assert scores["pixel_ap"] == pytest.approx(average_precision_score(true, values))
    if not true.all():
        assert scores["pixel_auroc"] == pytest.approx(roc_auc_score(true, values))


def test_pooled_and_mean_scores_are_told_apart():
    half = np.zeros((4, 4), np.uint8)
    half[:2] = 1
    pairs = [(half * 255, half), (np.zeros((4, 4), np.uint8), half)]
    scores = crack_scores(pairs, threshold=0.5)
    assert scores["iou"] == 0.5
    assert scores["iou_mean"] == 0.5
    assert scores["f1"] == pytest.approx(2 / 3)
    assert scores["f1_mean"] == 0.5


def test_images_are_ranked_by_their_brightest_hundredth():
    bright, dark = np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8)
    bright[0, 0], dark[:] = 200, 100
    crack = np.zeros((10, 10), np.uint8)
    crack[0, 0] = 1
    scores = crack_scores([(bright, crack), (dark, crack * 0)], threshold=0.5)
    assert (scores["image_ap"], scores["image_auroc"]) == (1, 1)


def test_nothing_found_where_nothing_is_scores_one():
    empty = np.zeros((3, 3), np.uint8)
    scores = crack_scores([(empty, empty)], threshold=0.5)
    assert [scores[name] for name in ("iou", "f1", "precision", "recall", "iou_mean", "iou_tol2")] == [1] * 6
    assert scores["pixel_auroc"] is scores["image_ap"] is None


def test_unsure_pixels_are_not_scored():
    truth = np.array([[1, 255], [0, 255]], np.uint8)
    found = np.array([[True, True], [False, False]])
    assert count(found, truth, threshold=0.5) == Counts(tp=1, tn=1)


@given(st.integers(1, 255))
def test_a_level_taken_as_threshold_includes_itself(level):
    row = np.array([[level - 1, level]], np.uint8)
    assert count(row, np.ones_like(row), threshold=level / 255).tp == 1


@given(PAIRS, st.sampled_from(["iou", "f1", "iou_mean", "f1_mean"]))
@settings(deadline=None, max_examples=25)
def test_the_best_threshold_is_the_best_of_all_and_gives_its_score(pairs, by):
    threshold, score = best_threshold(pairs, by=by)
    assert crack_scores(pairs, threshold=threshold)[by] == pytest.approx(score)

    def at(level):
        counts = [count(crack_map, truth, threshold=level / 255) for crack_map, truth in pairs]
        if by.endswith("_mean"):
            return np.mean([getattr(c, by.removesuffix("_mean")) for c in counts])
        return getattr(sum(counts, Counts()), by)

    assert score == pytest.approx(max(at(level) for level in range(1, 256)))


def test_the_best_threshold_keeps_away_from_both_sides():
    truth = np.array([[0, 1]], np.uint8)
    assert best_threshold([(truth * 255, truth)])[0] == pytest.approx(0.5, abs=0.01)


def test_maps_of_another_size_are_refused():
    with pytest.raises(ScoreError, match="3 x 2"):
        crack_scores([(np.zeros((2, 3), np.uint8), np.zeros((2, 4), np.uint8))], threshold=0.5)
    with pytest.raises(ScoreError, match="none"):
        best_threshold([])
