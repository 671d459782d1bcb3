"""Which pictures went worst, and what is wrong in each, in words.

A picture costs 1 for each object that is missed and, for each wrong detection, its score: what a model is sure of and
wrong about weighs most. Everything is looked at as a user of the model would: at a score threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.boxes import Box
from tfodkit.evaluation.accuracy.matching import NOBODY, match
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.values import Mistake
from tfodkit.evaluation_report.names import isolated, shortened

MOST_PICTURES = 20
_COVERS = frozenset({Mistake.CLASSIFICATION, Mistake.LOCALISATION})
"""An object that such a detection lies on was seen, so it is no missed one (TIDE, section 2.2)."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One mistake: the rows of the detection and of the object it is about, or ``NOBODY``, and what it costs."""

    kind: Mistake
    detection: int
    truth: int
    cost: float


@dataclass(frozen=True, slots=True)
class BadPicture:
    """A picture with its flaws, the costliest first, what is missed class by class.

    ``place`` is that among the images of the evaluation.
    """

    place: int
    flaws: tuple[Flaw, ...]

    @property
    def cost(self) -> float:
        return sum(flaw.cost for flaw in self.flaws)


def find_worst(analysis: Analysis, most: int = MOST_PICTURES) -> tuple[BadPicture, ...]:
    """The pictures of highest cost at the analysis' threshold, the highest first; those without a flaw never."""
    images, mistakes = analysis.images, analysis.mistakes
    is_seen = images.found.score >= analysis.options.threshold
    wrong = np.flatnonzero(is_seen & np.array([kind is not None for kind in mistakes.mistake_of], bool))
    kinds = [Mistake(mistakes.mistake_of[row]) for row in wrong]
    covered = [int(mistakes.object_of[row]) for row, kind in zip(wrong, kinds, strict=True) if kind in _COVERS]
    missed = np.flatnonzero(~_found_objects(analysis, is_seen) & ~_marked(covered, len(images.truth)))
    missed = missed[np.argsort(images.truth.class_id[missed], kind="stable")]
    flaws = [
        *(Flaw(Mistake.MISSED, NOBODY, int(row), 1.0) for row in missed),
        *(
            Flaw(kind, int(row), int(mistakes.object_of[row]), float(images.found.score[row]))
            for row, kind in zip(wrong, kinds, strict=True)
        ),
    ]
    places = [*images.truth.image[missed].tolist(), *images.found.image[wrong].tolist()]
    return _ranked(flaws, places)[:most]


def describe(flaw: Flaw, images: EvaluationSet) -> str:
    """What is wrong, in a few words that go on after the class and score of the detection, or the class missed."""
    if flaw.kind is Mistake.MISSED:
        return "not found"
    if flaw.kind is Mistake.BACKGROUND or flaw.truth == NOBODY:
        return "lies where nothing is labelled"
    name = isolated(shortened(images.class_names[int(images.truth.class_id[flaw.truth])]))
    overlap = f"IoU {_overlap(flaw, images):.2f}"
    return {
        Mistake.CLASSIFICATION: f"is labelled {name}",
        Mistake.LOCALISATION: f"lies badly on its object ({overlap})",
        Mistake.BOTH: f"is labelled {name}, and the box lies badly ({overlap})",
        Mistake.DUPLICATE: "is a second box on an object found already",
    }[flaw.kind]


def class_of(flaw: Flaw, images: EvaluationSet) -> str:
    """The class that the detection claims, or that of the object that was missed."""
    if flaw.detection == NOBODY:
        return images.class_names[int(images.truth.class_id[flaw.truth])]
    return images.class_names[int(images.found.class_id[flaw.detection])]


def _found_objects(analysis: Analysis, is_seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Bool ``[objects]``: taken by a detection that is seen; crowds need not be found."""
    (taker,) = match(analysis.images, (analysis.mistakes.foreground_iou,)).detection_of
    found = analysis.images.truth.is_crowd.copy()
    taken = np.flatnonzero(taker >= 0)
    found[taken] |= is_seen[taker[taken]]
    return found


def _marked(rows: Sequence[int], count: int) -> NDArray[np.bool_]:
    marked = np.zeros(count, bool)
    marked[[row for row in rows if row != NOBODY]] = True
    return marked


def _ranked(flaws: Sequence[Flaw], places: Sequence[int]) -> tuple[BadPicture, ...]:
    by_place: dict[int, list[Flaw]] = {}
    for flaw, place in zip(flaws, places, strict=True):
        by_place.setdefault(place, []).append(flaw)
    pictures = [
        BadPicture(place, tuple(sorted(found, key=lambda flaw: -flaw.cost))) for place, found in by_place.items()
    ]
    return tuple(sorted(pictures, key=lambda picture: (-picture.cost, picture.place)))


def _overlap(flaw: Flaw, images: EvaluationSet) -> float:
    found = Box(*images.found.boxes_xyxy[flaw.detection].tolist())
    return found.iou(Box(*images.truth.boxes_xyxy[flaw.truth].tolist()))
