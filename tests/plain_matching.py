"""The assignment at one score threshold, made anew with plain loops: what the counts at a threshold mean."""

from __future__ import annotations

from collections.abc import Iterator

from tfodkit.boxes import Box
from tfodkit.evaluation.columns import EvaluationSet

Taken = tuple[int, int | None, float]
"""The row of a detection, the row of its object or ``None``, and their IoU or 0."""


def plain_matches(images: EvaluationSet, *, threshold: float, iou: float) -> list[Taken]:
    """The detections that count, at or above ``threshold``, with what they take; those on crowds are left out."""
    taken: dict[int, int] = {}
    return [each for row in best_first(images, threshold) for each in _take(images, row, iou, taken)]


def best_first(images: EvaluationSet, threshold: float) -> list[int]:
    rows = [row for row, score in enumerate(images.found.score) if score >= threshold]
    return sorted(rows, key=lambda row: -images.found.score[row])


def plain_iou(images: EvaluationSet, detection: int, labelled: int) -> float:
    found, truth = (Box(*map(float, columns.boxes_xyxy[row])) for columns, row in _both(images, detection, labelled))
    return found.iou(truth)


def _take(images: EvaluationSet, row: int, iou: float, taken: dict[int, int]) -> Iterator[Taken]:
    same = [labelled for labelled in range(len(images.truth)) if _kind(images, row, labelled)]
    free = [labelled for labelled in same if labelled not in taken and not images.truth.is_crowd[labelled]]
    near = [(plain_iou(images, row, labelled), labelled) for labelled in free]
    if near and max(near)[0] >= iou:
        overlap, labelled = max(near)
        taken[labelled] = row
        yield row, labelled, overlap
    elif not any(images.truth.is_crowd[labelled] and _inside(images, row, labelled) >= iou for labelled in same):
        yield row, None, 0.0


def _kind(images: EvaluationSet, row: int, labelled: int) -> bool:
    found, truth = images.found, images.truth
    return bool(found.image[row] == truth.image[labelled] and found.class_id[row] == truth.class_id[labelled])


def _inside(images: EvaluationSet, row: int, labelled: int) -> float:
    """How much of a detection lies in a crowd."""
    found, crowd = (Box(*map(float, columns.boxes_xyxy[at])) for columns, at in _both(images, row, labelled))
    shared = Box(
        max(found.xmin, crowd.xmin),
        max(found.ymin, crowd.ymin),
        min(found.xmax, crowd.xmax),
        min(found.ymax, crowd.ymax),
    )
    return shared.area / found.area


def _both(images: EvaluationSet, detection: int, labelled: int) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    return (images.found, detection), (images.truth, labelled)
