"""What the trainer sees of a record, as the truth that detections are held against."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.record_builders import HEIGHT, WIDTH, make_features, write_record
from tfodkit.annotations.coco_rle import rle_area
from tfodkit.annotations.mask_pixels import bitmap_to_png
from tfodkit.errors import RecordError
from tfodkit.evaluation.ground_truth import read_ground_truth


@pytest.mark.parametrize("left", range(40, 300, 13))
def test_whole_pixels_come_back_whole(tmp_path: Path, left: int) -> None:
    """COCO's medium objects end with 96 x 96 pixels: a millionth of a pixel more would make it a large one alone."""
    width, height = 480, 360
    box = (left / width, 58 / height, (left + 96) / width, (58 + 96) / height)
    features = make_features("mug", boxes=[box], width=[width], height=[height])
    (truth,) = read_ground_truth([write_record(tmp_path / "a.record", [features])], {1: "mug"})
    xmin, ymin, xmax, ymax = truth.boxes_xyxy[0]
    assert (xmin, xmax) == (left, left + 96)
    assert (xmax - xmin) * (ymax - ymin) == 96 * 96


def png(*inside: tuple[int, int]) -> bytes:
    bitmap = np.zeros((HEIGHT, WIDTH), bool)
    for row, column in inside:
        bitmap[row, column] = True
    return bitmap_to_png(bitmap)


def test_flags_masks_and_keypoints_come_along_where_they_are_asked_for(tmp_path: Path) -> None:
    features = make_features(
        *("mug", "mug"),
        difficult=[0, 1],
        is_crowd=[1, 0],
        mask=[png((3, 4), (3, 5)), png()],
        area=[2.0, 192.0],
        keypoint_x=[0.5, 0.25, float("nan"), float("nan")],
        keypoint_y=[0.5, 0.1, float("nan"), float("nan")],
        keypoint_visibility=[2, 1, 0, 0],
    )
    path = write_record(tmp_path / "a.record", [features])
    (truth,) = read_ground_truth([path], {1: "mug"}, shapes=True)
    assert (truth.is_difficult.tolist(), truth.is_crowd.tolist()) == ([False, True], [True, False])
    assert truth.areas.tolist() == [2, 192]
    assert (rle_area(truth.masks[0]), truth.masks[1]) == (2, None)
    assert truth.keypoints.tolist() == [[[20, 15, 2], [10, 3, 1]], [[0, 0, 0], [0, 0, 0]]]
    (plain,) = read_ground_truth([path], {1: "mug"})
    assert (plain.masks, plain.keypoints, plain.areas.tolist()) == (None, None, [2, 192])


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"width": None}, "image/width must hold one value, but holds 0"),
        ({"height": [30, 30]}, "image/height must hold one value, but holds 2"),
        ({"bbox_xmin": [0.1, 0.2]}, "1 classes, but 2, 1, 1, 1 box sides"),
        ({"bbox_xmin": [1]}, "image/object/bbox/xmin must hold floats, but holds integers"),
        ({"class_text": ["mgu"]}, "the class 'mgu' is not in the label map"),
        ({"class_text": None, "class_label": [7]}, "the class id 7 is not in the label map"),
    ],
)
def test_a_record_that_can_not_be_the_truth_is_named(tmp_path: Path, overrides: dict[str, Any], what: str) -> None:
    path = write_record(tmp_path / "a.record", [make_features("mug"), make_features("mug", **overrides)])
    with pytest.raises(RecordError, match=re.escape(f"{path}: record 2: {what}")):
        read_ground_truth([path], {1: "mug"})
