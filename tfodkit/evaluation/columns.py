"""The truth and the detections of a set of images, each as columns of one table.

Everything that is counted is counted over these columns; no loop over images is needed. Boxes are ``xyxy`` pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.ground_truth import GroundTruth

Rle = Mapping[str, Any]
"""A mask as COCO's compressed run lengths: ``{"size": [height, width], "counts": bytes}``."""


@dataclass(frozen=True, slots=True, eq=False)
class TruthColumns:
    """Labelled objects, a row each, the images in ascending order and an image's objects as they are written.

    ``image`` is int64 ``[n]``, the place among the images, from 0; ``boxes_xyxy`` float64 ``[n, 4]``; ``class_id``
    int64 ``[n]``; ``is_crowd`` and ``is_difficult`` bool ``[n]``; ``area`` float64 ``[n]`` in square pixels, that of
    the mask where the truth has masks. ``masks`` and ``keypoints`` are ``None`` where there are none: run lengths an
    object, and float64 ``[n, k, 3]`` of x, y and COCO's visibility (0 not labelled, 1 hidden, 2 visible).
    """

    image: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float64]
    class_id: NDArray[np.int64]
    is_crowd: NDArray[np.bool_]
    is_difficult: NDArray[np.bool_]
    area: NDArray[np.float64]
    masks: tuple[Rle, ...] | None = None
    keypoints: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, slots=True, eq=False)
class FoundColumns:
    """Detections, a row each, in the order of the images, the best scores of an image first.

    ``image`` is int64 ``[n]``, the place among the images, from 0; ``boxes_xyxy`` float64 ``[n, 4]``; ``class_id``
    int64 ``[n]``; ``score`` float64 ``[n]``, 0 to 1. ``masks`` and ``keypoints`` as of the truth.
    """

    image: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float64]
    class_id: NDArray[np.int64]
    score: NDArray[np.float64]
    masks: tuple[Rle, ...] | None = None
    keypoints: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, slots=True)
class EvaluatedImage:
    """One image: its name as the records have it, and its upright size in pixels."""

    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationSet:
    """What a model found in a set of images, beside their truth; ``class_names`` by id, in ascending order of ids."""

    images: tuple[EvaluatedImage, ...]
    class_names: Mapping[int, str]
    truth: TruthColumns
    found: FoundColumns

    @classmethod
    def of_images(
        cls, ground_truth: Sequence[GroundTruth], detections: Sequence[Detections], class_names: Mapping[int, str]
    ) -> EvaluationSet:
        """The set of images that have a truth and detections each, in the same order.

        Raises:
            ValueError: the two sequences differ in length.
        """
        if len(ground_truth) != len(detections):
            raise ValueError(f"there must be detections for all {len(ground_truth)} images, but got {len(detections)}")
        boxes = _joined([image.boxes_xyxy for image in ground_truth], (0, 4), np.float64)
        sides = boxes[:, 2:] - boxes[:, :2]
        truth = TruthColumns(
            image=_places([len(image.class_ids) for image in ground_truth]),
            boxes_xyxy=boxes,
            class_id=_joined([image.class_ids for image in ground_truth], (0,), np.int64),
            is_crowd=_joined([image.is_crowd for image in ground_truth], (0,), np.bool_),
            is_difficult=np.zeros(len(boxes), np.bool_),
            area=sides[:, 0] * sides[:, 1],
        )
        found = FoundColumns(
            image=_places([len(image) for image in detections]),
            boxes_xyxy=_joined([image.boxes_xyxy for image in detections], (0, 4), np.float64),
            class_id=_joined([image.class_ids for image in detections], (0,), np.int64),
            score=_joined([image.scores for image in detections], (0,), np.float64),
        )
        images = tuple(EvaluatedImage(image.name, image.width, image.height) for image in ground_truth)
        return cls(images, dict(sorted(class_names.items())), truth, found)


def _places(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def _joined(parts: Sequence[NDArray[Any]], shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(shape, kind), *parts]).astype(kind)
