"""Masks are packed, checked where they are built, and box what they cover."""

import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from pycocotools import mask as coco_mask

from tfodkit.annotations.mask_pixels import from_bitmap
from tfodkit.annotations.masks import InstanceMask, PolygonMask, RunLengthMask, box_of

SQUARE = (4.0, 6.0, 20.0, 6.0, 20.0, 24.0, 4.0, 24.0)
numbers = st.floats(-1e4, 1e4)
corners = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6)


@given(st.lists(corners, min_size=1, max_size=3))
def test_polygons_come_out_as_they_went_in(polygons):
    flat = tuple(tuple(value for corner in polygon for value in corner) for polygon in polygons)
    mask = PolygonMask(flat)
    assert mask.polygons == flat
    assert mask == PolygonMask([list(polygon) for polygon in flat])
    assert pickle.loads(pickle.dumps(mask)) == mask
    assert eval(repr(mask)) == mask  # a fingerprint of records is made of it


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_run_lengths_come_out_as_they_went_in(width, height, data):
    cuts = data.draw(st.lists(st.integers(0, width * height), max_size=9).map(sorted))
    counts = tuple(np.diff([0, *cuts, width * height]).tolist())
    mask = RunLengthMask(width, height, counts)
    assert (mask.width, mask.height, mask.counts) == (width, height, counts)
    assert pickle.loads(pickle.dumps(mask)) == mask
    assert eval(repr(mask)) == mask


def test_masks_differ_by_value():
    assert PolygonMask([SQUARE]) != PolygonMask([SQUARE, SQUARE])
    assert (
        len({PolygonMask([SQUARE]), PolygonMask([SQUARE]), RunLengthMask(4, 1, (1, 3)), RunLengthMask(2, 2, (1, 3))})
        == 3
    )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: PolygonMask([]), "a mask must have a polygon, but has none"),
        (lambda: PolygonMask([SQUARE, SQUARE[:4]]), "a polygon must be pairs of numbers, 3 or more, but has 4 numbers"),
        (lambda: PolygonMask([SQUARE[:7]]), "a polygon must be pairs of numbers, 3 or more, but has 7 numbers"),
        (lambda: PolygonMask([(*SQUARE, 1, float("nan"))]), "a polygon must be finite, but is not"),
        (lambda: PolygonMask([(*SQUARE, 1, -2e7)]), "a polygon must lie within 10000000 pixels, but reaches -2e+07"),
        (
            lambda: PolygonMask([SQUARE, (0, 0, 9999, 0) * 60]),
            "the outline of a mask must be shorter than 1000000 pixels, but is longer",
        ),
        (
            lambda: PolygonMask([(0, 0, 4e5, 0, 8e5, 0)]),  # it is the way back that is too long
            "the outline of a mask must be shorter than 1000000 pixels, but is longer",
        ),
        (lambda: RunLengthMask(0, 4, ()), "a mask's size must be at least 1 x 1, but is 0 x 4"),
        (lambda: RunLengthMask(4, 1, (-1, 5)), "run lengths must be 0 or more, but one is -1"),
        (lambda: RunLengthMask(4, 1, (1, 4)), "run lengths of a 4 x 1 mask must cover it, but cover 5 pixels"),
        (lambda: RunLengthMask(4, 1, ()), "run lengths of a 4 x 1 mask must cover it, but cover 0 pixels"),
        (
            lambda: RunLengthMask(1 << 16, 1 << 16, (1 << 32,)),
            "a mask must have at most 4294967295 pixels, but is 65536 x 65536",
        ),
        (lambda: InstanceMask("x.png", 0), "an instance must be 1 to 254, but got 0"),
        (lambda: InstanceMask("x.png", 255), "an instance must be 1 to 254, but got 255"),
    ],
)
def test_what_is_no_mask_is_refused(build, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared in full
        build()
    assert str(caught.value) == message


def test_a_long_outline_of_many_corners_is_measured():
    corners = [value for number in range(20_000) for value in (number % 2, 900)]
    assert len(PolygonMask([corners]).polygons[0]) == 40_000  # a corner could be 900 pixels from the next, but is not


def test_a_polygon_is_boxed_by_its_corners():
    assert box_of(PolygonMask([SQUARE, (1, 9, 2, 9.5, 1, 40)])).xyxy == (1, 6, 20, 40)


@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_run_lengths_are_boxed_as_pycocotools_does(width, height, data):
    bits = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    bitmap = np.array(bits).reshape(height, width)
    x, y, across, down = coco_mask.toBbox(coco_mask.encode(np.asfortranarray(bitmap, np.uint8)))
    found = box_of(from_bitmap(bitmap)).xyxy
    assert found == ((x, y, x + across, y + down) if bitmap.any() else (0, 0, 0, 0))
