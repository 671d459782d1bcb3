"""COCO's figures of boxes, masks or keypoints: average precision and recall, overall and by the size of the objects.

Lin et al., Microsoft COCO: Common Objects in Context, 2014; definitions: cocodataset.org, detection and keypoint
evaluation. The reference is ``pycocotools``, with which the figures agree to nine digits and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.average_precision import Curves, ScoreOrder, accumulate
from tfodkit.evaluation.accuracy.matching import IOU_THRESHOLDS, MOST_DETECTIONS, assign, least_overlap, ranks
from tfodkit.evaluation.accuracy.overlaps import box_areas, keypoint_areas, mask_areas
from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs
from tfodkit.evaluation.accuracy.sizes import COCO_SIZES, EVERY_SIZE, Band, thirds
from tfodkit.evaluation.accuracy.values import CocoAccuracy, Shape, SizeFigures
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns, TruthColumns
from tfodkit.evaluation.result import ALL_IOUS, COCO_FIGURES, KEYPOINT_FIGURES, MOST_KEYPOINTS, PRECISION

FIGURES = {Shape.BOXES: COCO_FIGURES, Shape.MASKS: COCO_FIGURES, Shape.KEYPOINTS: KEYPOINT_FIGURES}
FEWER_DETECTIONS = (1, 10)
IOU_50 = IOU_THRESHOLDS.index(0.5)


def measure_coco(images: EvaluationSet, shape: Shape = Shape.BOXES) -> CocoAccuracy:
    """Hold the detections of ``images`` against their truth, by the IoU of boxes or masks or by OKS of keypoints.

    The best 100 detections of an image and class count, 20 where keypoints are compared. Crowds are ignored; so are,
    where keypoints are compared, objects that have none labelled. The size of an object is its ``area``, that of a
    detection the area of its box or mask, or of the box around its keypoints. OKS takes COCO's sigmas for 17 keypoints,
    and 0.05 for each where there are more or fewer: such figures compare only among themselves.

    Detections and objects of classes that ``class_names`` doesn't have are left out.

    Raises:
        ValueError: the truth or the detections have no such shapes.
    """
    contest = _Contest.of(images, shape)
    most = contest.most_detections
    every = contest.curves(EVERY_SIZE, (*FEWER_DETECTIONS, most))
    coco = {band: contest.curves(band, (most,))[most] for band in COCO_SIZES}
    own = {band: contest.curves(band, (most,))[most] for band in thirds(images.truth.area[~contest.ignored])}
    curves = {(EVERY_SIZE.name, count): each for count, each in every.items()}
    curves |= {(band.name, most): each for band, each in coco.items()}
    return CocoAccuracy(
        shape=shape,
        figures={name: _figure(curves[area, count], *how) for name, _, (*how, area, count) in FIGURES[shape]},
        iou_thresholds=IOU_THRESHOLDS,
        ap=every[most].ap,
        precision=every[most].precision,
        score=every[most].score,
        recall=every[most].recall,
        coco_sizes=tuple(_size_figures(band, each) for band, each in coco.items()),
        own_sizes=tuple(_size_figures(band, each) for band, each in own.items()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Contest:
    """What all bands of areas share."""

    images: EvaluationSet
    most_detections: int
    rank: NDArray[np.int64]
    order: ScoreOrder
    pairs: Pairs
    ignored: NDArray[np.bool_]
    found_area: NDArray[np.float64]

    @classmethod
    def of(cls, images: EvaluationSet, shape: Shape) -> _Contest:
        most = MOST_KEYPOINTS if shape is Shape.KEYPOINTS else MOST_DETECTIONS
        rank = ranks(images)
        pairs = find_pairs(images, at_least=least_overlap(IOU_THRESHOLDS), shape=shape, among=rank < most)
        order = ScoreOrder.of(images, rank)
        return cls(images, most, rank, order, pairs, _ignored(images.truth, shape), _found_area(images.found, shape))

    def curves(self, band: Band, most_detections: Sequence[int]) -> dict[int, Curves]:
        """The curves over the objects of a band, by how many detections of an image and class count."""
        ignored = self.ignored | band.lacks(self.images.truth.area)
        matches = assign(
            self.images,
            self.pairs,
            self.rank < self.most_detections,
            IOU_THRESHOLDS,
            ignored=ignored,
            beyond=band.lacks(self.found_area),
        )
        return {
            most: accumulate(self.images, replace(matches, counts=self.rank < most), self.order, ignored=ignored)
            for most in most_detections
        }


def _ignored(truth: TruthColumns, shape: Shape) -> NDArray[np.bool_]:
    if shape is Shape.KEYPOINTS and truth.keypoints is not None:
        return truth.is_crowd | ~(truth.keypoints[:, :, 2] > 0).any(axis=1)
    return truth.is_crowd


def _found_area(found: FoundColumns, shape: Shape) -> NDArray[np.float64]:
    if shape is Shape.MASKS and found.masks is not None:
        return mask_areas(found.masks)
    if shape is Shape.KEYPOINTS and found.keypoints is not None:
        return keypoint_areas(found.keypoints)
    return box_areas(found.boxes_xyxy)


def _figure(curves: Curves, kind: str, ious: str) -> float | None:
    values = curves.ap if kind == PRECISION else curves.recall
    return _mean(values if ious == ALL_IOUS else values[IOU_THRESHOLDS.index(float(ious))])


def _size_figures(band: Band, curves: Curves) -> SizeFigures:
    return SizeFigures(
        name=band.name,
        low=band.low,
        high=band.high,
        ground_truths=int(curves.ground_truths.sum()),
        ap=_mean(curves.ap),
        ap50=_mean(curves.ap[IOU_50]),
        ar100=_mean(curves.recall),
    )


def _mean(values: NDArray[np.float64]) -> float | None:
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else None
