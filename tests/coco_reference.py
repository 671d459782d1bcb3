"""The reference, pycocotools, asked about an evaluation set."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tfodkit.evaluation.accuracy.overlaps import sigmas
from tfodkit.evaluation.accuracy.values import Shape
from tfodkit.evaluation.columns import EvaluationSet, FoundColumns, TruthColumns

KINDS = {Shape.BOXES: "bbox", Shape.MASKS: "segm", Shape.KEYPOINTS: "keypoints"}


def reference(images: EvaluationSet, shape: Shape = Shape.BOXES, evaluator: type = COCOeval) -> Any:
    """A ``COCOeval`` that has evaluated, accumulated and summarized; ids of rows are their numbers from 1."""
    truth, found = (
        _indexed(images, rows) for rows in (_truth_rows(images.truth, shape), _found_rows(images.found, shape))
    )
    evaluation = evaluator(truth, found, KINDS[shape])
    if shape is Shape.KEYPOINTS and images.truth.keypoints is not None:
        evaluation.params.kpt_oks_sigmas = sigmas(images.truth.keypoints.shape[1])
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def _indexed(images: EvaluationSet, rows: list[dict[str, Any]]) -> COCO:
    coco = COCO()
    coco.dataset = {
        "info": {},
        "images": [{"id": i, "width": image.width, "height": image.height} for i, image in enumerate(images.images)],
        "categories": [{"id": class_id, "name": name} for class_id, name in images.class_names.items()],
        "annotations": rows,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
    return coco


def _truth_rows(truth: TruthColumns, shape: Shape) -> list[dict[str, Any]]:
    return [
        {
            **_row(truth, row, shape),
            "area": float(truth.area[row]),
            "iscrowd": int(truth.is_crowd[row]),
            **({} if truth.keypoints is None else {"num_keypoints": int((truth.keypoints[row, :, 2] > 0).sum())}),
        }
        for row in range(len(truth))
    ]


def _found_rows(found: FoundColumns, shape: Shape) -> list[dict[str, Any]]:
    return [
        {**_row(found, row, shape), "area": _found_area(found, row, shape), "score": float(found.score[row])}
        | {"iscrowd": 0}
        for row in range(len(found))
    ]


def _row(columns: TruthColumns | FoundColumns, row: int, shape: Shape) -> dict[str, Any]:
    xmin, ymin, xmax, ymax = columns.boxes_xyxy[row].tolist()
    values: dict[str, Any] = {
        "id": row + 1,
        "image_id": int(columns.image[row]),
        "category_id": int(columns.class_id[row]),
        "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
    }
    if shape is Shape.MASKS:
        assert columns.masks is not None
        values["segmentation"] = columns.masks[row]
    if shape is Shape.KEYPOINTS:
        assert columns.keypoints is not None
        values["keypoints"] = columns.keypoints[row].ravel().tolist()
    return values


def _found_area(found: FoundColumns, row: int, shape: Shape) -> float:
    """As ``COCO.loadRes`` has it."""
    if shape is Shape.MASKS:
        from pycocotools import mask

        assert found.masks is not None
        return float(mask.area(found.masks[row]))
    corners = found.boxes_xyxy[row].reshape(2, 2)
    if shape is Shape.KEYPOINTS:
        assert found.keypoints is not None
        corners = found.keypoints[row, :, :2]
    return float(np.ptp(corners, axis=0).prod())
