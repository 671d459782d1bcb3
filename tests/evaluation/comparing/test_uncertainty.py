import numpy as np
import pytest
from evaluation_sets import make_found, make_set, make_truth, random_set

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.accuracy.matching import match
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.uncertainty import bootstrap, corrected_interval, draw_precisions, interval
from tfodkit.evaluation.comparing.values import Interval

BOX, ELSEWHERE = (0.0, 0.0, 100.0, 100.0), (200.0, 200.0, 300.0, 300.0)


def found_in(is_found: list[bool]) -> EvaluationSet:
    """An object an image, found or not."""
    truth = make_truth(*((image, 1, BOX) for image in range(len(is_found))))
    found = make_found(*((image, 1, BOX, 0.9) for image, is_it in enumerate(is_found) if is_it))
    return make_set(truth, found, images=len(is_found))


def test_the_values_are_cocos() -> None:
    images = random_set(5, images=20, objects=6)
    ours, coco = bootstrap(images, samples=50), measure_coco(images)
    assert (ours.map.value, ours.map50.value) == pytest.approx((coco.figures["mAP"], coco.figures["mAP@.50"]))
    assert [each.value for each in ours.per_class.values()] == pytest.approx(coco.ap.mean(axis=0).tolist())
    assert list(ours.per_class) == list(images.class_names.values())
    assert ours.samples == 50


def test_a_box_of_iou_052_counts_at_050_alone() -> None:
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 1, (0.0, 0.0, 100.0, 52.0), 0.9)))
    ours = bootstrap(images, samples=5)
    assert (ours.map.value, ours.map50.value) == pytest.approx((0.1, 1))


def test_the_draws_are_those_of_sets_worked_out_one_by_one() -> None:
    images = found_in([True] * 6 + [False] * 4)
    draws = np.random.default_rng(11).multinomial(10, np.full(10, 0.1), size=200)
    # no false positives: AP is the share of COCO's 101 recalls that is reached; boxes are exact, and there is one class
    recall = np.concatenate([[0.6], draws[:, :6].sum(axis=1) / 10])
    ap = np.where(recall > 0, (np.linspace(0, 1, 101) <= recall[:, None]).mean(axis=1), 0)
    drawn = draw_precisions(images, samples=200, seed=11)
    for figures in (drawn.map, drawn.map50, drawn.per_class[:, 0]):
        np.testing.assert_allclose(figures, ap, rtol=0, atol=1e-9)


HUNDREDTHS = np.arange(1, 101) / 100


def test_the_plain_interval_is_of_the_middle_of_the_draws() -> None:
    found = interval(np.array([0.6, np.nan, *HUNDREDTHS]), 0.9)
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.01 + 0.05 * 0.99, 0.01 + 0.95 * 0.99))


def test_the_corrected_interval_makes_up_for_draws_that_are_lower_than_the_figure() -> None:
    # 59.5 of 100 lie below: 0.2404 standard deviations; bounds at 0.4809 -+ 1.6449 of them, shares 0.1222 and 0.9832
    found = corrected_interval(np.array([0.6, np.nan, *HUNDREDTHS]), 0.9)
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.13099, 0.98341), abs=1e-4)


def test_draws_to_both_sides_of_the_figure_need_no_correction() -> None:
    figures = np.array([0.505, *HUNDREDTHS])
    for ours, plain in zip(
        (corrected_interval(figures, 0.9).low, corrected_interval(figures, 0.9).high),
        (interval(figures, 0.9).low, interval(figures, 0.9).high),
        strict=True,
    ):
        assert ours == pytest.approx(plain)


def test_draws_all_to_one_side_end_in_bounds_of_their_own() -> None:
    found = corrected_interval(np.array([0.0, *HUNDREDTHS]), 0.95)
    assert 0.01 <= found.low <= found.high < 0.05


