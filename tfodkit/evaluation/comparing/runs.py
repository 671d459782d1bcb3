"""What one run does better than another on the same images, and whether that could be chance.

Both are drawn anew in the same way: an image that is hard is hard for both, so that the difference of two figures is
surer than either (the paired bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap, 1993). Where the
interval of the difference holds 0, these images show none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.evaluation.accuracy.matching import NOBODY, Matches, match
from tfodkit.evaluation.accuracy.ranking import matched_at
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.uncertainty import (
    LEVEL,
    SAMPLES,
    DrawnPrecisions,
    check_level,
    draw_precisions,
    interval,
)
from tfodkit.evaluation.comparing.values import Interval
from tfodkit.evaluation.operating.counts import operating_table

IOU = 0.5
"""From which on an object counts as found."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredRun:
    """A run's figures and their resamples, and what it does at a score threshold.

    ``is_found`` is bool ``[objects]``, crowds never; ``is_false`` bool ``[detections]``: right about nothing.
    """

    images: EvaluationSet
    drawn: DrawnPrecisions
    threshold: float
    is_found: NDArray[np.bool_]
    is_false: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of A and of B, and ``difference``, B - A with its interval; ``None``: no ground truth."""

    a: float | None
    b: float | None
    difference: Interval

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True, slots=True)
class ClassChange:
    """AP of a class, and how many of its objects only A or only B finds, each at its threshold."""

    name: str
    objects: int
    ap: Change
    only_a: int
    only_b: int


@dataclass(frozen=True, slots=True)
class PictureChange:
    """How many objects of a picture only A or only B finds, and how many detections of each are false."""

    name: str
    objects: int
    only_a: int
    only_b: int
    false_a: int
    false_b: int


@dataclass(frozen=True, slots=True)
class RunDifference:
    """B held against A: figures with intervals of ``level``, the classes by id, the pictures by how much changed.

    An object is found by a detection of its class with an IoU of at least 0.5 and a score of at least ``threshold_a``
    or ``threshold_b``. ``pictures`` are those that changed, the most objects first.
    """

    level: float
    samples: int
    images: int
    threshold_a: float
    threshold_b: float
    map: Change
    map50: Change
    per_class: tuple[ClassChange, ...]
    pictures: tuple[PictureChange, ...]


def measure_run(
    images: EvaluationSet, *, samples: int = SAMPLES, seed: int = 0, threshold: float | None = None
) -> MeasuredRun:
    """What :func:`compare_measured` needs of each run; ``threshold`` is that of its best F1 unless given.

    Raises:
        ValueError: there are no samples.
    """
    matches = match(images)
    if threshold is None:
        threshold = operating_table(images, iou=IOU, threshold=0.5, matches=matches).overall_best.threshold
    is_found, is_false = _at_threshold(images, matches, threshold)
    drawn = draw_precisions(images, samples=samples, seed=seed, matches=matches)
    return MeasuredRun(images, drawn, threshold, is_found, is_false)


def compare_measured(a: MeasuredRun, b: MeasuredRun, *, level: float = LEVEL) -> RunDifference:
    """Hold B against A; both have the same truth, row by row, and were drawn by the same seed.

    Raises:
        ValueError: there is no such level, or the truths or the numbers of samples differ.
    """
    check_level(level)
    if len(a.is_found) != len(b.is_found) or len(a.images.images) != len(b.images.images):
        raise ValueError("runs must have the same truth")
    if len(a.drawn.map) != len(b.drawn.map):
        raise ValueError("runs must be drawn equally often")
    return RunDifference(
        level=level,
        samples=len(a.drawn.map) - 1,
        images=len(a.images.images),
        threshold_a=a.threshold,
        threshold_b=b.threshold,
        map=_change(a.drawn.map, b.drawn.map, level),
        map50=_change(a.drawn.map50, b.drawn.map50, level),
        per_class=_class_changes(a, b, level),
        pictures=_picture_changes(a, b),
    )


def _at_threshold(
    images: EvaluationSet, matches: Matches, threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which objects are found and which detections are false; one matching holds at every threshold."""
    matches, at = matched_at(images, IOU, matches)
    taker = matches.detection_of[at]
    score = np.append(images.found.score, -np.inf)  # the last one is nobody's
    is_found = (score[taker] >= threshold) & (taker != NOBODY) & ~images.truth.is_crowd
    is_false = (images.found.score >= threshold) & (matches.object_of[at] == NOBODY) & matches.counts
    return is_found, is_false


def _change(a: NDArray[np.float64], b: NDArray[np.float64], level: float) -> Change:
    first, second = (None if np.isnan(each[0]) else float(each[0]) for each in (a, b))
    return Change(first, second, interval(b - a, level))


def _class_changes(a: MeasuredRun, b: MeasuredRun, level: float) -> tuple[ClassChange, ...]:
    truth = a.images.truth
    changes = []
    for index, (class_id, name) in enumerate(a.images.class_names.items()):
        is_of_class = (truth.class_id == class_id) & ~truth.is_crowd
        changes.append(
            ClassChange(
                name=name,
                objects=int(is_of_class.sum()),
                ap=_change(a.drawn.per_class[:, index], b.drawn.per_class[:, index], level),
                only_a=int((is_of_class & a.is_found & ~b.is_found).sum()),
                only_b=int((is_of_class & b.is_found & ~a.is_found).sum()),
            )
        )
    return tuple(changes)


def _picture_changes(a: MeasuredRun, b: MeasuredRun) -> tuple[PictureChange, ...]:
    truth, images = a.images.truth, a.images.images
    objects, only_a, only_b, false_a, false_b = (
        np.bincount(place, minlength=len(images)).tolist()
        for place in (
            truth.image[~truth.is_crowd],
            truth.image[a.is_found & ~b.is_found],
            truth.image[b.is_found & ~a.is_found],
            a.images.found.image[a.is_false],
            b.images.found.image[b.is_false],
        )
    )
    columns = zip(images, objects, only_a, only_b, false_a, false_b, strict=True)
    changes = [PictureChange(image.name, *counts) for image, *counts in columns]
    changed = [each for each in changes if each.only_a or each.only_b or each.false_a != each.false_b]
    return tuple(
        sorted(changed, key=lambda each: (-each.only_a - each.only_b, -abs(each.false_a - each.false_b), each.name))
    )
