"""What a threshold gives, held against an assignment made anew at each threshold."""

import numpy as np
import pytest
from evaluation_sets import evaluation_sets, make_found, make_set, make_truth
from hypothesis import given, settings, strategies as st
from plain_matching import plain_matches

from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.counts import operating_table, threshold_curves
from tfodkit.evaluation.operating.values import Counts

A, B, FAR = (0.0, 0.0, 100.0, 100.0), (200.0, 0.0, 300.0, 100.0), (0.0, 200.0, 50.0, 250.0)
THRESHOLDS = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 0.6, 0.9, 1.0])
IOUS = st.sampled_from([0.5, 0.75, 0.3])


def counted_plainly(images: EvaluationSet, class_id: int | None, *, threshold: float, iou: float) -> tuple[int, ...]:
    """Ground truths, detections and true positives of a class or of all."""
    found, truth = (
        columns.class_id == class_id if class_id else np.ones(len(columns), bool)
        for columns in (images.found, images.truth)
    )
    taken = [row for row in plain_matches(images, threshold=threshold, iou=iou) if found[row[0]]]
    right = [labelled for _, labelled, _ in taken if labelled is not None]
    return int((truth & ~images.truth.is_crowd).sum()), len(taken), len(right)


def numbers(counts: Counts) -> tuple[int, ...]:
    return counts.ground_truths, counts.detections, counts.true_positives


@given(evaluation_sets(), THRESHOLDS, IOUS)
def test_one_assignment_gives_the_counts_of_any_threshold(images: EvaluationSet, threshold: float, iou: float) -> None:
    table = operating_table(images, iou=iou, threshold=threshold)
    for class_id, counts in zip([*images.class_names, None], [*table.at_threshold, table.overall], strict=True):
        assert numbers(counts) == counted_plainly(images, class_id, threshold=threshold, iou=iou)
        assert counts.threshold == threshold


@given(evaluation_sets(), IOUS)
def test_no_threshold_is_better_than_the_best(images: EvaluationSet, iou: float) -> None:
    table = operating_table(images, iou=iou, threshold=0.5)
    for class_id, best in zip([*images.class_names, None], [*table.at_best, table.overall_best], strict=True):
        assert numbers(best) == counted_plainly(images, class_id, threshold=best.threshold, iou=iou)
        for threshold in (0.0, 0.1, 0.2, 0.25, 0.5, 0.9, 0.95):
            truths, detections, right = counted_plainly(images, class_id, threshold=threshold, iou=iou)
            if truths + detections:
                other = 2 * right / (truths + detections)
                assert (best.f1 or 0.0) >= other
                assert best.f1 != other or detections >= best.detections or not right


@settings(max_examples=30)
@given(evaluation_sets(), THRESHOLDS)
def test_the_classes_add_up_to_all(images: EvaluationSet, threshold: float) -> None:
    table = operating_table(images, iou=0.5, threshold=threshold)
    assert numbers(table.overall) == tuple(np.sum([numbers(counts) for counts in table.at_threshold], axis=0))


@settings(max_examples=30)
@given(evaluation_sets())
def test_the_curves_are_the_tables_of_their_thresholds(images: EvaluationSet) -> None:
    curves = threshold_curves(images, iou=0.5)
    assert (np.diff(curves.thresholds) > 0).all()
    for at in range(0, len(curves.thresholds), 25):
        table = operating_table(images, iou=0.5, threshold=float(curves.thresholds[at]))
        for row, counts in enumerate([*table.at_threshold, table.overall]):
            for curve, figure in [
                (curves.precision, counts.precision),
                (curves.recall, counts.recall),
                (curves.f1, counts.f1),
            ]:
                assert curve[row, at] == pytest.approx(np.nan if figure is None else figure, nan_ok=True)


@given(evaluation_sets())
def test_the_curves_reach_the_best_of_each_class(images: EvaluationSet) -> None:
    curves, table = threshold_curves(images, iou=0.5), operating_table(images, iou=0.5, threshold=0.5)
    for row, best in zip(curves.f1, [*table.at_best, table.overall_best], strict=True):
        assert np.max(row, initial=0, where=~np.isnan(row)) == (best.f1 or 0)


