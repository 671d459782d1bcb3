"""Chances that can be reckoned otherwise, and the level of the test where objects of an image share their fate."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tfodkit.evaluation.mistakes import chance
from tfodkit.evaluation.mistakes.chance import chances_of, intraclass_correlation

Rows = NDArray[np.int64]


def singles(is_good: list[bool], grouping: list[int]) -> float:
    """Of objects that are alone in their images."""
    (only,) = chances_of(np.array(is_good), np.arange(len(is_good)), [np.array(grouping)], seed=0)
    return only


def test_groups_that_fare_alike_are_as_good_as_certain() -> None:
    assert singles([True, False] * 20, [0] * 20 + [1] * 20) > 0.9


def test_a_difference_is_as_likely_as_binomials_say() -> None:
    """15 of 20 against 9 of 20: the difference is 6 of a binomial one of 40 x 0.6 x 0.4, so 1.94 of its spreads."""
    is_good = [True] * 15 + [False] * 5 + [True] * 9 + [False] * 11
    draw = np.random.default_rng(1)
    first, second = draw.binomial(20, 0.6, (2, 200_000))
    oracle = (np.abs(first - second) >= 6).mean()
    assert singles(is_good, [0] * 20 + [1] * 20) == pytest.approx(oracle, abs=0.01)


def test_a_plain_difference_has_the_least_chance() -> None:
    assert singles([True] * 50 + [False] * 50, [0] * 50 + [1] * 50) == pytest.approx(1e-4)


def test_a_small_group_is_measured_by_what_is_usual_for_its_size() -> None:
    """None of 12, where half is usual, is 3.5 spreads off; in objects it is less than large groups often are."""
    is_good = [True, False] * 200 + [False] * 12
    assert singles(is_good, [0] * 200 + [1] * 200 + [2] * 12) < 0.005


@pytest.mark.parametrize("is_good", [[True] * 30, [False] * 30, []])
def test_where_all_fare_alike_nothing_can_differ(is_good: list[bool]) -> None:
    assert singles(is_good, [0, 1, -1] * (len(is_good) // 3)) == 1


@pytest.mark.parametrize("grouping", [[-1] * 40, [0] * 40, [0] * 20 + [-1] * 20])
def test_what_can_not_be_compared_has_chance_one(grouping: list[int]) -> None:
    assert singles([True, False] * 20, grouping) == 1


def test_no_groupings_have_no_chances() -> None:
    assert chances_of(np.array([True, False]), np.array([0, 1]), [], seed=0) == []


def test_objects_that_are_left_out_do_not_matter() -> None:
    is_good = [True, False] * 20
    assert singles(is_good + [True] * 30, [0, 1] * 20 + [-1] * 30) < 0.001


def test_each_grouping_has_its_own_chance() -> None:
    is_good = np.arange(80) < 40
    telling, idle = (np.arange(80) >= 40).astype(np.int64), np.arange(80) % 2
    first, second = chances_of(is_good, np.arange(80), [telling, idle], seed=0)
    assert first < 0.001
    assert second > 0.9
    assert [second, first] == chances_of(is_good, np.arange(80), [idle, telling], seed=0)


def test_ten_alike_objects_of_an_image_are_one_case() -> None:
    """Four images of ten objects, two of each group: as objects 20 against 20, as images 2 against 2."""
    is_good, image, grouping = np.arange(40) < 20, np.arange(40) // 10, (np.arange(40) >= 20).astype(np.int64)
    (as_objects,) = chances_of(is_good, np.arange(40), [grouping], seed=0)
    (as_images,) = chances_of(is_good, image, [grouping], seed=0)
    assert as_objects == pytest.approx(1e-4)
    assert as_images > 0.05


def test_the_intraclass_correlation_is_how_much_objects_of_an_image_are_alike() -> None:
    image = np.repeat(np.arange(1000), 4)
    draw = np.random.default_rng(0)
    difficulty = draw.beta(0.7 * 3, 0.3 * 3, 1000)  # beta-binomial: 1 / (1 + 3) is shared
    assert intraclass_correlation(draw.random(4000) < difficulty[image], image) == pytest.approx(0.25, abs=0.03)
    assert intraclass_correlation(draw.random(4000) < 0.7, image) == pytest.approx(0, abs=0.03)
    assert intraclass_correlation(image % 2 == 0, image) == 0.95
    assert intraclass_correlation(draw.random(50) < 0.5, np.arange(50)) == 0


def test_in_hard_and_easy_images_the_chances_are_true_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of sets with a quality that images share but that is of no matter, 5 % come out below 0.05; by objects 40 %."""
    monkeypatch.setattr(chance, "MOST_DRAWS", 499)
    below_by_images, below_by_objects = 0, 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        image = np.repeat(np.arange(30), draw.integers(4, 12, 30))
        is_good = draw.random(len(image)) < draw.beta(1.4, 0.6, 30)[image]
        grouping = draw.integers(0, 3, 30)[image]
        below_by_images += chances_of(is_good, image, [grouping], seed=0)[0] < 0.05
        below_by_objects += chances_of(is_good, np.arange(len(image)), [grouping], seed=0)[0] < 0.05
    assert below_by_images <= 8
    assert below_by_objects > 15
