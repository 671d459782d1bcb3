import numpy as np
import pytest

from tfodkit.annotations.detections import Detections


def test_a_models_arrays_become_pixels_highest_score_first() -> None:
    detections = Detections.from_yxyx_norm(
        np.array([[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]]), np.array([0.3, 0.9]), np.array([2.0, 1.0]), width=100, height=50
    )
    assert detections.boxes_xyxy.tolist() == [[0, 0, 100, 50], pytest.approx([20, 5, 40, 15])]
    assert detections.scores.tolist() == pytest.approx([0.9, 0.3])
    assert detections.class_ids.tolist() == [1, 2]
    assert len(detections.above(0.9)) == 1


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be \[n, 4\] boxes"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(3, np.float32), np.zeros(3, np.int64))


def test_masks_and_keypoints_stay_with_their_detection() -> None:
    masks = ({"counts": b"low"}, {"counts": b"high"})
    keypoints = np.array([[[0.5, 0.1, 0.9]], [[1.0, 0.2, 0.8]]])
    detections = Detections.from_yxyx_norm(
        np.zeros((2, 4)),
        np.array([0.3, 0.9]),
        np.ones(2),
        width=100,
        height=50,
        masks=masks,
        keypoints_yx_norm=keypoints,
    )
    assert detections.masks == (masks[1], masks[0])
    assert detections.keypoints.tolist() == [[pytest.approx([20, 50, 0.8])], [pytest.approx([10, 25, 0.9])]]
    best = detections.first(1)
    assert (best.masks, len(best.keypoints)) == ((masks[1],), 1)
    assert detections.above(0.95).masks == ()


def test_every_detection_needs_its_mask() -> None:
    with pytest.raises(ValueError, match="there must be masks for all 1 detections, but got 2"):
        Detections(np.zeros((1, 4), np.float32), np.zeros(1, np.float32), np.zeros(1, np.int64), masks=({}, {}))