def test_the_curves_show_a_model_of_low_scores_too() -> None:
    rows = [(image, 1, A, 0.001 + image / 50_000) for image in range(200)]
    images = make_set(make_truth(*[row[:3] for row in rows]), make_found(*rows), images=200)
    curves = threshold_curves(images, iou=0.5)
    assert len(np.unique(curves.recall)) > 90
    assert len(curves.thresholds) <= 210


def test_the_curves_hold_the_best_thresholds_however_fine() -> None:
    found = make_found((0, 1, A, 0.9), (0, 1, B, 0.5241), (0, 1, FAR, 0.5239))
    assert 0.524 in threshold_curves(make_set(make_truth((0, 1, A), (0, 1, B)), found), iou=0.5).thresholds


# A is found well, B below a false alarm of 0.6, and one false alarm of 0.2 lies below all
MIXED = make_set(
    make_truth((0, 1, A), (0, 1, B)),
    make_found((0, 1, A, 0.9), (0, 1, FAR, 0.6), (0, 1, B, 0.4), (0, 1, FAR, 0.2)),
)


def test_a_table_by_hand() -> None:
    (counts,) = operating_table(MIXED, iou=0.5, threshold=0.5).at_threshold
    assert counts == Counts("class 1", 0.5, ground_truths=2, detections=2, true_positives=1)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)


def test_the_best_threshold_lies_between_two_scores() -> None:
    # F1: 2/3 with one detection, 1/2 with two, 4/5 with three, 4/6 with all
    (best,) = operating_table(MIXED, iou=0.5, threshold=0.5).at_best
    assert best == Counts("class 1", 0.3, ground_truths=2, detections=3, true_positives=2)


def test_of_equally_good_thresholds_the_highest_is_best() -> None:
    # F1: 2/3 with one detection, 2/3 with all four
    found = make_found((0, 1, A, 0.9), (0, 1, FAR, 0.6), (0, 1, FAR, 0.5), (0, 1, B, 0.4))
    (best,) = operating_table(make_set(MIXED.truth, found), iou=0.5, threshold=0.5).at_best
    assert (best.threshold, best.detections) == (0.8, 1)


def test_a_class_that_is_never_found_takes_the_threshold_of_all() -> None:
    truth, found = make_truth((0, 1, A), (0, 2, B)), make_found((0, 1, A, 0.9), (0, 2, FAR, 0.6), (0, 3, FAR, 0.3))
    table = operating_table(make_set(truth, found, classes=3), iou=0.5, threshold=0.5)
    assert [best.threshold for best in table.at_best] == [0.6, 1, 1]
    assert table.overall_best.threshold == 0.8
    assert table.best_thresholds == {"class 1": 0.6, "class 2": 0.8, "class 3": 0.8}


@pytest.mark.parametrize("truth", [make_truth(), make_truth((0, 1, A))])
def test_no_detections_give_a_table_of_nothing(truth: object) -> None:
    table = operating_table(make_set(truth, make_found()), iou=0.5, threshold=0.5)  # type: ignore[arg-type]
    assert (table.overall_best.threshold, table.overall.detections, table.overall.precision) == (1, 0, None)
    assert table.best_thresholds == {"class 1": 1}


def test_a_difficult_object_counts_like_any_other() -> None:
    images = make_set(make_truth((0, 1, A), (0, 1, B), difficult=[0, 1]), make_found((0, 1, A, 0.9)))
    assert numbers(operating_table(images, iou=0.5, threshold=0.5).overall) == (2, 1, 1)


def test_what_is_beyond_the_hundred_best_of_an_image_and_class_does_not_count() -> None:
    found = make_found(*[(0, 1, FAR, 0.9)] * 100, (0, 1, A, 0.8))
    assert numbers(operating_table(make_set(make_truth((0, 1, A)), found), iou=0.5, threshold=0).overall) == (1, 100, 0)


@settings(max_examples=30)
@given(evaluation_sets())
def test_known_matches_change_nothing(images: EvaluationSet) -> None:
    matches = match(images)
    for iou in (0.5, 0.6, 0.9):
        assert operating_table(images, iou=iou, threshold=0.2, matches=matches) == operating_table(
            images, iou=iou, threshold=0.2
        )


def test_matches_must_have_the_iou_that_is_asked_for() -> None:
    with pytest.raises(ValueError, match=r"iou must be one that was matched, of \(0.5, 0.75\), but got 0.6"):
        operating_table(MIXED, iou=0.6, threshold=0.5, matches=match(MIXED, (0.5, 0.75)))
