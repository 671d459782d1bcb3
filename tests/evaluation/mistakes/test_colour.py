"""Colours whose L*a*b* stand in any textbook, to a twentieth: white points differ in the fourth digit."""

import numpy as np
import pytest

from tfodkit.evaluation.mistakes.colour import LINEAR_OF_LEVEL, LUMA, colour_difference, lab_of_linear_rgb


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
        ((8, 8, 8), (2.19, 0, 0)),  # on the straight line at the dark end, of both curves
    ],
)
def test_lab_of_known_colours(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert lab_of_linear_rgb(LINEAR_OF_LEVEL[list(rgb)]) == pytest.approx(lab, abs=0.05)


def test_the_levels_rise_from_dark_to_light() -> None:
    assert (LINEAR_OF_LEVEL[0], LINEAR_OF_LEVEL[255]) == (0, 1)
    assert (np.diff(LINEAR_OF_LEVEL) > 0).all()
    assert LINEAR_OF_LEVEL[188] == pytest.approx(0.5, abs=0.005)  # half the light is no half of the level
    assert LUMA.sum() == pytest.approx(1)


def test_the_difference_is_the_distance_in_lab() -> None:
    assert colour_difference(np.array([[50.0, 3, 4], [1, 1, 1]]), np.array([[50.0, 0, 0], [1, 1, 1]])).tolist() == [
        5,
        0,
    ]
