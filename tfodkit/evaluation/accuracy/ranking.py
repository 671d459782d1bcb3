"""The detections that count, best first, class by class: what any score threshold gives follows from their order.

One assignment holds at every threshold: detections choose in descending order of score, so that those below a threshold
have no say in what those above it take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches, match
from tfodkit.evaluation.columns import EvaluationSet

TOGETHER = "all classes"
MOST_DECIMALS = 17  # of a double
NEARLY = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The ``n`` detections of a class, or of all, that count, in descending order of score.

    ``rows`` is int64 ``[n]``, where they stand in the columns; ``score`` float64 ``[n]``; ``hits`` int64 ``[n + 1]``,
    how many of the best 0, 1 … n are right. ``ground_truths`` are the objects to be found. Crowds are none, and a
    detection on one is not ranked; objects marked ``difficult`` are like any other here. ``lowest`` is the lowest score
    of any class: of what a model finds below it nothing is known.
    """

    name: str
    ground_truths: int
    rows: NDArray[np.int64]
    score: NDArray[np.float64]
    hits: NDArray[np.int64]
    lowest: float

    def kept(self, thresholds: ArrayLike) -> NDArray[np.int64]:
        """How many have a score of at least each threshold, in the shape of ``thresholds``."""
        return np.searchsorted(-self.score, -np.asarray(thresholds), side="right")

    def cuts(self) -> NDArray[np.int64]:
        """Every number of detections, ascending, that some threshold of 0 to 1 keeps: equal scores stay together."""
        edges = np.concatenate([[1.0], self.score, [-np.inf]])
        return np.flatnonzero(np.diff(edges) < 0)

    def threshold_that_keeps(self, cut: int) -> float:
        """A threshold that keeps the best ``cut`` detections, one of :meth:`cuts`, and no other.

        Between the last score that is kept and the first that is not, the number of fewest decimals, close to the
        middle: it can be read and typed, and stays away from both scores. Where all are kept, it lies between the
        lowest score of any class and their own, and just below where these are one; where none is kept, it is 1.
        """
        if not cut:
            return 1.0
        last = self.score[cut - 1]
        below = self.score[cut] if cut < len(self.score) else self.lowest
        return plain_number(below if below < last else NEARLY * last, last)


def rank(images: EvaluationSet, *, iou: float, matches: Matches | None = None) -> tuple[Ranking, ...]:
    """The ranking of each class of ``images``, in order of their ids, and, last, of all together.

    ``matches`` are those of ``images``, at ``iou`` among others, where they are known already.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    matches, at = matched_at(images, iou, matches)
    rows = np.flatnonzero(matches.counts & ~matches.is_ignored[at])
    rows = rows[np.argsort(-images.found.score[rows], kind="stable")]
    of_class = class_places(images, images.found.class_id[rows])
    truths = np.bincount(
        class_places(images, images.truth.class_id[~images.truth.is_crowd]), minlength=len(images.class_names)
    )
    ends = np.cumsum(np.bincount(of_class, minlength=len(images.class_names)))
    by_class = np.split(rows[np.argsort(of_class, kind="stable")], ends[:-1]) if len(ends) else []
    named = [*zip(images.class_names.values(), truths.tolist(), by_class, strict=True), (TOGETHER, truths.sum(), rows)]
    is_hit, score = matches.object_of[at] != NOBODY, images.found.score
    lowest = float(score.min(initial=1))
    return tuple(
        Ranking(name, int(count), ranked, score[ranked], np.concatenate([[0], np.cumsum(is_hit[ranked])]), lowest)
        for name, count, ranked in named
    )


def matched_at(images: EvaluationSet, iou: float, matches: Matches | None) -> tuple[Matches, int]:
    """``matches``, made where there are none, and the place of ``iou`` among its thresholds.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    if matches is None:
        return match(images, (iou,)), 0
    (places,) = np.nonzero(np.isclose(matches.iou_thresholds, iou, rtol=0, atol=1e-9))
    if not len(places):
        raise ValueError(f"iou must be one that was matched, of {matches.iou_thresholds}, but got {iou}")
    return matches, int(places[0])


def class_places(images: EvaluationSet, class_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each class among ``class_names``, from 0.

    Raises:
        ValueError: there is no such class.
    """
    known = np.array(list(images.class_names), np.int64)
    if not np.isin(class_ids, known).all():
        unknown = np.setdiff1d(class_ids, known)[0]
        raise ValueError(f"class ids must be among {known.tolist()}, but got {unknown}")
    return np.searchsorted(known, class_ids)


def plain_number(low: float, high: float) -> float:
    """The number of fewest decimals in ``low < number <= high``, the one close to the middle.

    >>> plain_number(0.4123, 0.4877), plain_number(0.41231, 0.41264), plain_number(0.02, 0.9)
    (0.45, 0.4125, 0.5)
    """
    middle = (float(low) + float(high)) / 2
    rounded = (round(middle, decimals) for decimals in range(1, MOST_DECIMALS + 1))
    return next((number for number in rounded if low < number <= high), float(high))
