"""How far two sets of labels agree, for programs: JSON, and a CSV with a row an image."""

from __future__ import annotations

import csv
import io
from typing import Any

from tfodkit.boxes import OrientedBox
from tfodkit.evaluation.comparing.agreement import BINS, ImageAgreement
from tfodkit.evaluation.comparing.labelled import LabelledObject
from tfodkit.workflow.compare import Comparison

COLUMNS = ("image", "matched", "mean_iou", "only_a", "only_b", "other_class", "classes_a_to_b")


def agreement_json(comparison: Comparison) -> dict[str, Any]:
    """All of it as plain values; the images that differ most first, then those that are the same, by name."""
    agreement = comparison.agreement
    ranked = agreement.ranked
    differing = {image.name for image in ranked}
    same = [image for image in agreement.images if image.name not in differing]
    return {
        "a": {"place": comparison.a.place, "left_out": comparison.a.left_out, "unmatched": list(agreement.unmatched_a)},
        "b": {"place": comparison.b.place, "left_out": comparison.b.left_out, "unmatched": list(agreement.unmatched_b)},
        "iou": agreement.iou,
        "matched": len(agreement.matched),
        "only_a": agreement.only_a,
        "only_b": agreement.only_b,
        "f1": agreement.f1,
        "class_f1": agreement.class_f1,
        "mean_iou": agreement.mean_iou,
        "kappa": agreement.kappa,
        "iou_histogram": {"bins": BINS, "counts": list(agreement.histogram())},
        "classes": [
            {"name": each.name, "boxes_a": each.boxes_a, "boxes_b": each.boxes_b, "agreed": each.agreed, "f1": each.f1}
            for each in agreement.classes
        ],
        "disagreements": [{"a": a, "b": b, "boxes": boxes} for a, b, boxes in agreement.disagreements],
        "images": [_image(image) for image in (*ranked, *same)],
    }


def agreement_csv(comparison: Comparison) -> str:
    """A row for each image, in the order of their names; ``classes_a_to_b`` such as ``cup>mug cup>bowl``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for image in comparison.agreement.images:
        changed = " ".join(f"{pair.a.label}>{pair.b.label}" for pair in image.disagreements)
        mean = "" if image.mean_iou is None else round(image.mean_iou, 4)
        counts = (len(image.only_a), len(image.only_b), len(image.disagreements))
        writer.writerow((image.name, len(image.matched), mean, *counts, changed))
    return text.getvalue()


def _image(image: ImageAgreement) -> dict[str, Any]:
    return {
        "name": image.name,
        "mean_iou": image.mean_iou,
        "matched": [
            {"a": _object(pair.a), "b": _object(pair.b), "iou": pair.iou, "same_class": pair.is_same_class}
            for pair in image.matched
        ],
        "only_a": [_object(each) for each in image.only_a],
        "only_b": [_object(each) for each in image.only_b],
    }


def _object(found: LabelledObject) -> dict[str, Any]:
    """``box`` is ``[xmin, ymin, xmax, ymax]``; of a turned one ``oriented`` is ``[cx, cy, width, height, angle]``."""
    values: dict[str, Any] = {"label": found.label}
    if found.score is not None:
        values["score"] = found.score
    if isinstance(found.box, OrientedBox):
        box = found.box
        return {**values, "oriented": [box.cx, box.cy, box.width, box.height, box.angle]}
    return {**values, "box": list(found.box.xyxy)}
