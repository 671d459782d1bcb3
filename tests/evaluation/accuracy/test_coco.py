"""All figures against the reference's, to nine digits; the reference has no thirds, so those are worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from coco_reference import reference
from evaluation_sets import (
    evaluation_sets,
    make_found,
    make_set,
    make_truth,
    random_set,
    with_keypoints,
    with_masks,
)
from hypothesis import given, settings, strategies as st

from tfodkit.evaluation.accuracy.coco import FIGURES, measure_coco
from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.columns import EvaluationSet

ABSENT = -1.0  # how pycocotools says that there is no ground truth
CLOSE = 1e-9
BOX = (0.0, 0.0, 100.0, 100.0)
SEEDS = st.integers(0, 2**32 - 1)


def assert_as_the_reference(images: EvaluationSet, shape: Shape = Shape.BOXES) -> None:
    ours, theirs = measure_coco(images, shape), reference(images, shape)
    figures = [ABSENT if value is None else value for value in ours.figures.values()]
    assert [name for name, _, _ in FIGURES[shape]] == list(ours.figures)
    np.testing.assert_allclose(figures, theirs.stats, rtol=0, atol=CLOSE)
    precision, score, recall = (
        np.where(theirs.eval[name] == ABSENT, np.nan, theirs.eval[name])[..., -1]
        for name in ("precision", "scores", "recall")
    )
    np.testing.assert_allclose(ours.precision, precision[:, :, :, 0], rtol=0, atol=CLOSE)
    np.testing.assert_allclose(ours.score, score[:, :, :, 0], rtol=0, atol=CLOSE)
    np.testing.assert_allclose(ours.recall, recall[:, :, 0], rtol=0, atol=CLOSE)
    np.testing.assert_allclose(ours.ap, precision[:, :, :, 0].mean(axis=1), rtol=0, atol=CLOSE)
    bands = range(1, precision.shape[3])  # of keypoints, the reference leaves out the small ones
    for size, band in zip(ours.coco_sizes[-len(bands) :], bands, strict=True):
        np.testing.assert_allclose(of(size.ap), mean(precision[:, :, :, band]), rtol=0, atol=CLOSE)
        np.testing.assert_allclose(of(size.ap50), mean(precision[0, :, :, band]), rtol=0, atol=CLOSE)
        np.testing.assert_allclose(of(size.ar100), mean(recall[:, :, band]), rtol=0, atol=CLOSE)


def of(value: float | None) -> float:
    return ABSENT if value is None else value


def mean(values: np.ndarray) -> float:
    return ABSENT if np.isnan(values).all() else float(np.nanmean(values))


@settings(max_examples=60)
@given(evaluation_sets())
def test_ties_crowds_and_empty_classes(images: EvaluationSet) -> None:
    assert_as_the_reference(images)


@settings(max_examples=40)
@given(SEEDS)
def test_a_model_of_some_skill(seed: int) -> None:
    assert_as_the_reference(random_set(seed))


def test_the_random_sets_are_neither_all_right_nor_all_wrong() -> None:
    figures = [measure_coco(random_set(seed, images=8)).figures for seed in range(5)]
    assert all(0.05 < (figure["mAP"] or 0) < 0.95 for figure in figures)


@settings(max_examples=10)
@given(SEEDS)
def test_more_than_a_hundred_detections_of_an_image_and_class(seed: int) -> None:
    assert_as_the_reference(random_set(seed, images=2, classes=1, detections=400, objects=30))


@settings(max_examples=30)
@given(SEEDS)
def test_masks(seed: int) -> None:
    assert_as_the_reference(with_masks(random_set(seed, images=2), seed), Shape.MASKS)


@settings(max_examples=30)
@given(SEEDS, st.sampled_from([1, 5, 17]))
def test_keypoints_of_people_and_of_anything_else(seed: int, count: int) -> None:
    assert_as_the_reference(with_keypoints(random_set(seed, detections=60), seed, count=count), Shape.KEYPOINTS)


@settings(max_examples=25)
@given(evaluation_sets(), SEEDS)
def test_masks_and_keypoints_where_much_is_empty(images: EvaluationSet, seed: int) -> None:
    assert_as_the_reference(with_masks(images, seed), Shape.MASKS)
    assert_as_the_reference(with_keypoints(images, seed), Shape.KEYPOINTS)


@pytest.mark.parametrize("area", [0.0, 32.0**2, np.nextafter(32.0**2, 0), 96.0**2, 1e10, 1.1e10])
def test_areas_at_the_borders_of_the_bands(area: float) -> None:
    # the truth's areas may differ from those of its boxes; 100 x 100 and 32 x 32 are the detections'
    truth = make_truth((0, 1, BOX), (0, 1, (200, 0, 232, 32)), area=np.array([area, 32.0**2]))
    found = make_found((0, 1, BOX, 0.9), (0, 1, (200, 0, 232, 32), 0.8), (0, 1, (300, 0, 396, 96), 0.7))
    assert_as_the_reference(make_set(truth, found))


def test_a_class_that_nobody_asks_for_is_left_out() -> None:
    images = make_set(make_truth((0, 1, BOX), (0, 7, BOX)), make_found((0, 7, BOX, 0.9), (0, 1, BOX, 0.8)))
    assert measure_coco(images).figures["mAP"] == pytest.approx(1)
    assert_as_the_reference(images)


def test_rows_need_not_be_in_the_order_of_scores() -> None:
    images = random_set(7, images=1)
    shuffled = np.random.default_rng(0).permutation(len(images.found))
    found = replace(
        images.found,
        **{name: getattr(images.found, name)[shuffled] for name in ("image", "boxes_xyxy", "class_id", "score")},
    )
    assert_as_the_reference(replace(images, found=found))


def test_the_thirds_hold_every_object_once() -> None:
    boxes = [(0.0, 0.0, float(side), 10.0) for side in (10, 20, 30, 40, 50, 60)]
    truth = make_truth(*[(image, 1, box) for image, box in enumerate(boxes)])
    found = make_found(*[(image, 1, box, 0.9) for image, box in list(enumerate(boxes))[2:]])
    small, middle, large = measure_coco(make_set(truth, found, images=6)).own_sizes
    assert [each.ground_truths for each in (small, middle, large)] == [2, 2, 2]
    assert (small.low, small.high, middle.high, large.low) == (0, 250, 450, 450)
    assert (small.ap, middle.ap, large.ar100) == pytest.approx((0, 1, 1))


def test_a_set_without_masks_or_keypoints_has_no_such_figures() -> None:
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.9)))
    with pytest.raises(ValueError, match="the detections must have masks, but got none"):
        measure_coco(images, Shape.MASKS)
    found = with_keypoints(images, 0).found
    with pytest.raises(ValueError, match="the truth must have keypoints, but got none"):
        measure_coco(replace(images, found=found), Shape.KEYPOINTS)


@pytest.mark.parametrize("shape", list(Shape))
def test_a_model_that_finds_nothing_has_zero_and_no_truth_gives_no_figures(shape: Shape) -> None:
    images = with_keypoints(with_masks(make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.9))), 0), 0)
    assert measure_coco(replace(images, found=make_found()), shape).figures["mAP"] == 0
    assert set(measure_coco(replace(images, truth=make_truth()), shape).figures.values()) == {None}
