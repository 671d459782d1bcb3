"""Localisation Recall Precision: one error for wrong places, false alarms and misses, at the best threshold of a class.

At an IoU ``t`` and a score threshold, ``LRP = (sum over true positives of (1 - IoU) / (1 - t) + FP + FN) / (TP + FP +
FN)``, 0 to 1. Optimal LRP is the least over all score thresholds. (Oksuz et al., Localization Recall Precision, ECCV
2018; One Metric to Measure them All, TPAMI 2021.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.accuracy.overlaps import box_overlaps
from tfodkit.evaluation.accuracy.ranking import Ranking, matched_at, rank
from tfodkit.evaluation.accuracy.values import LrpClass
from tfodkit.evaluation.columns import EvaluationSet


def measure_lrp(images: EvaluationSet, *, iou: float = 0.5, matches: Matches | None = None) -> tuple[LrpClass, ...]:
    """Optimal LRP of the boxes of each class, in order of the class ids, and the parts it is made of.

    The threshold is a plain number between two scores, the highest where several are best. Crowds, and the detections
    on them, count neither way; ``difficult`` objects are like any other. ``matches`` are those of ``images``, at
    ``iou`` among others, where they are known already.

    Raises:
        ValueError: ``iou`` is below 0, or 1 and more, or ``matches`` has no such ``iou``.
    """
    if not 0 <= iou < 1:
        raise ValueError(f"iou must be at least 0 and below 1, but got {iou}")
    matches, at = matched_at(images, iou, matches)
    apart = _apart(images, matches.object_of[at])
    return tuple(_least_lrp(ranking, apart, iou) for ranking in rank(images, iou=iou, matches=matches)[:-1])


def _apart(images: EvaluationSet, object_of: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 - IoU of each detection and the object it has taken, float64 ``[detections]``; 0 where it has taken none."""
    (rows,) = np.nonzero(object_of != NOBODY)
    objects = object_of[rows]
    apart = np.zeros(len(object_of))
    apart[rows] = 1 - box_overlaps(
        images.found.boxes_xyxy[rows], images.truth.boxes_xyxy[objects], images.truth.is_crowd[objects]
    )
    return apart


def _least_lrp(ranking: Ranking, apart: NDArray[np.float64], iou: float) -> LrpClass:
    cuts = ranking.cuts()
    cuts = cuts[ranking.hits[cuts] > 0]
    if not len(cuts):
        return LrpClass(ranking.name, 1.0 if ranking.ground_truths else None, None, None, None, None)
    hits = ranking.hits[cuts]
    misplaced = np.concatenate([[0], np.cumsum(apart[ranking.rows])])[cuts]
    # TP + FP + FN: every detection, and every object that none of them has
    errors = (misplaced / (1 - iou) + cuts + ranking.ground_truths - 2 * hits) / (cuts + ranking.ground_truths - hits)
    best = np.argmin(errors)
    return LrpClass(
        name=ranking.name,
        error=float(errors[best]),
        threshold=ranking.threshold_that_keeps(int(cuts[best])),
        localisation=float(misplaced[best] / hits[best]),
        false_positives=float(1 - hits[best] / cuts[best]),
        false_negatives=float(1 - hits[best] / ranking.ground_truths),
    )
