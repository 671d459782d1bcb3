"""Weighted images against sets in which they really stand that often, which COCO's own accumulation judges."""

from dataclasses import replace

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth, random_set
from hypothesis import given, settings, strategies as st

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet
from tfodkit.evaluation.comparing import resampling
from tfodkit.evaluation.comparing.resampling import draw_resamples, resampled_ap

BOX, ELSEWHERE = (0.0, 0.0, 100.0, 100.0), (200.0, 200.0, 300.0, 300.0)
CLOSE = 1e-9
SEEDS = st.integers(0, 2**32 - 1)


def ap_of(images: EvaluationSet, *weights: list[int]) -> np.ndarray:
    return resampled_ap(images, match(images), np.array(weights, np.int32))


def repeated(images: EvaluationSet, weights: list[int]) -> EvaluationSet:
    """The set in which each image stands as often as its weight says, its copies next to each other."""
    rows = [place for place, weight in enumerate(weights) for _ in range(weight)]
    truth, found = images.truth, images.found
    in_truth = [np.flatnonzero(truth.image == place) for place in rows]
    in_found = [np.flatnonzero(found.image == place) for place in rows]
    of_truth, of_found = (np.concatenate([np.empty(0, np.int64), *each]) for each in (in_truth, in_found))
    return EvaluationSet(
        tuple(EvaluatedImage(f"{number}.jpg", 400, 300) for number in range(len(rows))),
        images.class_names,
        replace(
            truth,
            image=np.repeat(np.arange(len(rows)), [len(each) for each in in_truth]),
            boxes_xyxy=truth.boxes_xyxy[of_truth],
            class_id=truth.class_id[of_truth],
            is_crowd=truth.is_crowd[of_truth],
            is_difficult=truth.is_difficult[of_truth],
            area=truth.area[of_truth],
        ),
        replace(
            found,
            image=np.repeat(np.arange(len(rows)), [len(each) for each in in_found]),
            boxes_xyxy=found.boxes_xyxy[of_found],
            class_id=found.class_id[of_found],
            score=found.score[of_found],
        ),
    )


def without_ties_in_an_image(images: EvaluationSet) -> EvaluationSet:
    """Scores of different images may stay equal: the copies of an image stand together either way."""
    place = np.arange(len(images.found)) - np.searchsorted(images.found.image, images.found.image)
    return replace(images, found=replace(images.found, score=images.found.score - 1e-4 * place))


@settings(max_examples=60)
@given(evaluation_sets())
def test_all_images_once_are_cocos_own_figures_ties_and_crowds_too(images: EvaluationSet) -> None:
    once = [1] * len(images.images)
    np.testing.assert_allclose(ap_of(images, once)[0], measure_coco(images).ap, rtol=0, atol=CLOSE)


@settings(max_examples=30)
@given(SEEDS)
def test_all_images_once_of_a_model_of_some_skill(seed: int) -> None:
    images = random_set(seed, images=8, detections=60, objects=8)
    np.testing.assert_allclose(ap_of(images, [1] * 8)[0], measure_coco(images).ap, rtol=0, atol=CLOSE)


@settings(max_examples=60)
@given(evaluation_sets(), st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_a_weight_is_as_good_as_so_many_copies(images: EvaluationSet, weights: list[int]) -> None:
    images, weights = without_ties_in_an_image(images), weights[: len(images.images)]
    copies = measure_coco(repeated(images, weights)).ap
    np.testing.assert_allclose(ap_of(images, weights)[0], copies, rtol=0, atol=CLOSE)


@settings(max_examples=30)
@given(SEEDS, st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_a_weight_is_as_good_as_so_many_copies_for_a_model_of_some_skill(seed: int, weights: list[int]) -> None:
    images = without_ties_in_an_image(random_set(seed, images=6, detections=60, objects=8))
    copies = measure_coco(repeated(images, weights)).ap
    np.testing.assert_allclose(ap_of(images, weights)[0], copies, rtol=0, atol=CLOSE)


def test_a_hundred_detections_of_an_image_and_class_count() -> None:
    wrong = [(0, 1, ELSEWHERE, 0.9)] * 105
    images = make_set(make_truth((1, 1, BOX)), make_found(*wrong, (1, 1, BOX, 0.5)), images=2)
    assert ap_of(images, [1, 1])[0, 0, 0] == pytest.approx(1 / 101)


def test_of_equal_scores_in_an_image_the_copies_of_the_first_come_before_the_second() -> None:
    wrong_first = make_set(make_truth((0, 1, BOX)), make_found((0, 1, ELSEWHERE, 0.5), (0, 1, BOX, 0.5)))
    # twice: wrong, wrong, right, right; precision at the end is 2 of 4, and with the images repeated it would be too
    assert ap_of(wrong_first, [2])[0, 0, 0] == pytest.approx(0.5)
    right_first = make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.5), (0, 1, ELSEWHERE, 0.5)))
    assert ap_of(right_first, [2])[0, 0, 0] == pytest.approx(1)
    in_turn = measure_coco(repeated(right_first, [2])).ap[0, 0]
    assert in_turn == pytest.approx((51 + 50 * 2 / 3) / 101)  # right, wrong, right, wrong


def test_a_class_that_no_drawn_image_holds_has_no_figure() -> None:
    images = make_set(make_truth((0, 1, BOX), (1, 2, BOX)), make_found((0, 1, BOX, 0.9)), images=2, classes=3)
    ap = ap_of(images, [2, 0], [0, 2])
    np.testing.assert_array_equal(ap[:, 0], [[1, np.nan, np.nan], [np.nan, 0, np.nan]])


def test_the_blocks_that_the_work_is_cut_into_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    images = random_set(7, images=12, detections=120, objects=6)
    weights = draw_resamples(12, samples=50, seed=3)
    whole = resampled_ap(images, match(images), weights)
    monkeypatch.setattr(resampling, "CACHED_BYTES", 8)
    monkeypatch.setattr(resampling, "FEWEST", 7)
    np.testing.assert_array_equal(resampled_ap(images, match(images), weights), whole)
    monkeypatch.setattr(resampling, "LARGEST_BYTES", 8)
    np.testing.assert_array_equal(resampled_ap(images, match(images), weights), whole)


def test_as_many_images_are_drawn_as_there_are() -> None:
    weights = draw_resamples(16, samples=2000, seed=0)
    assert weights.shape == (2000, 16)
    assert set(weights.sum(axis=1)) == {16}
    # an image is left out of a resample with (1 - 1/16) ** 16
    assert (weights == 0).mean() == pytest.approx((15 / 16) ** 16, abs=0.01)


def test_the_seed_decides() -> None:
    draws = [draw_resamples(16, samples=5, seed=seed).tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_no_images_can_be_drawn_from_none() -> None:
    assert draw_resamples(0, samples=5, seed=0).shape == (5, 0)
