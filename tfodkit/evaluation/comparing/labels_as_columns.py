"""Labels of two sets as the columns of an evaluation: the one the truth, the other the detections."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.labelled import LabelledImage
from tfodkit.evaluation.ground_truth import GroundTruth


def evaluation_of(truth: Sequence[LabelledImage], detections: Sequence[LabelledImage]) -> EvaluationSet:
    """The images of two sets, place by place the same ones; classes are numbered from 1 in the order of their names.

    Turned boxes become the upright ones around them. Detections without a score have 1.
    """
    names = sorted({found.label for image in (*truth, *detections) for found in image.objects})
    ids = {name: class_id for class_id, name in enumerate(names, start=1)}
    return EvaluationSet.of_images(
        [_truth(image, size_of(image, other), ids) for image, other in zip(truth, detections, strict=True)],
        [_detections(image, ids) for image in detections],
        {class_id: name for name, class_id in ids.items()},
    )


def size_of(*images: LabelledImage) -> tuple[int, int]:
    """The stated ``(width, height)`` of an image that several sets have, or where none says, room for all its boxes."""
    stated = next((image.size for image in images if image.size), None)
    if stated:
        return stated
    boxes = [found.enclosing for image in images for found in image.objects]
    return (
        max(1, *(math.ceil(box.xmax) for box in boxes), 1),
        max(1, *(math.ceil(box.ymax) for box in boxes), 1),
    )


def _truth(image: LabelledImage, size: tuple[int, int], ids: dict[str, int]) -> GroundTruth:
    return GroundTruth(
        name=image.name,
        width=size[0],
        height=size[1],
        boxes_xyxy=np.array([found.enclosing.xyxy for found in image.objects], np.float64).reshape(-1, 4),
        class_ids=np.array([ids[found.label] for found in image.objects], np.int64),
        is_crowd=np.array([found.is_crowd for found in image.objects], bool),
        is_difficult=np.array([found.difficult for found in image.objects], bool),
    )


def _detections(image: LabelledImage, ids: dict[str, int]) -> Detections:
    scores = np.array([1.0 if found.score is None else found.score for found in image.objects], np.float32)
    order = np.argsort(-scores, kind="stable")
    return Detections(
        boxes_xyxy=np.array([found.enclosing.xyxy for found in image.objects], np.float32).reshape(-1, 4)[order],
        scores=scores[order],
        class_ids=np.array([ids[found.label] for found in image.objects], np.int64)[order],
    )
