from dataclasses import replace

import numpy as np
import pytest
from evaluation_sets import make_found, make_set, make_truth, random_set

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns
from tfodkit.evaluation.comparing.runs import Change, PictureChange, RunDifference, compare_measured, measure_run
from tfodkit.evaluation.comparing.values import Interval

BOX, BESIDE, ELSEWHERE = (0.0, 0.0, 100.0, 100.0), (150.0, 0.0, 250.0, 100.0), (200.0, 200.0, 300.0, 300.0)
IMAGES = 24


def compared(a: EvaluationSet, b: EvaluationSet, *, level: float = 0.95, **options: object) -> RunDifference:
    return compare_measured(*(measure_run(each, samples=400, **options) for each in (a, b)), level=level)


def found_in(*places: int, images: int = IMAGES) -> EvaluationSet:
    """An object an image, found in some."""
    truth = make_truth(*((image, 1, BOX) for image in range(images)))
    return make_set(truth, make_found(*((image, 1, BOX, 0.9) for image in places)), images=images)


def with_found(images: EvaluationSet, found: FoundColumns) -> EvaluationSet:
    return replace(images, found=found)


def test_values_and_their_difference_are_those_of_the_two_sets() -> None:
    a = random_set(5, images=20, objects=6)
    b = with_found(a, random_set(6, images=20, objects=6).found)
    found, ours, theirs = compared(a, b), measure_coco(a), measure_coco(b)
    assert (found.map.a, found.map.b) == pytest.approx((ours.figures["mAP"], theirs.figures["mAP"]))
    assert found.map.difference.value == pytest.approx(found.map.b - found.map.a)
    assert (found.map50.a, found.map50.b) == pytest.approx((ours.figures["mAP@.50"], theirs.figures["mAP@.50"]))
    assert [each.ap.b for each in found.per_class] == pytest.approx(theirs.ap.mean(axis=0).tolist())
    assert (found.images, found.samples, found.level) == (20, 400, 0.95)


def test_a_run_held_against_itself_differs_in_nothing() -> None:
    found = compared(found_in(1, 2, 3), found_in(1, 2, 3))
    assert found.map.difference == Interval(0.0, 0.0, 0.0)
    assert not found.map.is_shown
    assert found.pictures == ()


def test_what_is_surely_better_is_shown_and_what_may_be_chance_is_not() -> None:
    surely = compared(found_in(*range(10)), found_in(*range(22)))
    assert surely.map.is_shown
    assert surely.map.difference.low > 0.2
    assert compared(found_in(*range(22)), found_in(*range(10))).map.difference.high < -0.2
    perhaps = compared(found_in(*range(10)), found_in(*range(11)))
    assert perhaps.map.difference.value > 0
    assert not perhaps.map.is_shown


def test_the_same_images_are_drawn_for_both() -> None:
    """B finds three objects more; drawn apart, runs of 24 images would differ by more than a third by chance."""
    found = compared(found_in(*range(0, 24, 2)), found_in(*range(0, 24, 2), 1, 3, 5))
    assert found.map.difference.low >= 0
    assert found.map.difference.high < 0.3
    # the number of the three in a resample decides alone: AP is the share of recalls that is reached
    draws = np.random.default_rng(0).multinomial(IMAGES, np.full(IMAGES, 1 / IMAGES), size=400)
    high = np.quantile(draws[:, [1, 3, 5]].sum(axis=1) / IMAGES, 0.975)
    assert found.map.difference.high == pytest.approx(high, abs=0.011)


def test_an_interval_that_ends_at_0_shows_nothing() -> None:
    assert not Change(0.5, 0.6, Interval(0.1, 0.0, 0.2)).is_shown
    assert Change(0.5, 0.6, Interval(0.1, 0.001, 0.2)).is_shown
    assert Change(0.6, 0.5, Interval(-0.1, -0.2, -0.001)).is_shown
    assert not Change(None, None, Interval(None, None, None)).is_shown


