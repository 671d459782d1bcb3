"""Figures per class, which pycocotools does not return."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np


def set_category_stats(coco_tools: ModuleType) -> None:
    """``COCOeval.category_stats``: never in pycocotools (in Google's own copy only); ``include_metrics_per_category``.

    Without it an evaluation with per-class metrics ends with "Category stats do not exist".
    """
    wrapper = coco_tools.COCOEvalWrapper
    summarize = wrapper.summarize

    def summarize_each_category(self: Any) -> None:
        summarize(self)
        if self.params.iouType in ("bbox", "segm"):
            self.category_stats = category_stats(self)

    wrapper.summarize = summarize_each_category


def category_stats(evaluation: Any) -> np.ndarray[Any, Any]:
    """The twelve COCO figures of each category, ``[12, categories]`` in pycocotools' order; -1 where undefined.

    ``evaluation`` is an accumulated ``COCOeval`` for boxes or masks, whose ``precision`` is ``[iou, recall, category,
    area, max detections]`` and whose ``recall`` is the same without the second axis.
    """
    precision = np.moveaxis(evaluation.eval["precision"], 2, 0)
    recall = np.moveaxis(evaluation.eval["recall"], 1, 0)
    iou_50, iou_75 = (int(np.flatnonzero(np.isclose(evaluation.params.iouThrs, iou))[0]) for iou in (0.5, 0.75))
    figures = [
        precision[..., 0, 2],
        precision[:, iou_50, :, 0, 2],
        precision[:, iou_75, :, 0, 2],
        *(precision[..., area, 2] for area in (1, 2, 3)),
        *(recall[..., 0, most] for most in (0, 1, 2)),
        *(recall[..., area, 2] for area in (1, 2, 3)),
    ]
    return np.array([[_mean_of_defined(category) for category in figure] for figure in figures])


def _mean_of_defined(values: np.ndarray[Any, Any]) -> float:
    defined = values[values > -1]
    return float(defined.mean()) if defined.size else -1.0
