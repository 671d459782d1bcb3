"""The assignment, held against the reference's, match by match."""

import numpy as np
import pytest
from coco_reference import reference
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches, match, ranks
from tfodkit.evaluation.columns import EvaluationSet

BOX = (0.0, 0.0, 100.0, 100.0)


@given(evaluation_sets())
def test_every_match_is_the_reference_s(images: EvaluationSet) -> None:
    matches = match(images)
    object_of, detection_of, is_ignored = reference_matches(images)
    assert np.array_equal(matches.object_of, object_of)
    assert np.array_equal(matches.detection_of, detection_of)
    assert np.array_equal(matches.is_ignored, is_ignored)


@given(evaluation_sets(images=1, classes=1, most=12))
def test_many_in_one_image_are_matched_as_the_reference_does(images: EvaluationSet) -> None:
    object_of, detection_of, _ = reference_matches(images)
    assert np.array_equal(match(images).object_of, object_of)
    assert np.array_equal(match(images).detection_of, detection_of)


def reference_matches(images: EvaluationSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What pycocotools has in ``evalImgs`` for all areas, in our columns."""
    object_of = np.full((10, len(images.found)), NOBODY)
    detection_of = np.full((10, len(images.truth)), NOBODY)
    is_ignored = np.zeros((10, len(images.found)), bool)
    for each in reference(images).evalImgs:
        if each is not None and each["aRng"][1] == 1e10 and each["aRng"][0] == 0:
            found, truth = np.array(each["dtIds"], int) - 1, np.array(each["gtIds"], int) - 1
            object_of[:, found] = each["dtMatches"] - 1
            detection_of[:, truth] = each["gtMatches"] - 1
            is_ignored[:, found] = each["dtIgnore"]
    return object_of, detection_of, is_ignored


def only(matches: Matches) -> tuple[list[int], list[bool]]:
    (object_of,), (is_ignored,) = matches.object_of, matches.is_ignored
    return object_of.tolist(), is_ignored.tolist()


def test_the_better_score_takes_the_object() -> None:
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.5), (0, 1, BOX, 0.9), (0, 1, BOX, 0.9)))
    matches = match(images, (0.5,))
    assert only(matches) == ([NOBODY, 0, NOBODY], [False] * 3)
    assert matches.detection_of.tolist() == [[1]]
    assert ranks(images).tolist() == [2, 0, 1]


def test_of_equal_overlaps_the_later_object_is_taken() -> None:
    images = make_set(make_truth((0, 1, BOX), (0, 1, BOX)), make_found((0, 1, BOX, 0.9)))
    assert only(match(images, (0.5,))) == ([1], [False])


def test_an_ignored_object_is_taken_only_where_no_other_is_left() -> None:
    far = (0.0, 0.0, 100.0, 60.0)
    images = make_set(make_truth((0, 1, BOX), (0, 1, far)), make_found(*[(0, 1, BOX, score) for score in (0.9, 0.8)]))
    ignored = np.array([True, False])
    assert only(match(images, (0.5,), ignored=ignored)) == ([1, 0], [False, True])


def test_a_crowd_is_taken_again_and_again_but_another_ignored_object_once() -> None:
    found = make_found(*[(0, 1, BOX, score) for score in (0.9, 0.8)])
    crowd = make_set(make_truth((0, 1, (0, 0, 400, 300)), crowd=[0]), found)
    assert only(match(crowd, (0.5,))) == ([0, 0], [True, True])
    assert match(crowd, (0.5,)).detection_of.tolist() == [[1]]
    difficult = make_set(make_truth((0, 1, BOX)), found)
    assert only(match(difficult, (0.5,), ignored=np.array([True]))) == ([0, NOBODY], [True, False])


def test_only_the_best_of_an_image_and_class_count() -> None:
    rows = [(0, 1, (0.0, 0.0, 1.0, 1.0), 0.9)] * 100 + [(0, 1, BOX, 0.5), (0, 2, BOX, 0.4)]
    images = make_set(make_truth((0, 1, BOX), (0, 2, BOX)), make_found(*rows), classes=2)
    matches = match(images, (0.5,))
    assert matches.detection_of.tolist() == [[NOBODY, 101]]
    assert np.flatnonzero(~matches.counts).tolist() == [100]
    assert match(images, (0.5,), most_detections=101).detection_of.tolist() == [[100, 101]]


def test_rounding_costs_no_perfect_box_its_object() -> None:
    nearly = (0.0, 0.0, 100.0, 100.0 + 1e-9)
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 1, nearly, 1.0)))
    assert only(match(images, (1.0,))) == ([0], [False])


@pytest.mark.parametrize("image", [0, 1])
def test_neither_image_nor_class_is_mixed_up(image: int) -> None:
    truth = make_truth((0, 1, BOX), (1, 2, BOX))
    images = make_set(truth, make_found((image, 2 - image, BOX, 0.9)), images=2, classes=2)
    assert only(match(images, (0.5,))) == ([NOBODY], [False])
