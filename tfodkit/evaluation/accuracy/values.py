"""The figures of COCO, Pascal VOC and LRP, as the tables and plots read them. ``None`` and nan: no ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Shape(StrEnum):
    """What is held against the truth."""

    BOXES = "boxes"
    MASKS = "masks"
    KEYPOINTS = "keypoints"


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """One band of object areas, ``low <= area <= high`` in square pixels, with COCO's figures of all classes.

    ``ground_truths`` are those that count; ``ar100`` the recall of the best 100 of an image and class, 20 of keypoints.
    """

    name: str
    low: float
    high: float
    ground_truths: int
    ap: float | None
    ap50: float | None
    ar100: float | None


@dataclass(frozen=True, slots=True, eq=False)
class CocoAccuracy:
    """COCO's average precision and recall of one kind of shape.

    ``figures`` are the twelve of boxes and masks (``result.COCO_FIGURES``) or the ten of keypoints
    (``KEYPOINT_FIGURES``), by name. With ``c`` classes in ascending order of ids, 10 IoU thresholds and 101 recalls 0,
    0.01 … 1: ``ap`` is float64 ``[10, c]``, ``precision`` and ``score`` float64 ``[10, 101, c]`` (the score at which
    that recall is reached, 0 where it never is), ``recall`` float64 ``[10, c]``; nan where a class has no ground truth.
    """

    shape: Shape
    figures: dict[str, float | None]
    iou_thresholds: tuple[float, ...]
    ap: NDArray[np.float64]
    precision: NDArray[np.float64]
    score: NDArray[np.float64]
    recall: NDArray[np.float64]
    coco_sizes: tuple[SizeFigures, ...]
    """Small, medium, large: up to 32 x 32, up to 96 x 96 pixels, and from there."""
    own_sizes: tuple[SizeFigures, ...]
    """The terciles of this data set's areas, no object in two of them; empty where they coincide."""


@dataclass(frozen=True, slots=True)
class VocClass:
    """Pascal VOC's average precision of a class at IoU 0.5, by 11 points (VOC 2007) and by area (VOC 2010 on)."""

    name: str
    ap_11_point: float | None
    ap_area: float | None


@dataclass(frozen=True, slots=True)
class VocAccuracy:
    """Pascal VOC's figures; ``with_difficult`` counts the objects marked ``difficult`` like any other."""

    with_difficult: bool
    per_class: tuple[VocClass, ...]

    @property
    def mean_11_point(self) -> float | None:
        return _mean([each.ap_11_point for each in self.per_class])

    @property
    def mean_area(self) -> float | None:
        return _mean([each.ap_area for each in self.per_class])


@dataclass(frozen=True, slots=True)
class LrpClass:
    """Optimal LRP of a class (Oksuz et al. 2018, 2021): lower is better, 0 to 1, and where its parts come from.

    ``localisation`` is the mean of 1 - IoU of the true positives, ``false_positives`` 1 - precision,
    ``false_negatives`` 1 - recall, all at ``threshold``, where LRP is least. ``None``: no ground truth; the threshold
    and the parts are ``None`` as well where none gives a true positive.
    """

    name: str
    error: float | None
    threshold: float | None
    localisation: float | None
    false_positives: float | None
    false_negatives: float | None


def _mean(values: list[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
