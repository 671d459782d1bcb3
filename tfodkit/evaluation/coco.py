"""COCO's average precision of boxes in short: what training looks at after each evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.detections import Detections
from tfodkit.evaluation.accuracy.coco import IOU_50, measure_coco
from tfodkit.evaluation.accuracy.values import CocoAccuracy
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.ground_truth import GroundTruth
from tfodkit.evaluation.result import ClassFigures, EvaluationResult


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
        detections: an entry an image, in the same order; the 100 best of each class count.
        class_names: by id.
        losses: carried over into the result.

    Raises:
        ValueError: the two sequences differ in length.
    """
    images = EvaluationSet.of_images(ground_truth, detections, class_names)
    return result_of(images, measure_coco(images), losses=losses)


def result_of(
    images: EvaluationSet, accuracy: CocoAccuracy, *, losses: Mapping[str, float] | None = None
) -> EvaluationResult:
    """The accuracy of the boxes of ``images`` in short."""
    return EvaluationResult(
        images=len(images.images),
        detections=len(images.found),
        figures=accuracy.figures,
        per_class=tuple(
            ClassFigures(
                name=name,
                ground_truths=int(np.count_nonzero(images.truth.class_id == class_id)),
                ap=_mean(accuracy.ap[:, index]),
                ap50=_mean(accuracy.ap[IOU_50, index]),
                ar100=_mean(accuracy.recall[:, index]),
            )
            for index, (class_id, name) in enumerate(images.class_names.items())
        ),
        losses=dict(losses or {}),
    )


def _mean(values: NDArray[np.float64] | np.float64) -> float | None:
    return None if np.isnan(values).any() else float(np.mean(values))
