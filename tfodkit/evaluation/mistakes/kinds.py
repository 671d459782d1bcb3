"""What is wrong with each detection, and which objects are missed: the error types of TIDE.

Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, ECCV 2020, section 2.2. A wrong detection
may fit several types, as where objects of two classes overlap, and the paper ranks none above the other; the object
that it overlaps most decides, as it is most likely the one that was meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs
from tfodkit.evaluation.accuracy.ranking import matched_at
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.values import Mistake

Rows = NDArray[np.int64]
NO_MISTAKE = -1
MISTAKES = tuple(Mistake)
CLASSIFICATION, LOCALISATION, BOTH, DUPLICATE, BACKGROUND, MISSED = range(len(MISTAKES))


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A verdict on each detection and each object.

    ``counts`` is bool ``[detections]``, right or wrong and not ignored; ``found_object`` int64 ``[detections]`` the
    object that a right one has found, or ``NOBODY``; ``kind`` int64 ``[detections]`` the place in ``MISTAKES`` of a
    wrong one, or ``NO_MISTAKE``; ``meant_object`` int64 ``[detections]`` the object that a wrong one is about, or
    ``NOBODY``; ``is_missed`` bool ``[objects]``.
    """

    counts: NDArray[np.bool_]
    found_object: Rows
    kind: Rows
    meant_object: Rows
    is_missed: NDArray[np.bool_]


def judge(
    images: EvaluationSet, *, foreground_iou: float, background_iou: float, matches: Matches | None = None
) -> Judgement:
    """Tell right from wrong at ``foreground_iou``, and the kinds of wrong by the overlaps down to ``background_iou``.

    Detections beyond the hundredth of an image and class, and those on a crowd of their class, are ignored; a crowd is
    neither missed nor meant. ``matches`` are those of ``images``, where they are known already.

    Raises:
        ValueError: ``matches`` has no such ``foreground_iou``.
    """
    matches, at = matched_at(images, foreground_iou, matches)
    counts = matches.counts & ~matches.is_ignored[at]
    found_object = np.where(counts, matches.object_of[at], NOBODY)
    is_wrong = counts & (found_object == NOBODY)
    kind, meant_object = _kinds(images, is_wrong, foreground_iou, background_iou)
    is_missed = ~images.truth.is_crowd
    is_missed[found_object[found_object != NOBODY]] = False
    is_missed[meant_object[np.isin(kind, (CLASSIFICATION, LOCALISATION))]] = False
    return Judgement(counts, found_object, kind, meant_object, is_missed)


def _kinds(
    images: EvaluationSet, is_wrong: NDArray[np.bool_], foreground_iou: float, background_iou: float
) -> tuple[Rows, Rows]:
    found, truth = images.found, images.truth
    pairs = find_pairs(images, at_least=background_iou, across_classes=True, among=is_wrong)
    is_object = ~truth.is_crowd[pairs.object]
    is_own = truth.class_id[pairs.object] == found.class_id[pairs.detection]
    own_iou, own = _best(pairs, is_object & is_own, len(found))
    other_iou, other = _best(pairs, is_object & ~is_own, len(found))
    kind = np.select(
        [
            ~is_wrong,
            (other_iou >= foreground_iou) & (other_iou > own_iou),
            own_iou >= foreground_iou,  # the object is found already, else the detection were right
            own_iou >= background_iou,
            other_iou >= background_iou,
        ],
        [NO_MISTAKE, CLASSIFICATION, DUPLICATE, LOCALISATION, BOTH],
        BACKGROUND,
    )
    meant = np.select(
        [np.isin(kind, (CLASSIFICATION, BOTH)), np.isin(kind, (DUPLICATE, LOCALISATION))], [other, own], NOBODY
    )
    return kind, meant


def _best(pairs: Pairs, fits: NDArray[np.bool_], detections: int) -> tuple[NDArray[np.float64], Rows]:
    """The highest IoU of each detection among the pairs that fit, and its object; -1 and ``NOBODY`` without any."""
    rows, first = np.unique(pairs.detection[fits], return_index=True)
    iou, object_ = np.full(detections, -1.0), np.full(detections, NOBODY)
    iou[rows], object_[rows] = pairs.overlap[fits][first], pairs.object[fits][first]
    return iou, object_
