"""IoU of turned boxes against cases worked out by hand, against upright IoU, and against counted points."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tfodkit.boxes import Box, OrientedBox
from tfodkit.evaluation.comparing.polygons import overlaps, polygon_iou

SQUARE = Box(-1, -1, 1, 1)
SIDE = st.floats(1, 50)
PLACE = st.floats(-20, 20)
TURNED = st.builds(OrientedBox, PLACE, PLACE, SIDE, SIDE, st.floats(-7, 7))
UPRIGHT = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), PLACE, PLACE, SIDE, SIDE)


def turned(box: Box, angle: float, about: tuple[float, float] = (0, 0)) -> OrientedBox:
    """``box`` turned about a point."""
    cx, cy = (box.xmin + box.xmax) / 2 - about[0], (box.ymin + box.ymax) / 2 - about[1]
    cos, sin = math.cos(angle), math.sin(angle)
    return OrientedBox(about[0] + cos * cx - sin * cy, about[1] + sin * cx + cos * cy, box.width, box.height, angle)


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [
        # a square and itself turned by 45 degrees: an octagon of area 8 (sqrt 2 - 1) is shared
        (SQUARE, OrientedBox(0, 0, 2, 2, math.pi / 4), 8 * (math.sqrt(2) - 1) / (8 - 8 * (math.sqrt(2) - 1))),
        (SQUARE, OrientedBox(0, 0, 2, 2, math.pi / 2), 1),
        (SQUARE, OrientedBox(0, 0, 2, 2, 0), 1),
        # the square whose corners are the middles of the sides of the other
        (SQUARE, OrientedBox(0, 0, math.sqrt(2), math.sqrt(2), math.pi / 4), 0.5),
        # a cross of two bars, 1 x 5 each: 1 shared of 9
        (OrientedBox(0, 0, 5, 1, 0.7), OrientedBox(0, 0, 5, 1, 0.7 + math.pi / 2), 1 / 9),
        # half of a bar covers half of another in line with it
        (OrientedBox(0, 0, 4, 1, 1), OrientedBox(2 * math.cos(1), 2 * math.sin(1), 4, 1, 1), 1 / 3),
        # a triangle with legs of 1 cut off the corner (1, 1)
        (SQUARE, OrientedBox(1.5, 1.5, 2 * math.sqrt(2), 2 * math.sqrt(2), math.pi / 4), 0.5 / 11.5),
        (SQUARE, OrientedBox(5, 5, 2, 2, 1), 0),
        (SQUARE, OrientedBox(2, 0, 2, 2, 0), 0),
        (SQUARE, OrientedBox(0, 0, 0, 2, 1), 0),
        (Box(1, 1, 0, 0), OrientedBox(0, 0, 2, 2, 1), 0),
    ],
)
def test_cases_worked_out_by_hand(a, b, iou):
    assert polygon_iou(a, b) == pytest.approx(iou, abs=1e-9)
    assert polygon_iou(b, a) == pytest.approx(iou, abs=1e-9)
    assert overlaps([a], [b])[0, 0] == pytest.approx(iou, abs=1e-9)


def test_far_from_the_origin_it_is_as_exact():
    a, b = OrientedBox(1e5, 2e5, 2, 2, 0), OrientedBox(1e5, 2e5, 2, 2, math.pi / 4)
    shared = 8 * (math.sqrt(2) - 1)
    assert polygon_iou(a, b) == pytest.approx(shared / (8 - shared), abs=1e-9)


@given(UPRIGHT, UPRIGHT)
def test_upright_polygons_overlap_as_boxes_do(a, b):
    assert overlaps([a], [b])[0, 0] == pytest.approx(a.iou(b), abs=1e-12)
    assert polygon_iou(turned(a, 0), b) == pytest.approx(a.iou(b), abs=1e-9)


@given(UPRIGHT, UPRIGHT, st.floats(-7, 7), st.tuples(PLACE, PLACE))
def test_two_boxes_turned_together_overlap_as_before(a, b, angle, about):
    assert polygon_iou(turned(a, angle, about), turned(b, angle, about)) == pytest.approx(a.iou(b), abs=1e-9)


@given(TURNED, TURNED)
def test_it_is_the_same_from_either_side_and_within_0_and_1(a, b):
    value = polygon_iou(a, b)
    assert 0 <= value <= 1
    assert polygon_iou(b, a) == pytest.approx(value, abs=1e-9)
    assert polygon_iou(a, a) == 1


def is_inside(box: OrientedBox, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """By turning the points back: another way than polygons'."""
    dx, dy = x - box.cx, y - box.cy
    along = np.abs(math.cos(box.angle) * dx + math.sin(box.angle) * dy)
    across = np.abs(-math.sin(box.angle) * dx + math.cos(box.angle) * dy)
    return (along <= box.width / 2) & (across <= box.height / 2)


@pytest.mark.parametrize("seed", range(12))
def test_the_share_of_random_points_agrees(seed):
    rng = np.random.default_rng(seed)
    a, b = (OrientedBox(*rng.uniform(-2, 2, 2), *rng.uniform(2, 9, 2), rng.uniform(-4, 4)) for _ in range(2))
    x, y = rng.uniform(-10, 10, (2, 200_000))
    in_a, in_b = is_inside(a, x, y), is_inside(b, x, y)
    counted = (in_a & in_b).sum() / (in_a | in_b).sum()
    assert counted > 0
    assert polygon_iou(a, b) == pytest.approx(counted, abs=0.01)


def test_a_table_of_mixed_boxes():
    a = [SQUARE, OrientedBox(0, 0, 2, 2, math.pi / 4), Box(9, 9, 12, 12)]
    table = overlaps(a, [SQUARE, OrientedBox(10, 10, 2, 2, 0)])
    expected = [[1, 0], [polygon_iou(a[1], SQUARE), 0], [0, 4 / 9]]
    assert table == pytest.approx(np.array(expected))
    assert overlaps([], [SQUARE]).shape == (0, 1)
    assert overlaps([], []).shape == (0, 0)
