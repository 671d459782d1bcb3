import math

import pytest
from hypothesis import given, strategies as st
from PIL import ExifTags, Image, ImageOps

from tfodkit.boxes import Box, OrientedBox, turn_point, turn_point_back

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


@given(
    st.integers(1, 8),
    st.integers(2, 9).flatmap(lambda width: st.tuples(st.just(width), *[st.integers(0, width)] * 2)),
    st.integers(2, 9).flatmap(lambda height: st.tuples(st.just(height), *[st.integers(0, height)] * 2)),
)
def test_a_turned_box_lies_where_pillow_turns_its_pixels(
    orientation: int, across: tuple[int, int, int], down: tuple[int, int, int]
) -> None:
    (width, *xs), (height, *ys) = across, down
    box = Box(min(xs), min(ys), max(xs), max(ys))
    picture = Image.new("L", (width, height))
    picture.paste(255, tuple(map(int, box.xyxy)))
    picture.getexif()[ExifTags.Base.Orientation] = orientation
    turned = box.turned(orientation, width=width, height=height)
    bounds = ImageOps.exif_transpose(picture).getbbox()
    assert turned.is_empty if bounds is None else turned.xyxy == bounds


@given(st.integers(1, 8), BOXES, st.integers(1, 5000), st.integers(1, 5000))
def test_turning_back_is_the_inverse_of_turning(orientation: int, box: Box, width: int, height: int) -> None:
    again = box.turned(orientation, width=width, height=height).turned_back(orientation, width=width, height=height)
    assert again.xyxy == pytest.approx(box.xyxy, abs=1e-9)
    point = turn_point((box.xmin, box.ymin), orientation, width=width, height=height)
    again = turn_point_back(point, orientation, width=width, height=height)
    assert again == pytest.approx((box.xmin, box.ymin), abs=1e-9)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_inverted_box_stays_inverted(orientation: int) -> None:
    assert Box(9, 2, 3, 6).turned(orientation, width=20, height=10).is_empty


def test_an_oriented_box_turns_clockwise_about_its_centre() -> None:
    upright = OrientedBox(20, 30, 16, 8, 0)
    assert upright.corners == Box(12, 26, 28, 34).corners == ((12, 26), (28, 26), (28, 34), (12, 34))
    assert (upright.area, upright.enclosing) == (128, Box(12, 26, 28, 34))
    first, second, *_ = OrientedBox(20, 30, 16, 8, math.pi / 6).corners
    assert second[1] - first[1] == pytest.approx(8)  # its right end has sunk
    assert second[0] - first[0] == pytest.approx(16 * math.cos(math.pi / 6))


@pytest.mark.parametrize(
    ("values", "problem"),
    [((0, 0, 4, 4, math.nan), "must be finite"), ((0, 0, -4, 4, 0), "must not have a negative side")],
)
def test_an_oriented_box_is_finite_and_has_sides(values: tuple[float, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        OrientedBox(*values)
    assert OrientedBox(0, 0, 0, 4, 1).is_empty
