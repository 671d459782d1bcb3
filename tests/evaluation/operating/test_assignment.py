"""Each detection and its object, whatever their classes."""

import numpy as np
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given

from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.assignment import assign_across_classes

A, FAR = (0.0, 0.0, 100.0, 100.0), (0.0, 200.0, 50.0, 250.0)
NEAR_A, NEARER_A = (0.0, 0.0, 100.0, 80.0), (0.0, 0.0, 100.0, 90.0)


@given(evaluation_sets(classes=3, images=2, most=10))
def test_it_is_one_to_one_and_within_an_image(images: EvaluationSet) -> None:
    assignment = assign_across_classes(images, threshold=0.2, iou=0.5)
    (detections,) = np.nonzero(assignment.object_of != NOBODY)
    objects = assignment.object_of[detections]
    assert np.array_equal(assignment.detection_of[objects], detections)
    assert (assignment.detection_of != NOBODY).sum() == len(detections)
    assert np.array_equal(images.found.image[detections], images.truth.image[objects])
    assert assignment.is_counted[detections].all()
    assert not images.truth.is_crowd[objects].any()
    assert (images.found.score[assignment.is_counted] >= 0.2).all()


def test_the_better_score_is_about_the_object_and_takes_the_best_overlap() -> None:
    images = make_set(
        make_truth((0, 1, NEAR_A), (0, 1, NEARER_A)),
        make_found((0, 2, A, 0.9), (0, 3, A, 0.8), (0, 2, A, 0.7), (0, 2, A, 0.1)),
        classes=3,
    )
    assignment = assign_across_classes(images, threshold=0.2, iou=0.5)
    assert assignment.object_of.tolist() == [1, 0, NOBODY, NOBODY]
    assert assignment.detection_of.tolist() == [1, 0]
    assert assignment.is_counted.tolist() == [True, True, True, False]


def test_a_crowd_is_confused_with_nothing() -> None:
    images = make_set(make_truth((0, 1, A), crowd=[0]), make_found((0, 2, A, 0.9)), classes=2)
    assignment = assign_across_classes(images, threshold=0.2, iou=0.5)
    assert (assignment.object_of.tolist(), assignment.is_counted.tolist()) == ([NOBODY], [True])


def test_rounding_costs_no_perfect_box_its_object_at_an_iou_of_one() -> None:
    rounded = (0.0, 0.0, 100.0, 100.0 + 1e-9)
    images = make_set(make_truth((0, 1, A)), make_found((0, 2, rounded, 1.0)), classes=2)
    assert assign_across_classes(images, threshold=0.2, iou=1.0).object_of.tolist() == [0]
