import math

import pytest
from hypothesis import given, strategies as st

from tfodkit.boxes import Box

EDGE = st.floats(-50, 150, allow_nan=False)
BOXES = st.builds(Box, EDGE, EDGE, EDGE, EDGE)


def test_the_order_of_coordinates() -> None:
    box = Box(10, 20, 30, 60)
    assert (box.xyxy, box.xywh) == ((10, 20, 30, 60), (10, 20, 20, 40))
    assert box.to_yxyx_norm(width=100, height=200) == (0.1, 0.1, 0.3, 0.3)


@given(BOXES, st.integers(1, 5000), st.integers(1, 5000))
def test_normalising_there_and_back_is_the_same_box(box: Box, width: int, height: int) -> None:
    again = Box.from_yxyx_norm(box.to_yxyx_norm(width=width, height=height), width=width, height=height)
    assert again.xyxy == pytest.approx(box.xyxy, abs=1e-9)


@given(BOXES)
def test_a_clipped_box_is_inside_and_clipping_again_changes_nothing(box: Box) -> None:
    clipped = box.clip(width=100, height=80)
    assert all(0 <= x <= 100 for x in (clipped.xmin, clipped.xmax))
    assert all(0 <= y <= 80 for y in (clipped.ymin, clipped.ymax))
    assert clipped.clip(width=100, height=80) == clipped


@given(BOXES, BOXES)
def test_iou_is_a_share_and_symmetric(one: Box, other: Box) -> None:
    assert 0 <= one.iou(other) <= 1
    assert one.iou(other) == other.iou(one)


def test_iou_of_known_boxes() -> None:
    assert Box(0, 0, 2, 2).iou(Box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert Box(0, 0, 2, 2).iou(Box(2, 0, 3, 2)) == 0
    assert Box(0, 0, 2, 2).iou(Box(0, 0, 2, 2)) == 1


def test_empty_boxes_have_no_area_and_overlap_nothing() -> None:
    for box in (Box(5, 5, 5, 9), Box(9, 5, 5, 9)):
        assert (box.is_empty, box.area, box.iou(box)) == (True, 0, 0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_box_is_finite(value: float) -> None:
    with pytest.raises(ValueError, match="a box must be finite"):
        Box(0, 0, value, 1)