def test_pictures_that_changed_with_the_most_objects_first() -> None:
    truth = make_truth((0, 1, BOX), (1, 1, BOX), (1, 1, BESIDE), (2, 1, BOX), (3, 1, BOX))
    a = make_set(truth, make_found((0, 1, BOX, 0.9), (3, 1, BOX, 0.9), (3, 1, ELSEWHERE, 0.9)), images=4)
    b = with_found(a, make_found((1, 1, BOX, 0.9), (1, 1, BESIDE, 0.8), (3, 1, BOX, 0.9)))
    found = compared(a, b, threshold=0.5)
    assert found.pictures == (
        PictureChange("1.jpg", objects=2, only_a=0, only_b=2, false_a=0, false_b=0),
        PictureChange("0.jpg", objects=1, only_a=1, only_b=0, false_a=0, false_b=0),
        PictureChange("3.jpg", objects=1, only_a=0, only_b=0, false_a=1, false_b=0),
    )
    (only,) = found.per_class
    assert (only.objects, only.only_a, only.only_b) == (5, 1, 2)


def test_a_class_of_its_own_counts_its_own_objects() -> None:
    truth = make_truth((0, 1, BOX), (0, 2, BESIDE), (1, 2, BOX))
    a = make_set(truth, make_found((0, 1, BOX, 0.9)), images=2, classes=3)
    b = with_found(a, make_found((0, 2, BESIDE, 0.9), (1, 2, BOX, 0.9)))
    first, second, third = compared(a, b, threshold=0.5).per_class
    assert (first.name, first.objects, first.only_a, first.only_b) == ("class 1", 1, 1, 0)
    assert (second.name, second.objects, second.only_a, second.only_b) == ("class 2", 2, 0, 2)
    assert third.ap == Change(None, None, Interval(None, None, None))


def test_each_run_is_looked_at_at_its_own_best_threshold_unless_one_is_given() -> None:
    a = make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.9), (0, 1, ELSEWHERE, 0.5)))
    b = with_found(a, make_found((0, 1, BOX, 0.2), (0, 1, ELSEWHERE, 0.1)))
    found = compared(a, b)
    assert 0.5 < found.threshold_a <= 0.9
    assert 0.1 < found.threshold_b <= 0.2
    assert found.pictures == ()
    at_one = compared(a, b, threshold=0.5)
    assert (at_one.threshold_a, at_one.threshold_b) == (0.5, 0.5)
    assert at_one.pictures == (PictureChange("0.jpg", objects=1, only_a=1, only_b=0, false_a=1, false_b=0),)


def test_crowds_are_no_objects_and_what_lies_on_them_is_not_false() -> None:
    a = make_set(make_truth((0, 1, BOX), (0, 1, ELSEWHERE), crowd=[1]), make_found((0, 1, ELSEWHERE, 0.9)))
    b = with_found(a, make_found((0, 1, BOX, 0.9)))
    found = compared(a, b, threshold=0.5)
    assert found.pictures == (PictureChange("0.jpg", objects=1, only_a=0, only_b=1, false_a=0, false_b=0),)
    assert found.per_class[0].objects == 1


def test_a_hundred_detections_of_an_image_and_class_count() -> None:
    a = make_set(make_truth((0, 1, BOX)), make_found())
    b = with_found(a, make_found(*[(0, 1, ELSEWHERE, 0.9)] * 105))
    assert [each.false_b for each in compared(a, b, threshold=0.5).pictures] == [100]


def test_runs_of_different_truths_are_not_compared() -> None:
    with pytest.raises(ValueError, match="runs must have the same truth"):
        compared(found_in(1), found_in(1, images=3))
    with pytest.raises(ValueError, match="runs must be drawn equally often"):
        compare_measured(measure_run(found_in(1), samples=5), measure_run(found_in(1), samples=6))
    with pytest.raises(ValueError, match="level must be above 0 and below 1, but got 1"):
        compared(found_in(1), found_in(1), level=1)
