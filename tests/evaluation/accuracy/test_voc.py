"""Pascal VOC's rules, held against themselves written plainly: a loop over the detections."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth, random_set
from hypothesis import given, settings, strategies as st

from tfodkit.boxes import Box
from tfodkit.evaluation.accuracy.values import VocClass
from tfodkit.evaluation.accuracy.voc import measure_voc
from tfodkit.evaluation.columns import EvaluationSet

BOX, OTHER, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (0.0, 200.0, 100.0, 300.0)


def plainly(images: EvaluationSet, class_id: int) -> VocClass:
    """The figures of a class of a set without crowds, as the development kit's rules read; ``difficult`` left out."""
    truth, found, taken = images.truth, images.found, set()
    rows = [row for row in range(len(found)) if found.class_id[row] == class_id]
    objects = [row for row in range(len(truth)) if truth.class_id[row] == class_id]
    points, right, wrong = [], 0, 0
    for row in sorted(rows, key=lambda row: -found.score[row]):  # stable, as the kit's
        here = [other for other in objects if truth.image[other] == found.image[row]]
        nearest = max(here, key=lambda other: overlap(images, row, other), default=None)
        if nearest is None or overlap(images, row, nearest) < 0.5 or nearest in taken:
            wrong += 1
        elif not truth.is_difficult[nearest]:
            taken.add(nearest)
            right += 1
        if right + wrong:
            points.append((right, Fraction(right, right + wrong)))
    count = sum(not truth.is_difficult[row] for row in objects)
    if not count:
        return VocClass(images.class_names[class_id], None, None)

    def best(recall: Fraction) -> Fraction:
        return max((precision for found, precision in points if Fraction(found, count) >= recall), default=Fraction(0))

    by_points = sum(best(Fraction(tenth, 10)) for tenth in range(11)) / Fraction(11)
    by_area = sum(best(Fraction(found, count)) for found in range(1, count + 1)) / Fraction(count)
    return VocClass(images.class_names[class_id], float(by_points), float(by_area))


def overlap(images: EvaluationSet, row: int, other: int) -> float:
    return Box(*images.found.boxes_xyxy[row].tolist()).iou(Box(*images.truth.boxes_xyxy[other].tolist()))


def without_crowds(images: EvaluationSet) -> EvaluationSet:
    """Its crowds become difficult objects."""
    truth = images.truth
    return replace(images, truth=replace(truth, is_difficult=truth.is_crowd, is_crowd=np.zeros(len(truth), bool)))


def assert_as_plainly(images: EvaluationSet) -> None:
    ours = measure_voc(images, with_difficult=False).per_class
    theirs = [plainly(images, class_id) for class_id in images.class_names]
    for our, their in zip(ours, theirs, strict=True):
        assert our.name == their.name
        assert our.ap_11_point == pytest.approx(their.ap_11_point, abs=1e-12)
        assert our.ap_area == pytest.approx(their.ap_area, abs=1e-12)


@settings(max_examples=60)
@given(evaluation_sets())
def test_ties_difficult_objects_and_empty_classes(images: EvaluationSet) -> None:
    assert_as_plainly(without_crowds(images))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_model_of_some_skill(seed: int) -> None:
    assert_as_plainly(without_crowds(random_set(seed, images=6)))


def test_the_second_detection_of_an_object_is_wrong_even_if_another_is_free() -> None:
    # the second overlaps the first object with 0.9 and the other one, which nobody has, with 0.6
    truth = make_truth((0, 1, BOX), (0, 1, (0, 0, 100, 150)))
    found = make_found((0, 1, BOX, 0.9), (0, 1, (0, 0, 100, 90), 0.8))
    (figures,) = measure_voc(make_set(truth, found), with_difficult=False).per_class
    assert figures.ap_area == pytest.approx(0.5)


def test_eleven_points_and_area_by_hand() -> None:
    # right, wrong, right of 4 objects: precision 1 up to recall 0.25 (3 points), 2 / 3 up to 0.5 (3), then 0
    truth = make_truth((0, 1, BOX), (0, 1, OTHER), (1, 1, BOX), (1, 1, OTHER))
    found = make_found((0, 1, BOX, 0.9), (0, 1, FAR, 0.8), (0, 1, OTHER, 0.7))
    accuracy = measure_voc(make_set(truth, found, images=2), with_difficult=False)
    assert accuracy.mean_11_point == pytest.approx((3 + 3 * 2 / 3) / 11)
    assert accuracy.mean_area == pytest.approx((1 + 2 / 3) / 4)


def test_three_of_ten_reach_a_recall_of_three_tenths() -> None:
    truth = make_truth(*[(image, 1, BOX) for image in range(10)])
    images = make_set(truth, make_found(*[(image, 1, BOX, 0.9) for image in range(3)]), images=10)
    assert measure_voc(images, with_difficult=False).mean_11_point == pytest.approx(4 / 11)


@pytest.mark.parametrize(("with_difficult", "found", "area"), [(False, BOX, 0), (True, BOX, 0.5), (False, OTHER, 1)])
def test_difficult_objects_count_on_request(*, with_difficult: bool, found: tuple[float, ...], area: float) -> None:
    images = make_set(make_truth((0, 1, BOX), (0, 1, OTHER), difficult=[0]), make_found((0, 1, found, 0.9)))
    accuracy = measure_voc(images, with_difficult=with_difficult)
    assert accuracy.with_difficult is with_difficult
    assert accuracy.mean_area == pytest.approx(area)


def test_a_detection_on_a_difficult_object_is_not_wrong_either() -> None:
    truth = make_truth((0, 1, BOX), (0, 1, OTHER), difficult=[0])
    found = make_found((0, 1, BOX, 0.9), (0, 1, BOX, 0.85), (0, 1, OTHER, 0.8))
    assert measure_voc(make_set(truth, found), with_difficult=False).mean_area == pytest.approx(1)
    assert measure_voc(make_set(truth, found), with_difficult=True).mean_area == pytest.approx((1 + 2 / 3) / 2)


def test_only_detections_that_overlap_no_object_are_put_down_to_a_crowd() -> None:
    truth = make_truth((0, 1, (0, 0, 400, 300)), (0, 1, BOX), crowd=[0])
    images = make_set(truth, make_found((0, 1, OTHER, 0.9), (0, 1, (0, 0, 100, 90), 0.8)))
    assert measure_voc(images, with_difficult=True).mean_area == pytest.approx(1)


def test_every_detection_counts_however_many_there_are() -> None:
    found = make_found(*[(0, 1, FAR, 0.9)] * 100, (0, 1, BOX, 0.5))
    assert measure_voc(make_set(make_truth((0, 1, BOX)), found), with_difficult=False).mean_area == pytest.approx(
        1 / 101
    )


def test_classes_without_objects_have_no_figures() -> None:
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 2, BOX, 0.9)), classes=2)
    accuracy = measure_voc(images, with_difficult=False)
    assert accuracy.per_class == (VocClass("class 1", 0.0, 0.0), VocClass("class 2", None, None))
    assert accuracy.mean_area == 0
    assert measure_voc(make_set(make_truth(), make_found()), with_difficult=True).mean_11_point is None
