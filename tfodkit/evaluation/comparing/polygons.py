"""How much boxes have in common, of which some are turned: IoU of convex polygons, exact but for rounding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfodkit.boxes import Box, OrientedBox

Point: TypeAlias = tuple[float, float]


def overlaps(a: Sequence[Box | OrientedBox], b: Sequence[Box | OrientedBox]) -> NDArray[np.float64]:
    """IoU of each of ``n`` boxes with each of ``m``: float64 ``[n, m]``, 0 to 1; 0 with a box that has no area."""
    upright = _upright_overlaps(_xyxy(a), _xyxy(b))
    if not any(isinstance(box, OrientedBox) for box in (*a, *b)):
        return upright
    for i, j in np.argwhere(upright > 0).tolist():  # only boxes whose surroundings meet can meet
        if isinstance(a[i], OrientedBox) or isinstance(b[j], OrientedBox):
            upright[i, j] = polygon_iou(a[i], b[j])
    return upright


def polygon_iou(a: Box | OrientedBox, b: Box | OrientedBox) -> float:
    """Intersection over union of two boxes, turned or not, 0 to 1."""
    if a.is_empty or b.is_empty:
        return 0.0
    if a == b:
        return 1.0
    shared = _area(_clipped(a.corners, b.corners))
    return min(1.0, shared / (a.area + b.area - shared))


def _clipped(subject: Sequence[Point], window: Sequence[Point]) -> list[Point]:
    """The part of a polygon inside a convex one, both clockwise with y down (Sutherland and Hodgman, CACM 1974)."""
    points = list(subject)
    for start, end in pairwise([*window, window[0]]):
        sides = [_side(start, end, point) for point in points]
        kept: list[Point] = []
        for index, (point, side) in enumerate(zip(points, sides, strict=True)):
            before, side_before = points[index - 1], sides[index - 1]
            if side * side_before < 0:
                kept.append(_between(before, point, side_before / (side_before - side)))
            if side >= 0:
                kept.append(point)
        points = kept
    return points


def _side(start: Point, end: Point, point: Point) -> float:
    """Positive inside the edge of a clockwise polygon, 0 on it."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _between(first: Point, second: Point, share: float) -> Point:
    return (first[0] + share * (second[0] - first[0]), first[1] + share * (second[1] - first[1]))


def _area(points: Sequence[Point]) -> float:
    """Of a convex polygon, by triangles from its first corner: far from the origin no digits are lost."""
    return sum(abs(_side(points[0], second, third)) for second, third in pairwise(points[1:])) / 2


def _xyxy(boxes: Sequence[Box | OrientedBox]) -> NDArray[np.float64]:
    upright = [box.xyxy if isinstance(box, Box) else box.enclosing.xyxy for box in boxes]
    return np.array(upright, np.float64).reshape(-1, 4)


def _upright_overlaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    near = np.maximum(a[:, None, :2], b[None, :, :2])
    sides = np.clip(np.minimum(a[:, None, 2:], b[None, :, 2:]) - near, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    whole = _areas(a)[:, None] + _areas(b)[None, :] - shared
    ious: NDArray[np.float64] = np.divide(shared, whole, out=np.zeros_like(shared), where=shared > 0)
    return ious


def _areas(xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    sides = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None)
    areas: NDArray[np.float64] = sides[:, 0] * sides[:, 1]
    return areas
