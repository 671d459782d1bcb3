"""All figures of one set: they agree with one another and with what each room gives by itself."""

from __future__ import annotations

import pytest
from evaluation_sets import make_found, make_set, make_truth, random_set, with_keypoints, with_masks
from report_builders import make_scene

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.analyse import analyse
from tfodkit.evaluation.analysis import Analysis, AnalysisOptions
from tfodkit.evaluation.operating.confusion import confusion, fates_of

FEW = AnalysisOptions(samples=5)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(make_scene(), AnalysisOptions(threshold=0.4, samples=20, seed=3), losses={"Loss/total_loss": 1.5})


def test_every_table_is_about_the_same_objects_and_detections(analysis: Analysis) -> None:
    objects = len(analysis.images.truth)
    at = analysis.operating[0]
    assert [table.iou for table in analysis.operating] == pytest.approx([0.5 + 0.05 * step for step in range(10)])
    assert {sum(counts.ground_truths for counts in table.at_threshold) for table in analysis.operating} == {objects}
    assert sum(fate.ground_truths for fate in analysis.fates) == objects == analysis.confusion.counts[:-1].sum()
    assert [fate.correct for fate in analysis.fates] == [counts.true_positives for counts in at.at_threshold]
    assert analysis.confusion.counts[:, :-1].sum() == at.overall.detections
    assert {counts.threshold for counts in at.at_threshold} == {0.4} == {analysis.confusion.threshold}
    assert analysis.mistakes.ap == pytest.approx(analysis.boxes.figures["mAP@.50"])
    assert analysis.uncertainty.map.value == pytest.approx(analysis.boxes.figures["mAP"])
    assert (analysis.losses, analysis.options.seed) == ({"Loss/total_loss": 1.5}, 3)


def test_counts_are_taken_at_the_iou_that_is_asked_for() -> None:
    images = make_scene()
    low = analyse(images, AnalysisOptions(iou=0.3, samples=5))
    assert [round(table.iou, 2) for table in low.operating[:3]] == [0.3, 0.5, 0.55]
    assert low.confusion.iou == 0.3
    assert low.fates == fates_of(confusion(images, threshold=0.5, iou=0.3))
    high = analyse(images, AnalysisOptions(iou=0.5 + 3 * 0.05, samples=5))
    assert len(high.operating) == 10
    assert high.fates == fates_of(confusion(images, threshold=0.5, iou=0.65))


def test_masks_and_keypoints_are_measured_where_both_sides_have_them() -> None:
    plain = random_set(3)
    assert analyse(plain, FEW).masks is None
    shaped = with_keypoints(with_masks(plain, 1), 2)
    found = analyse(shaped, FEW)
    assert found.masks.figures == measure_coco(shaped, Shape.MASKS).figures
    assert found.keypoints.figures == measure_coco(shaped, Shape.KEYPOINTS).figures


@pytest.mark.parametrize(
    "images",
    [
        make_set(make_truth((0, 1, (0, 0, 10, 10))), make_found()),
        make_set(make_truth(), make_found()),
        make_set(make_truth(), make_found((0, 1, (0, 0, 10, 10), 0.9))),
        make_set(make_truth((0, 1, (0, 0, 10, 10)), crowd=[0]), make_found((0, 1, (0, 0, 10, 10), 0.9))),
    ],
    ids=["nothing found", "nothing there", "nothing labelled", "a crowd alone"],
)
def test_a_set_in_which_there_is_little_is_analysed_all_the_same(images: object) -> None:
    assert analyse(images, FEW).boxes.figures["mAP"] in (0, None)
