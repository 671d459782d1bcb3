"""Curves worked out by hand; that they are the reference's is held in test_coco."""

import numpy as np
import pytest
from evaluation_sets import make_found, make_set, make_truth

from tfodkit.evaluation.accuracy.average_precision import RECALLS, Curves, ScoreOrder, accumulate
from tfodkit.evaluation.accuracy.matching import match, ranks
from tfodkit.evaluation.columns import EvaluationSet

BOX, OTHER, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (0.0, 200.0, 100.0, 300.0)


def curves(images: EvaluationSet) -> Curves:
    order = ScoreOrder.of(images, ranks(images))
    return accumulate(images, match(images, (0.5,)), order, ignored=images.truth.is_crowd)


def test_precision_at_a_recall_is_the_best_from_there_on() -> None:
    # right, wrong, right of two objects
    images = make_set(
        make_truth((0, 1, BOX), (1, 1, OTHER)),
        make_found((0, 1, BOX, 0.9), (0, 1, FAR, 0.8), (1, 1, OTHER, 0.7)),
        images=2,
    )
    found = curves(images)
    until_half = RECALLS <= 0.5
    assert found.precision[0, :, 0] == pytest.approx(np.where(until_half, 1, 2 / 3))
    assert found.score[0, :, 0].tolist() == np.where(until_half, 0.9, 0.7).tolist()
    assert found.recall.tolist() == [[1]]
    assert found.ap[0, 0] == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert found.ground_truths.tolist() == [2]


def test_a_recall_that_is_not_reached_has_no_precision_and_no_score() -> None:
    found = curves(make_set(make_truth((0, 1, BOX), (0, 1, OTHER)), make_found((0, 1, BOX, 0.9))))
    assert not found.precision[0, RECALLS > 0.5].any()
    assert not found.score[0, RECALLS > 0.5].any()
    assert found.recall[0, 0] == 0.5


def test_of_equal_scores_the_earlier_image_comes_first_and_within_it_the_earlier_row() -> None:
    found = make_found((1, 1, BOX, 0.5), (0, 1, FAR, 0.5), (0, 1, OTHER, 0.5), (0, 1, BOX, 0.9))
    images = make_set(make_truth((0, 1, BOX)), found, images=2)
    assert ScoreOrder.of(images, ranks(images)).rows.tolist() == [3, 1, 2, 0]


def test_a_class_without_ground_truth_has_no_figures_and_one_without_detections_has_zero() -> None:
    images = make_set(make_truth((0, 1, BOX), (0, 3, BOX), crowd=[1]), make_found((0, 2, BOX, 0.9)), classes=3)
    found = curves(images)
    assert np.array_equal(found.ap, [[0, np.nan, np.nan]], equal_nan=True)
    assert found.recall[0, 0] == 0
    assert np.isnan(found.recall[0, 1:]).all()
    assert found.ground_truths.tolist() == [1, 0, 0]
