"""COCO's average precision: what share of the detections is right at each recall, from the best score down.

A class's detections of all images are put in one order of scores, of equal ones the earlier image first. Precision
may not rise with falling recall: at each recall the best is taken of all recalls from there on. (Lin et al. 2014; the
reference is ``pycocotools.cocoeval.COCOeval.accumulate``, whose rounding this follows too.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.columns import EvaluationSet

RECALLS = np.linspace(0, 1, 101)
NOT_ZERO = np.spacing(1)
"""Keeps a division by no detections at all from failing."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Precision over recall at ``t`` IoU thresholds of ``c`` classes in ascending order of ids.

    ``precision`` and ``score`` are float64 ``[t, 101, c]``, ``recall``, the highest that is reached, ``[t, c]``, as
    ``CocoAccuracy`` has them; nan where a class has no ground truth. ``ground_truths`` is int64 ``[c]``.
    """

    precision: NDArray[np.float64]
    score: NDArray[np.float64]
    recall: NDArray[np.float64]
    ground_truths: NDArray[np.int64]

    @property
    def ap(self) -> NDArray[np.float64]:
        """Average precision, float64 ``[t, c]``."""
        average: NDArray[np.float64] = self.precision.mean(axis=1)
        return average


@dataclass(frozen=True, slots=True, eq=False)
class ScoreOrder:
    """The rows of the detections class by class: where each class starts and ends, the best scores first.

    It belongs to the set of images alone, so that one serves many assignments.
    """

    rows: NDArray[np.int64]
    bounds: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, images: EvaluationSet, rank: NDArray[np.int64]) -> ScoreOrder:
        """``rank`` is the place of each detection in its image and class, which decides between equal scores."""
        found, ids = images.found, list(images.class_names)
        rows = np.lexsort((rank, found.image, -found.score, found.class_id))
        classes = found.class_id[rows]
        starts, ends = np.searchsorted(classes, ids, "left"), np.searchsorted(classes, ids, "right")
        return cls(rows, tuple(zip(starts.tolist(), ends.tolist(), strict=True)))


def accumulate(images: EvaluationSet, matches: Matches, order: ScoreOrder, *, ignored: NDArray[np.bool_]) -> Curves:
    """The curves of an assignment; ``ignored`` is bool ``[objects]``, as it was given for the assignment."""
    thresholds, classes = len(matches.iou_thresholds), len(images.class_names)
    precision, score = np.full((2, thresholds, len(RECALLS), classes), np.nan)
    recall = np.full((thresholds, classes), np.nan)
    ground_truths = count_ground_truths(images, ignored)
    for index, ((start, end), objects) in enumerate(zip(order.bounds, ground_truths.tolist(), strict=True)):
        if objects:
            rows = order.rows[start:end]
            rows = rows[matches.counts[rows]]
            counted = ~matches.is_ignored[:, rows]
            is_right = counted & (matches.object_of[:, rows] != NOBODY)
            found = class_curves(is_right, counted, images.found.score[rows], objects)
            precision[:, :, index], score[:, :, index], recall[:, index] = found
    return Curves(precision, score, recall, ground_truths)


def count_ground_truths(images: EvaluationSet, ignored: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many objects of each class count: int64 ``[c]``."""
    classes = np.sort(images.truth.class_id[~ignored])
    ids = list(images.class_names)
    counts: NDArray[np.int64] = np.searchsorted(classes, ids, "right") - np.searchsorted(classes, ids, "left")
    return counts


def class_curves(
    is_right: NDArray[np.bool_], counted: NDArray[np.bool_], scores: NDArray[np.float64], objects: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision and score ``[t, 101]`` and recall ``[t]``, of detections ``[t, n]`` with the best score first."""
    right = np.cumsum(is_right, axis=1)
    precision = right / (np.cumsum(counted, axis=1) + NOT_ZERO)
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = right / objects
    reached = np.stack([np.searchsorted(each, RECALLS) for each in recall])
    # where a recall isn't reached, searchsorted points behind the last detection
    precision = np.take_along_axis(np.pad(precision, ((0, 0), (0, 1))), reached, axis=1)
    return precision, np.append(scores, 0.0)[reached], np.pad(recall, ((0, 0), (1, 0)))[:, -1]
