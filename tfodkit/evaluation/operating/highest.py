"""The best detection of each picture alone: how right a detector is as a classifier of pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.accuracy.overlaps import box_overlaps
from tfodkit.evaluation.columns import EvaluationSet, TruthColumns
from tfodkit.evaluation.operating.values import HighestOnly

LEAST_IOU = 0.5


def highest_only(images: EvaluationSet) -> HighestOnly:
    """Hold the detection of highest score of each image, however low it is, against the objects of that image.

    A crowd is an object here like any other; a detection lies on it with at least half of its own area. Nothing found
    in an image with objects is wrong.
    """
    truth = images.truth
    best = _best_of_each(images)[truth.image]
    is_found = best != NOBODY
    is_right, is_on = np.zeros(len(truth), bool), np.zeros(len(truth), bool)
    best = best[is_found]
    is_right[is_found] = images.found.class_id[best] == truth.class_id[is_found]
    overlaps = box_overlaps(images.found.boxes_xyxy[best], truth.boxes_xyxy[is_found], truth.is_crowd[is_found])
    is_on[is_found] = overlaps >= LEAST_IOU
    with_objects, right, localised = (
        _images_with(rows, images) for rows in (np.ones(len(truth), bool), is_right, is_right & is_on)
    )
    single = with_objects & ~_images_with(_differs_from_first(truth), images)
    return HighestOnly(
        images=int(with_objects.sum()),
        correct=int(right.sum()),
        localised=int(localised.sum()),
        single_object=int(single.sum()),
        single_correct=int((single & right).sum()),
    )


def _best_of_each(images: EvaluationSet) -> NDArray[np.int64]:
    """The row of each image's detection of highest score, the first of equal ones, or ``NOBODY``."""
    best = np.full(len(images.images), NOBODY, np.int64)
    order = np.lexsort((-images.found.score, images.found.image))
    with_any, firsts = np.unique(images.found.image[order], return_index=True)
    best[with_any] = order[firsts]
    return best


def _differs_from_first(truth: TruthColumns) -> NDArray[np.bool_]:
    """Whether an object is of another class than the first one of its image."""
    _, firsts, of_image = np.unique(truth.image, return_index=True, return_inverse=True)
    differs: NDArray[np.bool_] = truth.class_id != truth.class_id[firsts][of_image]
    return differs


def _images_with(objects: NDArray[np.bool_], images: EvaluationSet) -> NDArray[np.bool_]:
    """The images that hold one of these objects, bool ``[images]``."""
    return np.bincount(images.truth.image[objects], minlength=len(images.images)) > 0
