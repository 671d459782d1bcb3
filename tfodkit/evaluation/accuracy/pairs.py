"""Which detection overlaps which object: the pairs that any counting starts from, of all images at once.

The pairs are looked for in blocks, so that memory is bounded by the overlaps that are found and not by the pairs that
are possible: in a set of one class with crowded images there are a hundred times as many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle
from tfodkit.evaluation.accuracy.overlaps import box_overlaps, keypoint_similarities, mask_overlaps
from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns, TruthColumns

PAIRS_AT_ONCE = 1 << 18

Rows = NDArray[np.int64]
Overlaps = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Detections and objects of the same image that overlap, ``p`` of them.

    ``detection`` and ``object`` are int64 ``[p]``, rows of the columns; ``overlap`` float64 ``[p]``. They are in
    ascending order of the detections, and a detection's own in descending order of overlap; of equal ones the later
    object comes first, as COCO prefers it.
    """

    detection: Rows
    object: Rows
    overlap: Overlaps

    def __len__(self) -> int:
        return len(self.detection)


def find_pairs(
    images: EvaluationSet,
    *,
    at_least: float,
    shape: Shape = Shape.BOXES,
    across_classes: bool = False,
    among: NDArray[np.bool_] | None = None,
) -> Pairs:
    """All pairs of an image, of the same class unless ``across_classes``, with an overlap of ``at_least``.

    ``among`` is bool ``[detections]``, those that take part; all of them where it is not given.

    Raises:
        ValueError: the truth or the detections don't have that ``shape``.
    """
    overlaps_of = _measure(images.found, images.truth, shape)
    found_group, truth_group = group_numbers(images, across_classes=across_classes)
    detections = np.arange(len(found_group)) if among is None else np.flatnonzero(among)
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for detection, object_ in _possible(detections, found_group, truth_group):
        overlap = overlaps_of(detection, object_)
        is_enough = overlap >= at_least
        parts.append((detection[is_enough], object_[is_enough], overlap[is_enough]))
    detection, object_, overlap = map(np.concatenate, zip(*parts, strict=True))
    order = np.lexsort((-object_, -overlap, detection))
    return Pairs(detection[order], object_[order], overlap[order])


def group_numbers(images: EvaluationSet, *, across_classes: bool = False) -> tuple[Rows, Rows]:
    """The number of the image and class of each detection and of each object, ascending with the images."""
    found, truth = images.found, images.truth
    if across_classes:
        return found.image, truth.image
    classes = 1 + max(found.class_id.max(initial=0), truth.class_id.max(initial=0))
    return found.image * classes + found.class_id, truth.image * classes + truth.class_id


def _possible(detections: Rows, found_group: Rows, truth_group: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Every detection with every object of its group, block by block; a detection's pairs are never torn apart."""
    objects = np.argsort(truth_group, kind="stable")
    detections = detections[np.argsort(found_group[detections], kind="stable")]
    first = np.searchsorted(truth_group[objects], found_group[detections], "left")
    counts = np.searchsorted(truth_group[objects], found_group[detections], "right") - first
    detections, first, counts = (column[counts > 0] for column in (detections, first, counts))
    ends = np.cumsum(counts)
    start = 0
    while start < len(detections):
        room = ends[start] - counts[start] + PAIRS_AT_ONCE
        end = max(start + 1, int(np.searchsorted(ends, room, "right")))
        here = counts[start:end]
        offsets = np.arange(here.sum()) - np.repeat(np.cumsum(here) - here, here)
        yield np.repeat(detections[start:end], here), objects[np.repeat(first[start:end], here) + offsets]
        start = end


def _measure(found: FoundColumns, truth: TruthColumns, shape: Shape) -> Callable[[Rows, Rows], Overlaps]:
    """What compares rows of the detections with as many rows of the truth."""
    if shape is Shape.BOXES:
        return lambda detection, object_: box_overlaps(
            found.boxes_xyxy[detection], truth.boxes_xyxy[object_], truth.is_crowd[object_]
        )
    found_shapes, truth_shapes = _shapes(found, shape, "detections"), _shapes(truth, shape, "truth")
    if shape is Shape.MASKS:
        return lambda detection, object_: _compare_masks(found_shapes, truth_shapes, truth.is_crowd, detection, object_)
    return lambda detection, object_: keypoint_similarities(
        found_shapes[detection], truth_shapes[object_], truth.boxes_xyxy[object_], truth.area[object_]
    )


def _shapes(columns: FoundColumns | TruthColumns, shape: Shape, name: str) -> Any:
    shapes = columns.masks if shape is Shape.MASKS else columns.keypoints
    if shapes is None and len(columns):
        raise ValueError(f"the {name} must have {shape}, but got none")
    return shapes


def _compare_masks(
    found: Sequence[Rle], truth: Sequence[Rle], is_crowd: NDArray[np.bool_], detection: Rows, object_: Rows
) -> Overlaps:
    """Group by group: all detections of a group have the same objects, in the same order."""
    overlaps = np.empty(len(detection))
    firsts = np.flatnonzero(np.diff(detection, prepend=-1))
    starts = firsts[np.diff(object_[firsts], prepend=-1) != 0]
    for start, end in pairwise([*starts, len(detection)]):
        objects = object_[start:end][detection[start:end] == detection[start]]
        overlaps[start:end] = mask_overlaps(
            [found[row] for row in detection[start : end : len(objects)]],
            [truth[row] for row in objects],
            is_crowd[objects],
        ).ravel()
    return overlaps
