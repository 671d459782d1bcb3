"""How far two sets of labels agree, box by box: two annotators, or annotations and detections.

In each image the boxes of the one set are paired with those of the other, whatever their classes, the pair of highest
IoU first, each box once. A pair counts as matched from an IoU threshold on; below it both boxes count as found in one
set only. (Greedy like COCO's matching, but with nobody's scores deciding: it is the same from either side.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfodkit.evaluation.comparing.labelled import LabelledImage, LabelledObject
from tfodkit.evaluation.comparing.polygons import overlaps

BINS = 20
"""Of the histogram of IoUs, over 0 to 1."""


@dataclass(frozen=True, slots=True)
class MatchedBoxes:
    """Two boxes of one image that are taken for the same object."""

    a: LabelledObject
    b: LabelledObject
    iou: float

    @property
    def is_same_class(self) -> bool:
        return self.a.label == self.b.label


@dataclass(frozen=True, slots=True)
class ImageAgreement:
    """One image: what is matched, what only one set has, and what nearly matched."""

    name: str
    """As the first set has it."""
    matched: tuple[MatchedBoxes, ...]
    """The highest IoU first."""
    only_a: tuple[LabelledObject, ...]
    only_b: tuple[LabelledObject, ...]
    near_ious: tuple[float, ...] = ()
    """Of the pairs that overlap below the threshold; their boxes are among ``only_a`` and ``only_b``."""

    @property
    def disagreements(self) -> tuple[MatchedBoxes, ...]:
        """The matched boxes of different classes."""
        return tuple(pair for pair in self.matched if not pair.is_same_class)

    @property
    def differences(self) -> int:
        """Boxes in one set only and class disagreements."""
        return len(self.only_a) + len(self.only_b) + len(self.disagreements)

    @property
    def mean_iou(self) -> float | None:
        """Of the matched boxes; ``None`` where there are none."""
        return _mean([pair.iou for pair in self.matched])


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """One class: its boxes in each set, and how many of them are matched with one of the same class."""

    name: str
    boxes_a: int
    boxes_b: int
    agreed: int

    @property
    def f1(self) -> float | None:
        return _f1(self.agreed, self.boxes_a + self.boxes_b)


@dataclass(frozen=True, slots=True)
class Agreement:
    """All images that both sets have, in the order of the first one's names; and the names that only one has."""

    iou: float
    images: tuple[ImageAgreement, ...]
    unmatched_a: tuple[str, ...] = ()
    unmatched_b: tuple[str, ...] = ()

    @property
    def matched(self) -> tuple[MatchedBoxes, ...]:
        return tuple(pair for image in self.images for pair in image.matched)

    @property
    def only_a(self) -> int:
        return sum(len(image.only_a) for image in self.images)

    @property
    def only_b(self) -> int:
        return sum(len(image.only_b) for image in self.images)

    @property
    def f1(self) -> float | None:
        """Of boxes, whatever their classes: the share of all boxes that have a partner. ``None``: there is no box."""
        return _f1(len(self.matched), 2 * len(self.matched) + self.only_a + self.only_b)

    @property
    def class_f1(self) -> float | None:
        """As ``f1``, of boxes whose partner is of the same class."""
        same = sum(pair.is_same_class for pair in self.matched)
        return _f1(same, 2 * len(self.matched) + self.only_a + self.only_b)

    @property
    def mean_iou(self) -> float | None:
        """Of the matched boxes; ``None`` where there are none."""
        return _mean([pair.iou for pair in self.matched])

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa (1960) of the classes of matched boxes: 1 agreed, 0 as by chance; ``None``: one class only."""
        matched = self.matched
        of_a, of_b = (Counter(label) for label in _labels(matched))
        total = len(matched)
        chance = sum(count * of_b[label] for label, count in of_a.items())
        if chance == total * total:
            return None
        agreed = sum(pair.is_same_class for pair in matched)
        return (agreed * total - chance) / (total * total - chance)

    @property
    def disagreements(self) -> tuple[tuple[str, str, int], ...]:
        """``(class in a, class in b, boxes)`` of matched boxes of different classes, the most first."""
        counts = Counter((pair.a.label, pair.b.label) for image in self.images for pair in image.disagreements)
        return tuple((a, b, count) for (a, b), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def classes(self) -> tuple[ClassAgreement, ...]:
        """Sorted by name."""
        matched_a, matched_b = _labels(self.matched)
        of_a = Counter([*matched_a, *(found.label for image in self.images for found in image.only_a)])
        of_b = Counter([*matched_b, *(found.label for image in self.images for found in image.only_b)])
        agreed = Counter(pair.a.label for pair in self.matched if pair.is_same_class)
        return tuple(ClassAgreement(name, of_a[name], of_b[name], agreed[name]) for name in sorted({*of_a, *of_b}))

    @property
    def ranked(self) -> tuple[ImageAgreement, ...]:
        """The images that differ at all, the most differences first, of equal ones the lower mean IoU."""
        different = [image for image in self.images if image.differences or (image.mean_iou or 1) < 1]
        return tuple(sorted(different, key=lambda image: (-image.differences, image.mean_iou or 0.0, image.name)))

    def histogram(self) -> tuple[int, ...]:
        """How many pairs, near ones too, have an IoU in each twentieth of 0 to 1; 1 is in the last."""
        ious = [iou for image in self.images for iou in (*(pair.iou for pair in image.matched), *image.near_ious)]
        counts, _ = np.histogram(ious, bins=BINS, range=(0.0, 1.0))
        return tuple(counts.tolist())


def compare_images(a: LabelledImage, b: LabelledImage, *, iou: float) -> ImageAgreement:
    """Match the boxes of one image, from ``iou`` on, above 0 and at most 1; of equal pairs, those of one class first.

    Boxes are in pixels of the same picture. Crowds are boxes like any other.
    """
    pairs = _greedy_pairs(a.objects, b.objects)
    matched = [(i, j, value) for i, j, value in pairs if value >= iou]
    taken_a, taken_b = ({pair[side] for pair in matched} for side in (0, 1))
    return ImageAgreement(
        a.name,
        tuple(MatchedBoxes(a.objects[i], b.objects[j], value) for i, j, value in matched),
        tuple(found for place, found in enumerate(a.objects) if place not in taken_a),
        tuple(found for place, found in enumerate(b.objects) if place not in taken_b),
        tuple(value for _, _, value in pairs if value < iou),
    )


def _greedy_pairs(a: Sequence[LabelledObject], b: Sequence[LabelledObject]) -> list[tuple[int, int, float]]:
    values = overlaps([found.box for found in a], [found.box for found in b])
    touching = [(i, j, float(values[i, j])) for i, j in np.argwhere(values > 0).tolist()]
    touching.sort(key=lambda pair: (-pair[2], a[pair[0]].label != b[pair[1]].label, pair[0], pair[1]))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs = []
    for i, j, value in touching:
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            pairs.append((i, j, value))
    return pairs


def _labels(matched: Sequence[MatchedBoxes]) -> tuple[list[str], list[str]]:
    return [pair.a.label for pair in matched], [pair.b.label for pair in matched]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _f1(agreed: int, boxes: int) -> float | None:
    return 2 * agreed / boxes if boxes else None
