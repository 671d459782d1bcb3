import numpy as np
import pytest
from hypothesis import given, strategies as st

from tfodkit.evaluation.accuracy.sizes import COCO_SIZES, EVERY_SIZE, thirds

AREAS = st.lists(st.integers(1, 30), max_size=40)


def test_coco_s_borders_belong_to_both_sides() -> None:
    areas = np.array([0, 1024, 9216, 1e10, 1.1e10])
    held = [(~band.lacks(areas)).tolist() for band in COCO_SIZES]
    assert held == [
        [True, True, False, False, False],
        [False, True, True, False, False],
        [False, False, True, True, False],
    ]
    assert EVERY_SIZE.lacks(areas).tolist() == [False] * 4 + [True]


@given(AREAS)
def test_every_area_lies_in_one_third_and_no_third_is_empty(areas: list[int]) -> None:
    held = [(~band.lacks(np.array(areas, float))).sum() for band in thirds(np.array(areas, float))]
    assert not held or (sum(held) == len(areas) and min(held) > 0)


@given(st.integers(1, 20))
def test_thirds_are_thirds(third: int) -> None:
    areas = np.random.default_rng(third).permutation(3 * third) + 1.0
    assert [(~band.lacks(areas)).sum() for band in thirds(areas)] == [third] * 3


@pytest.mark.parametrize("areas", [[], [5], [5] * 9, [5, 6] * 5, [1] * 50 + [2, 3]])
def test_where_most_are_alike_there_are_no_thirds(areas: list[float]) -> None:
    assert thirds(np.array(areas, float)) == ()
