"""Which detection is which object: COCO's greedy assignment, for all images, classes and IoU thresholds at once.

Within an image and a class the detections choose in descending order of score. Each takes the free object of highest
IoU at or above the threshold, an ignored object only where no other is left; crowds may be taken again and again.
(Lin et al. 2014; the reference is ``pycocotools.cocoeval.COCOeval.evaluateImg``, ties and all.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs, group_numbers
from tfodkit.evaluation.columns import EvaluationSet

NOBODY = -1
PERFECT = 1 - 1e-10
"""The highest IoU that is ever asked for: rounding must not cost a perfect box its object."""
IOU_THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
MOST_DETECTIONS = 100
"""Of an image and a class, as COCO counts them."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """The assignment at each of ``t`` IoU thresholds, over the columns of an evaluation set.

    ``object_of`` is int64 ``[t, detections]``: the row of the truth that a detection has taken, or ``NOBODY``;
    ``detection_of`` int64 ``[t, objects]``: the row of the detection that has an object (of a crowd, the last);
    ``is_ignored`` bool ``[t, detections]``: neither right nor wrong, as the object taken is ignored or as the
    detection lies outside the area that is looked at; ``counts`` bool ``[detections]``: among the best
    ``most_detections`` of its image and class.
    """

    iou_thresholds: tuple[float, ...]
    object_of: NDArray[np.int64]
    detection_of: NDArray[np.int64]
    is_ignored: NDArray[np.bool_]
    counts: NDArray[np.bool_]


def match(
    images: EvaluationSet,
    iou_thresholds: tuple[float, ...] = IOU_THRESHOLDS,
    *,
    ignored: NDArray[np.bool_] | None = None,
    most_detections: int = MOST_DETECTIONS,
) -> Matches:
    """Assign the detections of ``images`` to their objects by the IoU of boxes, class by class.

    ``ignored`` is bool ``[objects]``, the objects that count neither way; crowds where it is not given.
    """
    counts = ranks(images) < most_detections
    pairs = find_pairs(images, at_least=least_overlap(iou_thresholds), among=counts)
    ignored = images.truth.is_crowd if ignored is None else ignored
    return assign(images, pairs, counts, iou_thresholds, ignored=ignored)


def ranks(images: EvaluationSet) -> NDArray[np.int64]:
    """The place of each detection among those of its image and class, from 0 for the best score; int64 ``[n]``."""
    return _turns(group_numbers(images)[0], images.found.score)


def least_overlap(iou_thresholds: tuple[float, ...]) -> float:
    """Below it no pair matters."""
    return min(*iou_thresholds, PERFECT)


def assign(
    images: EvaluationSet,
    pairs: Pairs,
    counts: NDArray[np.bool_],
    iou_thresholds: tuple[float, ...],
    *,
    ignored: NDArray[np.bool_],
    beyond: NDArray[np.bool_] | None = None,
) -> Matches:
    """Assign where the ``pairs`` are known already, of boxes or of any other shape.

    ``beyond`` is bool ``[detections]``, those outside the area that is looked at: they are ignored where they take no
    object.
    """
    found, truth = images.found, images.truth
    thresholds = np.minimum(iou_thresholds, PERFECT)
    object_of = np.full((len(found), len(thresholds)), NOBODY)
    detection_of = np.full((len(truth), len(thresholds)), NOBODY)
    for chosen in _in_turn(images, pairs):
        _choose(chosen, thresholds, truth.is_crowd, ignored, object_of, detection_of)
    is_free = object_of == NOBODY
    is_ignored = np.append(ignored, False)[object_of]  # the last one is nobody's
    if beyond is not None:
        is_ignored |= is_free & beyond[:, None]
    return Matches(tuple(iou_thresholds), object_of.T, detection_of.T, is_ignored.T, counts)


def _in_turn(images: EvaluationSet, pairs: Pairs) -> Iterator[Pairs]:
    """The pairs of those that choose first in their groups, then of those that choose next, and so on.

    Only those that have a pair at all stand in the queue.
    """
    starts = np.flatnonzero(np.diff(pairs.detection, prepend=-1))
    choosing = pairs.detection[starts]
    turns = _turns(group_numbers(images)[0][choosing], images.found.score[choosing])
    turn_of_pair = np.repeat(turns, np.diff(starts, append=len(pairs)))
    order = np.argsort(turn_of_pair, kind="stable")
    ends = np.cumsum(np.bincount(turn_of_pair))
    for start, end in pairwise([0, *ends]):
        rows = order[start:end]
        yield Pairs(pairs.detection[rows], pairs.object[rows], pairs.overlap[rows])


def _choose(
    pairs: Pairs,
    thresholds: NDArray[np.float64],
    is_crowd: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    object_of: NDArray[np.int64],
    detection_of: NDArray[np.int64],
) -> None:
    """Let detections choose at once that don't compete with each other, and write down what they take."""
    starts = np.flatnonzero(np.diff(pairs.detection, prepend=-1))
    is_open = (detection_of[pairs.object] == NOBODY) | is_crowd[pairs.object, None]
    is_open &= pairs.overlap[:, None] >= thresholds
    # a detection's pairs lie best first: it takes the first open one, those with ignored objects after all others
    place = np.arange(len(pairs)) + len(pairs) * ignored[pairs.object]
    taken = np.minimum.reduceat(np.where(is_open, place[:, None], 2 * len(pairs)), starts, axis=0)
    who, threshold = np.nonzero(taken < 2 * len(pairs))
    pair = taken[who, threshold] % len(pairs)
    object_of[pairs.detection[pair], threshold] = pairs.object[pair]
    detection_of[pairs.object[pair], threshold] = pairs.detection[pair]


def _turns(group: NDArray[np.int64], score: NDArray[np.float64]) -> NDArray[np.int64]:
    """The place of each in its group, from 0 for the highest score; of equal scores the earlier row is first."""
    order = np.lexsort((-score, group))
    is_first = np.diff(group[order], prepend=-1) != 0
    place = np.arange(len(order))
    turns = np.empty(len(order), np.int64)
    turns[order] = place - np.maximum.accumulate(np.where(is_first, place, 0))
    return turns
