"""The confusion matrix adds up: with the truth, with the detections, and with the operating table."""

import numpy as np
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given, settings, strategies as st
from plain_matching import best_first, plain_iou, plain_matches

from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.confusion import confusion, fates_of
from tfodkit.evaluation.operating.counts import operating_table
from tfodkit.evaluation.operating.values import Fate

A, B, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (0.0, 200.0, 50.0, 250.0)
NEAR_A = (0.0, 0.0, 100.0, 80.0)
THRESHOLDS = st.sampled_from([0.0, 0.25, 0.6, 1.0])
IOUS = st.sampled_from([0.3, 0.5, 0.75])
SETS = evaluation_sets(classes=3, images=2, most=10)


@given(SETS, THRESHOLDS, IOUS)
def test_it_agrees_with_the_operating_table(images: EvaluationSet, threshold: float, iou: float) -> None:
    counts = confusion(images, threshold=threshold, iou=iou).counts
    table = operating_table(images, threshold=threshold, iou=iou).at_threshold
    assert counts[:-1].sum(axis=1).tolist() == [each.ground_truths for each in table]
    assert counts[:, :-1].sum(axis=0).tolist() == [each.detections for each in table]
    assert counts.diagonal()[:-1].tolist() == [each.true_positives for each in table]
    assert counts[-1, -1] == 0


@given(SETS, THRESHOLDS, IOUS)
def test_the_rest_is_paired_by_score_and_then_by_iou(images: EvaluationSet, threshold: float, iou: float) -> None:
    assert np.array_equal(
        confusion(images, threshold=threshold, iou=iou).counts, plain_confusion(images, threshold, iou)
    )


def plain_confusion(images: EvaluationSet, threshold: float, iou: float) -> np.ndarray:
    found, truth = images.found, images.truth
    matches = plain_matches(images, threshold=threshold, iou=iou)
    object_of = {row: labelled for row, labelled, _ in matches}
    free = set(np.flatnonzero(~truth.is_crowd)) - set(object_of.values())
    for row in best_first(images, threshold):
        if row in object_of and object_of[row] is None:
            here = [labelled for labelled in free if truth.image[labelled] == found.image[row]]
            overlap, labelled = max(((plain_iou(images, row, each), each) for each in here), default=(-1, None))
            if overlap >= iou:
                object_of[row] = labelled
                free.remove(labelled)
    counts = np.zeros((len(images.class_names) + 1,) * 2, int)
    for row, labelled in object_of.items():
        counts[-1 if labelled is None else truth.class_id[labelled] - 1, found.class_id[row] - 1] += 1
    for labelled in free:
        counts[truth.class_id[labelled] - 1, -1] += 1
    return counts


@settings(max_examples=30)
@given(SETS, THRESHOLDS, IOUS)
def test_the_fates_add_up_to_the_ground_truths(images: EvaluationSet, threshold: float, iou: float) -> None:
    table = operating_table(images, threshold=threshold, iou=iou).at_threshold
    found = fates_of(confusion(images, threshold=threshold, iou=iou))
    assert [fate.ground_truths for fate in found] == [each.ground_truths for each in table]
    assert [fate.correct for fate in found] == [each.true_positives for each in table]
    assert [fate.name for fate in found] == list(images.class_names.values())


def matrix(images: EvaluationSet) -> list[list[int]]:
    counts: list[list[int]] = confusion(images, threshold=0.5, iou=0.5).counts.tolist()
    return counts


def test_a_box_of_another_class_is_a_confusion() -> None:
    images = make_set(make_truth((0, 1, A)), make_found((0, 2, A, 0.9)), classes=2)
    assert matrix(images) == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert fates_of(confusion(images, threshold=0.5, iou=0.5))[0] == Fate(
        "class 1", correct=0, misclassified=1, missed=0
    )


def test_the_right_class_comes_first_whatever_the_scores() -> None:
    images = make_set(make_truth((0, 1, A)), make_found((0, 2, A, 0.9), (0, 1, NEAR_A, 0.6)), classes=2)
    assert matrix(images) == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_a_detection_is_about_one_object_only() -> None:
    # the one of class 2 is right, so that the object of class 1 below it is missed and not confused
    images = make_set(make_truth((0, 1, A), (0, 2, A)), make_found((0, 2, A, 0.9)), classes=2)
    assert matrix(images) == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_missed_objects_and_false_alarms_meet_the_background() -> None:
    images = make_set(make_truth((0, 1, A)), make_found((0, 2, FAR, 0.9), (0, 1, A, 0.4)), classes=2)
    assert matrix(images) == [[0, 0, 1], [0, 0, 0], [0, 1, 0]]


def test_crowds_and_what_lies_on_them_stand_nowhere() -> None:
    images = make_set(make_truth((0, 1, A), crowd=[0]), make_found((0, 1, A, 0.9)), classes=2)
    assert not np.any(matrix(images))


def test_what_is_beyond_the_hundred_best_of_an_image_and_class_stands_nowhere() -> None:
    images = make_set(make_truth((0, 1, A)), make_found(*[(0, 2, FAR, 0.9)] * 100, (0, 2, A, 0.8)), classes=2)
    assert matrix(images) == [[0, 0, 1], [0, 0, 0], [0, 100, 0]]


def test_boxes_of_other_images_are_no_confusion() -> None:
    images = make_set(make_truth((0, 1, A)), make_found((1, 2, A, 0.9)), images=2, classes=2)
    assert matrix(images) == [[0, 0, 1], [0, 0, 0], [0, 1, 0]]


def test_ids_need_not_be_dense() -> None:
    images = make_set(make_truth((0, 7, A), (0, 40, B)), make_found((0, 40, A, 0.9), (0, 40, B, 0.8)))
    images = EvaluationSet(images.images, {7: "mug", 40: "bagel"}, images.truth, images.found)
    assert matrix(images) == [[0, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert confusion(images, threshold=0.5, iou=0.5).class_names == ("mug", "bagel")


@settings(max_examples=30)
@given(SETS)
def test_known_matches_change_nothing(images: EvaluationSet) -> None:
    matches = match(images)
    for iou in (0.5, 0.6, 0.9):
        known = confusion(images, threshold=0.2, iou=iou, matches=matches)
        assert np.array_equal(known.counts, confusion(images, threshold=0.2, iou=iou).counts)
