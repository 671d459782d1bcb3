"""What AP were if a kind of mistake did not occur: the oracles of TIDE.

Bolya et al., TIDE, ECCV 2020, section 2.3, each alone:

classification, localisation
    the detection is made right; of several on one object, the right one among them, only that of highest score stays
both, duplicate, background
    the detection is removed
missed
    the missed objects no longer count, as if the model were as precise on them as on the rest

No oracle lowers AP: removing a wrong detection raises the precision of all below it, a right one in a wrong one's
place does that and raises their recall, and fewer objects raise every recall.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.average_precision import class_curves
from tfodkit.evaluation.accuracy.matching import NOBODY
from tfodkit.evaluation.accuracy.ranking import class_places
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.kinds import CLASSIFICATION, LOCALISATION, MISSED, Judgement, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Supposition:
    """Detections in descending order of score, beside the objects of each of ``c`` classes.

    ``class_place`` is int64 ``[n]``, 0 to ``c - 1``; ``is_right`` bool ``[n]``; ``objects`` int64 ``[c]``;
    ``had_objects`` bool ``[c]``, before an oracle took any away.
    """

    class_place: Rows
    is_right: NDArray[np.bool_]
    objects: Rows
    had_objects: NDArray[np.bool_]

    def mean_ap(self) -> float | None:
        """The mean over the classes with ground truth; ``None`` where there is none.

        A class that has lost all its objects to an oracle has 1, or 0 where it still has detections, wrong ones.
        """
        order = np.argsort(self.class_place, kind="stable")
        starts = np.searchsorted(self.class_place[order], np.arange(len(self.objects) + 1))
        is_right = self.is_right[order]
        figures = [
            _average_precision(is_right[starts[each] : starts[each + 1]], int(self.objects[each]))
            for each in np.flatnonzero(self.had_objects)
        ]
        return float(np.mean(figures)) if figures else None


def without(images: EvaluationSet, judgement: Judgement, kinds: Collection[int]) -> Supposition:
    """As it were without the mistakes of these ``kinds``, places in ``MISTAKES``."""
    claimed = judgement.found_object.copy()
    is_mended = np.isin(judgement.kind, [kind for kind in kinds if kind in (CLASSIFICATION, LOCALISATION)])
    claimed[is_mended] = judgement.meant_object[is_mended]
    is_removed = np.isin(judgement.kind, list(kinds)) & ~is_mended
    left = ~judgement.is_missed if MISSED in kinds else np.ones(len(images.truth), np.bool_)
    return _supposed(images, claimed, judgement.counts & ~is_removed, left)


def without_false_positives(images: EvaluationSet, judgement: Judgement) -> Supposition:
    """With the right detections alone."""
    is_right = judgement.found_object != NOBODY
    return _supposed(images, judgement.found_object, is_right, np.ones(len(images.truth), np.bool_))


def without_false_negatives(images: EvaluationSet, judgement: Judgement) -> Supposition:
    """As if no object were there but those that are found."""
    is_found = np.zeros(len(images.truth), np.bool_)
    is_found[judgement.found_object[judgement.found_object != NOBODY]] = True
    return _supposed(images, judgement.found_object, judgement.counts, is_found)


def _supposed(images: EvaluationSet, claimed: Rows, stays: NDArray[np.bool_], left: NDArray[np.bool_]) -> Supposition:
    found, truth = images.found, images.truth
    rows = np.flatnonzero(stays)
    rows = rows[np.argsort(-found.score[rows], kind="stable")]
    rows = rows[~_is_repeated(claimed[rows])]
    is_right = claimed[rows] != NOBODY
    classes = found.class_id[rows]
    classes[is_right] = truth.class_id[claimed[rows[is_right]]]
    is_object = ~truth.is_crowd
    return Supposition(
        class_place=class_places(images, classes),
        is_right=is_right,
        objects=_objects(images, is_object & left),
        had_objects=_objects(images, is_object) > 0,
    )


def _is_repeated(claimed: Rows) -> NDArray[np.bool_]:
    """Those that claim an object that one before them claims."""
    is_repeated: NDArray[np.bool_] = claimed != NOBODY
    is_repeated[np.unique(claimed, return_index=True)[1]] = False
    return is_repeated


def _objects(images: EvaluationSet, which: NDArray[np.bool_]) -> Rows:
    """How many of these objects each class has."""
    places = class_places(images, images.truth.class_id[which])
    return np.bincount(places, minlength=len(images.class_names))


def _average_precision(is_right: NDArray[np.bool_], objects: int) -> float:
    """COCO's, of the detections of a class in descending order of score."""
    if not objects:
        return 0.0 if len(is_right) else 1.0
    precision, _, _ = class_curves(is_right[None], np.ones((1, len(is_right)), bool), np.zeros(len(is_right)), objects)
    return float(precision.mean())
