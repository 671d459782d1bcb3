"""Who is taken for whom, and so what became of the objects of each class."""

from __future__ import annotations

import numpy as np

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.accuracy.ranking import class_places
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.operating.assignment import assign_across_classes
from tfodkit.evaluation.operating.values import Confusion, Fate


def confusion(images: EvaluationSet, *, threshold: float, iou: float, matches: Matches | None = None) -> Confusion:
    """The confusion matrix with background, of the detections with a score of ``threshold`` or more.

    The diagonal holds the true positives of the operating table at this threshold and IoU, the other cells the pairs
    that :func:`~tfodkit.evaluation.operating.assignment.assign_across_classes` makes of the rest. A second detection of
    an object that has one already is a false alarm: it stands in the row of the background.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    assignment = assign_across_classes(images, threshold=threshold, iou=iou, matches=matches)
    background = len(images.class_names)
    truths, finds = (class_places(images, columns.class_id) for columns in (images.truth, images.found))
    detections = np.flatnonzero(assignment.is_counted)
    rows = np.append(truths, background)[assignment.object_of[detections]]  # the last one is nobody's
    counts = np.zeros((background + 1, background + 1), np.int64)
    np.add.at(counts, (rows, finds[detections]), 1)
    is_missed = (assignment.detection_of == NOBODY) & ~images.truth.is_crowd
    np.add.at(counts, (truths[is_missed], background), 1)
    return Confusion(tuple(images.class_names.values()), threshold, iou, counts)


def fates_of(matrix: Confusion) -> tuple[Fate, ...]:
    """What became of the objects of each class, in the order of the matrix: its rows, summed."""
    found = matrix.counts[:-1, :-1]
    correct, under_any_class, missed = found.diagonal(), found.sum(axis=1), matrix.counts[:-1, -1]
    columns = (correct, under_any_class - correct, missed)
    return tuple(
        Fate(name, *numbers)
        for name, *numbers in zip(matrix.class_names, *(column.tolist() for column in columns), strict=True)
    )
