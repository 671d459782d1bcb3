"""Which object each detection above a threshold is about, of whatever class: its own class first, then any."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches, assign, least_overlap
from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs
from tfodkit.evaluation.accuracy.ranking import matched_at
from tfodkit.evaluation.columns import EvaluationSet


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Detections and objects, one to one, at a score threshold and an IoU.

    ``object_of`` is int64 ``[detections]``: the row of the object, or ``NOBODY``, for a false alarm and for a
    detection that does not count; ``detection_of`` int64 ``[objects]``: the row of the detection, or ``NOBODY``, for
    an object that is missed and for a crowd; ``is_counted`` bool ``[detections]``: at or above the threshold, among
    the 100 best of its image and class, and not on a crowd.
    """

    object_of: NDArray[np.int64]
    detection_of: NDArray[np.int64]
    is_counted: NDArray[np.bool_]


def assign_across_classes(
    images: EvaluationSet, *, threshold: float, iou: float, matches: Matches | None = None
) -> Assignment:
    """Give each detection with a score of ``threshold`` or more the object that it is about, if there is one.

    Its own class comes first, exactly as the operating table counts it. The detections that are left then choose among
    the objects that are left, of any class, in descending order of score, each the one of highest IoU at or above
    ``iou``. ``matches`` are those of ``images``, at ``iou`` among others, where they are known already.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    matches, at = matched_at(images, iou, matches)
    is_counted = matches.counts & ~matches.is_ignored[at] & (images.found.score >= threshold)
    object_of = np.where(is_counted, matches.object_of[at], NOBODY)
    is_open = ~images.truth.is_crowd
    is_open[object_of[object_of != NOBODY]] = False
    rest = _assign_rest(images, is_counted & (object_of == NOBODY), is_open, matches.iou_thresholds[at])
    object_of = np.where(object_of == NOBODY, rest, object_of)
    return Assignment(object_of, _inverse(object_of, len(images.truth)), is_counted)


def _assign_rest(
    images: EvaluationSet, detections: NDArray[np.bool_], objects: NDArray[np.bool_], iou: float
) -> NDArray[np.int64]:
    """The object of each of these detections among these objects, as if there were one class only."""
    images = replace(
        images,
        found=replace(images.found, class_id=np.ones_like(images.found.class_id)),
        truth=replace(images.truth, class_id=np.ones_like(images.truth.class_id)),
    )
    pairs = find_pairs(images, at_least=least_overlap((iou,)), among=detections)
    among = objects[pairs.object]
    pairs = Pairs(pairs.detection[among], pairs.object[among], pairs.overlap[among])
    # none of these pairs is of one class: it would have been made before
    object_of: NDArray[np.int64] = assign(images, pairs, detections, (iou,), ignored=~objects).object_of[0]
    return object_of


def _inverse(object_of: NDArray[np.int64], objects: int) -> NDArray[np.int64]:
    detection_of = np.full(objects, NOBODY, np.int64)
    (takers,) = np.nonzero(object_of != NOBODY)
    detection_of[object_of[takers]] = takers
    return detection_of
