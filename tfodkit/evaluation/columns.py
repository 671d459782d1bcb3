"""The truth and the detections of a set of images, each as columns of one table.

Everything that is counted is counted over these columns; no loop over images is needed. Boxes are ``xyxy`` pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle
from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.truth_shapes import areas_of_truth, masks_of_truth


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

    @classmethod
    def of_images(cls, ground_truth: Sequence[GroundTruth]) -> TruthColumns:
        """The objects of all images. Masks are taken where every object but crowds has one, else none is."""
        boxes = _joined([image.boxes_xyxy for image in ground_truth], (0, 4), np.float64)
        is_crowd = _joined([image.is_crowd for image in ground_truth], (0,), np.bool_)
        masks = masks_of_truth(ground_truth, boxes, is_crowd)
        return cls(
            image=_places([len(image.class_ids) for image in ground_truth]),
            boxes_xyxy=boxes,
            class_id=_joined([image.class_ids for image in ground_truth], (0,), np.int64),
            is_crowd=is_crowd,
            is_difficult=_joined([_difficult(image) for image in ground_truth], (0,), np.bool_),
            area=areas_of_truth(ground_truth, boxes, masks),
            masks=masks,
            keypoints=_padded([(image.keypoints, len(image.class_ids)) for image in ground_truth]),
        )


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

    @classmethod
    def of_images(cls, detections: Sequence[Detections]) -> FoundColumns:
        """The detections of all images; with masks or keypoints where every image with detections has them."""
        masks = [image.masks for image in detections if len(image)]
        keypoints = [image.keypoints for image in detections if len(image)]
        return cls(
            image=_places([len(image) for image in detections]),
            boxes_xyxy=_joined([image.boxes_xyxy for image in detections], (0, 4), np.float64),
            class_id=_joined([image.class_ids for image in detections], (0,), np.int64),
            score=_joined([image.scores for image in detections], (0,), np.float64),
            masks=_chained(masks),
            keypoints=_stacked(keypoints),
        )

    def of_classes(self, class_ids: Iterable[int]) -> FoundColumns:
        """Those of these classes."""
        return self.take(np.flatnonzero(np.isin(self.class_id, list(class_ids))))

    def take(self, rows: NDArray[np.int64]) -> FoundColumns:
        """These rows, in the order of ``rows``."""
        return FoundColumns(
            image=self.image[rows],
            boxes_xyxy=self.boxes_xyxy[rows],
            class_id=self.class_id[rows],
            score=self.score[rows],
            masks=None if self.masks is None else tuple(self.masks[row] for row in rows),
            keypoints=None if self.keypoints is None else self.keypoints[rows],
        )


@dataclass(frozen=True, slots=True)
class EvaluatedImage:
    """One image: its name as the records have it, its upright size in pixels, and its id where a COCO file has one."""

    name: str
    width: int
    height: int
    id: int | None = None


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

        Detections of classes without a name are left out, as COCO leaves them out: a label map may have gaps, as COCO's
        own has ten, and a model gives ids in the gaps, too.

        Raises:
            ValueError: the two sequences differ in length.
        """
        if len(ground_truth) != len(detections):
            raise ValueError(f"there must be detections for all {len(ground_truth)} images, but got {len(detections)}")
        images = tuple(EvaluatedImage(image.name, image.width, image.height) for image in ground_truth)
        names = dict(sorted(class_names.items()))
        found = FoundColumns.of_images(detections).of_classes(names)
        return cls(images, names, TruthColumns.of_images(ground_truth), found)


def _places(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def _joined(parts: Sequence[NDArray[Any]], shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(shape, kind), *parts]).astype(kind)


def _difficult(image: GroundTruth) -> NDArray[np.bool_]:
    return np.zeros(len(image.class_ids), np.bool_) if image.is_difficult is None else image.is_difficult


def _chained(masks: Sequence[tuple[Rle, ...] | None]) -> tuple[Rle, ...] | None:
    known = [each for each in masks if each is not None]
    return tuple(mask for each in known for mask in each) if known and len(known) == len(masks) else None


def _stacked(keypoints: Sequence[NDArray[Any] | None]) -> NDArray[np.float64] | None:
    known = [each for each in keypoints if each is not None]
    return np.concatenate(known).astype(np.float64) if known and len(known) == len(keypoints) else None


def _padded(parts: Sequence[tuple[NDArray[np.float64] | None, int]]) -> NDArray[np.float64] | None:
    """``[n, k, 3]`` of the images' keypoints, ``k`` the most that any has; those that lack are not labelled."""
    most = max((part.shape[1] for part, _ in parts if part is not None), default=0)
    if not most:
        return None
    padded = np.zeros((sum(count for _, count in parts), most, 3))
    start = 0
    for part, count in parts:
        if part is not None:
            padded[start : start + count, : part.shape[1]] = part
        start += count
    return padded
