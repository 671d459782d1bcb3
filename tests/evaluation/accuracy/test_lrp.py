"""LRP by hand, and held against every threshold one by one."""

import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given, settings, strategies as st
from plain_matching import plain_matches

from tfodkit.evaluation.accuracy.lrp import measure_lrp
from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.accuracy.values import LrpClass
from tfodkit.evaluation.columns import EvaluationSet

A, B, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (0.0, 200.0, 50.0, 250.0)
NEAR_A = (0.0, 0.0, 100.0, 80.0)  # IoU 0.8 with A


def plain_lrp(images: EvaluationSet, class_id: int, *, threshold: float, iou: float) -> float | None:
    """The definition, eq. 1 and 2 of Oksuz et al. 2018, at one score threshold."""
    matches = plain_matches(images, threshold=threshold, iou=iou)
    overlaps = [
        None if at is None else overlap for row, at, overlap in matches if images.found.class_id[row] == class_id
    ]
    right = [overlap for overlap in overlaps if overlap is not None]
    misses = int(((images.truth.class_id == class_id) & ~images.truth.is_crowd).sum()) - len(right)
    whole = len(overlaps) + misses
    alarms = len(overlaps) - len(right)
    return (sum((1 - overlap) / (1 - iou) for overlap in right) + alarms + misses) / whole if whole else None


@given(evaluation_sets(), st.sampled_from([0.5, 0.75, 0.3]))
def test_no_threshold_gives_less_than_the_optimal_lrp(images: EvaluationSet, iou: float) -> None:
    for class_id, lrp in zip(images.class_names, measure_lrp(images, iou=iou), strict=True):
        if not ((images.truth.class_id == class_id) & ~images.truth.is_crowd).any():
            assert lrp == LrpClass(f"class {class_id}", None, None, None, None, None)
            continue
        each = [plain_lrp(images, class_id, threshold=at, iou=iou) for at in (0.05, 0.1, 0.25, 0.5, 0.9, 1.0)]
        assert lrp.error == pytest.approx(min(error for error in each if error is not None))
        if lrp.threshold is not None:
            assert plain_lrp(images, class_id, threshold=lrp.threshold, iou=iou) == pytest.approx(lrp.error)


def test_the_parts_by_hand() -> None:
    # at 0.5: TP at IoU 0.8 and 1, one false alarm, one miss: (0.2 / 0.5 + 0 + 1 + 1) / 4; without the last two: 3.4 / 4
    truth = make_truth((0, 1, A), (0, 1, B), (0, 1, (300, 200, 400, 300)))
    found = make_found((0, 1, NEAR_A, 0.9), (0, 1, FAR, 0.8), (0, 1, B, 0.5), (0, 1, FAR, 0.1))
    (lrp,) = measure_lrp(make_set(truth, found))
    assert lrp.error == pytest.approx(0.6)
    assert lrp.threshold == 0.3
    assert lrp.localisation == pytest.approx(0.1)
    assert lrp.false_positives == pytest.approx(1 / 3)
    assert lrp.false_negatives == pytest.approx(1 / 3)


def test_the_parts_make_the_whole_as_the_paper_adds_them() -> None:
    # TPAMI, eq. 5: (TP / (1 - t) * localisation + detections * FP part + objects * FN part) / (TP + FP + FN)
    truth = make_truth((0, 1, A), (0, 1, B), (0, 1, (300, 200, 400, 300)))
    found = make_found((0, 1, NEAR_A, 0.9), (0, 1, FAR, 0.8), (0, 1, B, 0.5))
    (lrp,) = measure_lrp(make_set(truth, found), iou=0.6)
    assert lrp.localisation is not None
    assert lrp.false_positives is not None
    assert lrp.false_negatives is not None
    assert lrp.error == pytest.approx(
        (2 / 0.4 * lrp.localisation + 3 * lrp.false_positives + 3 * lrp.false_negatives) / 4
    )


def test_a_perfect_detector_has_no_error() -> None:
    (lrp,) = measure_lrp(make_set(make_truth((0, 1, A)), make_found((0, 1, A, 0.9), (0, 1, FAR, 0.2))))
    assert lrp == LrpClass("class 1", 0, 0.6, 0, 0, 0)


def test_a_class_that_is_never_found_is_all_error() -> None:
    nothing_right = LrpClass("class 1", 1, None, None, None, None)
    assert measure_lrp(make_set(make_truth((0, 1, A)), make_found((0, 1, FAR, 0.9)))) == (nothing_right,)
    assert measure_lrp(make_set(make_truth((0, 1, A)), make_found())) == (nothing_right,)


def test_a_box_at_the_very_iou_is_found_though_it_gains_nothing() -> None:
    half = (0.0, 0.0, 100.0, 50.0)
    (lrp,) = measure_lrp(make_set(make_truth((0, 1, A)), make_found((0, 1, half, 0.9))))
    assert (lrp.error, lrp.localisation, lrp.false_negatives) == (1, 0.5, 0)


@pytest.mark.parametrize("iou", [1.0, -0.1])
def test_the_iou_must_leave_room_for_places_to_be_wrong(iou: float) -> None:
    with pytest.raises(ValueError, match=f"iou must be at least 0 and below 1, but got {iou}"):
        measure_lrp(make_set(make_truth(), make_found()), iou=iou)


@settings(max_examples=30)
@given(evaluation_sets())
def test_known_matches_change_nothing(images: EvaluationSet) -> None:
    assert measure_lrp(images, iou=0.9, matches=match(images)) == measure_lrp(images, iou=0.9)
