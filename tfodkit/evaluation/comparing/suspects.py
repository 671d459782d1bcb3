"""Which labels may be wrong: where a detection that the model is sure of contradicts the annotation.

What to be sure of means is learned from the data, class by class, as in confident learning (Northcutt, Jiang, Chuang,
JAIR 2021): an object's *support* is the highest score of a detection of its own class that agrees with it (IoU of 0.5
or more), 0 where there is none; a detection is *confident* from the mean support of the objects of its class that have
any, of all classes where no object of its class has. The four kinds are those of CLOD (Chachuła et al., "Combating
noisy labels in object detection datasets", 2022); the doubt of each, 0 to 1, is our own, a product of what speaks for
it:

==============  ======================================================================  ==============================
kind            a confident detection …                                                 doubt
==============  ======================================================================  ==============================
WRONG_CLASS     … of another class lies on the object, IoU 0.5 or more                  IoU (score - support)
MISSING         … lies where no object has an IoU of 0.3 or more with it                score (1 - highest IoU)
MISPLACED       … of its class fits the object best, but at an IoU of 0.3 to 0.6 only   score (1 - IoU)
SPURIOUS        no detection touches the object (IoU 0.1 or more), although objects of  mean support of the objects
                its class and no larger are found                                       of its class no larger than it
==============  ======================================================================  ==============================

Detections with a score below 0.1 are passed over. Crowds are never suspected, nor is what lies in them; objects marked
difficult are never called spurious. The detections should be of a model that was not trained on these very images: it
would have learned their errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.overlaps import box_overlaps
from tfodkit.evaluation.accuracy.pairs import Pairs, find_pairs
from tfodkit.evaluation.columns import EvaluationSet

AGREES, ELSEWHERE, TOUCHES, WELL = 0.5, 0.3, 0.1, 0.6
FAINT = 0.1
"""Detections with a lower score are none here."""

Scores = NDArray[np.float64]
Rows = NDArray[np.int64]


class Suspicion(StrEnum):
    """What may be wrong with the annotation."""

    WRONG_CLASS = "wrong class"
    MISSING = "missing label"
    MISPLACED = "misplaced box"
    SPURIOUS = "spurious label"


@dataclass(frozen=True, slots=True)
class Suspect:
    """One label that may be wrong, or be missing.

    ``image`` is the place among the images, ``object`` the row of the truth and ``detection`` that of the detections;
    ``None`` where there is none. ``iou`` is that of the two, of a missing label that with the nearest object. ``doubt``
    is 0 to 1, the more the likelier; it ranks, and is no probability.
    """

    kind: Suspicion
    doubt: float
    image: int
    object: int | None
    detection: int | None
    iou: float

    def words(self, images: EvaluationSet) -> str:
        """What is the matter, in a few words: ``labelled cup, but looks like mug (score 0.97, IoU 0.91)``."""
        names, truth, found = images.class_names, images.truth, images.found
        labelled = "" if self.object is None else names[int(truth.class_id[self.object])]
        if self.detection is None:
            return f"labelled {labelled}, but nothing is found there"
        name, score = names[int(found.class_id[self.detection])], f"score {found.score[self.detection]:.2f}"
        if self.object is None:
            return f"not labelled, but looks like {name} ({score})"
        if self.kind is Suspicion.WRONG_CLASS:
            return f"labelled {labelled}, but looks like {name} ({score}, IoU {self.iou:.2f})"
        return f"labelled {labelled}, but found elsewhere ({score}, IoU {self.iou:.2f})"


def find_suspects(images: EvaluationSet, *, most: int | None = None) -> tuple[Suspect, ...]:
    """The labels that may be wrong, the greatest doubt first, ``most`` of them or all; each object and detection once.

    Boxes alone are looked at. All detections are to be there, or those with a score of 0.1 or more: what was cut off
    at a higher threshold is taken for not found.
    """
    pairs = find_pairs(images, at_least=TOUCHES, across_classes=True, among=images.found.score >= FAINT)
    evidence = _Evidence.of(images, pairs)
    suspects = [*evidence.wrong_class(), *evidence.missing(), *evidence.misplaced(), *evidence.spurious()]
    return tuple(_each_once(suspects))[:most]


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """What the kinds have in common: the pairs that touch, who supports whom, and who is confident."""

    images: EvaluationSet
    pairs: Pairs
    is_same: NDArray[np.bool_]
    """``[p]``: of one class."""
    support: Scores
    """``[objects]``"""
    is_confident: NDArray[np.bool_]
    """``[detections]``"""

    @classmethod
    def of(cls, images: EvaluationSet, pairs: Pairs) -> _Evidence:
        found, truth = images.found, images.truth
        is_same = found.class_id[pairs.detection] == truth.class_id[pairs.object]
        agrees = is_same & (pairs.overlap >= AGREES)
        support = _highest(pairs.object[agrees], found.score[pairs.detection[agrees]], len(truth))
        return cls(images, pairs, is_same, support, found.score >= _sure_from(images, support))

    def wrong_class(self) -> Iterator[Suspect]:
        agreeing = np.unique(self.pairs.detection[self.is_same & (self.pairs.overlap >= AGREES)])
        is_free = self.is_confident.copy()
        is_free[agreeing] = False  # a rider's box may fit the horse as well
        yield from self._suspects(
            Suspicion.WRONG_CLASS,
            ~self.is_same & (self.pairs.overlap >= AGREES) & is_free[self.pairs.detection],
            self.pairs.overlap * (self._scores() - self.support[self.pairs.object]),
        )

    def misplaced(self) -> Iterator[Suspect]:
        is_sure = self.is_same & self.is_confident[self.pairs.detection]
        of_object = _highest(self.pairs.object[is_sure], self.pairs.overlap[is_sure], len(self.images.truth))
        of_detection = _highest(self.pairs.detection[is_sure], self.pairs.overlap[is_sure], len(self.images.found))
        is_best = self.pairs.overlap == np.maximum(of_object[self.pairs.object], of_detection[self.pairs.detection])
        yield from self._suspects(
            Suspicion.MISPLACED,
            is_sure & is_best & (self.pairs.overlap >= ELSEWHERE) & (self.pairs.overlap < WELL),
            self._scores() * (1 - self.pairs.overlap),
        )

    def missing(self) -> Iterator[Suspect]:
        found = self.images.found
        nearest = _highest(self.pairs.detection, self.pairs.overlap, len(found))
        rows = np.flatnonzero(self.is_confident & (nearest < ELSEWHERE))
        doubts = found.score * (1 - nearest)
        for row in _without_copies(self.images, rows[np.argsort(-found.score[rows], kind="stable")]):
            doubt, iou = float(doubts[row]), float(nearest[row])
            yield Suspect(Suspicion.MISSING, doubt, int(found.image[row]), None, row, iou)

    def spurious(self) -> Iterator[Suspect]:
        truth = self.images.truth
        is_untouched = ~(truth.is_crowd | truth.is_difficult)
        is_untouched[self.pairs.object] = False
        expected = _support_of_smaller(self.images, self.support)
        for row in np.flatnonzero(is_untouched & (expected > 0)).tolist():
            yield Suspect(Suspicion.SPURIOUS, float(expected[row]), int(truth.image[row]), row, None, 0.0)

    def _scores(self) -> Scores:
        return self.images.found.score[self.pairs.detection]

    def _suspects(self, kind: Suspicion, chosen: NDArray[np.bool_], doubts: Scores) -> Iterator[Suspect]:
        pairs, truth = self.pairs, self.images.truth
        for row in np.flatnonzero(chosen & (doubts > 0) & ~truth.is_crowd[pairs.object]).tolist():
            place, detection = int(pairs.object[row]), int(pairs.detection[row])
            iou = float(pairs.overlap[row])
            yield Suspect(kind, float(doubts[row]), int(truth.image[place]), place, detection, iou)


def _sure_from(images: EvaluationSet, support: Scores) -> Scores:
    """The score from which each detection is confident, float64 ``[detections]``; 1 where nothing agrees at all."""
    found, truth = images.found, images.truth
    classes = 1 + max(found.class_id.max(initial=0), truth.class_id.max(initial=0))
    is_found = support > 0
    sums = np.bincount(truth.class_id[is_found], support[is_found], minlength=classes)
    counts = np.bincount(truth.class_id[is_found], minlength=classes)
    overall = sums.sum() / counts.sum() if counts.any() else 1.0
    means = np.divide(sums, counts, out=np.full(classes, overall), where=counts > 0)
    sure: Scores = means[found.class_id]
    return sure


def _support_of_smaller(images: EvaluationSet, support: Scores) -> Scores:
    """The mean support of the objects of the same class that are no larger, itself among them: ``[objects]``."""
    truth = images.truth
    order = np.lexsort((truth.area, truth.class_id))
    starts = np.flatnonzero(np.diff(truth.class_id[order], prepend=-1))
    begin = np.repeat(starts, np.diff([*starts, len(order)]))
    sums = np.concatenate([[0.0], np.cumsum(support[order])])
    end = np.arange(len(order)) + 1
    means = np.empty(len(order))
    means[order] = (sums[end] - sums[begin]) / (end - begin)
    return means


def _without_copies(images: EvaluationSet, rows: Rows) -> Iterator[int]:
    """Of detections, the best first, those that lie on no better one of the same image."""
    boxes = images.found.boxes_xyxy
    kept: dict[int, list[int]] = {}
    for row in rows.tolist():
        better = kept.setdefault(int(images.found.image[row]), [])
        mine = np.broadcast_to(boxes[row], (len(better), 4))
        if not (box_overlaps(mine, boxes[better], np.zeros(len(better), bool)) >= AGREES).any():
            better.append(row)
            yield row


def _highest(rows: Rows, values: Scores, count: int) -> Scores:
    """The highest of the values of each row, float64 ``[count]``; 0 where a row has none."""
    highest = np.zeros(count)
    np.maximum.at(highest, rows, values)
    return highest


def _each_once(suspects: Iterable[Suspect]) -> Iterator[Suspect]:
    """The greatest doubt first; what is suspected in two ways, in the likelier one."""
    objects: set[int] = set()
    detections: set[int] = set()
    for suspect in sorted(suspects, key=lambda each: (-each.doubt, each.image, each.object or 0, each.detection or 0)):
        if suspect.object not in objects and suspect.detection not in detections:
            objects.update([suspect.object] if suspect.object is not None else [])
            detections.update([suspect.detection] if suspect.detection is not None else [])
            yield suspect
