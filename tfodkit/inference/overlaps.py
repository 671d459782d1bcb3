"""How much boxes of one picture have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def intersections(one_xyxy: NDArray[np.floating], other_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """The shared area, float64 ``[n, m]``, of each of ``n`` boxes with each of ``m``; 0 where they don't meet."""
    one, other = (np.asarray(boxes, np.float64) for boxes in (one_xyxy, other_xyxy))
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    sides = np.minimum(one[:, None, 2:], other[None, :, 2:]) - low
    shared: NDArray[np.float64] = np.prod(np.maximum(sides, 0.0), axis=2)
    return shared


def areas(boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """Float64 ``[n]``; 0 for empty and inverted boxes."""
    sides = np.asarray(boxes_xyxy, np.float64)[:, 2:] - np.asarray(boxes_xyxy, np.float64)[:, :2]
    found: NDArray[np.float64] = np.prod(np.maximum(sides, 0.0), axis=1)
    return found


def ious(one_xyxy: NDArray[np.floating], other_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union, float64 ``[n, m]``; 0 where both are empty."""
    shared = intersections(one_xyxy, other_xyxy)
    whole = areas(one_xyxy)[:, None] + areas(other_xyxy)[None, :] - shared
    return np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)


def shares_of_smaller(one_xyxy: NDArray[np.floating], other_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over the smaller one's area, float64 ``[n, m]``: 1 for a box inside another; 0 where it is empty."""
    shared = intersections(one_xyxy, other_xyxy)
    smaller = np.minimum(areas(one_xyxy)[:, None], areas(other_xyxy)[None, :])
    return np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0)
