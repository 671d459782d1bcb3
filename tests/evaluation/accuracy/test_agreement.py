"""The Object Detection API's own evaluator, asked about the same boxes."""

import contextlib
import io

import numpy as np
import pytest
from evaluation_sets import random_set

from tfodkit.evaluation.accuracy.coco import measure_coco
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.result import TAGS

pytestmark = pytest.mark.tensorflow

YXYX = [1, 0, 3, 2]


def api_figures(images: EvaluationSet) -> dict[str, float]:
    from tfodkit.odapi.install import install

    install()
    from object_detection.metrics.coco_evaluation import CocoDetectionEvaluator

    names = images.class_names.items()
    evaluator = CocoDetectionEvaluator([{"id": class_id, "name": name} for class_id, name in names])
    truth, found = images.truth, images.found
    for number in range(len(images.images)):
        rows, own = truth.image == number, found.image == number
        evaluator.add_single_ground_truth_image_info(
            number,
            {
                "groundtruth_boxes": truth.boxes_xyxy[rows][:, YXYX],
                "groundtruth_classes": truth.class_id[rows],
                "groundtruth_is_crowd": truth.is_crowd[rows].astype(int),
            },
        )
        evaluator.add_single_detected_image_info(
            number,
            {
                "detection_boxes": found.boxes_xyxy[own][:, YXYX],
                "detection_scores": found.score[own],
                "detection_classes": found.class_id[own],
            },
        )
    with contextlib.redirect_stdout(io.StringIO()):
        figures: dict[str, float] = evaluator.evaluate()
    return figures


@pytest.mark.parametrize("seed", range(5))
def test_the_api_s_detection_metrics_are_ours(seed: int) -> None:
    images = random_set(seed, images=12, classes=5, detections=150, objects=8)
    ours, theirs = measure_coco(images).figures, api_figures(images)
    assert [theirs[TAGS[name]] for name in ours] == pytest.approx(
        [-1 if value is None else value for value in ours.values()], abs=1e-6
    )
    assert np.isfinite(list(theirs.values())).all()
