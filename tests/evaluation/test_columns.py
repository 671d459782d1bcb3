"""Truth and detections of single images become columns of all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfodkit.annotations.coco_rle import rle_area, to_rle
from tfodkit.annotations.detections import Detections
from tfodkit.annotations.masks import PolygonMask
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.ground_truth import GroundTruth

SIZE = {"width": 40, "height": 30}
MASK = to_rle(PolygonMask([(4, 6, 8, 6, 8, 10, 4, 10)]), **SIZE)


def truth(*boxes: tuple[float, float, float, float], **others: Any) -> GroundTruth:
    values = {
        "boxes_xyxy": np.array(boxes, np.float64).reshape(-1, 4),
        "class_ids": np.ones(len(boxes), np.int64),
        "is_crowd": np.zeros(len(boxes), bool),
    }
    return GroundTruth(**{"name": "a.jpg", **SIZE, **values, **others})


def found(count: int, **others: Any) -> Detections:
    scores = np.linspace(0.9, 0.1, count, dtype=np.float32)
    return Detections(np.zeros((count, 4), np.float32), scores, np.ones(count, np.int64), **others)


def columns(*images: GroundTruth) -> EvaluationSet:
    return EvaluationSet.of_images(images, [found(0)] * len(images), {2: "mug", 1: "bagel"})


def test_objects_come_in_the_order_of_images() -> None:
    images = columns(truth((0, 0, 4, 5)), truth(), truth((1, 1, 2, 3), (0, 0, 10, 10)))
    assert images.truth.image.tolist() == [0, 2, 2]
    assert images.truth.area.tolist() == [20, 2, 100]
    assert images.truth.is_difficult.tolist() == [False] * 3
    assert list(images.class_names.items()) == [(1, "bagel"), (2, "mug")]
    assert (images.truth.masks, images.truth.keypoints) == (None, None)


def test_what_is_difficult_and_stated_areas_are_taken() -> None:
    marked = truth((0, 0, 4, 5), (0, 0, 2, 2), is_difficult=np.array([True, False]), areas=np.array([7.0, 3.0]))
    images = columns(truth((0, 0, 1, 1)), marked)
    assert images.truth.is_difficult.tolist() == [False, True, False]
    assert images.truth.area.tolist() == [1, 7, 3]


def test_masks_tell_the_area_and_a_crowd_without_one_has_its_box() -> None:
    boxes = ((4, 6, 8, 10), (0, 0, 20, 10))
    images = columns(truth(*boxes, masks=(MASK, None), is_crowd=np.array([False, True])), truth())
    assert images.truth.masks is not None
    assert images.truth.area.tolist() == [16, 200] == [rle_area(mask) for mask in images.truth.masks]


def test_masks_that_only_some_objects_have_are_not_compared() -> None:
    images = columns(truth((4, 6, 8, 10), masks=(MASK,)), truth((0, 0, 2, 2)))
    assert images.truth.masks is None
    assert images.truth.area.tolist() == [16, 4]


def test_keypoints_that_an_object_lacks_are_not_labelled() -> None:
    two = truth((0, 0, 4, 5), keypoints=np.array([[[1.0, 2, 2], [3, 4, 1]]]))
    one = truth((0, 0, 4, 5), keypoints=np.array([[[5.0, 6, 2]]]))
    images = columns(two, truth((0, 0, 1, 1)), one)
    assert images.truth.keypoints.tolist() == [[[1, 2, 2], [3, 4, 1]], [[0, 0, 0]] * 2, [[5, 6, 2], [0, 0, 0]]]


def test_shapes_of_detections_are_kept_where_all_have_them() -> None:
    whole = [found(2, masks=(MASK, MASK), keypoints=np.ones((2, 1, 3), np.float32)), found(0)]
    images = EvaluationSet.of_images([truth(), truth()], whole, {1: "mug"})
    assert images.found.masks == (MASK, MASK)
    assert images.found.keypoints.shape == (2, 1, 3)
    images = EvaluationSet.of_images([truth(), truth()], [whole[0], found(1)], {1: "mug"})
    assert (images.found.masks, images.found.keypoints) == (None, None)


def test_every_image_needs_its_detections() -> None:
    with pytest.raises(ValueError, match="there must be detections for all 2 images, but got 1"):
        EvaluationSet.of_images([truth(), truth()], [found(0)], {1: "mug"})


def test_detections_in_a_gap_of_the_label_map_are_left_out() -> None:
    rows = np.array([1, 2, 3], np.int64)
    each = Detections(np.zeros((3, 4), np.float32), np.array([0.9, 0.8, 0.7], np.float32), rows, masks=(MASK,) * 3)
    images = EvaluationSet.of_images([truth(), truth()], [each, found(0)], {1: "mug", 3: "bagel"})
    assert images.found.class_id.tolist() == [1, 3]
    assert images.found.score.tolist() == pytest.approx([0.9, 0.7])
    assert images.found.masks == (MASK, MASK)
