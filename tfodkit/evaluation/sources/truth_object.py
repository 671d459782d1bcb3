"""One object of a truth as a file has it, and those of an image together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfodkit.annotations import rules
from tfodkit.annotations.coco_rle import Rle
from tfodkit.annotations.faults import FaultError
from tfodkit.annotations.keypoints import Keypoint
from tfodkit.evaluation.ground_truth import GroundTruth, keypoint_array


@dataclass(frozen=True, slots=True)
class TruthObject:
    """``xyxy`` in pixels; ``area`` in square pixels, as stated, else of the mask, else of the box."""

    xyxy: tuple[float, ...]
    class_id: int
    is_crowd: bool
    is_difficult: bool
    area: float
    mask: Rle | None
    keypoints: tuple[Keypoint, ...]


def ground_truth_of(name: str, width: int, height: int, objects: Sequence[TruthObject]) -> GroundTruth:
    """The objects of the image ``name`` as columns, in their order."""
    masks = tuple(each.mask for each in objects)
    return GroundTruth(
        name=name,
        width=width,
        height=height,
        boxes_xyxy=np.array([each.xyxy for each in objects], np.float64).reshape(-1, 4),
        class_ids=np.array([each.class_id for each in objects], np.int64),
        is_crowd=np.array([each.is_crowd for each in objects], np.bool_),
        is_difficult=np.array([each.is_difficult for each in objects], np.bool_),
        areas=np.array([each.area for each in objects], np.float64),
        masks=masks if any(masks) else None,
        keypoints=keypoint_array([each.keypoints for each in objects]),
    )


def area_of(xyxy: tuple[float, float, float, float]) -> float:
    """Of a box in square pixels; :class:`FaultError` where it is none: not finite, or its sides are exchanged."""
    xmin, ymin, xmax, ymax = xyxy
    if not all(map(math.isfinite, xyxy)):
        raise FaultError(rules.BOX_NOT_FINITE, f"the box must be finite, but is {', '.join(f'{x:g}' for x in xyxy)}")
    if xmax < xmin or ymax < ymin:
        what = f"the box must have a width and a height, but has {xmax - xmin:g} x {ymax - ymin:g} pixels"
        raise FaultError(rules.BOX_INVERTED, what)
    return (xmax - xmin) * (ymax - ymin)
