"""Pascal VOC's average precision, at an IoU of 0.5: by 11 points of recall as in 2007, and by area as from 2010 on.

A detection looks at one object alone, the one of its class that it overlaps most (of equal ones the first). Below 0.5
it is a false positive, and so it is where one of a better score has that object already. ``difficult`` objects count
neither as found nor as missed. (Everingham et al. 2010; the reference is ``VOCevaldet.m`` of the VOC development kit.)

Two things differ. The kit's boxes hold their last pixel, so that it adds one to each side; ours are half-open. And a
recall counts as reached if it is, of whole numbers: the kit, by rounding, doesn't find three of ten to be 0.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.average_precision import ScoreOrder, count_ground_truths
from tfodkit.evaluation.accuracy.matching import NOBODY, ranks
from tfodkit.evaluation.accuracy.pairs import find_pairs
from tfodkit.evaluation.accuracy.values import VocAccuracy, VocClass
from tfodkit.evaluation.columns import EvaluationSet

IOU = 0.5
POINTS = 11


def measure_voc(images: EvaluationSet, *, with_difficult: bool) -> VocAccuracy:
    """Hold all detections of ``images`` against the boxes of their truth, as Pascal VOC does.

    ``with_difficult`` counts ``difficult`` objects like any other. Crowds, which VOC doesn't have, count neither way,
    and only those detections are put down to them that overlap no object.
    """
    truth = images.truth
    ignored = truth.is_crowd if with_difficult else truth.is_crowd | truth.is_difficult
    order = ScoreOrder.of(images, ranks(images))
    looked_at = _nearest_objects(images)
    is_right = _are_first(looked_at, order) & ~np.append(ignored, True)[looked_at]
    counted = ~np.append(ignored, False)[looked_at]  # the last one is nobody's
    objects = count_ground_truths(images, ignored).tolist()
    rows = [order.rows[start:end] for start, end in order.bounds]
    return VocAccuracy(
        with_difficult,
        tuple(
            _class_figures(name, is_right[of_class], counted[of_class], count)
            for name, of_class, count in zip(images.class_names.values(), rows, objects, strict=True)
        ),
    )


def _nearest_objects(images: EvaluationSet) -> NDArray[np.int64]:
    """The row of the object that each detection overlaps most, or ``NOBODY``; int64 ``[detections]``."""
    pairs = find_pairs(images, at_least=IOU)
    order = np.lexsort((pairs.object, -pairs.overlap, images.truth.is_crowd[pairs.object], pairs.detection))
    detections, firsts = np.unique(pairs.detection[order], return_index=True)
    nearest = np.full(len(images.found), NOBODY)
    nearest[detections] = pairs.object[order[firsts]]
    return nearest


def _are_first(looked_at: NDArray[np.int64], order: ScoreOrder) -> NDArray[np.bool_]:
    """Whether no detection of a better score looks at the same object; bool ``[detections]``."""
    in_order = order.rows[looked_at[order.rows] != NOBODY]
    _, firsts = np.unique(looked_at[in_order], return_index=True)
    is_first = np.zeros(len(looked_at), bool)
    is_first[in_order[firsts]] = True
    return is_first


def _class_figures(name: str, is_right: NDArray[np.bool_], counted: NDArray[np.bool_], objects: int) -> VocClass:
    if not objects:
        return VocClass(name, None, None)
    right = np.cumsum(is_right)
    precision = right / np.maximum(np.cumsum(counted), 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    # the first place where right / objects is at least 0, 0.1 … 1; behind the last one where it never is
    reached = np.searchsorted(right * (POINTS - 1), objects * np.arange(POINTS))
    return VocClass(
        name,
        ap_11_point=float(np.append(precision, 0.0)[reached].mean()),
        ap_area=float(precision[is_right].sum() / objects),
    )