def test_a_higher_level_is_a_wider_interval_about_the_same_value() -> None:
    images = random_set(5, images=20, objects=6)
    wide, narrow = (bootstrap(images, samples=300, level=level).map for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert wide.value == narrow.value


def test_more_images_of_the_same_kind_make_it_narrower() -> None:
    few, many = (bootstrap(found_in([True, False] * pairs), samples=300).map for pairs in (10, 160))
    assert (many.high - many.low) / (few.high - few.low) == pytest.approx(1 / 4, abs=0.06)


def test_the_seed_decides() -> None:
    images = random_set(5, images=20, objects=6)
    first, again, other = (bootstrap(images, samples=100, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first.map != other.map


def test_a_perfect_model_leaves_no_doubt() -> None:
    assert bootstrap(found_in([True] * 5), samples=20).map == Interval(1.0, 1.0, 1.0)


def test_a_class_without_objects_has_no_interval_and_no_say_in_the_mean() -> None:
    images = make_set(make_truth((0, 1, BOX)), make_found((0, 1, BOX, 0.9), (0, 2, ELSEWHERE, 0.9)), classes=2)
    ours = bootstrap(images, samples=20)
    assert ours.per_class["class 2"] == Interval(None, None, None)
    assert ours.map == Interval(1.0, 1.0, 1.0)


def test_a_rare_class_has_an_interval_of_the_resamples_that_hold_it() -> None:
    truth = make_truth(*((image, 1, BOX) for image in range(5)), (5, 2, BOX))
    images = make_set(truth, make_found((5, 2, BOX, 0.9)), images=6, classes=2)
    ours = bootstrap(images, samples=200)
    assert ours.per_class["class 2"] == Interval(1.0, 1.0, 1.0)
    assert ours.map == Interval(0.5, 0.0, 0.5)  # where the rare class is not drawn, the other one alone is the mean


@pytest.mark.parametrize(
    "images", [make_set(make_truth(), make_found()), make_set(make_truth(), make_found(), images=0)]
)
def test_where_nothing_is_labelled_there_is_nothing_to_tell(images: EvaluationSet) -> None:
    assert bootstrap(images, samples=20).map == Interval(None, None, None)


def test_matches_that_are_known_are_taken() -> None:
    images = random_set(5, images=20, objects=6)
    assert bootstrap(images, samples=20, matches=match(images)) == bootstrap(images, samples=20)
    with pytest.raises(ValueError, match=r"matches must begin at IoU 0\.5, but begins at 0\.75"):
        bootstrap(images, samples=20, matches=match(images, (0.75,)))


def test_what_can_not_be_meant_is_said() -> None:
    images = found_in([True])
    with pytest.raises(ValueError, match="samples must be 1 or more, but got 0"):
        bootstrap(images, samples=0)
    with pytest.raises(ValueError, match="level must be above 0 and below 1, but got 95"):
        bootstrap(images, level=95)


def test_the_interval_holds_the_truth_nearly_as_often_as_it_says() -> None:
    """Sets of 60 images, of a model whose AP on all images that there are is known from 20,000 of them."""
    draw = np.random.default_rng(0)
    truth = bootstrap(drawn_set(draw, 20_000), samples=1).map50.value
    sets = (bootstrap(drawn_set(draw, 60), samples=200, seed=seed).map50 for seed in range(200))
    held = np.mean([each.low <= truth <= each.high for each in sets])
    assert 0.9 <= held <= 0.99


def drawn_set(draw: np.random.Generator, images: int) -> EvaluationSet:
    """One to three objects an image, 70 % found; false detections at lower scores, more in some images."""
    rows = np.repeat(np.arange(images), draw.integers(1, 4, images))
    column = np.arange(len(rows)) - np.searchsorted(rows, rows)
    boxes = np.stack([column * 120, np.zeros(len(rows)), column * 120 + 100, np.full(len(rows), 100)], axis=1)
    found = draw.random(len(rows)) < 0.7
    wrong = np.repeat(np.arange(images), draw.poisson(draw.choice([0.3, 2], images)))
    image = np.concatenate([rows[found], wrong])
    score = np.concatenate([draw.beta(4, 2, found.sum()), draw.beta(2, 3, len(wrong))])
    place = np.concatenate([boxes[found], np.tile([0.0, 200, 100, 300], (len(wrong), 1))])
    order = np.lexsort((-score, image))
    truth = make_truth(*((0, 1, BOX),) * len(rows), image=rows, boxes_xyxy=boxes)
    rows_found = make_found(
        *((0, 1, BOX, 0.5),) * len(order), image=image[order], boxes_xyxy=place[order], score=score[order]
    )
    return make_set(truth, rows_found, images=images)
