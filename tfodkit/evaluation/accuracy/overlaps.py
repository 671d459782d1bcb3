"""How much a detection and an object have in common: 0 to 1, one figure a pair, many pairs at once.

Boxes overlap by intersection over union. A crowd is a region of many objects: a detection inside it lies wholly in
it, however large the crowd, so that there the intersection is held against the detection alone, as COCO does.
Keypoints have OKS, Lin et al.'s similarity, which falls with the distance of each keypoint by the size of the object.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle

COCO_SIGMAS = np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 1000
"""How far annotators are apart at each of COCO's 17 keypoints of a person, as a share of the person's size."""
OTHER_SIGMA = 0.05
"""The same for every keypoint of any other kind of object, where nobody has measured it."""


def box_overlaps(
    detected_xyxy: NDArray[np.float64], labelled_xyxy: NDArray[np.float64], is_crowd: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """IoU, float64 ``[p]``, of ``p`` pairs of boxes ``[p, 4]``, of a crowd by the detection's area alone.

    Boxes without area, inverted ones among them, overlap with nothing.
    """
    left_top = np.maximum(detected_xyxy[:, :2], labelled_xyxy[:, :2])
    sides = np.minimum(detected_xyxy[:, 2:], labelled_xyxy[:, 2:]) - left_top
    shared = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)
    detected = box_areas(detected_xyxy)
    whole = np.where(is_crowd, detected, detected + box_areas(labelled_xyxy) - shared)
    overlaps: NDArray[np.float64] = np.divide(shared, whole, out=np.zeros_like(shared), where=shared > 0)
    return overlaps


def box_areas(boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square pixels, float64 ``[n]``, of boxes ``[n, 4]``."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    areas: NDArray[np.float64] = sides[:, 0] * sides[:, 1]
    return areas


def mask_overlaps(detected: list[Rle], labelled: list[Rle], is_crowd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """IoU of each of ``d`` masks with each of ``g`` masks of the same image: float64 ``[d, g]``."""
    from pycocotools import mask

    overlaps: NDArray[np.float64] = mask.iou(detected, labelled, is_crowd.astype(np.uint8).tolist())
    return overlaps


def mask_areas(masks: tuple[Rle, ...]) -> NDArray[np.float64]:
    """Pixels of each mask, float64 ``[n]``."""
    from pycocotools import mask

    return np.asarray(mask.area(list(masks)), np.float64)


def keypoint_similarities(
    detected: NDArray[np.float64],
    labelled: NDArray[np.float64],
    boxes_xyxy: NDArray[np.float64],
    areas: NDArray[np.float64],
) -> NDArray[np.float64]:
    """OKS, float64 ``[p]``, of ``p`` pairs of keypoints ``[p, k, 3]``, the objects with their boxes and areas.

    The mean over the labelled keypoints of ``exp(-distance ** 2 / (8 sigma ** 2 area))``, with COCO's sigmas where
    ``k`` is 17 and 0.05 for each keypoint elsewhere. An object that has none labelled counts by the distance of the
    detected ones from its box, made wider and higher by its own size on every side.
    """
    is_labelled = labelled[:, :, 2] > 0
    is_bare = is_labelled.sum(axis=1) == 0
    apart = detected[:, :, :2] - labelled[:, :, :2]
    apart[is_bare] = _outside(detected[is_bare, :, :2], boxes_xyxy[is_bare])
    variances = (2 * sigmas(labelled.shape[1])) ** 2
    sizes = (areas + np.spacing(1))[:, None]
    near = np.exp(-(apart[:, :, 0] ** 2 + apart[:, :, 1] ** 2) / variances / sizes / 2)
    weights = is_labelled | is_bare[:, None]
    similarities: NDArray[np.float64] = (near * weights).sum(axis=1) / weights.sum(axis=1)
    return similarities


def keypoint_areas(keypoints: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square pixels, float64 ``[n]``, of the boxes around all keypoints ``[n, k, 3]`` of a detection each."""
    if not len(keypoints):
        return np.empty(0)
    sides: Any = np.ptp(keypoints[:, :, :2], axis=1)
    areas: NDArray[np.float64] = sides[:, 0] * sides[:, 1]
    return areas


def sigmas(count: int) -> NDArray[np.float64]:
    """The tolerance of each of ``count`` keypoints."""
    return COCO_SIGMAS if count == len(COCO_SIGMAS) else np.full(count, OTHER_SIGMA)


def _outside(points: NDArray[np.float64], boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points ``[p, k, 2]`` lie beyond boxes that are three times as wide and high."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    low, high = (boxes_xyxy[:, :2] - sides)[:, None], (boxes_xyxy[:, 2:] + sides)[:, None]
    beyond: NDArray[np.float64] = np.maximum(0, low - points) + np.maximum(0, points - high)
    return beyond
