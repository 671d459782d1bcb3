"""``results.json`` and ``per_class.csv``: an evaluation's figures as plain values, for other programs.

The layout is ``FORMAT``: a member is never taken away or given another meaning without another number. What has no
value, as precision where nothing is detected, is null. Members have the names of the fields of ``Analysis``, with

- ``per_class``: a row a class, the same as in ``per_class.csv``;
- ``boxes``, ``masks``, ``keypoints``: figures, sizes, and ``ap`` and ``recall`` by IoU threshold and class. The curves
  behind them, ``precision`` and ``score`` at 101 recalls, are left out: ``detections.json`` gives them again;
- ``mistakes``: without the single detections.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from tfodkit import __version__
from tfodkit.evaluation.accuracy.values import CocoAccuracy, VocAccuracy
from tfodkit.evaluation.analysis import Analysis
from tfodkit.evaluation.coco import result_of
from tfodkit.evaluation.mistakes.values import Bin, MistakeAnalysis
from tfodkit.evaluation.operating.values import Counts, Fate, OperatingTable
from tfodkit.evaluation_report.subject import Subject
from tfodkit.evaluation_report.tables import table_at

FORMAT = 1

COUNTED = (
    *("options", "boxes", "masks", "keypoints", "voc", "voc_with_difficult", "lrp", "operating", "curves", "fates"),
    *("confusion", "highest_only", "mistakes", "causes", "uncertainty", "losses"),
)
"""The fields of an analysis, all but its columns."""
LEFT_OUT: Mapping[type, frozenset[str]] = {
    CocoAccuracy: frozenset({"precision", "score"}),
    MistakeAnalysis: frozenset({"mistake_of", "object_of", "is_missed"}),
}
COMPUTED: Mapping[type, tuple[str, ...]] = {
    Counts: ("false_positives", "false_negatives", "precision", "recall", "f1"),
    OperatingTable: ("best_thresholds",),
    Fate: ("ground_truths",),
    Bin: ("missed", "recall"),
    VocAccuracy: ("mean_11_point", "mean_area"),
}
"""Properties that are told like fields."""


def results(analysis: Analysis, subject: Subject) -> dict[str, Any]:
    """The figures as values that JSON holds, without nan."""
    images = analysis.images
    return {
        "format": FORMAT,
        "tfodkit": __version__,
        "model": subject.model,
        "data": subject.data,
        "images": len(images.images),
        "objects": len(images.truth),
        "detections": len(images.found),
        "classes": [{"id": class_id, "name": name} for class_id, name in images.class_names.items()],
        "per_class": class_rows(analysis),
        **{name: plain(getattr(analysis, name)) for name in COUNTED},
    }


def class_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """A row a class, in the order of ids: AP, thresholds and counts of boxes, at the IoU of the options."""
    table = table_at(analysis, analysis.options.iou)
    boxes = analysis.boxes
    short = result_of(analysis.images, boxes)
    parts = (analysis.images.class_names, short.per_class, table.at_threshold, table.at_best, analysis.fates)
    columns = (*parts, analysis.voc.per_class, analysis.lrp)
    return [
        {
            "id": class_id,
            "class": figures.name,
            "objects": figures.ground_truths,
            "ap": figures.ap,
            "ap50": figures.ap50,
            "ar100": figures.ar100,
            "threshold": at.threshold,
            "detections": at.detections,
            "true_positives": at.true_positives,
            "false_positives": at.false_positives,
            "precision": at.precision,
            "recall": at.recall,
            "f1": at.f1,
            "best_threshold": best.threshold,
            "best_precision": best.precision,
            "best_recall": best.recall,
            "best_f1": best.f1,
            "correct": fate.correct,
            "misclassified": fate.misclassified,
            "missed": fate.missed,
            "voc_ap_11_point": voc.ap_11_point,
            "voc_ap_area": voc.ap_area,
            "lrp": lrp.error,
            "lrp_threshold": lrp.threshold,
            **_by_iou(boxes, column),
        }
        for column, (class_id, figures, at, best, fate, voc, lrp) in enumerate(zip(*columns, strict=True))
    ]


def _by_iou(boxes: CocoAccuracy, column: int) -> dict[str, float | None]:
    """``ap55`` to ``ap95``; ``ap50`` stands further in front."""
    steps = zip(boxes.iou_thresholds[1:], boxes.ap[1:, column].tolist(), strict=True)
    return {f"ap{100 * iou:.0f}": plain(ap) for iou, ap in steps}


def plain(value: Any) -> Any:
    """A value as JSON holds it: dataclasses become objects, arrays lists, and what is no number null."""
    if is_dataclass(value):
        return _members(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, StrEnum) else value


def _members(value: Any) -> dict[str, Any]:
    left_out = LEFT_OUT.get(type(value), frozenset())
    names = [field.name for field in fields(value) if field.name not in left_out]
    return {name: plain(getattr(value, name)) for name in (*names, *COMPUTED.get(type(value), ()))}
