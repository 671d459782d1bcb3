"""A pass over the validation records: what it makes of a model's arrays, and what the machine has no room for."""

from __future__ import annotations

import numpy as np
import pytest

from tfodkit.annotations.run_lengths import decode_run_lengths
from tfodkit.errors import TrainingError
from tfodkit.odapi.detection import MASKS_AT_ONCE, ValidationPass, _detections
from tfodkit.odapi.install import install


@pytest.mark.tensorflow
def test_an_evaluation_without_memory_says_what_to_do() -> None:
    install()
    import tensorflow as tf

    def fail(*_batch: object) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    one_pass = ValidationPass.__new__(ValidationPass)
    one_pass._dataset, one_pass._compiled = [({"image": [0, 0, 0]}, {})], fail
    with pytest.raises(
        TrainingError, match=r"no memory left to evaluate 3 images at once\. Make the config again with"
    ):
        list(one_pass.detect())


@pytest.mark.tensorflow
def test_masks_of_boxes_become_masks_of_the_picture() -> None:
    """The left half of a box of 40 x 20 pixels at (10, 5) in a picture of 100 x 50; more than are done at once."""
    install()
    left_half = np.zeros((1, 8, 8), np.float32)
    left_half[:, :, :4] = 1.0
    box = np.array([[0.1, 0.1, 0.5, 0.5]], np.float32)
    count = MASKS_AT_ONCE + 1
    arrays = {
        "detection_boxes": np.repeat(box, count + 2, axis=0),
        "detection_scores": np.linspace(0.9, 0.1, count + 2, dtype=np.float32),
        "detection_classes": np.zeros(count + 2, np.float32),
        "detection_masks": np.repeat(left_half, count + 2, axis=0),
        "num_detections": np.float32(count),
    }
    found = _detections(arrays, np.array([50, 100], np.int32))
    assert len(found.masks) == count == len(found.scores)
    assert found.keypoints_yx_norm is None
    runs = decode_run_lengths(found.masks[-1]["counts"].decode())
    assert found.masks[-1]["size"] == [50, 100]
    inside = sum(runs[1::2])
    assert inside == pytest.approx(20 * 20, rel=0.15)
    first_column = runs[0] // 50
    assert first_column == pytest.approx(10, abs=1)


def test_keypoints_have_scores_even_where_the_model_gives_none() -> None:
    arrays = {
        "detection_boxes": np.zeros((3, 4), np.float32),
        "detection_scores": np.array([0.9, 0.5, 0.0], np.float32),
        "detection_classes": np.array([0.0, 1.0, 0.0], np.float32),
        "detection_keypoints": np.full((3, 2, 2), 0.25, np.float32),
        "num_detections": np.float32(2),
    }
    found = _detections(arrays, np.array([50, 100], np.int32))
    assert (found.class_ids.tolist(), found.masks) == ([1, 2], None)
    assert found.keypoints_yx_norm.tolist() == [[[0.25, 0.25, 1.0]] * 2] * 2
    scored = {**arrays, "detection_keypoint_scores": np.full((3, 2), 0.5, np.float32)}
    assert (
        _detections(scored, np.array([50, 100], np.int32)).keypoints_yx_norm.tolist() == [[[0.25, 0.25, 0.5]] * 2] * 2
    )
