"""COCO's ``bbox``: ``[x, y, width, height]`` in pixels, read and written."""

from __future__ import annotations

import math
import reprlib
from typing import Any

from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.json_numbers import parse_json_number, plain
from tfodkit.annotations.rules import FIELD_INVALID
from tfodkit.boxes import Box

MOST_DIGITS = 6
"""Behind the point, of numbers that are kept short."""

_SIDES = 4
_ROUNDING = 2
"""Units in the last place that a sum of two decimals may be off by."""


def xyxy_of(bbox: Any) -> tuple[float, float, float, float]:
    """``(xmin, ymin, xmax, ymax)``, unjudged; :class:`FaultError` for what is not four numbers.

    >>> xyxy_of([1.79, 2, 9.77, 3])
    (1.79, 2.0, 11.56, 5.0)
    """
    if not isinstance(bbox, list) or len(bbox) != _SIDES:
        raise FaultError(FIELD_INVALID, f"bbox must be x, y, width and height, but got {reprlib.repr(bbox)}")
    x, y, width, height = (parse_json_number(value, "bbox") for value in bbox)
    return (x, y, _far_side(x, width), _far_side(y, height))


def bbox_of(box: Box) -> list[float]:
    """As :func:`xyxy_of` reads it; of sides with more digits than six, the last bit may come back different."""
    return [plain(box.xmin), plain(box.ymin), _extent(box.xmin, box.xmax), _extent(box.ymin, box.ymax)]


def _far_side(near: float, extent: float) -> float:
    """The sum, as decimals have it: 1.79 and 9.77 are 11.56, and not the 11.559999999999999 of floats."""
    exact = near + extent
    short = round(exact, MOST_DIGITS)
    is_same = abs(short - exact) <= _ROUNDING * math.ulp(max(abs(near), abs(extent)))
    return short if is_same else exact


def _extent(near: float, far: float) -> float:
    """What leads from the one side to the other; of several such numbers the shortest."""
    exact = far - near
    shorter = (round(exact, digits) for digits in range(MOST_DIGITS + 1))
    return plain(next((extent for extent in shorter if _far_side(near, extent) == far), exact))
