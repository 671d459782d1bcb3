"""The best detection of each picture alone."""

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given
from plain_matching import plain_iou

from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.highest import highest_only
from tfodkit.evaluation.operating.values import HighestOnly

A, B = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0)


@given(evaluation_sets(classes=3))
def test_it_is_what_a_loop_over_the_pictures_counts(images: EvaluationSet) -> None:
    if not images.truth.is_crowd.any():
        assert highest_only(images) == highest_plainly(images)


def highest_plainly(images: EvaluationSet) -> HighestOnly:
    counts = dict.fromkeys(["images", "correct", "localised", "single_object", "single_correct"], 0)
    for image in range(len(images.images)):
        objects, rows = (np.flatnonzero(columns.image == image) for columns in (images.truth, images.found))
        classes = set(images.truth.class_id[objects])
        if classes:
            best = max(rows, key=lambda row: images.found.score[row]) if len(rows) else None
            right = (
                [] if best is None else [at for at in objects if truth_class(images, at) == images.found.class_id[best]]
            )
            counts["images"] += 1
            counts["correct"] += bool(right)
            counts["localised"] += any(plain_iou(images, best, at) >= 0.5 for at in right)
            counts["single_object"] += len(classes) == 1
            counts["single_correct"] += len(classes) == 1 and bool(right)
    return HighestOnly(**counts)


def truth_class(images: EvaluationSet, labelled: int) -> int:
    return int(images.truth.class_id[labelled])


def test_pictures_by_hand() -> None:
    truth = make_truth((0, 1, A), (1, 1, A), (1, 2, B), (2, 2, A), (3, 1, A), (3, 1, B))
    found = make_found(
        (0, 1, A, 0.9),  # right and in its place
        (1, 2, A, 0.02),  # right, but in the place of the other class; low scores count as well
        (2, 1, A, 0.9),  # wrong, though the next would be right
        (2, 2, A, 0.8),
        (4, 1, A, 0.9),  # in a picture without objects
    )
    assert highest_only(make_set(truth, found, images=5, classes=2)) == HighestOnly(
        images=4, correct=2, localised=1, single_object=3, single_correct=1
    )


def test_the_best_is_found_whatever_the_order_of_the_rows() -> None:
    found = make_found((0, 2, B, 0.3), (0, 1, A, 0.9))
    assert highest_only(make_set(make_truth((0, 1, A)), found, classes=2)).localised == 1


@pytest.mark.parametrize(("height", "localised"), [(50.0, 1), (49.0, 0)])
def test_an_iou_of_a_half_is_on_the_object(height: float, localised: int) -> None:
    images = make_set(make_truth((0, 1, A)), make_found((0, 1, (0.0, 0.0, 100.0, height), 0.9)))
    assert highest_only(images).localised == localised


def test_half_of_the_best_detection_in_a_crowd_is_enough() -> None:
    crowd = make_truth((0, 1, (0, 0, 400, 300)), crowd=[0])
    assert highest_only(make_set(crowd, make_found((0, 1, A, 0.9)))).localised == 1


def test_no_pictures_and_no_objects_count_nothing() -> None:
    assert highest_only(make_set(make_truth(), make_found((0, 1, A, 0.9)))) == HighestOnly(0, 0, 0, 0, 0)
    assert highest_only(make_set(make_truth(), make_found(), images=0)) == HighestOnly(0, 0, 0, 0, 0)
