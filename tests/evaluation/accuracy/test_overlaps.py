"""Overlaps by hand, and the figures of the reference's own code."""

import numpy as np
import pytest
from evaluation_sets import random_set, with_keypoints
from hypothesis import given, strategies as st
from pycocotools import mask

from tfodkit.evaluation.accuracy.overlaps import box_areas, box_overlaps, keypoint_areas, keypoint_similarities, sigmas

SIDES = st.integers(-800, 6400).map(lambda sixteenths: sixteenths / 16)  # so that x + width is exact for the reference
BOXES = st.lists(st.tuples(SIDES, SIDES, SIDES, SIDES), min_size=1, max_size=5)


def overlap(detected: tuple[float, ...], labelled: tuple[float, ...], *, is_crowd: bool = False) -> float:
    (value,) = box_overlaps(np.array([detected], float), np.array([labelled], float), np.array([is_crowd]))
    return float(value)


def test_two_thirds_of_the_union() -> None:
    assert overlap((20, 0, 120, 100), (0, 0, 100, 100)) == pytest.approx(2 / 3)


def test_a_detection_inside_a_crowd_lies_wholly_in_it() -> None:
    assert overlap((10, 10, 20, 20), (0, 0, 400, 300)) == pytest.approx(100 / 120_000)
    assert overlap((10, 10, 20, 20), (0, 0, 400, 300), is_crowd=True) == 1
    assert overlap((-10, 10, 10, 20), (0, 0, 400, 300), is_crowd=True) == pytest.approx(0.5)


@pytest.mark.parametrize("box", [(10, 10, 10, 20), (20, 10, 10, 20), (20, 20, 10, 10), (100, 0, 200, 100)])
@pytest.mark.parametrize("is_crowd", [False, True])
def test_a_box_without_area_or_beside_overlaps_with_nothing(box: tuple[float, ...], *, is_crowd: bool) -> None:
    assert overlap(box, (0, 0, 100, 100), is_crowd=is_crowd) == 0
    assert overlap((0, 0, 100, 100), box, is_crowd=is_crowd) == 0


@given(BOXES, BOXES, st.booleans())
def test_overlaps_are_the_reference_s(
    detected: list[tuple[float, ...]], labelled: list[tuple[float, ...]], crowd: bool
) -> None:
    found, truth = np.array(detected), np.array(labelled)
    xywh = [np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]) for boxes in (found, truth)]
    theirs = mask.iou(*xywh, [int(crowd)] * len(truth))
    rows, others = map(np.ravel, np.indices(theirs.shape))
    ours = box_overlaps(found[rows], truth[others], np.full(len(rows), crowd))
    np.testing.assert_allclose(ours, theirs.ravel(), atol=1e-9)


def test_areas() -> None:
    assert box_areas(np.array([[0, 0, 4, 3], [2.5, 1, 3, 5]])).tolist() == [12, 2]
    assert keypoint_areas(np.array([[[1, 2, 2], [5, 3, 0], [3, 12, 1]]], float)).tolist() == [40]
    assert keypoint_areas(np.empty((0, 17, 3))).tolist() == []


def similarity(detected: list[list[float]], labelled: list[list[float]], area: float = 10_000) -> float:
    (value,) = keypoint_similarities(
        np.array([detected], float), np.array([labelled], float), np.array([[0.0, 0, 100, 100]]), np.array([area])
    )
    return float(value)


def test_similarity_falls_with_the_distance_by_the_size_and_counts_labelled_keypoints_only() -> None:
    # with one keypoint sigma is 0.05: 10 pixels of an object of 100 x 100 are one standard deviation of 2 sigma
    assert similarity([[10, 0, 1]], [[0, 0, 2]]) == pytest.approx(np.exp(-0.5))
    assert similarity([[10, 0, 1]], [[0, 0, 2]], area=40_000) == pytest.approx(np.exp(-0.125))
    assert similarity([[10, 0, 1], [999, 999, 1]], [[0, 0, 1], [0, 0, 0]]) == pytest.approx(np.exp(-0.5))


def test_an_object_without_keypoints_is_near_anything_about_its_box() -> None:
    assert similarity([[200, -100, 1]], [[0, 0, 0]]) == 1
    assert similarity([[210, 0, 1]], [[0, 0, 0]]) == pytest.approx(np.exp(-0.5))


def test_people_have_the_tolerances_that_were_measured_and_others_one_for_all() -> None:
    assert sigmas(17)[[0, 11, 16]].tolist() == [0.026, 0.107, 0.089]
    assert sigmas(4).tolist() == [0.05] * 4


def test_the_arguments_are_left_as_they_were() -> None:
    truth = with_keypoints(random_set(1), 1).truth
    assert truth.keypoints is not None
    before = truth.keypoints.copy()
    keypoint_similarities(truth.keypoints, truth.keypoints, truth.boxes_xyxy, truth.area)
    assert np.array_equal(truth.keypoints, before)
