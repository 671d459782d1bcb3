"""COCO's average precision of boxes, by pycocotools, the reference implementation.

Lin et al., Microsoft COCO: Common Objects in Context, 2014; definitions: cocodataset.org, detection evaluation.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.result import COCO_FIGURES, ClassFigures, EvaluationResult

ALL_AREAS = 0
MOST_DETECTIONS = -1  # of maxDets 1, 10, 100
ABSENT = -1.0  # how pycocotools says that no ground truth is of that kind
IOU_50 = 0


def evaluate_boxes(
    ground_truth: Sequence[GroundTruth],
    detections: Sequence[Detections],
    class_names: Mapping[int, str],
    *,
    losses: Mapping[str, float] | None = None,
) -> EvaluationResult:
    """Hold the detections of each image against its ground truth.

    Args:
        ground_truth: an entry an image.
        detections: an entry an image, in the same order; the 100 best of each count.
        class_names: by id.
        losses: carried over into the result.

    Raises:
        ValueError: the two sequences differ in length.
    """
    if len(ground_truth) != len(detections):
        raise ValueError(f"there must be detections for all {len(ground_truth)} images, but got {len(detections)}")
    evaluator = _run_pycocotools(ground_truth, detections, class_names)
    return EvaluationResult(
        images=len(ground_truth),
        detections=sum(map(len, detections)),
        figures={name: _present(value) for (name, _, _), value in zip(COCO_FIGURES, evaluator.stats, strict=True)},
        per_class=tuple(_class_figures(evaluator.eval, ground_truth, class_names)),
        losses=dict(losses or {}),
    )


def _run_pycocotools(
    ground_truth: Sequence[GroundTruth], detections: Sequence[Detections], class_names: Mapping[int, str]
) -> Any:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
        truth = COCO()
        truth.dataset = _ground_truth_json(ground_truth, class_names)
        truth.createIndex()
        found = COCO()
        found.dataset = {**truth.dataset, "annotations": _detections_json(detections)}
        found.createIndex()
        evaluator = COCOeval(truth, found, "bbox")
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
    return evaluator


def _ground_truth_json(ground_truth: Sequence[GroundTruth], class_names: Mapping[int, str]) -> dict[str, Any]:
    rows = [
        {**_box_json(image_id, box, class_id), "iscrowd": int(is_crowd)}
        for image_id, image in enumerate(ground_truth, 1)
        for box, class_id, is_crowd in zip(image.boxes_xyxy, image.class_ids, image.is_crowd, strict=True)
    ]
    return {
        "info": {},
        "images": [{"id": image_id} for image_id in range(1, len(ground_truth) + 1)],
        "categories": [{"id": class_id, "name": name} for class_id, name in sorted(class_names.items())],
        "annotations": _numbered(rows),
    }


def _detections_json(detections: Sequence[Detections]) -> list[dict[str, Any]]:
    return _numbered(
        {**_box_json(image_id, box, class_id), "score": float(score), "iscrowd": 0}
        for image_id, image in enumerate(detections, 1)
        for box, score, class_id in zip(image.boxes_xyxy, image.scores, image.class_ids, strict=True)
    )


def _numbered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the ids that pycocotools wants, from 1: it takes 0 for "no match"."""
    return [{"id": number, **row} for number, row in enumerate(rows, 1)]


def _box_json(image_id: int, box_xyxy: NDArray[np.floating], class_id: np.int64) -> dict[str, Any]:
    xmin, ymin, xmax, ymax = map(float, box_xyxy)
    width, height = xmax - xmin, ymax - ymin
    return {
        "image_id": image_id,
        "category_id": int(class_id),
        "bbox": [xmin, ymin, width, height],
        "area": width * height,
    }


def _class_figures(
    accumulated: Mapping[str, NDArray[np.float64]], ground_truth: Sequence[GroundTruth], class_names: Mapping[int, str]
) -> list[ClassFigures]:
    # precision is [IoU thresholds, recall thresholds, classes, areas, maxDets]; recall the same without the second
    precision = accumulated["precision"][:, :, :, ALL_AREAS, MOST_DETECTIONS]
    recall = accumulated["recall"][:, :, ALL_AREAS, MOST_DETECTIONS]
    ids = np.concatenate([image.class_ids for image in ground_truth] or [np.empty(0, np.int64)])
    return [
        ClassFigures(
            name=name,
            ground_truths=int(np.count_nonzero(ids == class_id)),
            ap=_mean(precision[:, :, index]),
            ap50=_mean(precision[IOU_50, :, index]),
            ar100=_mean(recall[:, index]),
        )
        for index, (class_id, name) in enumerate(sorted(class_names.items()))
    ]


def _mean(values: NDArray[np.float64]) -> float | None:
    counted = values[values > ABSENT]
    return float(counted.mean()) if counted.size else None


def _present(value: float) -> float | None:
    return None if value == ABSENT else float(value)
