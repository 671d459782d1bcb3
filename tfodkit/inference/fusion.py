"""Several lists of detections of one picture made one: of several models, or of several views of the picture.

Three ways, each class by itself:

``wbf``
    Weighted boxes fusion: boxes that lie on each other become their mean, weighted by score, and what few of the
    sources found loses score (Solovyev, Wang, Gabruseva: Weighted boxes fusion, Image and Vision Computing, 2021).
``nms``
    Non-maximum suppression: of boxes that lie on each other the one of highest score is kept.
``soft-nms``
    The others stay with a score that is lower the more they overlap, by a Gaussian (Bodla et al.: Soft-NMS, ICCV 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.inference.overlaps import ious

NMS_IOU = 0.5
WBF_IOU = 0.55
"""The paper's; 0.5 is what everybody takes for NMS."""
SOFT_SIGMA = 0.5
"""Of the Gaussian, in IoU; the paper's."""
LEAST_SCORE = 0.001
"""Below it, soft-NMS drops a box; the paper's."""
TINY = float(np.finfo(np.float64).tiny)
"""So that boxes without any score have a mean too."""


class Fusion(StrEnum):
    """How lists of detections become one."""

    WBF = "wbf"
    NMS = "nms"
    SOFT_NMS = "soft-nms"


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """Boxes of one class: ``xyxy`` float64 ``[n, 4]``, ``score`` float64 ``[n]``, the highest score first."""

    xyxy: NDArray[np.float64]
    score: NDArray[np.float64]


def fuse(
    lists: Sequence[Detections],
    how: Fusion = Fusion.WBF,
    *,
    iou: float | None = None,
    weights: Sequence[float] | None = None,
) -> Detections:
    """One list out of several of the same picture, whose class ids mean the same.

    Args:
        lists: one a source.
        how: the way.
        iou: boxes that overlap more are the same object: 0.55 for ``wbf``, else 0.5; ``soft-nms`` has no such bound.
        weights: how much each source's scores count, for ``wbf`` relative to each other; equal unless given.

    Raises:
        ValueError: there is no list, or not one weight above 0 for each.
    """
    weights = [1.0] * len(lists) if weights is None else list(weights)
    if not lists or len(weights) != len(lists) or min(weights) <= 0:
        raise ValueError(f"there must be a weight above 0 for each of {len(lists)} lists, but got {weights}")
    share = np.array(weights) / np.mean(weights)
    xyxy = np.concatenate([found.boxes_xyxy for found in lists]).astype(np.float64)
    class_ids = np.concatenate([found.class_ids for found in lists])
    score = np.concatenate([found.scores * by for found, by in zip(lists, share, strict=True)]).astype(np.float64)
    reduce = _reducer(how, iou, len(lists))
    parts = ((class_id, _of_class(xyxy, score, class_ids == class_id)) for class_id in np.unique(class_ids).tolist())
    return _joined((class_id, reduce(boxes)) for class_id, boxes in parts)


def _reducer(how: Fusion, iou: float | None, sources: int) -> Callable[[_Boxes], _Boxes]:
    if how is Fusion.WBF:
        return lambda boxes: _weighted(boxes, WBF_IOU if iou is None else iou, sources)
    if how is Fusion.NMS:
        return lambda boxes: _suppressed(boxes, NMS_IOU if iou is None else iou)
    return _softened


def _of_class(xyxy: NDArray[np.float64], score: NDArray[np.float64], chosen: NDArray[np.bool_]) -> _Boxes:
    order = np.argsort(-score[chosen], kind="stable")
    return _Boxes(xyxy[chosen][order], score[chosen][order])


def _joined(parts: Iterator[tuple[int, _Boxes]]) -> Detections:
    found = list(parts)
    xyxy = np.concatenate([np.empty((0, 4)), *(boxes.xyxy for _, boxes in found)])
    score = np.concatenate([np.empty(0), *(boxes.score for _, boxes in found)])
    counts = np.array([len(boxes.score) for _, boxes in found], np.int64)
    class_ids = np.repeat(np.array([class_id for class_id, _ in found], np.int64), counts)
    order = np.argsort(-score, kind="stable")
    return Detections(
        xyxy[order].astype(np.float32),
        np.minimum(score[order], 1.0).astype(np.float32),
        class_ids[order],
    )


def _weighted(boxes: _Boxes, iou: float, sources: int) -> _Boxes:
    """The paper's section 3: a cluster is a list of boxes and the box that they make; the best match takes a box in."""
    clusters: list[list[int]] = []
    fused = np.empty((len(boxes.score), 4))
    for index, box in enumerate(boxes.xyxy):
        overlaps = ious(box[None], fused[: len(clusters)])[0]
        best = int(np.argmax(overlaps)) if clusters else 0
        if not clusters or overlaps[best] <= iou:
            best = len(clusters)
            clusters.append([])
        clusters[best].append(index)
        members = clusters[best]
        fused[best] = np.average(boxes.xyxy[members], axis=0, weights=boxes.score[members] + TINY)
    agreed = np.array([min(len(members), sources) / sources for members in clusters])
    score = np.array([boxes.score[members].mean() for members in clusters]) * agreed
    return _Boxes(fused[: len(clusters)], score)


def _suppressed(boxes: _Boxes, iou: float) -> _Boxes:
    kept: list[int] = []
    for index, box in enumerate(boxes.xyxy):
        if not kept or ious(box[None], boxes.xyxy[kept]).max() <= iou:
            kept.append(index)
    return _Boxes(boxes.xyxy[kept], boxes.score[kept])


def _softened(boxes: _Boxes) -> _Boxes:
    score, left = boxes.score.copy(), np.ones(len(boxes.score), bool)
    order: list[int] = []
    while left.any():
        best = int(np.argmax(np.where(left, score, -1.0)))
        left[best] = False
        order.append(best)
        score[left] *= np.exp(-(ious(boxes.xyxy[best][None], boxes.xyxy[left])[0] ** 2) / SOFT_SIGMA)
        left &= score >= LEAST_SCORE
    return _Boxes(boxes.xyxy[order], score[order])
