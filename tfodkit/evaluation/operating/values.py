"""What a detector does at a score threshold, in counts that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Counts:
    """A class, or all of them, at one score threshold and one IoU, crowds left out.

    ``detections == true_positives + false_positives`` and ``ground_truths == true_positives + false_negatives``.
    """

    name: str
    threshold: float
    ground_truths: int
    detections: int
    true_positives: int

    @property
    def false_positives(self) -> int:
        return self.detections - self.true_positives

    @property
    def false_negatives(self) -> int:
        return self.ground_truths - self.true_positives

    @property
    def precision(self) -> float | None:
        return self.true_positives / self.detections if self.detections else None

    @property
    def recall(self) -> float | None:
        return self.true_positives / self.ground_truths if self.ground_truths else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; ``None`` where there is neither truth nor detection."""
        both = self.detections + self.ground_truths
        return 2 * self.true_positives / both if both else None


@dataclass(frozen=True, slots=True)
class OperatingTable:
    """The counts of every class at an IoU, and of all together, at one threshold and at the best one of each."""

    iou: float
    at_threshold: tuple[Counts, ...]
    overall: Counts
    at_best: tuple[Counts, ...]
    """Each class at the threshold of its highest F1; a class of which nothing is ever right at 1."""
    overall_best: Counts
    """All classes at the one threshold of the highest F1."""

    @property
    def best_thresholds(self) -> dict[str, float]:
        """By class the threshold of its highest F1; that of all classes where no detection of a class is ever right."""
        overall = self.overall_best.threshold
        return {each.name: each.threshold if each.true_positives else overall for each in self.at_best}


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCurves:
    """Precision, recall and F1 over the score threshold, float64 ``[c + 1, s]``: the classes and, last, all of them.

    ``thresholds`` is float64 ``[s]``, ascending; precision is nan where nothing is detected, recall where there is no
    ground truth, F1 where there is neither.
    """

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the objects of a class at a threshold: ``ground_truths == correct + misclassified + missed``.

    Correct: found under its own class. Misclassified: a detection of another class lies on it, and that detection is
    not about another object. Missed: none does.
    """

    name: str
    correct: int
    misclassified: int
    missed: int

    @property
    def ground_truths(self) -> int:
        return self.correct + self.misclassified + self.missed


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Who is taken for whom, at a score threshold and an IoU.

    ``counts`` is int64 ``[c + 1, c + 1]``: a row each true class, a column each detected one, the background last in
    both. The rows of classes add up to their ground truths, the columns of classes to their detections.
    """

    class_names: tuple[str, ...]
    threshold: float
    iou: float
    counts: NDArray[np.int64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """The counts as shares of their rows, float64 ``[c + 1, c + 1]``; 0 in a row of nothing."""
        shares: NDArray[np.float64] = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return shares


@dataclass(frozen=True, slots=True)
class HighestOnly:
    """As if one object were in a picture: is the class of a picture's best detection one that the picture holds?

    Over the images with objects; ``localised`` counts the right ones that also lie on such an object (IoU at least
    0.5); ``single_object`` counts the images whose objects are all of one class, ``single_correct`` the right ones of
    these.
    """

    images: int
    correct: int
    localised: int
    single_object: int
    single_correct: int
