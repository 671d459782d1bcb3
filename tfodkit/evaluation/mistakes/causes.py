"""What mistakes have to do with: the qualities of objects and images along which a model does better and worse.

What goes along with mistakes need not be what makes them: small objects may happen to be those of a rare class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes import scene_qualities as scene, shape_qualities as shape
from tfodkit.evaluation.mistakes.cause_words import no_cause_words, strong_cause_words
from tfodkit.evaluation.mistakes.chance import chances_of
from tfodkit.evaluation.mistakes.looks import ImageLooks
from tfodkit.evaluation.mistakes.picture_source import picture_source
from tfodkit.evaluation.mistakes.qualities import NO_GROUP, Group, Quality
from tfodkit.evaluation.mistakes.values import Bin, Cause, Causes
from tfodkit.evaluation.operating.assignment import assign_across_classes

ENOUGH_OBJECTS, ENOUGH_IMAGES = 10, 5
"""Of a bin, to be compared with others."""
FEWEST = 2
"""Bins that can differ."""

QUALITIES: tuple[Callable[[EvaluationSet], list[Quality]], ...] = (
    shape.box_size,
    shape.share_of_image,
    shape.aspect_ratio,
    shape.position,
    shape.edge_of_image,
    scene.objects_in_image,
    scene.overlap_with_others,
    picture_source,
)
LOOKS: tuple[Callable[[ImageLooks], list[Quality]], ...] = (scene.brightness, scene.contrast)


def find_causes(
    images: EvaluationSet,
    *,
    threshold: float,
    iou: float,
    looks: ImageLooks | None = None,
    matches: Matches | None = None,
    seed: int = 0,
) -> Causes:
    """Recall and confusion of the objects along every quality that tells them apart, and which of it is no accident.

    An object is found by a detection of its class with a score of ``threshold`` or more at ``iou`` or above, and
    misclassified where there is only one of another class; crowds are left out. ``looks`` adds brightness and contrast;
    ``seed`` decides what the p values are drawn with. ``matches`` are those of ``images``, at ``iou`` among others,
    where they are known already.

    Raises:
        ValueError: ``matches`` has no such ``iou``.
    """
    outcomes = _Outcomes.of(images, threshold=threshold, iou=iou, matches=matches)
    qualities = [quality for give in QUALITIES for quality in give(images)]
    qualities += [quality for give in LOOKS if looks is not None for quality in give(looks)]
    tallies = [tally for tally in (_Tally.of(quality, outcomes) for quality in qualities) if len(tally.bins) >= FEWEST]
    chances = chances_of(outcomes.is_correct, outcomes.image, [tally.compared_of for tally in tallies], seed=seed)
    found = sorted(zip(tallies, chances, strict=True), key=lambda each: (each[1], -each[0].spread))
    causes = Causes(
        threshold=threshold,
        iou=iou,
        qualities=tuple(tally.cause(chance) for tally, chance in found),
    )
    strong = {cause.quality for cause in causes.strongest}
    return replace(
        causes,
        qualities=tuple(
            replace(cause, words=strong_cause_words(tally.compared)) if cause.quality in strong else cause
            for cause, (tally, _) in zip(causes.qualities, found, strict=True)
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Outcomes:
    """What became of each object that counts, ``rows`` of the truth."""

    rows: NDArray[np.int64]
    image: NDArray[np.int64]
    is_correct: NDArray[np.bool_]
    is_misclassified: NDArray[np.bool_]

    @classmethod
    def of(cls, images: EvaluationSet, *, threshold: float, iou: float, matches: Matches | None) -> _Outcomes:
        truth = images.truth
        assignment = assign_across_classes(images, threshold=threshold, iou=iou, matches=matches)
        rows = np.flatnonzero(~truth.is_crowd)
        detection = assignment.detection_of[rows]
        is_found = detection != NOBODY
        is_correct = is_found.copy()
        is_correct[is_found] = images.found.class_id[detection[is_found]] == truth.class_id[rows[is_found]]
        return cls(rows, truth.image[rows], is_correct, is_found & ~is_correct)


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    """A quality counted out: a bin for each group that has objects, and which of them can be compared.

    ``compared_of`` is the number of each object's bin among ``compared``, ``NO_GROUP`` for the others.
    """

    name: str
    bins: tuple[Bin, ...]
    compared: tuple[tuple[Group, Bin], ...]
    compared_of: NDArray[np.int64]

    @classmethod
    def of(cls, quality: Quality, outcomes: _Outcomes) -> _Tally:
        group_of = quality.group_of[outcomes.rows]
        bins: list[Bin] = []
        compared: list[tuple[Group, Bin]] = []
        compared_of = np.full(len(group_of), NO_GROUP)
        for number, group in enumerate(quality.groups):
            is_in = group_of == number
            if not is_in.any():
                continue
            counts = (is_in, is_in & outcomes.is_correct, is_in & outcomes.is_misclassified)
            bins.append(Bin(group.name, *(int(np.count_nonzero(count)) for count in counts)))
            if bins[-1].objects >= ENOUGH_OBJECTS and len(np.unique(outcomes.image[is_in])) >= ENOUGH_IMAGES:
                compared_of[is_in] = len(compared)
                compared.append((group, bins[-1]))
        return cls(quality.name, tuple(bins), tuple(compared), compared_of)

    @property
    def spread(self) -> float:
        recalls = [each.correct / each.objects for _, each in self.compared]
        return max(recalls) - min(recalls) if len(recalls) >= FEWEST else 0.0

    def cause(self, chance: float) -> Cause:
        return Cause(self.name, self.bins, self.spread, chance, no_cause_words([each for _, each in self.compared]))
